/* fuse: an ADD becomes part of the convolution that makes one of its operands:
 * the sum leaves the array instead of the operand (PLUS in
 * docs/accelerator.md), and the ADD's time and traffic are gone. */
#include "compiler/ir.h"

#include <string.h>

/* The last op that writes tensor `t`; -1: none. *n: how many do. */
static int maker_of(const struct lowered *l, int t, int *n)
{
	int maker = -1;

	*n = 0;
	for (int i = 0; i < l->n_ops; i++)
		if (l->op[i].out == t) {
			maker = i;
			++*n;
		}
	return maker;
}

static int uses_of(const struct lowered *l, int t)
{
	int n = 0;

	for (int i = 0; i < l->n_ops; i++)
		for (int j = 0; j < l->op[i].n_in; j++)
			n += l->op[i].in[j] == t;
	for (int i = 0; i < l->g->n_outputs; i++)
		n += l->root[l->g->output[i]] == t;
	return n;
}

/* Are the inputs of op `i` there before op `at` runs? */
static bool ready_before(const struct lowered *l, int i, int at)
{
	int n;

	for (int j = 0; j < l->op[i].n_in; j++)
		if (maker_of(l, l->op[i].in[j], &n) >= at)
			return false;
	return true;
}

/* The convolution that makes operand `side` of the ADD, if the ADD can go into
 * it; else -1. The other operand must be there before, or it can be: its op
 * moves. */
static int host_of(const struct lowered *l, const struct op *add, int side)
{
	int other = add->in[1 - side], n, n_other;
	int i = maker_of(l, add->in[side], &n);
	int before = maker_of(l, other, &n_other);

	if (i < 0 || n != 1 || uses_of(l, add->in[side]) != 1)
		return -1;
	const struct op *op = &l->op[i];
	const struct array_op *a = &op->array;
	const struct window *w = &a->win;
	if (op->unit != UNIT_ARRAY || a->opcode != OP_CONV || a->plus ||
	    op->in[0] == other || l->g->tensor[other].data ||
	    (int64_t)w->n * w->oh * w->ow * w->oc != add->array.n)
		return -1;
	if (before > i && (n_other != 1 || !ready_before(l, before, i)))
		return -1;
	return i;
}

/* Array steps for an output: while they go on, the sums before leave, and that
 * takes four times as long with an ADD. */
static int64_t steps_of(const struct op *op)
{
	const struct window *w = &op->array.win;

	return (int64_t)w->kh * w->kw * w->ic;
}

/* Op number `from` to place `to` before it. */
static void move_up(struct lowered *l, int from, int to)
{
	struct op op = l->op[from];

	memmove(&l->op[to + 1], &l->op[to], (size_t)(from - to) * sizeof(op));
	l->op[to] = op;
}

static void fuse(struct lowered *l, int host, int add, int side)
{
	struct op *op = &l->op[host], *sum = &l->op[add];
	const struct array_op *a = &sum->array;
	struct plus *p = arena_zero(&l->arena, 1, sizeof(*p));

	l->layer[sum->layer].unit = "fused";
	*p = (struct plus){.zp = a->zp, .qmin = a->qmin, .qmax = a->qmax};
	for (int i = 0; i < 3; i++) {
		int from = i == 2 ? 2 : i ^ side;
		p->bias[i] = a->bias[from];
		p->mult[i] = a->mult[from];
		p->shift[i] = a->shift[from];
	}
	int n, before = maker_of(l, sum->in[1 - side], &n);
	op->array.plus = p;
	op->in[1] = sum->in[1 - side];
	op->n_in = 2;
	op->out = sum->out;
	l->n_ops--;
	memmove(sum, sum + 1, (size_t)(l->n_ops - add) * sizeof(*sum));
	if (before > host)
		move_up(l, before, host);
}

void fuse_adds(struct lowered *l)
{
	for (int i = 0; i < l->n_ops; i++) {
		const struct op *op = &l->op[i];
		if (op->unit != UNIT_ARRAY || op->array.opcode != OP_ADD ||
		    op->in[0] == op->in[1])
			continue;
		int host[2] = {host_of(l, op, 0), host_of(l, op, 1)};
		if (host[0] < 0 && host[1] < 0)
			continue;
		int side = host[0] < 0 ||
		           (host[1] >= 0 && steps_of(&l->op[host[1]]) >
		                                    steps_of(&l->op[host[0]]));
		fuse(l, host[side], i, side);
		i--;
	}
}
