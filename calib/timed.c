/* timed: see timed.h. */
#include "calib/timed.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/settle_ops.h"

/* When something changes that is no gate's: what a memory and the world around
 * the accelerator take is not the library's. */
enum { OUTSIDE_PS = 100, MEMORY_PS = 700 };

/* Of an operation, or (op >= n_ops) of net op - n_ops. */
struct timed_event {
	uint32_t time, op, stamp;
};

/* ------------------------------------------------------------------------
 * A heap of events, the earliest first */

static bool before_of(const struct timed_event *a, const struct timed_event *b)
{
	return a->time != b->time ? a->time < b->time : a->op < b->op;
}

static void push(struct timed *t, struct timed_event e)
{
	size_t i = t->n_heap++;

	if (i == t->cap_heap) {
		t->cap_heap = 2 * i + 1024;
		t->heap = mem_grow(t->heap, t->cap_heap, sizeof *t->heap);
	}
	for (; i && before_of(&e, &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
		t->heap[i] = t->heap[(i - 1) / 2];
	t->heap[i] = e;
}

static struct timed_event pop(struct timed *t)
{
	const struct timed_event top = t->heap[0], last = t->heap[--t->n_heap];
	size_t i = 0;

	for (size_t k; (k = 2 * i + 1) < t->n_heap; i = k) {
		k += k + 1 < t->n_heap &&
		     before_of(&t->heap[k + 1], &t->heap[k]);
		if (!before_of(&t->heap[k], &last))
			break;
		t->heap[i] = t->heap[k];
	}
	t->heap[i] = last;
	return top;
}

/* ------------------------------------------------------------------------ */

static uint32_t ps_of(double ns)
{
	return ns > 0.001 ? (uint32_t)(ns * 1000 + 0.5) : 1;
}

/* Registers: the clock to their outputs. */
static void find_begins(struct timed *t, const double *delays)
{
	const struct netlist *n = t->s->n;

	for (uint32_t i = 0; i < n->n_nets; i++)
		t->begin[i] = OUTSIDE_PS;
	for (int i = 0; i < n->n_rams; i++)
		for (int k = 0; k < n->ram[i].data_bits; k++)
			t->begin[n->ram[i].rdata[k]] = MEMORY_PS;
	for (uint32_t i = 0; i < n->n_cells; i++)
		for (int k = 0; k < n->cell[i].cell->n_pins; k++) {
			uint32_t pin = n->cell[i].pin + (uint32_t)k;
			uint32_t net = n->net[pin];
			if (n->cell[i].cell->pin[k].out && !t->gate[net])
				t->begin[net] = ps_of(delays[pin]);
		}
}

void timed_open(struct timed *t, const struct settle *s, const double *delays)
{
	const uint32_t nets = s->n->n_nets;

	*t = (struct timed){.s = s,
	                    .readers = mem_zero(1, sizeof *t->readers),
	                    .delay = mem_zero(s->n_ops, sizeof *t->delay),
	                    .begin = mem_zero(nets, sizeof *t->begin),
	                    .stamp = mem_zero(s->n_ops, sizeof *t->stamp),
	                    .pending = mem_zero(s->n_ops, 1),
	                    .gate = mem_zero(nets, 1),
	                    .value = mem_zero(nets, 1),
	                    .count = mem_zero(nets, sizeof *t->count),
	                    .changed = mem_zero(nets, sizeof *t->changed)};
	*t->readers = settle_find_readers(s);
	for (uint32_t i = 0; i < s->n_ops; i++)
		if (s->op[i].ram < 0) {
			t->gate[s->op[i].out] = 1;
			t->delay[i] = ps_of(delays[s->op[i].pin]);
		}
	find_begins(t, delays);
}

void timed_close(struct timed *t)
{
	if (t->readers) {
		free(t->readers->first);
		free(t->readers->reader);
	}
	free(t->readers);
	free(t->delay);
	free(t->begin);
	free(t->stamp);
	free(t->pending);
	free(t->gate);
	free(t->value);
	free(t->count);
	free(t->changed);
	free(t->heap);
	*t = (struct timed){0};
}

/* An input of a gate has changed: its output will, or will not any more. */
static void look_at(struct timed *t, uint32_t i, uint32_t now)
{
	const struct settle_op *op = &t->s->op[i];

	if (op->ram >= 0)
		return;
	uint8_t want = op->table >> settle_row(t->value, op->in, op->wide) & 1;
	if (t->pending[i] != (want != t->value[op->out])) {
		t->pending[i] ^= 1;
		t->stamp[i]++;
		if (t->pending[i])
			push(t, (struct timed_event){now + t->delay[i], i,
			                             t->stamp[i]});
	}
}

/* All that changes at one time, then all that looks at it: a gate whose inputs
 * move together sees them once. */
static void step(struct timed *t)
{
	const struct settle_readers *r = t->readers;
	const uint32_t n_ops = t->s->n_ops, now = t->heap[0].time;
	uint32_t n = 0;

	while (t->n_heap && t->heap[0].time == now) {
		const struct timed_event e = pop(t);
		if (e.op < n_ops && t->stamp[e.op] != e.stamp)
			continue; /* undone */
		uint32_t net = e.op < n_ops ? t->s->op[e.op].out : e.op - n_ops;
		if (e.op < n_ops)
			t->pending[e.op] = 0;
		t->value[net] ^= 1;
		t->count[net]++;
		t->changed[n++] = net;
	}
	while (n--)
		for (uint32_t k = r->first[t->changed[n]];
		     k < r->first[t->changed[n] + 1]; k++)
			look_at(t, r->reader[k], now);
}

bool timed_edge(struct timed *t, const uint8_t *before)
{
	const struct settle *s = t->s;
	const uint32_t nets = s->n->n_nets;

	memcpy(t->value, before, nets);
	for (uint32_t i = 0; i < nets; i++)
		if (!t->gate[i] && before[i] != s->value[i])
			push(t, (struct timed_event){t->begin[i], s->n_ops + i,
			                             0});
	while (t->n_heap)
		step(t);
	return memcmp(t->value, s->value, nets) == 0;
}
