/* random_cpu: graphs of one operator of those that the CPU runs. See
 * random_graph.h.
 */
#ifndef TESTS_RANDOM_CPU_H
#define TESTS_RANDOM_CPU_H

#include "tests/unit/random_graph.h"

/* A tensor of up to 5 axes; zero point 0 where the type is int16. */
static inline struct tensor *rc_tensor(struct random_graph *r, enum dtype type,
                                       int rank, const int *dim)
{
	struct tensor *t = rg_tensor(r, type, 0, 0, 0, 0, 0);

	t->rank = rank;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dim[i];
		t->n *= dim[i];
	}
	t->bytes = t->n * (int32_t)dtype_bytes(type);
	rg_scales(r, t, 1, 0.1f, type == DT_I16 ? 0 : rg_in(r, -128, 127));
	return t;
}

static inline int rc_dims(struct random_graph *r, int most, int dim[5])
{
	int rank = rg_in(r, 1, 5);

	for (int i = 0; i < 5; i++)
		dim[i] = rg_in(r, 1, most);
	return rank;
}

/* A constant of int32. */
static inline int rc_ints(struct random_graph *r, const int32_t *v, int n)
{
	struct tensor *t = rg_tensor(r, DT_I32, 1, n, 0, 0, 0);
	int32_t *p = arena_zero(&r->arena, (size_t)n, sizeof(*p));

	memcpy(p, v, (size_t)n * sizeof(*p));
	t->data = p;
	return r->g.n_tensors - 1;
}

static inline enum dtype rc_type(struct random_graph *r)
{
	return rg_in(r, 0, 2) ? DT_I8 : DT_I16;
}

/* Axes of an operand are 1 here and there. */
static inline void rc_binary(struct random_graph *r)
{
	static const int code[] = {BI_ADD, BI_SUB, BI_MUL};
	struct node *n = &r->g.node[0];
	int dim[5], part[2][5], rank = rc_dims(r, 6, dim);
	enum dtype type = rc_type(r);
	bool flat = rg_in(r, 0, 1);

	n->code = code[rg_in(r, 0, 2)];
	n->opt.act = rg_in(r, 0, 3);
	if (flat && rank < 4)
		dim[0] *= rg_in(r, 1, 60);
	for (int i = 0; i < 5; i++) {
		int which = flat ? 2 : rg_in(r, 0, 5);
		part[0][i] = which == 0 ? 1 : dim[i];
		part[1][i] = which == 1 ? 1 : dim[i];
	}
	rc_tensor(r, type, rank, part[0]);
	int skip = flat ? 0 : rg_in(r, 0, rank - 1);
	for (int i = 0; i < skip; i++)
		dim[i] = part[0][i];
	rc_tensor(r, type, rank - skip, part[1] + skip);
	rc_tensor(r, type, rank, dim);
	n->n_in = 2;
	n->in[0] = 0, n->in[1] = 1;
	rg_ends(r, 0, 2);
	r->g.n_inputs = 2;
	r->g.input[1] = 1;
}

static inline void rc_mean(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int dim[5], out[5], rank = rc_dims(r, 8, dim), kept = 0, gone = 0;
	enum dtype type = rc_type(r);
	int32_t axis[5];

	n->code = BI_MEAN;
	n->opt.keep_num_dims = rg_in(r, 0, 1);
	for (int i = 0; i < rank; i++) {
		bool go = rg_in(r, 0, 1);
		if (go)
			axis[gone++] = rg_in(r, 0, 1) ? i : i - rank;
		if (!go || n->opt.keep_num_dims)
			out[kept++] = go ? 1 : dim[i];
	}
	rc_tensor(r, type, rank, dim);
	n->in[1] = rc_ints(r, axis, gone);
	rc_tensor(r, type, kept, out);
	n->n_in = 2;
	n->in[0] = 0;
	rg_ends(r, 0, 2);
}

static inline void rc_transpose(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int dim[5], out[5], rank = rc_dims(r, 7, dim);
	enum dtype type = rc_type(r);
	int32_t perm[5] = {0, 1, 2, 3, 4};

	n->code = BI_TRANSPOSE;
	for (int i = rank - 1; i > 0; i--) {
		int j = rg_in(r, 0, i);
		int32_t p = perm[i];
		perm[i] = perm[j];
		perm[j] = p;
	}
	for (int i = 0; i < rank; i++)
		out[i] = dim[perm[i]];
	rc_tensor(r, type, rank, dim);
	n->in[1] = rc_ints(r, perm, rank);
	rc_tensor(r, type, rank, out);
	n->n_in = 2;
	n->in[0] = 0;
	rg_ends(r, 0, 2);
}

static inline void rc_slice(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int dim[5], out[5], rank = rc_dims(r, 9, dim), kept = 0;
	enum dtype type = rc_type(r);
	int32_t from[5], to[5], step[5];

	n->code = BI_STRIDED_SLICE;
	for (int i = 0; i < rank; i++) {
		int a = rg_in(r, 0, dim[i] - 1), b = rg_in(r, 0, dim[i] - 1);
		bool back = b < a;
		step[i] = rg_in(r, 1, 3) * (back ? -1 : 1);
		from[i] = a, to[i] = back ? b - 1 : b + 1;
		if (back && b == 0)
			n->opt.end_mask |= 1 << i;
		if (a != 0 && rg_in(r, 0, 1))
			from[i] -= dim[i]; /* counted from the end */
		if (!rg_in(r, 0, 4))
			n->opt.shrink_mask |= 1 << i;
		else
			out[kept++] = ((back ? a - b : b - a) + 1 +
			               (back ? -step[i] : step[i]) - 1) /
			              (back ? -step[i] : step[i]);
	}
	rc_tensor(r, type, rank, dim);
	n->in[1] = rc_ints(r, from, rank);
	n->in[2] = rc_ints(r, to, rank);
	n->in[3] = rc_ints(r, step, rank);
	rc_tensor(r, type, kept, out);
	n->n_in = 4;
	n->in[0] = 0;
	rg_ends(r, 0, 4);
}

static inline void rc_concat(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int dim[5], rank = rc_dims(r, 6, dim), parts = rg_in(r, 1, 2), sum = 0;
	int axis = rg_in(r, 0, rank - 1);
	enum dtype type = rc_type(r);

	n->code = BI_CONCATENATION;
	n->opt.axis = rg_in(r, 0, 1) ? axis : axis - rank;
	for (int i = 0; i < parts; i++) {
		dim[axis] = rg_in(r, 1, 9);
		sum += dim[axis];
		struct tensor *t = rc_tensor(r, type, rank, dim);
		t->scale = r->g.tensor[0].scale;
		t->zero = r->g.tensor[0].zero;
		n->in[i] = r->g.input[i] = i;
	}
	dim[axis] = sum;
	struct tensor *o = rc_tensor(r, type, rank, dim);
	o->scale = r->g.tensor[0].scale;
	o->zero = r->g.tensor[0].zero;
	n->n_in = parts;
	rg_ends(r, 0, parts);
	r->g.n_inputs = parts;
}

static inline void rc_table(struct random_graph *r)
{
	static const int64_t lowest[] = {-128};
	static const float q15[] = {1.0f / 32768};
	static const float power[] = {1.0f / 4096};
	struct node *n = &r->g.node[0];
	int dim[5], rank = rc_dims(r, 5, dim);
	enum dtype type = rc_type(r);

	n->code = rg_in(r, 0, 1) ? BI_LOGISTIC : BI_TANH;
	struct tensor *t = rc_tensor(r, type, rank, dim);
	struct tensor *o = rc_tensor(r, type, rank, dim);
	if (type == DT_I16)
		o->scale = q15;
	else if (n->code == BI_LOGISTIC)
		o->zero = lowest;
	if (type == DT_I16 && rg_in(r, 0, 1))
		t->scale = power;
	else if (type == DT_I16)
		rg_scales(r, t, 1, 0.0005f, 0);
	n->n_in = 1;
	n->in[0] = 0;
	rg_ends(r, 0, 1);
}

static inline void rc_relu(struct random_graph *r)
{
	static const int code[] = {BI_RELU, BI_RELU6, BI_LEAKY_RELU,
	                           BI_HARD_SWISH};
	struct node *n = &r->g.node[0];
	int dim[5], rank = rc_dims(r, 5, dim);

	n->code = code[rg_in(r, 0, 3)];
	n->opt.alpha = (float)rg_in(r, 0, 100) / 100;
	rc_tensor(r, DT_I8, rank, dim);
	rc_tensor(r, DT_I8, rank, dim);
	n->n_in = 1;
	n->in[0] = 0;
	rg_ends(r, 0, 1);
}

static inline void rc_resize(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int in[4], out[4];

	n->code = rg_in(r, 0, 1) ? BI_RESIZE_BILINEAR
	                         : BI_RESIZE_NEAREST_NEIGHBOR;
	for (int i = 0; i < 4; i++)
		in[i] = out[i] = rg_in(r, 1, i == 0 ? 2 : 9);
	int32_t size[2] = {rg_in(r, 1, 20), rg_in(r, 1, 20)};
	out[1] = size[0], out[2] = size[1];
	int kind = rg_in(r, 0, 2);
	n->opt.align_corners = kind == 1;
	n->opt.half_pixels = kind == 2;
	enum dtype type = n->code == BI_RESIZE_BILINEAR ? DT_I8 : rc_type(r);
	struct tensor *t = rc_tensor(r, type, 4, in);
	n->in[1] = rc_ints(r, size, 2);
	struct tensor *o = rc_tensor(r, type, 4, out);
	o->scale = t->scale;
	o->zero = t->zero;
	n->n_in = 2;
	n->in[0] = 0;
	rg_ends(r, 0, 2);
}

static inline void rc_depth_to_space(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int b = rg_in(r, 1, 3), h = rg_in(r, 1, 6), w = rg_in(r, 1, 6);
	int c = rg_in(r, 1, 6), batch = rg_in(r, 1, 2);
	enum dtype type = rc_type(r);

	n->code = BI_DEPTH_TO_SPACE;
	n->opt.block = b;
	rc_tensor(r, type, 4, (int[]){batch, h, w, c * b * b});
	rc_tensor(r, type, 4, (int[]){batch, h * b, w * b, c});
	n->n_in = 1;
	n->in[0] = 0;
	rg_ends(r, 0, 1);
}

static inline void rc_transpose_conv(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int k[2], in[2], out[2], ic = rg_in(r, 1, 9), oc = rg_in(r, 1, 9);
	int batch = rg_in(r, 1, 2);
	enum dtype type = rc_type(r);

	n->code = BI_TRANSPOSE_CONV;
	n->opt.padding = rg_in(r, 0, 1) ? PAD_SAME : PAD_VALID;
	n->opt.stride_h = rg_in(r, 1, 3), n->opt.stride_w = rg_in(r, 1, 3);
	n->opt.bias_type = DT_I64;
	const int stride[2] = {n->opt.stride_h, n->opt.stride_w};
	for (int i = 0; i < 2; i++)
		do {
			k[i] = rg_in(r, 1, 5);
			out[i] = rg_in(r, 1, 16);
			in[i] = rg_out(n->opt.padding, out[i], k[i], stride[i],
			               1);
		} while (!in[i]);
	rc_tensor(r, type, 4, (int[]){batch, in[0], in[1], ic});
	struct tensor *w = rg_tensor(r, DT_I8, 4, oc, k[0], k[1], ic);
	rg_fill(r, w, 127);
	rg_scales(r, w, rg_in(r, 0, 1) ? oc : 1, 0.02f, 0);
	rg_fill(r, rg_tensor(r, DT_I32, 1, oc, 0, 0, 0), 5000);
	rc_tensor(r, type, 4, (int[]){batch, out[0], out[1], oc});
	n->n_in = 4;
	n->in[0] = 0, n->in[1] = 1;
	n->in[2] = type == DT_I8 && rg_in(r, 0, 3) ? 2 : -1;
	n->in[3] = -1;
	rg_ends(r, 0, 3);
}

static inline void rc_make(struct random_graph *r, uint64_t seed)
{
	static void (*const make[])(struct random_graph *) = {
	        rc_binary,         rc_mean,          rc_transpose, rc_slice,
	        rc_concat,         rc_table,         rc_relu,      rc_resize,
	        rc_depth_to_space, rc_transpose_conv};

	rg_open(r, seed);
	make[rg_in(r, 0, 9)](r);
}

#endif
