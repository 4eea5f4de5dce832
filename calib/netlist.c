/* netlist: see netlist.h.
 *
 * The file's text is cut into words in place; names point into it. A module's
 * nets are numbers of its own until it is instantiated.
 */
#include "calib/netlist.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { MAX_TEXT = 1 << 30, MAX_DEPTH = 32, N_CONSTANTS = 3 };

struct pin {
	const char *formal;
	uint32_t local;
};
struct instance {
	const char *type, *name;
	uint32_t pin, n_pins;
};
struct joint {
	uint32_t a, b;
};

/* Names of nets, in the order of their numbers, and a hash table of numbers
 * plus one. */
struct names {
	const char **name;
	uint32_t n, *slot, n_slots;
};

struct model {
	const char *name;
	struct names names;
	uint32_t *port; /* locals */
	uint32_t n_ports;
	struct pin *pin;
	uint32_t n_pins, cap_pins;
	struct instance *inst;
	uint32_t n_inst, cap_inst;
	struct joint *joint;
	uint32_t n_joints;
};

struct models {
	struct model *model;
	int n;
	char *text;
	const struct cells *cells;
};

/* ------------------------------------------------------------------------
 * Names */

static uint32_t *slot_of(const struct names *t, const char *name)
{
	uint64_t h = XXH64(name, strlen(name), 0);

	for (;; h++) {
		uint32_t *s = &t->slot[h & (t->n_slots - 1)];
		if (*s == 0 || strcmp(t->name[*s - 1], name) == 0)
			return s;
	}
}

static void names_grow(struct names *t)
{
	t->n_slots = t->n_slots ? 2 * t->n_slots : 64;
	free(t->slot);
	t->slot = mem_zero(t->n_slots, sizeof *t->slot);
	t->name = mem_grow(t->name, t->n_slots, sizeof *t->name);
	for (uint32_t i = 0; i < t->n; i++)
		*slot_of(t, t->name[i]) = i + 1;
}

static uint32_t local_of(struct names *t, const char *name)
{
	if (2 * (t->n + 1) > t->n_slots)
		names_grow(t);
	uint32_t *s = slot_of(t, name);
	if (*s == 0) {
		t->name[t->n] = name;
		*s = ++t->n;
	}
	return *s - 1;
}

/* ------------------------------------------------------------------------
 * The file */

static struct model *add_model(struct models *m, const char *name)
{
	static const char *const constants[N_CONSTANTS] = {"$undef", "$false",
	                                                   "$true"};

	m->model = mem_grow(m->model, (size_t)m->n + 1, sizeof *m->model);
	struct model *k = &m->model[m->n++];
	*k = (struct model){.name = name};
	for (int i = 0; i < N_CONSTANTS; i++)
		local_of(&k->names, constants[i]);
	return k;
}

static void add_ports(struct model *k, char **save)
{
	for (char *w; (w = strtok_r(NULL, " ", save));) {
		k->port = mem_grow(k->port, k->n_ports + 1, sizeof *k->port);
		k->port[k->n_ports++] = local_of(&k->names, w);
	}
}

static bool add_instance(struct model *k, char **save)
{
	if (k->n_inst == k->cap_inst) {
		k->cap_inst = k->cap_inst ? 2 * k->cap_inst : 64;
		k->inst = mem_grow(k->inst, k->cap_inst, sizeof *k->inst);
	}
	struct instance *i = &k->inst[k->n_inst];
	*i = (struct instance){.type = strtok_r(NULL, " ", save),
	                       .name = "",
	                       .pin = k->n_pins};
	if (!i->type)
		return false;
	for (char *w; (w = strtok_r(NULL, " ", save)); i->n_pins++) {
		char *is = strchr(w, '=');
		if (!is)
			return false;
		*is = 0;
		if (k->n_pins == k->cap_pins) {
			k->cap_pins = k->cap_pins ? 2 * k->cap_pins : 256;
			k->pin = mem_grow(k->pin, k->cap_pins, sizeof *k->pin);
		}
		k->pin[k->n_pins++] =
		        (struct pin){w, local_of(&k->names, is + 1)};
	}
	k->n_inst++;
	return true;
}

static bool add_joint(struct model *k, char **save)
{
	const char *a = strtok_r(NULL, " ", save);
	const char *b = a ? strtok_r(NULL, " ", save) : NULL;

	if (!b)
		return false;
	k->joint = mem_grow(k->joint, k->n_joints + 1, sizeof *k->joint);
	k->joint[k->n_joints].a = local_of(&k->names, a);
	k->joint[k->n_joints++].b = local_of(&k->names, b);
	return true;
}

/* False: not what yosys writes. */
static bool take_line(struct models *m, char *line)
{
	char *save = NULL, *word = strtok_r(line, " ", &save);
	struct model *k = m->n ? &m->model[m->n - 1] : NULL;

	if (!word || *word == '#')
		return true;
	if (strcmp(word, ".model") == 0) {
		char *name = strtok_r(NULL, " ", &save);
		return name && add_model(m, name);
	}
	if (!k)
		return false;
	if (strcmp(word, ".inputs") == 0 || strcmp(word, ".outputs") == 0)
		return add_ports(k, &save), true;
	if (strcmp(word, ".subckt") == 0)
		return add_instance(k, &save);
	if (strcmp(word, ".conn") == 0)
		return add_joint(k, &save);
	if (strcmp(word, ".cname") == 0 && k->n_inst) {
		k->inst[k->n_inst - 1].name = save;
		return true;
	}
	return strcmp(word, ".end") == 0;
}

static bool read_models(struct models *m, const char *path, struct err *err)
{
	size_t size;
	int line = 0;

	m->text = file_read(path, MAX_TEXT, &size, err);
	if (!m->text)
		return false;
	for (char *at = m->text, *end; *at; at = end) {
		end = at + strcspn(at, "\n");
		end += *end == '\n' ? (*end = 0, 1) : 0;
		line++;
		if (!take_line(m, at))
			return err_at(err, (struct src){path, line},
			              "not BLIF as yosys writes it");
	}
	return true;
}

static void free_models(struct models *m)
{
	for (int i = 0; i < m->n; i++) {
		struct model *k = &m->model[i];
		free(k->names.name);
		free(k->names.slot);
		free(k->port);
		free(k->pin);
		free(k->inst);
		free(k->joint);
	}
	free(m->model);
	free(m->text);
	free(m);
}

/* ------------------------------------------------------------------------
 * Flat */

static uint32_t root(struct netlist *n, uint32_t net)
{
	while (n->same[net] != net)
		net = n->same[net] = n->same[n->same[net]];
	return net;
}

/* The lower number stays: constants win. */
static void join(struct netlist *n, uint32_t a, uint32_t b)
{
	a = root(n, a);
	b = root(n, b);
	if (a < b)
		n->same[b] = a;
	else
		n->same[a] = b;
}

static uint32_t new_nets(struct netlist *n, uint32_t count)
{
	uint32_t first = n->n_nets;

	n->same = mem_grow(n->same, (size_t)first + count, sizeof *n->same);
	for (uint32_t i = 0; i < count; i++)
		n->same[first + i] = first + i;
	n->n_nets += count;
	return first;
}

/* The last part of a module's name, without parameters:
 * $paramod$HASH\name, $paramod\name\P=... */
static void plain_name(const char *module, char *to, size_t size)
{
	const char *at = module;

	if (strncmp(at, "$paramod", 8) == 0 && strchr(at, '\\'))
		at = strchr(at, '\\') + 1;
	snprintf(to, size, "%.*s", (int)strcspn(at, "\\"), at);
}

static int class_of(struct netlist *n, const char *module)
{
	char name[CELL_NAME];

	plain_name(module, name, sizeof name);
	for (int i = 0; i < n->n_classes; i++)
		if (strcmp(n->cls[i], name) == 0)
			return i;
	if (n->n_classes == NETLIST_CLASSES)
		return NETLIST_CLASSES - 1;
	memcpy(n->cls[n->n_classes], name, sizeof name);
	return n->n_classes++;
}

struct place {
	struct netlist *n;
	const struct model *model;
	const uint32_t *net; /* of its locals */
	const char *path;
	int cls, depth;
};

static uint32_t pin_net(const struct place *p, const struct instance *i,
                        const char *formal)
{
	for (uint32_t k = 0; k < i->n_pins; k++)
		if (strcmp(p->model->pin[i->pin + k].formal, formal) == 0)
			return p->net[p->model->pin[i->pin + k].local];
	return NET_NONE;
}

static void place_cell(const struct place *p, const struct instance *i,
                       const struct cell *cell)
{
	struct netlist *n = p->n;
	uint32_t pins = (uint32_t)cell->n_pins;

	if (n->n_cells == n->cap_cells) {
		n->cap_cells = n->cap_cells ? 2 * n->cap_cells : 4096;
		n->cell = mem_grow(n->cell, n->cap_cells, sizeof *n->cell);
	}
	if (n->n_pins + pins > n->cap_pins) {
		n->cap_pins = 2 * (n->cap_pins + pins) + 4096;
		n->net = mem_grow(n->net, n->cap_pins, sizeof *n->net);
	}
	n->cell[n->n_cells++] = (struct netlist_cell){cell, p->cls, n->n_pins};
	for (uint32_t k = 0; k < pins; k++)
		n->net[n->n_pins++] = pin_net(p, i, cell->pin[k].name);
}

/* name[0], name[1], ... as far as they are there; one bit may have no index. */
static uint32_t *vector(const struct place *p, const struct instance *i,
                        const char *name, int *bits)
{
	uint32_t *to = mem_zero(i->n_pins + 1, sizeof *to);
	char formal[64];

	for (*bits = 0;; ++*bits) {
		snprintf(formal, sizeof formal, "%s[%d]", name, *bits);
		to[*bits] = pin_net(p, i, formal);
		if (to[*bits] == NET_NONE)
			break;
	}
	if (*bits == 0 && (to[0] = pin_net(p, i, name)) != NET_NONE)
		*bits = 1;
	return to;
}

static bool place_ram(const struct place *p, const struct instance *i)
{
	struct netlist *n = p->n;
	struct netlist_ram r = {.path = mem_str(p->path)};
	int bits[5];

	r.raddr = vector(p, i, "RD_ADDR", &bits[0]);
	r.waddr = vector(p, i, "WR_ADDR", &bits[1]);
	r.rdata = vector(p, i, "RD_DATA", &bits[2]);
	r.wdata = vector(p, i, "WR_DATA", &bits[3]);
	r.wen = vector(p, i, "WR_EN", &bits[4]);
	r.addr_bits = bits[0];
	r.data_bits = bits[2];
	n->ram = mem_grow(n->ram, (size_t)n->n_rams + 1, sizeof *n->ram);
	n->ram[n->n_rams++] = r;
	return bits[0] > 0 && bits[0] < 28 && bits[0] == bits[1] &&
	       bits[2] > 0 && bits[2] == bits[3] && bits[2] == bits[4];
}

static bool place_model(struct netlist *n, struct model *model,
                        const uint32_t *net, const char *path, int depth,
                        struct err *err);

static bool place_below(const struct place *p, const struct instance *i,
                        struct model *below, struct err *err)
{
	struct buf path = {0};
	uint32_t *net = mem_zero(below->names.n, sizeof *net);

	for (uint32_t k = 0; k < i->n_pins; k++) {
		const struct pin *pin = &p->model->pin[i->pin + k];
		const uint32_t *s = slot_of(&below->names, pin->formal);
		if (*s)
			net[*s - 1] = p->net[pin->local];
	}
	buf_printf(&path, "%s%s.", p->path, i->name);
	bool ok = place_model(p->n, below, net, path.data, p->depth + 1, err);
	buf_free(&path);
	free(net);
	return ok;
}

static struct model *model_of(const struct models *m, const char *name)
{
	for (int i = 0; i < m->n; i++)
		if (strcmp(m->model[i].name, name) == 0)
			return &m->model[i];
	return NULL;
}

/* The first whose name without parameters is that. */
static struct model *top_of(const struct models *m, const char *top)
{
	char name[CELL_NAME];

	for (int i = 0; i < m->n; i++) {
		plain_name(m->model[i].name, name, sizeof name);
		if (strcmp(name, top) == 0)
			return &m->model[i];
	}
	return NULL;
}

static bool place_instance(const struct place *p, const struct instance *i,
                           struct err *err)
{
	const struct cell *cell = cells_find(p->n->models->cells, i->type);
	if (cell) {
		place_cell(p, i, cell);
		return true;
	}
	if (strcmp(i->type, "$mem_v2") == 0)
		return place_ram(p, i) ||
		       err_set(err, ERR_DATA,
		               "%s%s: not a memory with a port for reading and "
		               "one for writing",
		               p->path, i->name);
	struct model *below = model_of(p->n->models, i->type);
	if (!below || p->depth == MAX_DEPTH)
		return err_set(err, ERR_DATA, "%s%s: %s is no cell or module",
		               p->path, i->name, i->type);
	return place_below(p, i, below, err);
}

/* net: of the ports' locals; NET_NONE elsewhere. */
static bool place_model(struct netlist *n, struct model *model,
                        const uint32_t *bound, const char *path, int depth,
                        struct err *err)
{
	const uint32_t locals = model->names.n;
	uint32_t *net = mem_zero(locals, sizeof *net);
	uint32_t first = new_nets(n, locals);
	struct place p = {n, model, net, path, class_of(n, model->name), depth};
	bool ok = true;

	for (uint32_t i = 0; i < locals; i++)
		net[i] = bound && bound[i] != NET_NONE ? bound[i] : first + i;
	net[0] = net[1] = NET_LOW;
	net[2] = NET_HIGH;
	for (uint32_t i = 0; i < model->n_joints; i++)
		join(n, net[model->joint[i].a], net[model->joint[i].b]);
	for (uint32_t i = 0; ok && i < model->n_inst; i++)
		ok = place_instance(&p, &model->inst[i], err);
	if (depth == 0) {
		n->port = mem_zero(model->n_ports, sizeof *n->port);
		for (uint32_t i = 0; i < model->n_ports; i++) {
			uint32_t k = model->port[i];
			n->port[n->n_ports++] = (struct netlist_port){
			        model->names.name[k], net[k]};
		}
	}
	free(net);
	return ok;
}

static void roots(struct netlist *n, uint32_t *net, int count)
{
	for (int i = 0; i < count; i++)
		net[i] = root(n, net[i]);
}

static void resolve(struct netlist *n)
{
	roots(n, n->net, (int)n->n_pins);
	for (int i = 0; i < n->n_ports; i++)
		roots(n, &n->port[i].net, 1);
	for (int i = 0; i < n->n_rams; i++) {
		struct netlist_ram *r = &n->ram[i];
		roots(n, r->raddr, r->addr_bits);
		roots(n, r->waddr, r->addr_bits);
		roots(n, r->rdata, r->data_bits);
		roots(n, r->wdata, r->data_bits);
		roots(n, r->wen, r->data_bits);
	}
}

bool netlist_read(struct netlist *n, const char *path, const char *top,
                  const struct cells *cells, struct err *err)
{
	*n = (struct netlist){.models = mem_zero(1, sizeof *n->models)};
	n->models->cells = cells;
	new_nets(n, NET_FIRST);
	if (!read_models(n->models, path, err))
		return false;
	struct model *model = top_of(n->models, top);
	if (!model)
		return err_at(err, (struct src){path, 0}, "has no module %s",
		              top);
	if (!place_model(n, model, NULL, "", 0, err))
		return false;
	resolve(n);
	return true;
}

void netlist_free(struct netlist *n)
{
	for (int i = 0; i < n->n_rams; i++) {
		struct netlist_ram *r = &n->ram[i];
		free(r->path);
		free(r->raddr);
		free(r->rdata);
		free(r->waddr);
		free(r->wdata);
		free(r->wen);
	}
	free(n->ram);
	free(n->cell);
	free(n->net);
	free(n->port);
	free(n->same);
	if (n->models)
		free_models(n->models);
	*n = (struct netlist){0};
}

uint32_t netlist_port(const struct netlist *n, const char *name)
{
	for (int i = 0; i < n->n_ports; i++)
		if (strcmp(n->port[i].name, name) == 0)
			return n->port[i].net;
	return NET_NONE;
}
