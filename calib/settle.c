/* settle: see settle.h. */
#include "calib/settle_ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/libtree.h"

/* ------------------------------------------------------------------------
 * From cells */

struct inputs {
	const char *name[LOGIC_INPUTS];
	uint32_t net[LOGIC_INPUTS];
	int n;
};

static bool inputs_of(const struct netlist *n, const struct netlist_cell *c,
                      const char *without, struct inputs *in)
{
	*in = (struct inputs){0};
	for (int i = 0; i < LOGIC_INPUTS; i++)
		in->net[i] = NET_LOW;
	for (int i = 0; i < c->cell->n_pins; i++) {
		const struct cell_pin *p = &c->cell->pin[i];
		uint32_t net = n->net[c->pin + (uint32_t)i];
		if (p->out || strcmp(p->name, without) == 0)
			continue;
		if (in->n == LOGIC_INPUTS)
			return false;
		in->name[in->n] = p->name;
		in->net[in->n++] = net == NET_NONE ? NET_LOW : net;
	}
	return true;
}

static bool add_gate(struct settle *s, const struct netlist_cell *c)
{
	struct inputs in;

	if (!inputs_of(s->n, c, "", &in))
		return false;
	for (int i = 0; i < c->cell->n_pins; i++) {
		const struct cell_pin *p = &c->cell->pin[i];
		uint32_t net = s->n->net[c->pin + (uint32_t)i];
		if (!p->out || net == NET_NONE)
			continue;
		struct settle_op *op = &s->op[s->n_ops++];
		*op = (struct settle_op){.out = net,
		                         .pin = c->pin + (uint32_t)i,
		                         .ram = -1,
		                         .wide = in.n > 4};
		memcpy(op->in, in.net, sizeof op->in);
		if (!logic_table(p->function, in.name, in.n, &op->table))
			return false;
	}
	return true;
}

static bool add_flop(struct settle *s, const struct netlist_cell *c,
                     const struct lib_node *ff)
{
	const char *clock = libtree_text(ff, "clocked_on");
	char state[CELL_NAME] = "";
	struct inputs in;
	uint32_t net = NET_NONE;

	sscanf(ff->text, " %31[^, ]", state);
	if (*libtree_text(ff, "clear") || *libtree_text(ff, "preset") ||
	    !inputs_of(s->n, c, clock, &in))
		return false;
	struct settle_flop *f = &s->flop[s->n_flops++];
	*f = (struct settle_flop){0};
	memcpy(f->in, in.net, sizeof f->in);
	for (int i = 0; i < c->cell->n_pins; i++) {
		const struct cell_pin *p = &c->cell->pin[i];
		uint32_t at = s->n->net[c->pin + (uint32_t)i];
		if (strcmp(p->name, clock) == 0)
			net = at;
		else if (p->out)
			*(strcmp(p->function, state) == 0 ? &f->q : &f->qn) =
			        at;
	}
	if (s->clock == NET_NONE)
		s->clock = net;
	return net != NET_NONE && net == s->clock &&
	       logic_table(libtree_text(ff, "next_state"), in.name, in.n,
	                   &f->table);
}

static bool add_cell(struct settle *s, const struct netlist_cell *c,
                     struct err *err)
{
	const struct lib_node *node = c->cell->node;
	const struct lib_node *ff = libtree_next(node, NULL, "ff");
	bool ok = !libtree_next(node, NULL, "latch") &&
	          !libtree_next(node, NULL, "statetable") &&
	          (ff ? add_flop(s, c, ff) : add_gate(s, c));

	return ok || err_set(err, ERR_DATA,
	                     "cell %s in %s: no gate or flip-flop of one clock "
	                     "that can be simulated",
	                     c->cell->name, s->n->cls[c->cls]);
}

/* ------------------------------------------------------------------------
 * Order: Kahn's algorithm over the nets that operations drive. */

struct order {
	struct settle *s;
	struct settle_readers r;
	uint32_t *waits; /* by operation: inputs yet to settle */
	uint32_t *ready, n_ready;
};

static const uint32_t *inputs(const struct settle *s,
                              const struct settle_op *op, int *n)
{
	if (op->ram < 0) {
		*n = LOGIC_INPUTS;
		return op->in;
	}
	*n = s->n->ram[op->ram].addr_bits;
	return s->n->ram[op->ram].raddr;
}

static const uint32_t *outputs(const struct settle *s,
                               const struct settle_op *op, int *n)
{
	if (op->ram < 0) {
		*n = 1;
		return &op->out;
	}
	*n = s->n->ram[op->ram].data_bits;
	return s->n->ram[op->ram].rdata;
}

struct settle_readers settle_find_readers(const struct settle *s)
{
	const size_t nets = (size_t)s->n->n_nets + 2;
	struct settle_readers r = {.first = mem_zero(nets, sizeof *r.first)};
	uint32_t *at = mem_zero(nets, sizeof *at);
	size_t total = 0;
	int k;

	for (uint32_t i = 0; i < s->n_ops; i++) {
		const uint32_t *in = inputs(s, &s->op[i], &k);
		for (total += (size_t)k; k--;)
			r.first[in[k] + 1]++;
	}
	for (uint32_t i = 0; i < s->n->n_nets; i++)
		r.first[i + 1] += r.first[i];
	r.reader = mem_zero(total, sizeof *r.reader);
	memcpy(at, r.first, nets * sizeof *at);
	for (uint32_t i = 0; i < s->n_ops; i++) {
		const uint32_t *in = inputs(s, &s->op[i], &k);
		while (k--)
			r.reader[at[in[k]]++] = i;
	}
	free(at);
	return r;
}

static void find_waits(struct order *o)
{
	const struct settle *s = o->s;
	uint8_t *driven = mem_zero(s->n->n_nets, 1);
	int k;

	for (uint32_t i = 0; i < s->n_ops; i++) {
		const uint32_t *out = outputs(s, &s->op[i], &k);
		while (k--)
			driven[out[k]] = 1;
	}
	for (uint32_t i = 0; i < s->n_ops; i++) {
		const uint32_t *in = inputs(s, &s->op[i], &k);
		while (k--)
			o->waits[i] += driven[in[k]];
		if (o->waits[i] == 0)
			o->ready[o->n_ready++] = i;
	}
	free(driven);
}

static void walk_order(struct order *o)
{
	const struct settle *s = o->s;
	int k;

	for (uint32_t i = 0; i < o->n_ready; i++) {
		const uint32_t *out = outputs(s, &s->op[o->ready[i]], &k);
		while (k--)
			for (uint32_t r = o->r.first[out[k]];
			     r < o->r.first[out[k] + 1]; r++)
				if (--o->waits[o->r.reader[r]] == 0)
					o->ready[o->n_ready++] = o->r.reader[r];
	}
}

static bool sort_ops(struct settle *s, struct err *err)
{
	struct order o = {.s = s,
	                  .r = settle_find_readers(s),
	                  .waits = mem_zero(s->n_ops, sizeof *o.waits),
	                  .ready = mem_zero(s->n_ops, sizeof *o.ready)};

	find_waits(&o);
	walk_order(&o);
	struct settle_op *sorted = mem_zero(s->n_ops, sizeof *sorted);
	for (uint32_t i = 0; i < o.n_ready; i++)
		sorted[i] = s->op[o.ready[i]];
	free(s->op);
	s->op = sorted;
	free(o.r.first);
	free(o.r.reader);
	free(o.waits);
	free(o.ready);
	return o.n_ready == s->n_ops ||
	       err_set(err, ERR_DATA,
	               "the netlist has a loop without a "
	               "flip-flop in it");
}

bool settle_open(struct settle *s, const struct netlist *n, struct err *err)
{
	*s = (struct settle){.n = n};
	s->value = mem_zero(n->n_nets, 1);
	s->count = mem_zero(n->n_nets, sizeof *s->count);
	s->op = mem_zero((size_t)n->n_pins + (size_t)n->n_rams, sizeof *s->op);
	s->flop = mem_zero(n->n_cells, sizeof *s->flop);
	s->ram = mem_zero((size_t)n->n_rams, sizeof *s->ram);
	for (uint32_t i = 0; i < n->n_cells; i++)
		if (!add_cell(s, &n->cell[i], err))
			return false;
	for (int i = 0; i < n->n_rams; i++) {
		s->op[s->n_ops++] = (struct settle_op){.ram = (int16_t)i};
		s->ram[i] = mem_zero((size_t)1 << n->ram[i].addr_bits,
		                     (size_t)n->ram[i].data_bits);
	}
	return sort_ops(s, err);
}

void settle_close(struct settle *s)
{
	for (int i = 0; s->ram && i < s->n->n_rams; i++)
		free(s->ram[i]);
	free(s->ram);
	free(s->value);
	free(s->count);
	free(s->op);
	free(s->flop);
	*s = (struct settle){0};
}

/* ------------------------------------------------------------------------
 * Running */

void settle_reset(struct settle *s)
{
	const struct netlist *n = s->n;

	memset(s->value, 0, n->n_nets);
	memset(s->count, 0, n->n_nets * sizeof *s->count);
	s->value[NET_HIGH] = 1;
	s->counting = false;
	for (int i = 0; i < n->n_rams; i++)
		memset(s->ram[i], 0,
		       ((size_t)1 << n->ram[i].addr_bits) *
		               (size_t)n->ram[i].data_bits);
	for (uint32_t i = 0; i < s->n_flops; i++)
		if (s->flop[i].qn)
			s->value[s->flop[i].qn] = 1;
}

static void change(struct settle *s, uint32_t net, uint8_t value)
{
	s->count[net] += s->counting && s->value[net] != value;
	s->value[net] = value;
}

void settle_set(struct settle *s, uint32_t net, bool value)
{
	if (net >= NET_FIRST)
		change(s, net, value);
}

static size_t number(const struct settle *s, const uint32_t *net, int bits)
{
	size_t v = 0;

	while (bits--)
		v = v << 1 | s->value[net[bits]];
	return v;
}

static void read_ram(struct settle *s, int i)
{
	const struct netlist_ram *r = &s->n->ram[i];
	const uint8_t *word = s->ram[i] + number(s, r->raddr, r->addr_bits) *
	                                          (size_t)r->data_bits;

	for (int k = 0; k < r->data_bits; k++)
		change(s, r->rdata[k], word[k]);
}

static void write_ram(struct settle *s, int i)
{
	const struct netlist_ram *r = &s->n->ram[i];
	uint8_t *word = s->ram[i] + number(s, r->waddr, r->addr_bits) *
	                                    (size_t)r->data_bits;

	for (int k = 0; k < r->data_bits; k++)
		if (s->value[r->wen[k]])
			word[k] = s->value[r->wdata[k]];
}

void settle_nets(struct settle *s)
{
	const uint32_t one = s->counting;
	uint8_t *v = s->value;

	for (const struct settle_op *op = s->op; op < s->op + s->n_ops; op++) {
		if (op->ram >= 0) {
			read_ram(s, op->ram);
			continue;
		}
		uint8_t new = op->table >> settle_row(v, op->in, op->wide) & 1;
		if (new != v[op->out]) {
			v[op->out] = new;
			s->count[op->out] += one;
		}
	}
}

void settle_clock(struct settle *s)
{
	for (uint32_t i = 0; i < s->n_flops; i++) {
		struct settle_flop *f = &s->flop[i];
		f->next = f->table >> settle_row(s->value, f->in, true) & 1;
	}
	for (int i = 0; i < s->n->n_rams; i++)
		write_ram(s, i);
	for (uint32_t i = 0; i < s->n_flops; i++) {
		const struct settle_flop *f = &s->flop[i];
		if (f->q)
			change(s, f->q, f->next);
		if (f->qn)
			change(s, f->qn, !f->next);
	}
	s->count[s->clock] += 2 * s->counting;
}
