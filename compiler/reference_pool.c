/* reference_pool: AVERAGE_POOL_2D, MAX_POOL_2D, MEAN. */
#include <math.h>
#include "compiler/reference.h"
#include "compiler/shape.h"
#include "isa/quantize.h"

static bool check_pool(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	if ((in->type != DT_I8 && in->type != DT_I16) || out->type != in->type)
		return graph_refuse(
		        r->g, n, r->err, "input %s, output %s is not supported",
		        dtype_name[in->type], dtype_name[out->type]);
	if (!ref_one_scale(r, n, 1))
		return false;
	if (fabsf(in->scale[0] - out->scale[0]) > 1e-6f ||
	    in->zero[0] != out->zero[0])
		return ref_refuse(r, n,
		                  "input and output must have one "
		                  "quantization");
	return true;
}

/* The part of a window's axis that lies in the input. */
struct span {
	int32_t begin, end;
};

static struct span span_of(int32_t size, int32_t out, int32_t filter,
                           int32_t stride, int32_t before)
{
	const int64_t at = (int64_t)out * stride - before;
	const int64_t end = at + filter;
	return (struct span){at < 0 ? 0 : (int32_t)at,
	                     end > size ? size : (int32_t)end};
}

/* One output: the average or the maximum of the window's valid cells. */
static int32_t pool_cell(const struct run *r, const struct node *n,
                         const int32_t *x, struct span ys, struct span xs)
{
	const struct tensor *in = ref_in(r, n, 0);
	int32_t sum = 0, most = INT32_MIN, cells = 0;
	for (int32_t iy = ys.begin; iy < ys.end; iy++)
		for (int32_t ix = xs.begin; ix < xs.end; ix++) {
			const int64_t cell = (int64_t)iy * in->dim[2] + ix;
			const int32_t v = x[cell * in->dim[3]];
			sum = num_wrap_add(sum, v);
			most = v > most ? v : most;
			cells++;
		}
	if (n->code == BI_MAX_POOL_2D)
		return most;
	return cells ? num_average(sum, cells) : 0;
}

bool ref_pool(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	struct window_axis wy, wx;
	int32_t lo, hi;
	if (!check_pool(r, n) || !ref_act(r, n, &lo, &hi))
		return false;
	window_1d(n->opt.padding, in->dim[1], n->opt.filter_h, n->opt.stride_h,
	          1, &wy);
	window_1d(n->opt.padding, in->dim[2], n->opt.filter_w, n->opt.stride_w,
	          1, &wx);

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < out->n; i++) {
		const int32_t c = i % out->dim[3];
		const int32_t ox = i / out->dim[3] % out->dim[2];
		const int32_t oy = i / out->dim[3] / out->dim[2] % out->dim[1];
		const int32_t b = i / (out->n / out->dim[0]);
		const int32_t *image = x + (int64_t)b * (in->n / in->dim[0]);
		const struct span ys = span_of(in->dim[1], oy, n->opt.filter_h,
		                               n->opt.stride_h, wy.before);
		const struct span xs = span_of(in->dim[2], ox, n->opt.filter_w,
		                               n->opt.stride_w, wx.before);
		y[i] = num_clamp(pool_cell(r, n, image + c, ys, xs), lo, hi);
	}
	ref_store(r, n, y);
	return true;
}

/* The output element to which input element i belongs. */
static int32_t kept_index(const struct tensor *in, unsigned reduced, int32_t i)
{
	int32_t at = 0, step = 1;
	for (int k = in->rank - 1; k >= 0; k--) {
		if (!(reduced >> k & 1)) {
			at += i % in->dim[k] * step;
			step *= in->dim[k];
		}
		i /= in->dim[k];
	}
	return at;
}

bool ref_mean(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	struct multiplier m;
	if ((in->type != DT_I8 && in->type != DT_I16) || out->type != in->type)
		return ref_refuse(r, n, "only int8 and int16 are supported");
	if (!ref_one_scale(r, n, 1))
		return false;
	if (!quantize_rescale(in->scale[0], out->scale[0], &m))
		return ref_refuse(r, n, "scales are out of range");
	const int32_t cells = in->n / out->n;
	quantize_mean(cells, &m);

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	const unsigned axes = mean_axes(r->g, n);
	for (int32_t i = 0; i < in->n; i++) {
		int32_t *sum = &y[kept_index(in, axes, i)];
		*sum = num_wrap_add(*sum, x[i]);
	}
	for (int32_t i = 0; i < out->n; i++) {
		const int64_t sum = y[i] - in->zero[0] * cells;
		const int32_t v = num_requant((int32_t)sum, m.m, m.shift);
		y[i] = num_clamp(num_wrap_add(v, (int32_t)out->zero[0]),
		                 ref_min(out->type), ref_max(out->type));
	}
	ref_store(r, n, y);
	return true;
}
