/* reference_image: RESIZE, DEPTH_TO_SPACE, and functions of one element like
 * RELU. */
#include <string.h>
#include "compiler/reference.h"
#include "isa/quantize.h"

static int32_t zero_of(const struct tensor *t)
{
	return (int32_t)t->zero[0];
}

/* ---- RELU and its kin, int8 ---- */

/* What the four of them need. */
struct relu {
	int code;
	struct multiplier mult, neg;
	struct num_swish swish;
	int32_t in_zp, out_zp, lo, hi;
};

static bool relu_set(const struct node *n, const struct tensor *in,
                     const struct tensor *out, struct relu *m)
{
	const float i = in->scale[0], o = out->scale[0];

	*m = (struct relu){.code = n->code,
	                   .in_zp = zero_of(in),
	                   .out_zp = zero_of(out),
	                   .lo = INT8_MIN,
	                   .hi = INT8_MAX};
	switch (n->code) {
	case BI_HARD_SWISH:
		return quantize_hard_swish(i, o, &m->swish);
	case BI_LEAKY_RELU:
		return quantize_leaky(i, n->opt.alpha, o, &m->mult, &m->neg);
	case BI_RELU:
		return quantize_leaky(i, 0, o, &m->mult, &m->neg) &&
		       quantize_act(ACT_RELU, o, m->out_zp, &m->lo, &m->hi);
	default: /* in the scale of the input, whatever the output's is */
		return quantize_act(ACT_RELU6, i, m->in_zp, &m->lo, &m->hi);
	}
}

static int32_t relu_of(const struct relu *m, int32_t x)
{
	const int32_t v = x - m->in_zp;
	int32_t y = x;

	if (m->code == BI_HARD_SWISH)
		y = num_wrap_add(num_hard_swish(v, &m->swish), m->out_zp);
	else if (m->code != BI_RELU6)
		y = num_wrap_add(num_leaky(v, m->mult.m, m->mult.shift,
		                           m->neg.m, m->neg.shift),
		                 m->out_zp);
	return num_clamp(y, m->lo, m->hi);
}

bool ref_relu(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	struct relu m;
	if (in->type != DT_I8 || out->type != DT_I8)
		return ref_refuse(r, n, "only int8 is supported");
	if (!ref_one_scale(r, n, 1))
		return false;
	if (!relu_set(n, in, out, &m))
		return ref_refuse(r, n, "scales are out of range");

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i++)
		y[i] = relu_of(&m, x[i]);
	ref_store(r, n, y);
	return true;
}

/* ---- RESIZE ---- */

static struct resize_axis axis_of(const struct run *r, const struct node *n,
                                  int axis)
{
	return (struct resize_axis){.in = ref_in(r, n, 0)->dim[axis],
	                            .out = ref_out(r, n)->dim[axis],
	                            .align_corners = n->opt.align_corners,
	                            .half_pixels = n->opt.half_pixels};
}

static bool same_quantization(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	if (in->nq == out->nq &&
	    (in->nq == 0 ||
	     (in->scale[0] == out->scale[0] && in->zero[0] == out->zero[0])))
		return true;
	return ref_refuse(r, n, "input and output must have one quantization");
}

bool ref_resize_nearest(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const struct resize_axis ya = axis_of(r, n, 1), xa = axis_of(r, n, 2);
	const size_t size = (size_t)in->dim[3] * dtype_bytes(in->type);
	const char *from = ref_data(r, n, 0);
	char *to = ref_result(r, n);
	if (!same_quantization(r, n))
		return false;
	for (int32_t b = 0; b < out->dim[0]; b++)
		for (int32_t y = 0; y < out->dim[1]; y++)
			for (int32_t x = 0; x < out->dim[2]; x++) {
				int32_t iy, ix;
				resize_nearest(&ya, y, &iy);
				resize_nearest(&xa, x, &ix);
				const int64_t at = ((int64_t)b * in->dim[1] +
				                    iy) * in->dim[2] +
				                   ix;
				memcpy(to, from + at * (int64_t)size, size);
				to += size;
			}
	return true;
}

bool ref_resize_bilinear(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const struct resize_axis ya = axis_of(r, n, 1), xa = axis_of(r, n, 2);
	const int32_t depth = in->dim[3], width = in->dim[2];
	if (in->type != DT_I8)
		return ref_refuse(r, n, "only int8 is supported");
	if (!same_quantization(r, n))
		return false;

	const int32_t *p = ref_load(r, n, 0);
	int32_t *to = ref_room(r, n);
	for (int32_t i = 0; i < out->n; i++) {
		const int32_t c = i % depth, x = i / depth % out->dim[2];
		const int32_t y = i / depth / out->dim[2] % out->dim[1];
		const int32_t b = i / (out->n / out->dim[0]);
		const int32_t *image = p + b * (in->n / in->dim[0]) + c;
		int32_t y0, y1, fy, x0, x1, fx;
		resize_bilinear(&ya, y, &y0, &y1, &fy);
		resize_bilinear(&xa, x, &x0, &x1, &fx);
		to[i] = num_bilinear(image[(y0 * width + x0) * depth],
		                     image[(y0 * width + x1) * depth],
		                     image[(y1 * width + x0) * depth],
		                     image[(y1 * width + x1) * depth], fy, fx);
	}
	ref_store(r, n, to);
	return true;
}

bool ref_depth_to_space(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const int32_t block = n->opt.block, depth = out->dim[3];
	const size_t size = dtype_bytes(in->type);
	const char *from = ref_data(r, n, 0);
	char *to = ref_result(r, n);
	for (int32_t i = 0; i < out->n; i++) {
		const int32_t c = i % depth, x = i / depth % out->dim[2];
		const int32_t y = i / depth / out->dim[2]; /* of all images */
		const int32_t cell = y % block * block + x % block;
		const int64_t pixel =
		        (int64_t)(y / block) * in->dim[2] + x / block;
		const int64_t at = pixel * in->dim[3] + cell * depth + c;
		memcpy(to + (size_t)i * size, from + (size_t)at * size, size);
	}
	return true;
}
