/* random_graph: graphs of one operator with random sizes, options, weights and
 * scales. For tests of the compiler. Equal seeds give equal graphs.
 */
#ifndef TESTS_RANDOM_GRAPH_H
#define TESTS_RANDOM_GRAPH_H

#include "compiler/arena.h"
#include "compiler/graph.h"
#include <stdint.h>
#include <string.h>

enum { RG_MAX = 64 };

struct random_graph {
	struct graph g;
	struct arena *arena;
	uint64_t seed;
};

static inline uint32_t rg_bits(struct random_graph *r)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->seed >> 32);
}

/* lo..hi, both included. */
static inline int rg_in(struct random_graph *r, int lo, int hi)
{
	return lo + (int)(rg_bits(r) % (uint32_t)(hi - lo + 1));
}

static inline struct tensor *rg_tensor(struct random_graph *r, enum dtype type,
                                       int rank, int a, int b, int c, int d)
{
	struct tensor *t = &r->g.tensor[r->g.n_tensors++];
	const int dim[4] = {a, b, c, d};

	t->name = "t";
	t->type = type;
	t->rank = rank;
	t->n = 1;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dim[i];
		t->n *= dim[i];
	}
	t->bytes = t->n * (int32_t)dtype_bytes(type);
	return t;
}

static inline void rg_scales(struct random_graph *r, struct tensor *t, int n,
                             float around, int zero)
{
	float *scale = arena_zero(&r->arena, (size_t)n, sizeof(*scale));
	int64_t *zp = arena_zero(&r->arena, (size_t)n, sizeof(*zp));

	for (int i = 0; i < n; i++)
		scale[i] = around * (0.5f + (float)rg_in(r, 0, 1000) / 1000);
	for (int i = 0; i < n; i++)
		zp[i] = zero;
	t->nq = n;
	t->scale = scale;
	t->zero = zp;
}

static inline void rg_fill(struct random_graph *r, struct tensor *t,
                           int32_t range)
{
	uint8_t *p = arena_zero(&r->arena, (size_t)t->bytes, 1);

	for (int i = 0; i < t->n; i++) {
		int32_t v = rg_in(r, -range, range);
		if (t->type == DT_I8)
			p[i] = (uint8_t)v;
		else
			memcpy(p + 4 * i, &v, 4);
	}
	t->data = p;
}

static inline void rg_open(struct random_graph *r, uint64_t seed)
{
	memset(r, 0, sizeof(*r));
	r->seed = seed * 7919 + 1;
	r->g.path = "random";
	r->g.tensor = arena_zero(&r->arena, RG_MAX, sizeof(struct tensor));
	r->g.node = arena_zero(&r->arena, RG_MAX, sizeof(struct node));
	r->g.input = arena_zero(&r->arena, 2, sizeof(int));
	r->g.output = arena_zero(&r->arena, 1, sizeof(int));
	r->g.n_nodes = 1;
	r->g.n_inputs = 1;
	r->g.n_outputs = 1;
}

static inline void rg_close(struct random_graph *r)
{
	arena_free(r->arena);
}

/* Output size as TFLite computes it; 0: the kernel does not fit. */
static inline int rg_out(enum padding pad, int in, int k, int stride, int dil)
{
	int span = (k - 1) * dil + 1;

	if (pad == PAD_SAME)
		return (in + stride - 1) / stride;
	return in < span ? 0 : (in - span) / stride + 1;
}

static inline void rg_window(struct random_graph *r, struct node *n, int k_max)
{
	n->opt.stride_h = rg_in(r, 1, 3);
	n->opt.stride_w = rg_in(r, 1, 3);
	n->opt.dil_h = n->opt.dil_w = 1;
	n->opt.filter_h = rg_in(r, 1, k_max);
	n->opt.filter_w = rg_in(r, 1, k_max);
	n->opt.padding = rg_in(r, 0, 1) ? PAD_SAME : PAD_VALID;
	n->opt.act = rg_in(r, 0, 3);
}

static inline void rg_ends(struct random_graph *r, int in, int out)
{
	struct node *n = &r->g.node[0];

	r->g.input[0] = in;
	r->g.output[0] = n->out[0] = out;
	n->n_out = 1;
}

static inline void rg_conv(struct random_graph *r, bool depthwise)
{
	struct node *n = &r->g.node[0];
	int ih, iw, oh, ow, ic = rg_in(r, 1, 40);
	int mult = rg_in(r, 0, 5) ? 1 : rg_in(r, 2, 3);
	int oc = depthwise ? ic * mult : rg_in(r, 1, 40);

	n->code = depthwise ? BI_DEPTHWISE_CONV_2D : BI_CONV_2D;
	do {
		rg_window(r, n, 5);
		if (!rg_in(r, 0, 3)) {
			n->opt.dil_h = rg_in(r, 1, 3);
			n->opt.dil_w = rg_in(r, 1, 3);
		}
		ih = rg_in(r, 1, 20), iw = rg_in(r, 1, 20);
		oh = rg_out(n->opt.padding, ih, n->opt.filter_h,
		            n->opt.stride_h, n->opt.dil_h);
		ow = rg_out(n->opt.padding, iw, n->opt.filter_w,
		            n->opt.stride_w, n->opt.dil_w);
	} while (!oh || !ow);
	n->opt.depth_mult = mult;
	int batch = rg_in(r, 0, 4) ? 1 : 2;
	struct tensor *t = rg_tensor(r, DT_I8, 4, batch, ih, iw, ic);
	rg_scales(r, t, 1, 0.1f, rg_in(r, -128, 127));
	int kh = n->opt.filter_h, kw = n->opt.filter_w;
	struct tensor *w = depthwise ? rg_tensor(r, DT_I8, 4, 1, kh, kw, oc)
	                             : rg_tensor(r, DT_I8, 4, oc, kh, kw, ic);
	rg_fill(r, w, 127);
	rg_scales(r, w, rg_in(r, 0, 3) ? oc : 1, 0.02f, 0);
	w->qdim = depthwise ? 3 : 0;
	struct tensor *b = rg_tensor(r, DT_I32, 1, oc, 0, 0, 0);
	rg_fill(r, b, 5000);
	struct tensor *o = rg_tensor(r, DT_I8, 4, batch, oh, ow, oc);
	rg_scales(r, o, 1, 0.3f, rg_in(r, -128, 127));
	n->n_in = 3;
	n->in[0] = 0, n->in[1] = 1;
	n->in[2] = rg_in(r, 0, 4) ? 2 : -1;
	rg_ends(r, 0, 3);
}

static inline void rg_fc(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int k = rg_in(r, 0, 3) ? rg_in(r, 1, 200) : rg_in(r, 1000, 3000);
	int oc = rg_in(r, 1, 60), rows = rg_in(r, 0, 2) ? 1 : rg_in(r, 2, 20);

	n->code = BI_FULLY_CONNECTED;
	n->opt.act = rg_in(r, 0, 3);
	rg_scales(r, rg_tensor(r, DT_I8, 2, rows, k, 0, 0), 1, 0.1f,
	          rg_in(r, -128, 127));
	struct tensor *w = rg_tensor(r, DT_I8, 2, oc, k, 0, 0);
	rg_fill(r, w, 127);
	rg_scales(r, w, rg_in(r, 0, 1) ? oc : 1, 0.02f, 0);
	rg_fill(r, rg_tensor(r, DT_I32, 1, oc, 0, 0, 0), 5000);
	rg_scales(r, rg_tensor(r, DT_I8, 2, rows, oc, 0, 0), 1, 0.5f,
	          rg_in(r, -128, 127));
	n->n_in = 3;
	n->in[0] = 0, n->in[1] = 1, n->in[2] = 2;
	rg_ends(r, 0, 3);
}

static inline void rg_pool(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int ih, iw, oh, ow, c = rg_in(r, 1, 40);
	int zero = rg_in(r, -128, 127);

	n->code = rg_in(r, 0, 1) ? BI_MAX_POOL_2D : BI_AVERAGE_POOL_2D;
	do {
		rg_window(r, n, 7);
		ih = rg_in(r, 1, 20), iw = rg_in(r, 1, 20);
		oh = rg_out(n->opt.padding, ih, n->opt.filter_h,
		            n->opt.stride_h, 1);
		ow = rg_out(n->opt.padding, iw, n->opt.filter_w,
		            n->opt.stride_w, 1);
	} while (!oh || !ow);
	struct tensor *t = rg_tensor(r, DT_I8, 4, 1, ih, iw, c);
	rg_scales(r, t, 1, 0.1f, zero);
	struct tensor *o = rg_tensor(r, DT_I8, 4, 1, oh, ow, c);
	o->nq = 1;
	o->scale = t->scale;
	o->zero = t->zero;
	n->n_in = 1;
	n->in[0] = 0;
	rg_ends(r, 0, 1);
}

/* Two inputs, the same one twice, or an input and a constant. */
static inline void rg_add(struct random_graph *r)
{
	struct node *n = &r->g.node[0];
	int h = rg_in(r, 1, 30), w = rg_in(r, 1, 30), c = rg_in(r, 1, 20);
	int kind = rg_in(r, 0, 3);

	n->code = BI_ADD;
	n->opt.act = rg_in(r, 0, 3);
	for (int i = 0; i < 3; i++)
		rg_scales(r, rg_tensor(r, DT_I8, 4, 1, h, w, c), 1, 0.1f,
		          rg_in(r, -128, 127));
	n->n_in = 2;
	n->in[0] = 0;
	n->in[1] = kind == 0 ? 0 : 1;
	if (kind == 1)
		rg_fill(r, &r->g.tensor[1], 127);
	rg_ends(r, 0, 2);
	if (kind > 1) {
		r->g.n_inputs = 2;
		r->g.input[1] = 1;
	}
}

/* A node of the chain that reads tensor `in`; its window fits. */
static inline struct node *rg_next(struct random_graph *r, int code, int in)
{
	const struct tensor *t = &r->g.tensor[in];
	struct node *n = &r->g.node[r->g.n_nodes++];

	n->index = r->g.n_nodes - 1;
	n->code = code;
	n->n_in = 1;
	n->n_out = 1;
	n->in[0] = in;
	rg_window(r, n, 3);
	n->opt.padding = PAD_SAME;
	n->opt.stride_h = rg_in(r, 0, 3) || t->dim[1] < 4 ? 1 : 2;
	n->opt.stride_w = rg_in(r, 0, 3) || t->dim[2] < 4 ? 1 : 2;
	n->opt.depth_mult = 1;
	return n;
}

static inline void rg_result(struct random_graph *r, struct node *n, int c)
{
	const struct tensor *t = &r->g.tensor[n->in[0]];
	int h = rg_out(PAD_SAME, t->dim[1], 1, n->opt.stride_h, 1);
	int w = rg_out(PAD_SAME, t->dim[2], 1, n->opt.stride_w, 1);
	bool pool = n->code == BI_MAX_POOL_2D || n->code == BI_AVERAGE_POOL_2D;
	struct tensor *o = rg_tensor(r, DT_I8, 4, 1, h, w, c);

	n->out[0] = r->g.n_tensors - 1;
	if (pool) {
		o->nq = 1;
		o->scale = t->scale;
		o->zero = t->zero;
	} else {
		rg_scales(r, o, 1, 0.3f, rg_in(r, -128, 127));
	}
}

/* The kernel of node n, which is a convolution to oc channels. */
static inline void rg_kernel(struct random_graph *r, struct node *n, int kh,
                             int kw, int oc)
{
	bool dw = n->code == BI_DEPTHWISE_CONV_2D;
	int ic = r->g.tensor[n->in[0]].dim[3];
	struct tensor *w = dw ? rg_tensor(r, DT_I8, 4, 1, kh, kw, oc)
	                      : rg_tensor(r, DT_I8, 4, oc, kh, kw, ic);

	n->in[1] = r->g.n_tensors - 1;
	rg_fill(r, w, 127);
	rg_scales(r, w, 1, 0.02f, 0);
	w->qdim = dw ? 3 : 0;
	rg_fill(r, rg_tensor(r, DT_I32, 1, oc, 0, 0, 0), 5000);
	n->in[2] = r->g.n_tensors - 1;
	n->n_in = 3;
	rg_result(r, n, oc);
}

static inline void rg_chain_conv(struct random_graph *r, int in)
{
	bool dw = rg_in(r, 0, 1);
	struct node *n = rg_next(r, dw ? BI_DEPTHWISE_CONV_2D : BI_CONV_2D, in);
	int ic = r->g.tensor[in].dim[3], oc = dw ? ic : rg_in(r, 2, 40);
	bool one = !dw && rg_in(r, 0, 1);

	rg_kernel(r, n, one ? 1 : n->opt.filter_h, one ? 1 : n->opt.filter_w,
	          oc);
}

/* A convolution of stride 1; returns its output. */
static inline int rg_plain_conv(struct random_graph *r, int in, int k, int oc)
{
	struct node *n = rg_next(r, BI_CONV_2D, in);

	n->opt.stride_h = n->opt.stride_w = 1;
	rg_kernel(r, n, k, k, oc);
	return n->out[0];
}

static inline void rg_chain_pool(struct random_graph *r, int in)
{
	int code = rg_in(r, 0, 1) ? BI_MAX_POOL_2D : BI_AVERAGE_POOL_2D;

	rg_result(r, rg_next(r, code, in), r->g.tensor[in].dim[3]);
}

/* The sum of the newest tensor and an older one of its shape, if any. */
static inline bool rg_chain_add(struct random_graph *r, int in)
{
	const struct tensor *t = &r->g.tensor[in];

	for (int i = 0; i < in; i++) {
		const struct tensor *o = &r->g.tensor[i];
		if (o->data || o->rank != 4 ||
		    memcmp(o->dim, t->dim, sizeof(o->dim)) != 0)
			continue;
		struct node *n = rg_next(r, BI_ADD, in);
		n->opt.stride_h = n->opt.stride_w = 1;
		n->in[1] = i;
		n->n_in = 2;
		rg_result(r, n, t->dim[3]);
		return true;
	}
	return false;
}

static inline void rg_input(struct random_graph *r, int h, int w, int c)
{
	r->g.n_nodes = 0;
	rg_scales(r, rg_tensor(r, DT_I8, 4, 1, h, w, c), 1, 0.1f,
	          rg_in(r, -128, 127));
}

/* Several operators, each of which reads the newest tensor. */
static inline void rg_chain(struct random_graph *r, uint64_t seed)
{
	rg_open(r, seed);
	int h = rg_in(r, 1, 24), w = rg_in(r, 1, 24);
	rg_input(r, h, w, rg_in(r, 1, 24));
	int in = 0, length = rg_in(r, 2, 10);
	while (r->g.n_nodes < length) {
		int kind = rg_in(r, 0, 5);
		if (kind == 0)
			rg_chain_pool(r, in);
		else if (kind > 2 || !rg_chain_add(r, in))
			rg_chain_conv(r, in);
		in = r->g.n_tensors - 1;
	}
	r->g.input[0] = 0;
	r->g.output[0] = in;
}

static inline void rg_make(struct random_graph *r, uint64_t seed)
{
	rg_open(r, seed);
	switch (rg_in(r, 0, 9)) {
	case 0:
		rg_fc(r);
		break;
	case 1:
	case 2:
		rg_pool(r);
		break;
	case 3:
		rg_add(r);
		break;
	case 4:
	case 5:
	case 6:
		rg_conv(r, true);
		break;
	default:
		rg_conv(r, false);
	}
}

#endif
