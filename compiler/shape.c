/* shape: see shape.h */
#include "compiler/shape.h"

#include <string.h>

/* Sizes of windows stay below this, so that sums of them fit 32 bits. */
enum { MAX_WINDOW = 1 << 24 };

static const struct tensor *input(const struct graph *g, const struct node *n,
                                  int i)
{
	return i < n->n_in && n->in[i] >= 0 ? &g->tensor[n->in[i]] : NULL;
}

static const struct tensor *output(const struct graph *g, const struct node *n)
{
	return &g->tensor[n->out[0]];
}

bool window_1d(enum padding padding, int32_t in, int32_t kernel, int32_t stride,
               int32_t dilation, struct window_axis *w)
{
	const int64_t size = ((int64_t)kernel - 1) * dilation + 1;
	if (size > MAX_WINDOW || stride > MAX_WINDOW)
		return false;
	const int64_t room = padding == PAD_SAME ? in : in - size + 1;
	if (room < 1)
		return false;
	const int64_t out = (room + stride - 1) / stride;
	const int64_t total = (out - 1) * stride + size - in;
	w->out = (int32_t)out;
	w->before = total > 0 ? (int32_t)(total / 2) : 0;
	return true;
}

static bool check_bias(const struct graph *g, const struct node *n,
                       int32_t channels, struct err *err)
{
	const struct tensor *b = input(g, n, 2);
	if (b && b->n != channels)
		return graph_refuse(g, n, err,
		                    "%d biases for %d output channels", b->n,
		                    channels);
	return true;
}

/* Spatial axes of convolutions and pools; NHWC. */
static bool check_window(const struct graph *g, const struct node *n,
                         int32_t kh, int32_t kw, struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	struct window_axis y, x;
	if (kh < 1 || kw < 1)
		return graph_refuse(g, n, err, "filter is %dx%d", kh, kw);
	if (n->opt.stride_h < 1 || n->opt.stride_w < 1)
		return graph_refuse(g, n, err, "stride is %dx%d",
		                    n->opt.stride_h, n->opt.stride_w);
	if (n->opt.dil_h < 1 || n->opt.dil_w < 1)
		return graph_refuse(g, n, err, "dilation is %dx%d",
		                    n->opt.dil_h, n->opt.dil_w);
	if (!window_1d(n->opt.padding, in->dim[1], kh, n->opt.stride_h,
	               n->opt.dil_h, &y) ||
	    !window_1d(n->opt.padding, in->dim[2], kw, n->opt.stride_w,
	               n->opt.dil_w, &x))
		return graph_refuse(g, n, err,
		                    "filter %dx%d does not fit input %dx%d", kh,
		                    kw, in->dim[1], in->dim[2]);
	if (out->dim[0] != in->dim[0] || out->dim[1] != y.out ||
	    out->dim[2] != x.out)
		return graph_refuse(g, n, err,
		                    "output is %dx%dx%d, should be %dx%dx%d",
		                    out->dim[0], out->dim[1], out->dim[2],
		                    in->dim[0], y.out, x.out);
	return true;
}

static bool rank4(const struct graph *g, const struct node *n, int inputs,
                  struct err *err)
{
	for (int i = 0; i < inputs; i++)
		if (input(g, n, i)->rank != 4)
			return graph_refuse(g, n, err, "input %d has rank %d",
			                    i, input(g, n, i)->rank);
	if (output(g, n)->rank != 4)
		return graph_refuse(g, n, err, "output has rank %d",
		                    output(g, n)->rank);
	return true;
}

static bool check_conv(const struct graph *g, const struct node *n,
                       struct err *err)
{
	const struct tensor *in = input(g, n, 0), *w = input(g, n, 1);
	const struct tensor *out = output(g, n);
	if (!rank4(g, n, 2, err))
		return false;
	const int32_t groups = in->dim[3] / w->dim[3];
	if (in->dim[3] % w->dim[3] || w->dim[0] % groups ||
	    out->dim[3] != w->dim[0])
		return graph_refuse(g, n, err,
		                    "%d input and %d output channels do not "
		                    "fit weights of %dx%d",
		                    in->dim[3], out->dim[3], w->dim[0],
		                    w->dim[3]);
	return check_bias(g, n, w->dim[0], err) &&
	       check_window(g, n, w->dim[1], w->dim[2], err);
}

static bool check_depthwise(const struct graph *g, const struct node *n,
                            struct err *err)
{
	const struct tensor *in = input(g, n, 0), *w = input(g, n, 1);
	const struct tensor *out = output(g, n);
	if (!rank4(g, n, 2, err))
		return false;
	const int64_t channels = (int64_t)in->dim[3] * n->opt.depth_mult;
	if (w->dim[0] != 1 || w->dim[3] != channels || out->dim[3] != channels)
		return graph_refuse(g, n, err,
		                    "%d input channels times multiplier %d, "
		                    "%d output channels and weights of %dx%d "
		                    "do not fit",
		                    in->dim[3], n->opt.depth_mult, out->dim[3],
		                    w->dim[0], w->dim[3]);
	return check_bias(g, n, w->dim[3], err) &&
	       check_window(g, n, w->dim[1], w->dim[2], err);
}

static bool check_pool(const struct graph *g, const struct node *n,
                       struct err *err)
{
	if (!rank4(g, n, 1, err))
		return false;
	if (input(g, n, 0)->dim[3] != output(g, n)->dim[3])
		return graph_refuse(g, n, err, "%d channels in, %d out",
		                    input(g, n, 0)->dim[3],
		                    output(g, n)->dim[3]);
	return check_window(g, n, n->opt.filter_h, n->opt.filter_w, err);
}

static bool check_fc(const struct graph *g, const struct node *n,
                     struct err *err)
{
	const struct tensor *in = input(g, n, 0), *w = input(g, n, 1);
	const struct tensor *out = output(g, n);
	if (w->rank != 2 || out->rank < 1)
		return graph_refuse(g, n, err,
		                    "weights of rank %d, output of %d", w->rank,
		                    out->rank);
	const int32_t rows = in->n / w->dim[1];
	if (in->n % w->dim[1] || out->dim[out->rank - 1] != w->dim[0] ||
	    out->n != (int64_t)rows * w->dim[0])
		return graph_refuse(g, n, err,
		                    "%d inputs and %d outputs do not fit "
		                    "weights of %dx%d",
		                    in->n, out->n, w->dim[0], w->dim[1]);
	return check_bias(g, n, w->dim[0], err);
}

/* Dimension `i` of `rank`, counted as if leading ones were there. */
static int32_t dim_of(const struct tensor *t, int rank, int i)
{
	const int at = i - (rank - t->rank);
	return at < 0 ? 1 : t->dim[at];
}

static bool check_broadcast(const struct graph *g, const struct node *n,
                            struct err *err)
{
	const struct tensor *a = input(g, n, 0), *b = input(g, n, 1);
	const struct tensor *out = output(g, n);
	const int rank = a->rank > b->rank ? a->rank : b->rank;
	if (rank > 6)
		return graph_refuse(g, n, err, "rank %d, at most 6", rank);
	bool fits = out->rank == rank;
	for (int i = 0; fits && i < rank; i++) {
		const int32_t x = dim_of(a, rank, i), y = dim_of(b, rank, i);
		fits = (x == y || x == 1 || y == 1) &&
		       out->dim[i] == (x > y ? x : y);
	}
	return fits || graph_refuse(g, n, err, "shapes do not broadcast");
}

static bool check_same(const struct graph *g, const struct node *n,
                       struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	if (in->rank != out->rank ||
	    memcmp(in->dim, out->dim, sizeof in->dim) != 0)
		return graph_refuse(g, n, err,
		                    "input and output differ in "
		                    "shape");
	if (n->code == BI_SOFTMAX && in->rank < 1)
		return graph_refuse(g, n, err, "a scalar");
	return true;
}

static bool check_reshape(const struct graph *g, const struct node *n,
                          struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	if (in->type != out->type || in->n != out->n)
		return graph_refuse(g, n, err,
		                    "%d elements of %s in, %d of %s "
		                    "out",
		                    in->n, dtype_name[in->type], out->n,
		                    dtype_name[out->type]);
	return true;
}

/* Input `i`, which must be a constant of `count` int32 (-1: any), or NULL. */
static const int32_t *constant(const struct graph *g, const struct node *n,
                               int i, int32_t count, struct err *err)
{
	const struct tensor *t = input(g, n, i);
	if (t && t->data && t->type == DT_I32 && (count < 0 || t->n == count))
		return t->data;
	graph_refuse(g, n, err, "input %d must be a constant of int32%s", i,
	             count < 0 ? "" : ", one a dimension");
	return NULL;
}

static bool check_pad(const struct graph *g, const struct node *n,
                      struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	const struct tensor *value = input(g, n, 2);
	const int32_t *p = constant(g, n, 1, 2 * in->rank, err);
	if (!p)
		return false;
	if (value && (!value->data || value->n != 1 || value->type != in->type))
		return graph_refuse(g, n, err,
		                    "input 2 must be a constant "
		                    "of the input's type");
	bool fits = in->type == out->type && in->rank == out->rank;
	for (int i = 0; fits && i < in->rank; i++)
		fits = p[2 * i] >= 0 && p[2 * i + 1] >= 0 &&
		       (int64_t)in->dim[i] + p[2 * i] + p[2 * i + 1] ==
		               out->dim[i];
	return fits || graph_refuse(g, n, err, "paddings do not fit");
}

int concat_axis(const struct graph *g, const struct node *n)
{
	const int axis = n->opt.axis;
	return axis < 0 ? axis + output(g, n)->rank : axis;
}

static bool check_concat(const struct graph *g, const struct node *n,
                         struct err *err)
{
	const struct tensor *out = output(g, n);
	const int axis = concat_axis(g, n);
	int64_t sum = 0;
	if (axis < 0 || axis >= out->rank)
		return graph_refuse(g, n, err, "axis %d of %d", n->opt.axis,
		                    out->rank);
	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *in = input(g, n, i);
		bool fits = in->rank == out->rank && in->type == out->type;
		for (int k = 0; fits && k < out->rank; k++)
			fits = k == axis || in->dim[k] == out->dim[k];
		if (!fits)
			return graph_refuse(g, n, err, "input %d does not fit",
			                    i);
		sum += in->dim[axis];
	}
	return sum == out->dim[axis] ||
	       graph_refuse(g, n, err, "sizes do not add up");
}

unsigned mean_axes(const struct graph *g, const struct node *n)
{
	const struct tensor *in = input(g, n, 0), *t = input(g, n, 1);
	const int32_t *axis = t->data;
	unsigned mask = 0;
	for (int32_t i = 0; i < t->n; i++)
		mask |= 1u << (axis[i] < 0 ? axis[i] + in->rank : axis[i]);
	return mask;
}

static bool check_mean(const struct graph *g, const struct node *n,
                       struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	const int32_t *axis = constant(g, n, 1, -1, err);
	if (!axis)
		return false;
	for (int32_t i = 0; i < input(g, n, 1)->n; i++)
		if (axis[i] < -in->rank || axis[i] >= in->rank)
			return graph_refuse(g, n, err, "axis %d of %d", axis[i],
			                    in->rank);
	const unsigned mask = mean_axes(g, n);
	int32_t dim[MAX_RANK] = {0};
	int rank = 0;
	for (int i = 0; i < in->rank; i++)
		if (!(mask >> i & 1))
			dim[rank++] = in->dim[i];
		else if (n->opt.keep_num_dims)
			dim[rank++] = 1;
	if (rank != out->rank || memcmp(dim, out->dim, sizeof dim) != 0)
		return graph_refuse(g, n, err, "output has another shape");
	return true;
}

static int32_t clamp(int64_t x, int32_t lo, int32_t hi)
{
	return x < lo ? lo : x > hi ? hi : (int32_t)x;
}

struct slice slice_axis(const struct graph *g, const struct node *n, int axis)
{
	const int32_t size = input(g, n, 0)->dim[axis];
	const int32_t begin = ((const int32_t *)input(g, n, 1)->data)[axis];
	const int32_t end = ((const int32_t *)input(g, n, 2)->data)[axis];
	const int32_t step = ((const int32_t *)input(g, n, 3)->data)[axis];
	const bool up = step > 0;
	const int32_t lo = up ? 0 : -1, hi = up ? size : size - 1;
	struct slice s = {.step = step,
	                  .shrink = n->opt.shrink_mask >> axis & 1};

	s.start = clamp((int64_t)begin + (begin < 0 ? size : 0), lo, hi);
	if (n->opt.begin_mask >> axis & 1)
		s.start = up ? 0 : size - 1;
	int64_t stop = clamp((int64_t)end + (end < 0 ? size : 0), lo, hi);
	if (n->opt.end_mask >> axis & 1)
		stop = up ? size : -1;
	if (s.shrink) {
		s.count = s.start >= 0 && s.start < size;
		return s;
	}
	const int64_t span = up ? stop - s.start : s.start - stop;
	const int64_t stride = up ? step : -(int64_t)step;
	s.count = span > 0 ? (int32_t)((span + stride - 1) / stride) : 0;
	return s;
}

static bool check_slice(const struct graph *g, const struct node *n,
                        struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	for (int i = 1; i <= 3; i++)
		if (!constant(g, n, i, in->rank, err))
			return false;
	if (n->opt.other_mask)
		return graph_refuse(g, n, err,
		                    "ellipsis, new axis and offset "
		                    "are not supported");
	int rank = 0;
	bool fits = in->type == out->type;
	for (int i = 0; fits && i < in->rank; i++) {
		if (((const int32_t *)input(g, n, 3)->data)[i] == 0)
			return graph_refuse(g, n, err, "stride is 0");
		const struct slice s = slice_axis(g, n, i);
		if (s.shrink)
			fits = s.count == 1;
		else
			fits = rank < out->rank && out->dim[rank++] == s.count;
	}
	return (fits && rank == out->rank) ||
	       graph_refuse(g, n, err, "output has another shape");
}

static bool check_transpose(const struct graph *g, const struct node *n,
                            struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	const int32_t *perm = constant(g, n, 1, in->rank, err);
	if (!perm)
		return false;
	unsigned seen = 0;
	bool fits = in->type == out->type && in->rank == out->rank;
	for (int i = 0; fits && i < in->rank; i++) {
		fits = perm[i] >= 0 && perm[i] < in->rank &&
		       !(seen >> perm[i] & 1) &&
		       out->dim[i] == in->dim[perm[i]];
		if (fits)
			seen |= 1u << perm[i];
	}
	return fits || graph_refuse(g, n, err, "permutation does not fit");
}

static bool check_transpose_conv(const struct graph *g, const struct node *n,
                                 struct err *err)
{
	const struct tensor *in = input(g, n, 0), *w = input(g, n, 1);
	const struct tensor *out = output(g, n);
	struct window_axis y, x;
	if (!rank4(g, n, 2, err) || !check_bias(g, n, w->dim[0], err))
		return false;
	if (n->opt.stride_h < 1 || n->opt.stride_w < 1)
		return graph_refuse(g, n, err, "stride is %dx%d",
		                    n->opt.stride_h, n->opt.stride_w);
	if (w->dim[3] != in->dim[3] || w->dim[0] != out->dim[3] ||
	    in->dim[0] != out->dim[0] ||
	    !window_1d(n->opt.padding, out->dim[1], w->dim[1], n->opt.stride_h,
	               1, &y) ||
	    !window_1d(n->opt.padding, out->dim[2], w->dim[2], n->opt.stride_w,
	               1, &x) ||
	    y.out != in->dim[1] || x.out != in->dim[2])
		return graph_refuse(g, n, err,
		                    "input, weights and output do not fit");
	return true;
}

static bool check_resize(const struct graph *g, const struct node *n,
                         struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	const int32_t *size = constant(g, n, 1, 2, err);
	if (!size || !rank4(g, n, 1, err))
		return false;
	if (in->type != out->type || in->dim[0] != out->dim[0] ||
	    in->dim[3] != out->dim[3] || size[0] != out->dim[1] ||
	    size[1] != out->dim[2])
		return graph_refuse(g, n, err, "input and output do not fit");
	if (n->opt.align_corners && n->opt.half_pixels)
		return graph_refuse(g, n, err,
		                    "aligned corners and half pixels "
		                    "exclude each other");
	return true;
}

static bool check_depth_to_space(const struct graph *g, const struct node *n,
                                 struct err *err)
{
	const struct tensor *in = input(g, n, 0), *out = output(g, n);
	const int64_t b = n->opt.block;
	if (!rank4(g, n, 1, err))
		return false;
	if (b < 1 || in->type != out->type || in->dim[0] != out->dim[0] ||
	    in->dim[1] * b != out->dim[1] || in->dim[2] * b != out->dim[2] ||
	    out->dim[3] * b * b != in->dim[3])
		return graph_refuse(g, n, err,
		                    "blocks of %d do not fit the shapes",
		                    n->opt.block);
	return true;
}

static bool check_node(const struct graph *g, const struct node *n,
                       struct err *err)
{
	switch (n->code) {
	case BI_CONV_2D:
		return check_conv(g, n, err);
	case BI_DEPTHWISE_CONV_2D:
		return check_depthwise(g, n, err);
	case BI_AVERAGE_POOL_2D:
	case BI_MAX_POOL_2D:
		return check_pool(g, n, err);
	case BI_FULLY_CONNECTED:
		return check_fc(g, n, err);
	case BI_ADD:
	case BI_SUB:
	case BI_MUL:
		return check_broadcast(g, n, err);
	case BI_SOFTMAX:
	case BI_LOGISTIC:
	case BI_TANH:
	case BI_QUANTIZE:
	case BI_DEQUANTIZE:
	case BI_HARD_SWISH:
	case BI_LEAKY_RELU:
	case BI_RELU:
	case BI_RELU6:
		return check_same(g, n, err);
	case BI_RESHAPE:
	case BI_SQUEEZE:
	case BI_EXPAND_DIMS:
		return check_reshape(g, n, err);
	case BI_PAD:
	case BI_PADV2:
		return check_pad(g, n, err);
	case BI_CONCATENATION:
		return check_concat(g, n, err);
	case BI_MEAN:
		return check_mean(g, n, err);
	case BI_STRIDED_SLICE:
		return check_slice(g, n, err);
	case BI_TRANSPOSE:
		return check_transpose(g, n, err);
	case BI_TRANSPOSE_CONV:
		return check_transpose_conv(g, n, err);
	case BI_RESIZE_BILINEAR:
	case BI_RESIZE_NEAREST_NEIGHBOR:
		return check_resize(g, n, err);
	case BI_DEPTH_TO_SPACE:
		return check_depth_to_space(g, n, err);
	default:
		return true;
	}
}

bool shape_check(const struct graph *g, struct err *err)
{
	for (int i = 0; i < g->n_nodes; i++)
		if (!check_node(g, &g->node[i], err))
			return false;
	return true;
}
