/* reference_move: operators that only move elements, of any type. */
#include <string.h>
#include "compiler/reference.h"
#include "compiler/shape.h"

bool ref_reshape(struct run *r, const struct node *n)
{
	memcpy(ref_result(r, n), ref_data(r, n, 0),
	       (size_t)ref_out(r, n)->bytes);
	return true;
}

/* What padding holds, in the bytes of an element. */
static bool pad_value(struct run *r, const struct node *n, void *value)
{
	const struct tensor *out = ref_out(r, n), *v = ref_in(r, n, 2);
	if (out->type == DT_U8 || out->type == DT_I64 || out->type == DT_BOOL)
		return graph_refuse(r->g, n, r->err, "%s is not supported",
		                    dtype_name[out->type]);
	memset(value, 0, 8);
	if (out->type == DT_I8 && !ref_one_scale(r, n, 1))
		return false;
	if (!v) {
		if (out->type == DT_I8)
			memset(value, (int)(out->zero[0] & 0xff), 1);
		return true;
	}
	if (out->type == DT_I8 && (v->nq != 1 || v->scale[0] != out->scale[0] ||
	                           v->zero[0] != out->zero[0]))
		return ref_refuse(r, n,
		                  "the value must have the output's "
		                  "quantization");
	memcpy(value, ref_data(r, n, 2), dtype_bytes(v->type));
	return true;
}

bool ref_pad(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const int32_t *pad = ref_data(r, n, 1);
	const size_t size = dtype_bytes(in->type);
	const char *from = ref_data(r, n, 0);
	char *to = ref_result(r, n), value[8];
	if (!pad_value(r, n, value))
		return false;

	for (int32_t i = 0; i < out->n; i++) {
		int32_t rest = i, at = 0, step = 1;
		bool inside = true;
		for (int k = out->rank - 1; k >= 0; k--) {
			const int32_t x = rest % out->dim[k] - pad[2 * k];
			inside = inside && x >= 0 && x < in->dim[k];
			if (inside)
				at += x * step;
			step *= in->dim[k];
			rest /= out->dim[k];
		}
		memcpy(to + (size_t)i * size,
		       inside ? from + (size_t)at * size : value, size);
	}
	return true;
}

static bool same_quantization(const struct tensor *a, const struct tensor *b)
{
	return a->nq == b->nq && (a->nq == 0 || (a->scale[0] == b->scale[0] &&
	                                         a->zero[0] == b->zero[0]));
}

bool ref_concat(struct run *r, const struct node *n)
{
	const struct tensor *out = ref_out(r, n);
	const int axis = concat_axis(r->g, n);
	size_t inner = dtype_bytes(out->type), outer = 1, done = 0;
	if (n->opt.act)
		return graph_refuse(r->g, n, r->err,
		                    "activation %d is not supported",
		                    n->opt.act);
	for (int k = 0; k < out->rank; k++)
		*(k < axis ? &outer : &inner) *=
		        k == axis ? 1 : (size_t)out->dim[k];
	const size_t row = (size_t)out->dim[axis] * inner;

	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *in = ref_in(r, n, i);
		const size_t part = (size_t)in->dim[axis] * inner;
		if (!same_quantization(in, out))
			return graph_refuse(r->g, n, r->err,
			                    "input %d is quantized otherwise "
			                    "than the output",
			                    i);
		for (size_t k = 0; k < outer; k++)
			memcpy((char *)ref_result(r, n) + k * row + done,
			       (const char *)ref_data(r, n, i) + k * part,
			       part);
		done += part;
	}
	return true;
}

/* Copy the output's elements in order; element i of the output comes from
 * sum over axes of (start + step * index) in the input. */
struct walk {
	int rank;
	int32_t dim[MAX_RANK];
	int64_t start, step[MAX_RANK];
};

static void walk_copy(struct run *r, const struct node *n, const struct walk *w)
{
	const size_t size = dtype_bytes(ref_out(r, n)->type);
	const char *from = ref_data(r, n, 0);
	char *to = ref_result(r, n);
	for (int32_t i = 0; i < ref_out(r, n)->n; i++) {
		int64_t at = w->start;
		int32_t rest = i;
		for (int k = w->rank - 1; k >= 0; k--) {
			at += rest % w->dim[k] * w->step[k];
			rest /= w->dim[k];
		}
		memcpy(to + (size_t)i * size, from + (size_t)at * size, size);
	}
}

bool ref_slice(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0);
	struct walk w = {.rank = in->rank};
	int64_t stride = 1;
	for (int k = in->rank - 1; k >= 0; k--) {
		const struct slice s = slice_axis(r->g, n, k);
		w.dim[k] = s.count;
		w.start += s.start * stride;
		w.step[k] = s.step * stride;
		stride *= in->dim[k];
	}
	walk_copy(r, n, &w);
	return true;
}

bool ref_transpose(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const int32_t *perm = ref_data(r, n, 1);
	int64_t stride[MAX_RANK];
	int64_t product = 1;
	for (int k = in->rank - 1; k >= 0; k--) {
		stride[k] = product;
		product *= in->dim[k];
	}
	struct walk w = {.rank = out->rank};
	for (int k = 0; k < out->rank; k++) {
		w.dim[k] = out->dim[k];
		w.step[k] = stride[perm[k]];
	}
	walk_copy(r, n, &w);
	return true;
}
