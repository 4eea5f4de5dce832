/* order: which CPU ops run while a job does. See ir.h.
 *
 * The ops are cut into groups that run one after the other; a group is ops of
 * the array, or of the CPU, or of both that do not need each other. What is cut
 * off for that from a job costs little, but not nothing: so where no group of
 * both is worth it, or the graph has none, the file's order stays.
 */
#include "compiler/ir.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
	MOST = 512, /* ops; larger networks stay as they are */
	WORTH = 400 /* estimated cycles, of the shorter side of a group */
};

/* Numbers of ops. */
struct set {
	uint64_t bits[MOST / 64];
};

struct order {
	struct lowered *l;
	struct set *before; /* per op: what must have ended */
	struct set done;
	struct op *to; /* in the new order */
	int n, groups;
};

static void put(struct set *s, int i)
{
	s->bits[i / 64] |= (uint64_t)1 << i % 64;
}

static bool has(const struct set *s, int i)
{
	return s->bits[i / 64] >> i % 64 & 1;
}

static bool is_empty(const struct set *s)
{
	static const struct set none;

	return memcmp(s, &none, sizeof(none)) == 0;
}

static void join(struct set *to, const struct set *from)
{
	for (int i = 0; i < MOST / 64; i++)
		to->bits[i] |= from->bits[i];
}

/* Does `b`, later in the file, need what `a` does, write what it reads, or
 * write another part of the same tensor? */
static bool needs(const struct op *b, const struct op *a)
{
	bool does = a->out == b->out;

	for (int i = 0; i < b->n_in; i++)
		does |= b->in[i] == a->out;
	for (int i = 0; i < a->n_in; i++)
		does |= a->in[i] == b->out;
	return does;
}

static void find_before(struct order *o)
{
	const struct op *op = o->l->op;

	for (int i = 0; i < o->l->n_ops; i++)
		for (int j = 0; j < i; j++)
			if (needs(&op[i], &op[j])) {
				put(&o->before[i], j);
				join(&o->before[i], &o->before[j]);
			}
}

/* Is there an op of the CPU and one of the array that do not need each other?
 */
static bool may_gain(const struct order *o)
{
	const struct op *op = o->l->op;

	for (int i = 0; i < o->l->n_ops; i++)
		for (int j = 0; j < i; j++)
			if (op[i].unit != op[j].unit && !has(&o->before[i], j))
				return true;
	return false;
}

/* ---- estimates ---- */

static int64_t array_cost(const struct lowered *l, const struct array_op *a)
{
	enum { BYTES = 8, MORE = 64 };
	const struct window *w = &a->shape;

	if (a->opcode == OP_ADD)
		return a->n + MORE;
	int64_t wgt = (int64_t)w->oc * w->kh * w->kw *
	              (a->opcode == OP_CONV ? w->ic : 1);
	int64_t macs = wgt * w->n * w->oh * w->ow;
	return macs / (l->d->rows * l->d->cols) + wgt / BYTES + MORE;
}

static int64_t cost(const struct lowered *l, const struct op *op)
{
	enum { PER_MAC = 4, PER_BYTE = 8, MORE = 64 };

	if (op->unit == UNIT_ARRAY)
		return array_cost(l, &op->array);
	return PER_MAC * l->layer[op->layer].macs +
	       PER_BYTE * (int64_t)l->g->tensor[op->out].bytes + MORE;
}

static int64_t cost_of(const struct lowered *l, const struct set *s)
{
	int64_t sum = 0;

	for (int i = 0; i < l->n_ops; i++)
		if (has(s, i))
			sum += cost(l, &l->op[i]);
	return sum;
}

/* ---- groups ---- */

/* Ops of `unit` that can run now, with others of it before them. */
static struct set ready(const struct order *o, enum unit unit)
{
	const struct lowered *l = o->l;
	struct set s = {{0}};

	for (int i = 0; i < l->n_ops; i++) {
		bool ok = l->op[i].unit == unit && !has(&o->done, i);
		for (int j = 0; j < i && ok; j++)
			ok = !has(&o->before[i], j) || has(&o->done, j) ||
			     l->op[j].unit == unit;
		if (ok)
			put(&s, i);
	}
	return s;
}

/* The first CPU op that has neither run nor is in `cpu`; -1: none. */
static int next_cpu(const struct order *o, const struct set *cpu)
{
	for (int i = 0; i < o->l->n_ops; i++)
		if (o->l->op[i].unit == UNIT_CPU && !has(&o->done, i) &&
		    !has(cpu, i))
			return i;
	return -1;
}

static struct set both(const struct set *a, const struct set *b)
{
	struct set s;

	for (int i = 0; i < MOST / 64; i++)
		s.bits[i] = a->bits[i] & b->bits[i];
	return s;
}

/* What of `array` goes beside `cpu`: what the CPU needs next, and more until
 * both take as long. */
static struct set job_beside(const struct order *o, const struct set *array,
                             const struct set *cpu)
{
	const struct lowered *l = o->l;
	int next = next_cpu(o, cpu);

	if (next < 0)
		return *array;
	struct set job = both(array, &o->before[next]);
	int64_t left = cost_of(l, cpu) - cost_of(l, &job);
	for (int i = 0; i < l->n_ops && left > 0; i++) {
		if (!has(array, i) || has(&job, i))
			continue;
		/* With what it needs: that comes before it. */
		put(&job, i);
		left -= cost(l, &l->op[i]);
	}
	return job;
}

/* What of `array` comes first, so that the rest can run beside the next CPU op;
 * all, if that gains little. */
static struct set job_before(const struct order *o, const struct set *array)
{
	const struct lowered *l = o->l;
	const struct set none = {{0}};
	int next = next_cpu(o, &none);

	if (next < 0)
		return *array;
	struct set first = both(array, &o->before[next]);
	int64_t rest = cost_of(l, array) - cost_of(l, &first);
	bool split = !is_empty(&first) && rest >= WORTH &&
	             cost(l, &l->op[next]) >= WORTH;
	return split ? first : *array;
}

/* Append the ops of `s`, in the file's order. */
static void append(struct order *o, const struct set *s, int beside)
{
	for (int i = 0; i < o->l->n_ops; i++)
		if (has(s, i)) {
			o->to[o->n] = o->l->op[i];
			o->to[o->n++].beside = beside;
		}
	join(&o->done, s);
}

static void next_group(struct order *o)
{
	const struct set array = ready(o, UNIT_ARRAY);
	const struct set cpu = ready(o, UNIT_CPU);
	struct set job;

	if (is_empty(&array)) {
		append(o, &cpu, 0);
		return;
	}
	if (is_empty(&cpu)) {
		job = job_before(o, &array);
		append(o, &job, 0);
		return;
	}
	job = job_beside(o, &array, &cpu);
	if (cost_of(o->l, &cpu) < WORTH) {
		append(o, &cpu, 0);
	} else if (cost_of(o->l, &job) < WORTH) {
		append(o, &job, 0);
	} else {
		o->groups++;
		append(o, &job, o->groups);
		append(o, &cpu, o->groups);
	}
}

bool order_beside(struct lowered *l)
{
	size_t n = (size_t)l->n_ops;
	struct order o = {.l = l};

	if (n == 0 || n > MOST)
		return false;
	o.before = mem_zero(n, sizeof(*o.before));
	find_before(&o);
	if (may_gain(&o)) {
		o.to = arena_zero(&l->arena, n, sizeof(*o.to));
		while (o.n < l->n_ops)
			next_group(&o);
	}
	free(o.before);
	if (o.groups)
		l->op = o.to;
	return o.groups > 0;
}

/* ---- lives ---- */

static void use(struct lowered *l, int t, int op)
{
	struct home *h = &l->home[l->root[t]];

	if (!h->used)
		*h = (struct home){.used = true, .first = op, .last = op};
	if (op < h->first)
		h->first = op;
	if (op > h->last)
		h->last = op;
}

/* The first (or last) op that runs at the same time as op `i`. */
static int beside(const struct lowered *l, int i, int step)
{
	int n = l->n_ops;

	if (i < 0 || i >= n || !l->op[i].beside)
		return i;
	while (i + step >= 0 && i + step < n &&
	       l->op[i + step].beside == l->op[i].beside)
		i += step;
	return i;
}

void order_lives(struct lowered *l)
{
	const struct graph *g = l->g;

	memset(l->home, 0, (size_t)g->n_tensors * sizeof(*l->home));
	for (int i = 0; i < g->n_inputs; i++)
		use(l, g->input[i], -1);
	for (int i = 0; i < l->n_ops; i++) {
		for (int j = 0; j < l->op[i].n_in; j++)
			use(l, l->op[i].in[j], i);
		use(l, l->op[i].out, i);
	}
	for (int i = 0; i < g->n_outputs; i++)
		use(l, g->output[i], l->n_ops);
	for (int t = 0; t < g->n_tensors; t++) {
		struct home *h = &l->home[t];
		h->from = beside(l, h->first, -1);
		h->to = beside(l, h->last, 1);
	}
}
