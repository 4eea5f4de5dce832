/* reference_conv: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED. */
#include <math.h>
#include "compiler/reference.h"
#include "compiler/shape.h"
#include "isa/quantize.h"

/* Everything but the loops. */
struct layer_math {
	const int32_t *x, *w;
	const int64_t *bias;     /* or NULL */
	struct multiplier *mult; /* one an output channel */
	int32_t in_zp, w_zp, out_zp, lo, hi;
	bool wide; /* 64-bit sums */
};

static bool check_types(struct run *r, const struct node *n, bool *wide)
{
	const struct tensor *in = ref_in(r, n, 0), *w = ref_in(r, n, 1);
	const struct tensor *b = ref_in(r, n, 2), *out = ref_out(r, n);
	const enum dtype bias = b                   ? b->type
	                        : in->type == DT_I8 ? DT_I32
	                                            : n->opt.bias_type;
	*wide = in->type == DT_I16 && bias == DT_I64;
	/* TFLM has no 32-bit sums of int16 in DEPTHWISE_CONV_2D. */
	const bool narrow =
	        bias == DT_I32 &&
	        (in->type == DT_I8 ||
	         (in->type == DT_I16 && n->code != BI_DEPTHWISE_CONV_2D));
	if (out->type == in->type && w->type == DT_I8 && (*wide || narrow))
		return true;
	return graph_refuse(
	        r->g, n, r->err,
	        "input %s, weights %s, bias %s, output %s is not supported",
	        dtype_name[in->type], dtype_name[w->type], dtype_name[bias],
	        dtype_name[out->type]);
}

/* FULLY_CONNECTED wants its bias in the scale of the sums. */
static bool check_bias_scale(struct run *r, const struct node *n)
{
	const struct tensor *b = ref_in(r, n, 2);
	if (!b)
		return true;
	const double sum = (double)ref_in(r, n, 0)->scale[0] *
	                   (double)ref_in(r, n, 1)->scale[0];
	const double bias = b->nq ? (double)b->scale[0] : 0;
	return fabs(sum - bias) / (double)ref_out(r, n)->scale[0] <= 0.02 ||
	       ref_refuse(r, n, "the bias has another scale than the sums");
}

static bool multipliers(struct run *r, const struct node *n, int32_t channels,
                        int axis, struct layer_math *m)
{
	const struct tensor *in = ref_in(r, n, 0), *w = ref_in(r, n, 1);
	const struct tensor *out = ref_out(r, n);
	const bool tensorwise = n->code == BI_FULLY_CONNECTED && w->nq == 1;

	if (w->nq < 1 || (w->nq > 1 && w->qdim != axis))
		return ref_refuse(r, n,
		                  "weights need one scale, or one a "
		                  "channel");
	if (tensorwise && !check_bias_scale(r, n))
		return false;
	m->mult = arena_zero(&r->temp, (size_t)channels, sizeof *m->mult);
	for (int32_t c = 0; c < channels; c++) {
		const float s = w->scale[w->nq > 1 ? c : 0];
		const bool ok =
		        tensorwise ? quantize_fc(in->scale[0], s, out->scale[0],
		                                 &m->mult[c])
		                   : quantize_conv(in->scale[0], s,
		                                   out->scale[0], &m->mult[c]);
		if (!ok || (m->wide && m->mult[c].shift > 7))
			return graph_refuse(r->g, n, r->err,
			                    "channel %d: scales are out of "
			                    "range",
			                    c);
	}
	return true;
}

static bool zero_points(struct run *r, const struct node *n,
                        struct layer_math *m)
{
	const struct tensor *in = ref_in(r, n, 0), *w = ref_in(r, n, 1);
	m->in_zp = (int32_t)in->zero[0];
	m->out_zp = (int32_t)ref_out(r, n)->zero[0];
	m->w_zp = (int32_t)w->zero[0];
	if (in->type == DT_I16 && (m->in_zp || m->out_zp))
		return ref_refuse(r, n, "int16 needs zero points of 0");
	if (m->w_zp && n->code == BI_FULLY_CONNECTED && w->nq == 1)
		return true;
	for (int i = 0; i < w->nq; i++)
		if (w->zero[i])
			return ref_refuse(r, n,
			                  "weights need zero points of "
			                  "0");
	return true;
}

/* axis: the weights' axis of output channels. */
static bool prepare(struct run *r, const struct node *n, int32_t channels,
                    int axis, struct layer_math *m)
{
	if (!check_types(r, n, &m->wide) || !ref_one_scale(r, n, 1) ||
	    !multipliers(r, n, channels, axis, m) || !zero_points(r, n, m) ||
	    !ref_act(r, n, &m->lo, &m->hi))
		return false;
	m->x = ref_load(r, n, 0);
	m->w = ref_load(r, n, 1);
	m->bias = ref_in(r, n, 2) ? ref_load64(r, n, 2) : NULL;
	return true;
}

/* From the sum of a channel to the output's integer. */
static int32_t finish(const struct layer_math *m, int32_t channel, int64_t sum)
{
	const struct multiplier mult = m->mult[channel];
	if (m->bias)
		sum += m->bias[channel];
	const int32_t y =
	        m->wide ? num_requant64(sum, mult.m, mult.shift)
	                : num_requant((int32_t)sum, mult.m, mult.shift);
	return num_clamp(num_wrap_add(y, m->out_zp), m->lo, m->hi);
}

/* Where a filter tap lies in the input: -1 if in the padding. */
static int64_t tap_at(int32_t size, int32_t out, int32_t tap, int32_t stride,
                      int32_t dilation, int32_t before)
{
	const int64_t at =
	        (int64_t)out * stride - before + (int64_t)tap * dilation;
	return at >= 0 && at < size ? at : -1;
}

struct geometry {
	const struct tensor *in, *w, *out;
	const struct node *n;
	struct window_axis y, x;
};

/* Sum over the window of one output: channels first..first+count-1 of the
 * input times weights w[tap * w_step + k]. */
static int64_t window_sum(const struct layer_math *m, const struct geometry *g,
                          int32_t b, int32_t oy, int32_t ox, int32_t first,
                          int32_t count, const int32_t *w, int32_t w_step)
{
	int64_t sum = 0;
	for (int32_t ky = 0; ky < g->w->dim[1]; ky++)
		for (int32_t kx = 0; kx < g->w->dim[2]; kx++) {
			const int64_t iy = tap_at(g->in->dim[1], oy, ky,
			                          g->n->opt.stride_h,
			                          g->n->opt.dil_h, g->y.before);
			const int64_t ix = tap_at(g->in->dim[2], ox, kx,
			                          g->n->opt.stride_w,
			                          g->n->opt.dil_w, g->x.before);
			if (iy < 0 || ix < 0)
				continue;
			const int64_t cell = (b * (int64_t)g->in->dim[1] + iy) *
			                             g->in->dim[2] +
			                     ix;
			const int32_t *x = m->x + cell * g->in->dim[3] + first;
			const int32_t *tap =
			        w + (ky * (int64_t)g->w->dim[2] + kx) * w_step;
			for (int32_t k = 0; k < count; k++)
				sum += (int64_t)(x[k] - m->in_zp) * tap[k];
		}
	return sum;
}

static int64_t conv_sum(const struct layer_math *m, const struct geometry *g,
                        int32_t b, int32_t oy, int32_t ox, int32_t c)
{
	const int32_t depth = g->w->dim[3];
	const int32_t groups = g->in->dim[3] / depth;
	const int32_t group = c / (g->out->dim[3] / groups);
	const int64_t filter = (int64_t)g->w->dim[1] * g->w->dim[2] * depth;
	return window_sum(m, g, b, oy, ox, group * depth, depth,
	                  m->w + c * filter, depth);
}

static int64_t depthwise_sum(const struct layer_math *m,
                             const struct geometry *g, int32_t b, int32_t oy,
                             int32_t ox, int32_t c)
{
	return window_sum(m, g, b, oy, ox, c / g->n->opt.depth_mult, 1,
	                  m->w + c, g->w->dim[3]);
}

typedef int64_t sum_fn(const struct layer_math *, const struct geometry *,
                       int32_t b, int32_t oy, int32_t ox, int32_t c);

static bool convolve(struct run *r, const struct node *n, int axis, sum_fn *sum)
{
	struct geometry g = {.in = ref_in(r, n, 0),
	                     .w = ref_in(r, n, 1),
	                     .out = ref_out(r, n),
	                     .n = n};
	struct layer_math m;
	if (!prepare(r, n, g.out->dim[3], axis, &m))
		return false;
	window_1d(n->opt.padding, g.in->dim[1], g.w->dim[1], n->opt.stride_h,
	          n->opt.dil_h, &g.y);
	window_1d(n->opt.padding, g.in->dim[2], g.w->dim[2], n->opt.stride_w,
	          n->opt.dil_w, &g.x);

	int32_t *out = ref_room(r, n), *y = out;
	for (int32_t b = 0; b < g.out->dim[0]; b++)
		for (int32_t oy = 0; oy < g.out->dim[1]; oy++)
			for (int32_t ox = 0; ox < g.out->dim[2]; ox++)
				for (int32_t c = 0; c < g.out->dim[3]; c++)
					*y++ = finish(
					        &m, c,
					        sum(&m, &g, b, oy, ox, c));
	ref_store(r, n, out);
	return true;
}

bool ref_conv(struct run *r, const struct node *n)
{
	return convolve(r, n, 0, conv_sum);
}

bool ref_depthwise(struct run *r, const struct node *n)
{
	return convolve(r, n, 3, depthwise_sum);
}

/* Each input spreads over the window of outputs it belongs to. */
static void scatter(const struct layer_math *m, const struct geometry *g,
                    const int32_t *x, int32_t y0, int32_t x0, int64_t *sum)
{
	const int32_t oh = g->out->dim[1], ow = g->out->dim[2];
	const int32_t oc = g->out->dim[3], depth = g->in->dim[3];
	const int32_t kh = g->w->dim[1], kw = g->w->dim[2];
	for (int32_t i = 0; i < oc * kh * kw; i++) {
		const int32_t c = i / (kh * kw);
		const int32_t oy = y0 + i / kw % kh, ox = x0 + i % kw;
		const int32_t *w = m->w + (int64_t)i * depth;
		if (oy < 0 || oy >= oh || ox < 0 || ox >= ow)
			continue;
		int64_t *s = &sum[((int64_t)oy * ow + ox) * oc + c];
		for (int32_t k = 0; k < depth; k++)
			*s += (int64_t)(x[k] - m->in_zp) * w[k];
	}
}

bool ref_transpose_conv(struct run *r, const struct node *n)
{
	struct geometry g = {.in = ref_in(r, n, 0),
	                     .w = ref_in(r, n, 1),
	                     .out = ref_out(r, n),
	                     .n = n};
	const int32_t pixels = g.in->dim[1] * g.in->dim[2];
	const int32_t each = g.out->n / g.out->dim[0];
	struct layer_math m;
	if (n->opt.act)
		return graph_refuse(r->g, n, r->err,
		                    "activation %d is not supported",
		                    n->opt.act);
	if (!prepare(r, n, g.out->dim[3], 0, &m))
		return false;
	window_1d(n->opt.padding, g.out->dim[1], g.w->dim[1], n->opt.stride_h,
	          1, &g.y);
	window_1d(n->opt.padding, g.out->dim[2], g.w->dim[2], n->opt.stride_w,
	          1, &g.x);

	int64_t *sum = arena_zero(&r->temp, (size_t)g.out->n, sizeof *sum);
	for (int32_t i = 0; i < g.in->dim[0] * pixels; i++)
		scatter(&m, &g, m.x + (int64_t)i * g.in->dim[3],
		        i % pixels / g.in->dim[2] * n->opt.stride_h -
		                g.y.before,
		        i % g.in->dim[2] * n->opt.stride_w - g.x.before,
		        sum + (int64_t)(i / pixels) * each);
	int32_t *out = ref_room(r, n);
	for (int32_t i = 0; i < g.out->n; i++)
		out[i] = finish(&m, i % g.out->dim[3], sum[i]);
	ref_store(r, n, out);
	return true;
}

bool ref_fc(struct run *r, const struct node *n)
{
	const struct tensor *w = ref_in(r, n, 1);
	const int32_t channels = w->dim[0], depth = w->dim[1];
	struct layer_math m;
	if (n->opt.weights_format)
		return ref_refuse(r, n, "shuffled weights are not supported");
	if (!prepare(r, n, channels, 0, &m))
		return false;

	int32_t *out = ref_room(r, n);
	for (int32_t i = 0; i < ref_out(r, n)->n; i++) {
		const int32_t c = i % channels;
		const int32_t *x = m.x + (int64_t)(i / channels) * depth;
		const int32_t *row = m.w + (int64_t)c * depth;
		int64_t sum = 0;
		for (int32_t k = 0; k < depth; k++)
			sum += (int64_t)(x[k] - m.in_zp) * (row[k] - m.w_zp);
		out[i] = finish(&m, c, sum);
	}
	ref_store(r, n, out);
	return true;
}
