/* lower_move: operators that only carry elements, as strided copies. */
#include "compiler/ir.h"

#include "compiler/shape.h"

/* The axes of a copy, innermost first; steps in bytes. What lies one behind the
 * other in both tensors is one axis, or part of the run. */
struct copy {
	int64_t run; /* bytes */
	int n;
	struct {
		int64_t dim, in, out;
	} axis[MAX_RANK];
};

static void add_axis(struct copy *c, int64_t dim, int64_t in, int64_t out)
{
	if (dim == 1)
		return;
	if (c->n == 0 && in == c->run && out == c->run) {
		c->run *= dim;
		return;
	}
	if (c->n && in == c->axis[c->n - 1].dim * c->axis[c->n - 1].in &&
	    out == c->axis[c->n - 1].dim * c->axis[c->n - 1].out) {
		c->axis[c->n - 1].dim *= dim;
		return;
	}
	c->axis[c->n].dim = dim;
	c->axis[c->n].in = in;
	c->axis[c->n++].out = out;
}

/* From input `i`; in_at, out_at: bytes to the first run. */
static bool add_move(struct lowered *l, const struct node *n, int i,
                     const struct copy *c, int64_t in_at, int64_t out_at,
                     struct err *err)
{
	struct k_move k = {.in_at = (int32_t)in_at,
	                   .out_at = (int32_t)out_at,
	                   .run = (int32_t)c->run};

	if (c->n > MOVE_AXES)
		return lower_error(l, n, err,
		                   "%d axes that move apart; %d at "
		                   "most",
		                   c->n, MOVE_AXES);
	for (int a = 0; a < MOVE_AXES; a++) {
		int at = MOVE_AXES - 1 - a;
		k.dim[at] = a < c->n ? (int32_t)c->axis[a].dim : 1;
		k.in_step[at] = a < c->n ? (int32_t)c->axis[a].in : 0;
		k.out_step[at] = a < c->n ? (int32_t)c->axis[a].out : 0;
	}
	struct op *op = lower_cpu_op(l, n, KERNEL_MOVE, 0);
	op->n_in = 1;
	op->in[0] = l->root[n->in[i]];
	op->cpu.k.move = k;
	return true;
}

bool lower_slice(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0);
	int64_t size = (int64_t)dtype_bytes(in->type), to = size, start = 0;
	struct copy c = {.run = size};

	for (int k = in->rank - 1; k >= 0; k--) {
		struct slice s = slice_axis(l->g, n, k);
		start += s.start * size;
		add_axis(&c, s.count, s.step * size, to);
		size *= in->dim[k];
		to *= s.count;
	}
	return add_move(l, n, 0, &c, start, 0, err);
}

bool lower_transpose(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	const int32_t *perm = lower_in(l, n, 1)->data;
	int64_t size = (int64_t)dtype_bytes(in->type), to = size;
	int64_t step[MAX_RANK];
	struct copy c = {.run = size};

	for (int k = in->rank - 1; k >= 0; k--) {
		step[k] = size;
		size *= in->dim[k];
	}
	for (int k = out->rank - 1; k >= 0; k--) {
		add_axis(&c, out->dim[k], step[perm[k]], to);
		to *= out->dim[k];
	}
	return add_move(l, n, 0, &c, 0, 0, err);
}

static bool same_quantization(const struct tensor *a, const struct tensor *b)
{
	return a->nq == b->nq && (a->nq == 0 || (a->scale[0] == b->scale[0] &&
	                                         a->zero[0] == b->zero[0]));
}

/* An op for each input: rows of it go between the others'. */
bool lower_concat(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *out = lower_out(l, n);
	int axis = concat_axis(l->g, n);
	int64_t size = (int64_t)dtype_bytes(out->type), inner = size, done = 0;

	if (n->opt.act)
		return lower_error(l, n, err, "activation %d is not supported",
		                   n->opt.act);
	for (int k = axis + 1; k < out->rank; k++)
		inner *= out->dim[k];
	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *in = lower_in(l, n, i);
		if (!same_quantization(in, out))
			return lower_error(l, n, err,
			                   "input %d is quantized otherwise "
			                   "than the output",
			                   i);
		int64_t part = in->dim[axis] * inner;
		struct copy c = {.run = part};
		add_axis(&c, in->bytes / part, part, out->dim[axis] * inner);
		if (!add_move(l, n, i, &c, 0, done, err))
			return false;
		done += part;
	}
	return true;
}

/* Output (y, by, x, bx, c) is input (y, x, by, bx, c). */
bool lower_depth_to_space(struct lowered *l, const struct node *n,
                          struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	int64_t size = (int64_t)dtype_bytes(in->type);
	int64_t b = n->opt.block, cell = out->dim[3] * size, w = in->dim[2];
	struct copy c = {.run = cell};

	add_axis(&c, b, cell, cell);
	add_axis(&c, w, b * b * cell, b * cell);
	add_axis(&c, b, b * cell, b * w * cell);
	add_axis(&c, (int64_t)in->dim[0] * in->dim[1], b * b * w * cell,
	         b * b * w * cell);
	return add_move(l, n, 0, &c, 0, 0, err);
}
