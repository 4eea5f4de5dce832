/* toggles: see toggles.h. */
#include "calib/toggles.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MAX_LINE = 1 << 16, MAX_SCOPES = 64, MAX_VARS = 64, NOT_CELL = -1 };

/* A scope whose variables are being read. Of a module only is_CLASS matters;
 * no cell has as many variables as fit. */
struct scope {
	int cls; /* of the module, else of the one around it */
	const struct cell *cell;
	struct {
		char name[CELL_NAME];
		uint32_t net;
	} var[MAX_VARS];
	int n_vars;
};

struct header {
	struct toggles *t;
	const struct cells *cells;
	struct scope *stack;
	int depth;
	uint32_t cap_cells, cap_pins;
	uint32_t job_on; /* the net that tells of jobs */
};

/* Codes of nets are numbers in base 94, from '!' on; 0 is none. */
static uint32_t net_of(const char *code)
{
	uint32_t n = 0, scale = 1;

	for (; *code >= '!' && *code <= '~'; code++, scale *= 94)
		n += (uint32_t)(*code - '!' + 1) * scale;
	return n;
}

static int class_of(struct toggles *t, const char *name)
{
	for (int i = 0; i < t->n_classes; i++)
		if (strcmp(t->cls[i], name) == 0)
			return i;
	if (t->n_classes == TOGGLES_CLASSES)
		return TOGGLES_CLASSES - 1;
	snprintf(t->cls[t->n_classes], CELL_NAME, "%s", name);
	return t->n_classes++;
}

static void begin_scope(struct header *h)
{
	int cls = h->depth ? h->stack[h->depth - 1].cls : 0;

	if (h->depth < MAX_SCOPES)
		h->stack[h->depth] = (struct scope){.cls = cls};
	h->depth += h->depth < MAX_SCOPES;
}

static void variable(struct header *h, const char *name, uint32_t net)
{
	struct scope *s = &h->stack[h->depth - 1];

	if (net >= h->t->n_nets)
		h->t->n_nets = net + 1;
	if (strcmp(name, "job_on") == 0)
		h->job_on = net;
	if (strncmp(name, "is_", 3) == 0) {
		s->cell = cells_find(h->cells, name + 3);
		if (!s->cell)
			s->cls = class_of(h->t, name + 3);
	} else if (s->n_vars < MAX_VARS) {
		snprintf(s->var[s->n_vars].name, CELL_NAME, "%s", name);
		s->var[s->n_vars++].net = net;
	}
}

static void add_cell(struct header *h, const struct scope *s)
{
	struct toggles *t = h->t;
	uint32_t n = (uint32_t)s->cell->n_pins;

	if (t->n_cells == h->cap_cells) {
		h->cap_cells = h->cap_cells ? 2 * h->cap_cells : 4096;
		t->cell = mem_grow(t->cell, h->cap_cells, sizeof *t->cell);
	}
	if (t->n_pins + n > h->cap_pins) {
		h->cap_pins = 2 * (h->cap_pins + n) + 4096;
		t->net = mem_grow(t->net, h->cap_pins, sizeof *t->net);
	}
	t->cell[t->n_cells++] =
	        (struct toggles_cell){s->cell, s->cls, t->n_pins};
	for (uint32_t i = 0; i < n; i++) {
		uint32_t net = 0;
		for (int k = 0; k < s->n_vars; k++)
			if (strcmp(s->var[k].name, s->cell->pin[i].name) == 0)
				net = s->var[k].net;
		t->net[t->n_pins++] = net;
	}
}

static void end_scope(struct header *h)
{
	if (h->depth == 0)
		return;
	const struct scope *s = &h->stack[--h->depth];
	if (s->cell)
		add_cell(h, s);
}

/* One line of the header; false at its end. */
static bool header_line(struct header *h, const char *line)
{
	char code[16], name[CELL_NAME];

	if (strncmp(line, "$scope", 6) == 0)
		begin_scope(h);
	else if (strncmp(line, "$upscope", 8) == 0)
		end_scope(h);
	else if (sscanf(line, "$var %*s %*d %15s %31s", code, name) == 2 &&
	         h->depth)
		variable(h, name, net_of(code));
	return strncmp(line, "$enddefinitions", 15) != 0;
}

static void begin_job(struct toggles *t)
{
	size_t n = (size_t)t->n_jobs + 1;

	t->count = mem_grow(t->count, n, sizeof *t->count);
	t->count[t->n_jobs++] =
	        mem_zero((size_t)t->n_nets + 1, sizeof **t->count);
}

/* The first value of a net is no transition. */
static void values(struct toggles *t, uint32_t job_on, FILE *f, char *line)
{
	uint8_t *was = mem_zero((size_t)t->n_nets + 1, 1);
	uint32_t *count = NULL;

	while (fgets(line, MAX_LINE, f)) {
		if (*line != '0' && *line != '1')
			continue;
		uint32_t net = net_of(line + 1);
		if (net >= t->n_nets)
			continue;
		if (count && was[net] && was[net] != (uint8_t)*line)
			count[net]++;
		was[net] = (uint8_t)*line;
		if (net != job_on)
			continue;
		if (*line == '1')
			begin_job(t);
		count = *line == '1' ? t->count[t->n_jobs - 1] : NULL;
	}
	free(was);
}

bool toggles_read(struct toggles *t, const struct cells *cells, FILE *f,
                  const char *name, struct err *err)
{
	struct header h = {.t = t, .cells = cells};
	char *line = mem_zero(MAX_LINE, 1);
	bool more = true;

	*t = (struct toggles){0};
	h.stack = mem_zero(MAX_SCOPES, sizeof *h.stack);
	class_of(t, "outside");
	while (more && fgets(line, MAX_LINE, f))
		more = header_line(&h, line);
	bool ok = !more && t->n_cells > 0;
	if (ok)
		values(t, h.job_on, f, line);
	else
		err_set(err, ERR_DATA, "%s: no waveform of a netlist", name);
	free(h.stack);
	free(line);
	return ok;
}

void toggles_free(struct toggles *t)
{
	free(t->cell);
	free(t->net);
	for (int i = 0; i < t->n_jobs; i++)
		free(t->count[i]);
	free(t->count);
	*t = (struct toggles){0};
}

/* ------------------------------------------------------------------------
 * Energy */

/* Nets: what hangs on them, whether a cell drives them, how fast they are. */
struct nets {
	double *load, *slew;
	uint8_t *driven;
};

static double slew_in(const struct toggles *t, const struct nets *n,
                      const struct toggles_cell *c)
{
	double sum = 0;
	int k = 0;

	for (int i = 0; i < c->cell->n_pins; i++)
		if (!c->cell->pin[i].out) {
			sum += n->slew[t->net[c->pin + (uint32_t)i]];
			k++;
		}
	return k ? sum / k : 0;
}

/* A cell's speed depends little on that of its inputs: a few rounds do. */
static void find_slews(const struct toggles *t, struct nets *n)
{
	enum { ROUNDS = 4 };
	static const double first_ns = 0.03;

	for (uint32_t i = 0; i <= t->n_nets; i++)
		n->slew[i] = first_ns;
	for (int round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < t->n_cells; i++) {
			const struct toggles_cell *c = &t->cell[i];
			double in = slew_in(t, n, c);
			for (int k = 0; k < c->cell->n_pins; k++) {
				const struct cell_pin *p = &c->cell->pin[k];
				uint32_t net = t->net[c->pin + (uint32_t)k];
				if (p->out)
					n->slew[net] =
					        cell_slew(p, in, n->load[net]);
			}
		}
}

static void find_loads(const struct toggles *t, struct nets *n)
{
	for (uint32_t i = 0; i < t->n_cells; i++)
		for (int k = 0; k < t->cell[i].cell->n_pins; k++) {
			const struct cell_pin *p = &t->cell[i].cell->pin[k];
			uint32_t net = t->net[t->cell[i].pin + (uint32_t)k];
			if (p->out)
				n->driven[net] = 1;
			else
				n->load[net] += p->cap_ff;
		}
}

static double cell_total(const struct toggles *t, int job, const struct nets *n,
                         const struct toggles_cell *c, double volts)
{
	double in = slew_in(t, n, c), sum = 0, half = 0.5 * volts * volts;

	for (int k = 0; k < c->cell->n_pins; k++) {
		const struct cell_pin *p = &c->cell->pin[k];
		uint32_t net = t->net[c->pin + (uint32_t)k];
		double e;
		if (p->out)
			e = half * n->load[net] +
			    cell_energy(p, in, n->load[net]);
		else
			e = (n->driven[net] ? 0 : half * p->cap_ff) +
			    cell_energy(p, n->slew[net], 0);
		sum += e * t->count[job][net];
	}
	return sum;
}

void toggles_energy(const struct toggles *t, int job, double volts,
                    double by_class[TOGGLES_CLASSES])
{
	size_t nets = (size_t)t->n_nets + 1;
	struct nets n = {.load = mem_zero(nets, sizeof(double)),
	                 .slew = mem_zero(nets, sizeof(double)),
	                 .driven = mem_zero(nets, 1)};

	memset(by_class, 0, TOGGLES_CLASSES * sizeof *by_class);
	find_loads(t, &n);
	find_slews(t, &n);
	for (uint32_t i = 0; i < t->n_cells; i++)
		by_class[t->cell[i].cls] +=
		        cell_total(t, job, &n, &t->cell[i], volts);
	free(n.load);
	free(n.slew);
	free(n.driven);
}
