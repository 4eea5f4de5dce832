/* cells: see cells.h. */
#include "calib/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/libtree.h"

/* Units of the file, as factors to fF, ns, fJ. */
struct units {
	double cap, time, energy;
};

/* "1ns", "10ps". */
static double time_unit(const char *text)
{
	double v = strtod(text, NULL);

	return (v > 0 ? v : 1) * (strstr(text, "ps") ? 1e-3 : 1);
}

static struct units units_of(const struct lib_node *lib)
{
	const char *cap = libtree_text(lib, "capacitive_load_unit");
	const char *volt = libtree_text(lib, "voltage_unit");
	struct units u;
	double v = strstr(volt, "mV") ? 1e-3 : 1;

	u.cap = strtod(cap, NULL) * (strstr(cap, "pf") ? 1000 : 1);
	if (u.cap <= 0)
		u.cap = 1000;
	u.time = time_unit(libtree_text(lib, "time_unit"));
	u.energy = u.cap * v * v;
	return u;
}

/* Numbers of a list with commas; the caller's. */
static double *numbers(const char *text, int *n, double scale)
{
	double *v = NULL;
	char *end;

	for (*n = 0;; text = end) {
		text += strspn(text, ", \t");
		double x = strtod(text, &end);
		if (end == text)
			return v;
		v = mem_grow(v, (size_t)*n + 1, sizeof *v);
		v[(*n)++] = x * scale;
	}
}

/* The template that a table names. */
static const struct lib_node *template_of(const struct lib_node *lib,
                                          const char *name)
{
	static const char *const kind[] = {"power_lut_template",
	                                   "lu_table_template"};
	for (int k = 0; k < 2; k++)
		for (const struct lib_node *n = NULL;
		     (n = libtree_next(lib, n, kind[k]));)
			if (strcmp(n->text, name) == 0)
				return n;
	return NULL;
}

static const char *index_text(const struct lib_node *t,
                              const struct lib_node *tmpl, const char *key)
{
	const char *own = libtree_text(t, key);

	return *own || !tmpl ? own : libtree_text(tmpl, key);
}

static void read_table(struct cell_table *to, const struct lib_node *lib,
                       const struct lib_node *t, const struct units *u,
                       double scale)
{
	const struct lib_node *tmpl = template_of(lib, t->text);
	const char *first = tmpl ? libtree_text(tmpl, "variable_1") : "";
	int n;

	to->load_first = strcmp(first, "total_output_net_capacitance") == 0;
	double s1 = to->load_first ? u->cap : u->time;
	double s2 = to->load_first ? u->time : u->cap;
	to->x1 = numbers(index_text(t, tmpl, "index_1"), &to->n1, s1);
	to->x2 = numbers(index_text(t, tmpl, "index_2"), &to->n2, s2);
	to->v = numbers(libtree_text(t, "values"), &n, scale);
	if (n == 1 || to->n1 == 0)
		to->n1 = 1;
	if (to->n2 == 0 || n == to->n1)
		to->n2 = 1;
	if (n != to->n1 * to->n2) { /* not a table that we understand */
		free(to->v);
		to->v = mem_zero(1, sizeof *to->v);
		to->n1 = to->n2 = 1;
	}
}

static void add_tables(struct cell_table **t, int *n,
                       const struct lib_node *lib, const struct lib_node *group,
                       const char *name, const struct units *u, double scale)
{
	const struct lib_node *c = libtree_next(group, NULL, name);

	if (!c)
		return;
	*t = mem_grow(*t, (size_t)*n + 1, sizeof **t);
	(*t)[*n] = (struct cell_table){0};
	read_table(&(*t)[(*n)++], lib, c, u, scale);
}

static void read_pin(struct cell_pin *p, const struct lib_node *lib,
                     const struct lib_node *node, const struct units *u)
{
	const struct lib_node *g = NULL;

	snprintf(p->name, sizeof p->name, "%s", node->text);
	p->out = strcmp(libtree_text(node, "direction"), "output") == 0;
	p->cap_ff = strtod(libtree_text(node, "capacitance"), NULL) * u->cap;
	p->function = libtree_text(node, "function");
	while ((g = libtree_next(node, g, "internal_power"))) {
		add_tables(&p->energy, &p->n_energy, lib, g, "rise_power", u,
		           u->energy);
		add_tables(&p->energy, &p->n_energy, lib, g, "fall_power", u,
		           u->energy);
	}
	while ((g = libtree_next(node, g, "timing"))) {
		add_tables(&p->slew, &p->n_slew, lib, g, "rise_transition", u,
		           u->time);
		add_tables(&p->slew, &p->n_slew, lib, g, "fall_transition", u,
		           u->time);
		add_tables(&p->delay, &p->n_delay, lib, g, "cell_rise", u,
		           u->time);
		add_tables(&p->delay, &p->n_delay, lib, g, "cell_fall", u,
		           u->time);
	}
}

bool cells_read(struct cells *c, const char *path, struct err *err)
{
	*c = (struct cells){.tree = libtree_read(path, err)};
	if (!c->tree)
		return false;
	const struct units u = units_of(c->tree);
	const struct lib_node *n = NULL, *pin;

	c->volts = strtod(libtree_text(c->tree, "nom_voltage"), NULL);
	while ((n = libtree_next(c->tree, n, "cell"))) {
		c->cell = mem_grow(c->cell, (size_t)c->n + 1, sizeof *c->cell);
		struct cell *to = &c->cell[c->n++];
		*to = (struct cell){.node = n};
		snprintf(to->name, sizeof to->name, "%s", n->text);
		for (pin = NULL; (pin = libtree_next(n, pin, "pin"));) {
			to->pin = mem_grow(to->pin, (size_t)to->n_pins + 1,
			                   sizeof *to->pin);
			to->pin[to->n_pins] = (struct cell_pin){0};
			read_pin(&to->pin[to->n_pins++], c->tree, pin, &u);
		}
	}
	if (c->n == 0 || c->volts <= 0)
		return err_at(err, (struct src){path, 0},
		              "no cells or no nom_voltage in it");
	return true;
}

static void free_tables(struct cell_table *t, int n)
{
	for (int i = 0; i < n; i++) {
		free(t[i].x1);
		free(t[i].x2);
		free(t[i].v);
	}
	free(t);
}

void cells_free(struct cells *c)
{
	for (int i = 0; i < c->n; i++) {
		for (int k = 0; k < c->cell[i].n_pins; k++) {
			struct cell_pin *p = &c->cell[i].pin[k];
			free_tables(p->energy, p->n_energy);
			free_tables(p->slew, p->n_slew);
			free_tables(p->delay, p->n_delay);
		}
		free(c->cell[i].pin);
	}
	free(c->cell);
	libtree_free(c->tree);
	*c = (struct cells){0};
}

const struct cell *cells_find(const struct cells *c, const char *name)
{
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->cell[i].name, name) == 0)
			return &c->cell[i];
	return NULL;
}

/* ------------------------------------------------------------------------
 * Looking up: linear between points, the last value beyond them */

static double place(const double *x, int n, double at, int *i)
{
	*i = 0;
	if (n < 2 || at <= x[0])
		return 0;
	while (*i < n - 2 && at > x[*i + 1])
		++*i;
	double f = (at - x[*i]) / (x[*i + 1] - x[*i]);
	return f > 1 ? 1 : f;
}

static double look_up(const struct cell_table *t, double slew, double load)
{
	double a = t->load_first ? load : slew, b = t->load_first ? slew : load;
	int i, k;
	double fi = place(t->x1, t->n1, a, &i), fk = place(t->x2, t->n2, b, &k);
	int i1 = i + (t->n1 > 1), k1 = k + (t->n2 > 1), n = t->n2;

	return (t->v[i * n + k] * (1 - fk) + t->v[i * n + k1] * fk) * (1 - fi) +
	       (t->v[i1 * n + k] * (1 - fk) + t->v[i1 * n + k1] * fk) * fi;
}

static double average(const struct cell_table *t, int n, double slew,
                      double load)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += look_up(&t[i], slew, load);
	return n ? sum / n : 0;
}

double cell_energy(const struct cell_pin *p, double slew_ns, double load_ff)
{
	return average(p->energy, p->n_energy, slew_ns, load_ff);
}

double cell_slew(const struct cell_pin *p, double slew_ns, double load_ff)
{
	return average(p->slew, p->n_slew, slew_ns, load_ff);
}

double cell_delay(const struct cell_pin *p, double slew_ns, double load_ff)
{
	return average(p->delay, p->n_delay, slew_ns, load_ff);
}
