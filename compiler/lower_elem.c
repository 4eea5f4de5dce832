/* lower_elem: element by element on the CPU, and means. */
#include "compiler/ir.h"

#include <math.h>
#include "compiler/shape.h"
#include "isa/quantize.h"

/* int8 or int16, the same for `inputs` inputs and the output, one scale each.
 */
static bool same_types(const struct lowered *l, const struct node *n,
                       int inputs, struct err *err)
{
	const struct tensor *out = lower_out(l, n);

	for (int i = 0; i < inputs; i++) {
		const struct tensor *in = lower_in(l, n, i);
		if ((in->type != DT_I8 && in->type != DT_I16) ||
		    in->type != out->type)
			return lower_error(
			        l, n, err, "%s to %s is not supported",
			        dtype_name[in->type], dtype_name[out->type]);
		if (in->nq != 1 || out->nq != 1)
			return lower_error(l, n, err, "a tensor has no scale");
	}
	return true;
}

bool lower_mul(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *a = lower_in(l, n, 0), *b = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);
	struct k_mul k = {.n = out->n};
	struct multiplier m;

	if (!same_types(l, n, 2, err) ||
	    !lower_broadcast(l, n, k.dim, k.a_stride, k.b_stride, err) ||
	    !lower_clamp(l, n, out, &k.qmin, &k.qmax, err))
		return false;
	k.a_zp = lower_zero(a), k.b_zp = lower_zero(b);
	k.out_zp = lower_zero(out);
	if (out->type == DT_I16 && (k.a_zp || k.b_zp || k.out_zp))
		return lower_error(l, n, err, "int16 needs zero points of 0");
	if (!quantize_mul(a->scale[0], b->scale[0], out->scale[0], &m))
		return lower_error(l, n, err, "scales %g, %g, %g",
		                   (double)a->scale[0], (double)b->scale[0],
		                   (double)out->scale[0]);
	k.flat = a->n == out->n && b->n == out->n;
	k.mult = m.m, k.shift = m.shift;
	lower_cpu_op(l, n, out->type == DT_I16 ? KERNEL_MUL_I16 : KERNEL_MUL_I8,
	             2)
	        ->cpu.k.mul = k;
	return true;
}

/* ---- MEAN ---- */

/* Axes that lie one behind the other, from the last to the first. */
struct axes {
	int n;
	int32_t dim[MAX_RANK], step[MAX_RANK];
};

static void add_axis(struct axes *a, int32_t dim, int32_t step)
{
	if (a->n && step == a->dim[a->n - 1] * a->step[a->n - 1]) {
		a->dim[a->n - 1] *= dim;
		return;
	}
	a->dim[a->n] = dim;
	a->step[a->n++] = step;
}

/* Into a kernel's table, in which unused axes come first. */
static bool give_axes(const struct axes *a, int32_t dim[MEAN_AXES],
                      int32_t step[MEAN_AXES])
{
	for (int i = 0; i < MEAN_AXES; i++) {
		int at = MEAN_AXES - 1 - i;
		dim[at] = i < a->n ? a->dim[i] : 1;
		step[at] = i < a->n ? a->step[i] : 0;
	}
	return a->n <= MEAN_AXES;
}

static bool mean_walk(const struct lowered *l, const struct node *n,
                      struct k_mean *k)
{
	const struct tensor *in = lower_in(l, n, 0);
	unsigned gone = mean_axes(l->g, n);
	struct axes kept = {0}, sum = {0};
	int32_t step = 1;

	for (int i = in->rank - 1; i >= 0; i--) {
		if (in->dim[i] > 1)
			add_axis(gone >> i & 1 ? &sum : &kept, in->dim[i],
			         step);
		step *= in->dim[i];
	}
	return give_axes(&kept, k->kept_dim, k->kept_step) &&
	       give_axes(&sum, k->sum_dim, k->sum_step);
}

bool lower_mean(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	struct k_mean k = {.out_zp = lower_zero(out)};
	struct multiplier m;

	if (!same_types(l, n, 1, err))
		return false;
	if (!quantize_rescale(in->scale[0], out->scale[0], &m))
		return lower_error(l, n, err, "scales %g, %g",
		                   (double)in->scale[0], (double)out->scale[0]);
	int32_t cells = in->n / out->n;
	quantize_mean(cells, &m);
	if (!mean_walk(l, n, &k))
		return lower_error(l, n, err, "too many axes, not neighbours");
	k.zero = (int32_t)((int64_t)lower_zero(in) * cells);
	k.mult = m.m, k.shift = m.shift;
	bool i16 = out->type == DT_I16;
	k.qmin = i16 ? INT16_MIN : INT8_MIN;
	k.qmax = i16 ? INT16_MAX : INT8_MAX;
	lower_cpu_op(l, n, i16 ? KERNEL_MEAN_I16 : KERNEL_MEAN_I8, 1)
	        ->cpu.k.mean = k;
	return true;
}

/* ---- functions of one int8 ---- */

enum { TABLE = 256 };

static bool logistic_table(const struct lowered *l, const struct node *n,
                           int8_t table[TABLE], struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	bool tanh = n->code == BI_TANH;
	struct multiplier m;
	int32_t radius;

	if (!tanh && lower_zero(out) != INT8_MIN)
		return lower_error(l, n, err,
		                   "the output's zero point must be -128");
	if (!quantize_logistic(in->scale[0], &m, &radius))
		return lower_error(l, n, err, "the input's scale %g",
		                   (double)in->scale[0]);
	for (int i = 0; i < TABLE; i++) {
		int32_t x = (int8_t)i - lower_zero(in);
		table[i] = (int8_t)(tanh ? num_tanh_i8(x, radius, m.m, m.shift)
		                         : num_logistic_i8(x, radius, m.m,
		                                           m.shift));
	}
	return true;
}

static void add_table(struct lowered *l, const struct node *n,
                      const int8_t *table)
{
	struct op *op = lower_cpu_op(l, n, KERNEL_LUT_I8, 1);

	op->cpu.k.lut.n = lower_out(l, n)->n;
	op->cpu.blob[BLOB_LUT0] = (struct blob){table, TABLE};
}

static bool logistic16(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	bool tanh = n->code == BI_TANH;
	size_t size = NUM_SIGMOID_SIZE * sizeof(uint16_t);
	uint16_t *table = arena_zero(&l->arena, 1, size);
	struct multiplier m;

	if (lower_zero(in) || lower_zero(out))
		return lower_error(l, n, err, "int16 needs zero points of 0");
	if (fabsf(out->scale[0] * 32768 - 1) > 5e-4f)
		return lower_error(l, n, err,
		                   "the output's scale must be 2^-15");
	if (!quantize_logistic16(in->scale[0], tanh, &m))
		return lower_error(l, n, err, "the input's scale %g",
		                   (double)in->scale[0]);
	sigmoid_lut(table);
	struct op *op = lower_cpu_op(
	        l, n, tanh ? KERNEL_TANH_I16 : KERNEL_LOGISTIC_I16, 1);
	op->cpu.k.sigmoid =
	        (struct k_sigmoid){.n = out->n, .mult = m.m, .shift = m.shift};
	op->cpu.blob[BLOB_LUT0] = (struct blob){table, (uint32_t)size};
	return true;
}

bool lower_logistic(struct lowered *l, const struct node *n, struct err *err)
{
	if (!same_types(l, n, 1, err))
		return false;
	if (lower_out(l, n)->type == DT_I16)
		return logistic16(l, n, err);
	int8_t *table = arena_zero(&l->arena, TABLE, 1);
	if (!logistic_table(l, n, table, err))
		return false;
	add_table(l, n, table);
	return true;
}

/* ---- RELU and its kin ---- */

static bool swish_table(const struct tensor *in, const struct tensor *out,
                        int8_t table[TABLE])
{
	struct num_swish s;

	if (!quantize_hard_swish(in->scale[0], out->scale[0], &s))
		return false;
	for (int i = 0; i < TABLE; i++) {
		int32_t y = num_hard_swish((int8_t)i - lower_zero(in), &s);
		table[i] = (int8_t)num_clamp(y + lower_zero(out), INT8_MIN,
		                             INT8_MAX);
	}
	return true;
}

static bool leaky_table(const struct tensor *in, const struct tensor *out,
                        float alpha, int8_t table[TABLE])
{
	struct multiplier m, neg;

	if (!quantize_leaky(in->scale[0], alpha, out->scale[0], &m, &neg))
		return false;
	for (int i = 0; i < TABLE; i++) {
		int32_t x = (int8_t)i - lower_zero(in);
		int32_t y = num_leaky(x, m.m, m.shift, neg.m, neg.shift);
		table[i] = (int8_t)num_clamp(num_wrap_add(y, lower_zero(out)),
		                             INT8_MIN, INT8_MAX);
	}
	return true;
}

/* RELU rescales; RELU6 only clamps, by the input's scale: as TFLM does. */
static bool relu_table(const struct node *n, const struct tensor *in,
                       const struct tensor *out, int8_t table[TABLE])
{
	int32_t lo = INT8_MIN, hi = INT8_MAX;
	struct multiplier m;
	bool six = n->code == BI_RELU6;
	const struct tensor *by = six ? in : out;

	if (!quantize_rescale(in->scale[0], out->scale[0], &m) ||
	    !quantize_act(six ? ACT_RELU6 : ACT_RELU, by->scale[0],
	                  lower_zero(by), &lo, &hi))
		return false;
	for (int i = 0; i < TABLE; i++) {
		int32_t x = (int8_t)i - lower_zero(in);
		int32_t y = six ? (int8_t)i
		                : num_wrap_add(num_requant(x, m.m, m.shift),
		                               lower_zero(out));
		table[i] = (int8_t)num_clamp(y, lo, hi);
	}
	return true;
}

bool lower_relu(struct lowered *l, const struct node *n, struct err *err)
{
	int8_t *table = arena_zero(&l->arena, TABLE, 1);

	if (!same_types(l, n, 1, err))
		return false;
	if (lower_out(l, n)->type != DT_I8)
		return lower_error(l, n, err, "int16 is not supported");
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	bool ok = n->code == BI_HARD_SWISH ? swish_table(in, out, table)
	          : n->code == BI_LEAKY_RELU
	                  ? leaky_table(in, out, n->opt.alpha, table)
	                  : relu_table(n, in, out, table);
	if (!ok)
		return lower_error(l, n, err, "scales %g, %g",
		                   (double)in->scale[0], (double)out->scale[0]);
	add_table(l, n, table);
	return true;
}

/* ---- RESIZE ---- */

static struct blob resize_table(struct lowered *l, const struct node *n,
                                int axis)
{
	struct resize_axis a = {.in = lower_in(l, n, 0)->dim[axis],
	                        .out = lower_out(l, n)->dim[axis],
	                        .align_corners = n->opt.align_corners,
	                        .half_pixels = n->opt.half_pixels};
	struct k_resize_at *t =
	        arena_zero(&l->arena, (size_t)a.out, sizeof(*t));

	for (int32_t i = 0; i < a.out; i++)
		if (n->code == BI_RESIZE_BILINEAR)
			resize_bilinear(&a, i, &t[i].lo, &t[i].hi, &t[i].frac);
		else
			resize_nearest(&a, i, &t[i].lo);
	return (struct blob){t, (uint32_t)a.out * (uint32_t)sizeof(*t)};
}

bool lower_resize(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	bool bilinear = n->code == BI_RESIZE_BILINEAR;

	if (in->nq != out->nq || (in->nq && (in->scale[0] != out->scale[0] ||
	                                     in->zero[0] != out->zero[0])))
		return lower_error(l, n, err,
		                   "input and output must have one "
		                   "quantization");
	if (bilinear && in->type != DT_I8)
		return lower_error(l, n, err, "%s is not supported",
		                   dtype_name[in->type]);
	struct op *op = lower_cpu_op(l, n,
	                             bilinear ? KERNEL_RESIZE_BILINEAR_I8
	                                      : KERNEL_RESIZE_NEAREST,
	                             1);
	op->cpu.k.resize = (struct k_resize){
	        .n = in->dim[0],
	        .ih = in->dim[1],
	        .iw = in->dim[2],
	        .oh = out->dim[1],
	        .ow = out->dim[2],
	        .pixel = in->dim[3] * (int32_t)dtype_bytes(in->type)};
	op->cpu.blob[BLOB_LUT0] = resize_table(l, n, 1);
	op->cpu.blob[BLOB_LUT1] = resize_table(l, n, 2);
	return true;
}
