/* lower_cpu: operators as calls of the firmware's kernels (isa/kernels.h). */
#include "compiler/ir.h"

#include <string.h>
#include "isa/quantize.h"

struct op *lower_cpu_op(struct lowered *l, const struct node *n,
                        enum kernel kernel, int n_in)
{
	struct op *op = lower_add_op(l, n, UNIT_CPU);

	op->cpu.kernel = kernel;
	op->n_in = n_in;
	for (int i = 0; i < n_in; i++)
		op->in[i] = l->root[n->in[i]];
	return op;
}

static struct blob blob(const void *bytes, size_t n)
{
	return (struct blob){bytes, (uint32_t)n};
}

static struct blob blob_tensor(const struct tensor *t)
{
	return t ? blob(t->data, (size_t)t->bytes) : (struct blob){0};
}

static int32_t float_bits(float f)
{
	int32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

static bool bad_types(const struct lowered *l, const struct node *n,
                      const struct tensor *in, struct err *err)
{
	return lower_error(l, n, err, "%s to %s is not supported",
	                   dtype_name[in->type],
	                   dtype_name[lower_out(l, n)->type]);
}

/* ---- convolutions ---- */

static enum kernel conv_kernel(const struct node *n, bool i16)
{
	switch (n->code) {
	case BI_CONV_2D:
		return i16 ? KERNEL_CONV_I16 : KERNEL_CONV_I8;
	case BI_DEPTHWISE_CONV_2D:
		return i16 ? KERNEL_DWCONV_I16 : KERNEL_DWCONV_I8;
	case BI_TRANSPOSE_CONV:
		return i16 ? KERNEL_TCONV_I16 : KERNEL_TCONV_I8;
	default:
		return i16 ? KERNEL_FC_I16 : KERNEL_FC_I8;
	}
}

static void conv_geometry(struct k_conv *k, const struct lower_conv *c, bool fc)
{
	const struct window *w = &c->win;

	k->n = fc ? w->ow : w->n;
	k->ih = w->ih, k->iw = fc ? 1 : w->iw, k->ic = w->ic;
	k->oh = w->oh, k->ow = fc ? 1 : w->ow, k->oc = w->oc;
	k->kh = w->kh, k->kw = w->kw;
	k->sh = w->sh, k->sw = w->sw, k->dh = w->dh, k->dw = w->dw;
	k->pt = w->pt, k->pl = w->pl;
	k->groups = c->groups;
}

static bool cpu_conv(struct lowered *l, const struct node *n, struct err *err)
{
	struct lower_conv c;

	if (!lower_conv(l, n, &c, err))
		return false;
	struct op *op = lower_cpu_op(l, n, conv_kernel(n, c.i16), 1);
	struct k_conv *k = &op->cpu.k.conv;
	conv_geometry(k, &c, n->code == BI_FULLY_CONNECTED);
	k->in_zp = c.in_zp, k->w_zp = c.w_zp, k->out_zp = c.out_zp;
	k->qmin = c.qmin, k->qmax = c.qmax;
	size_t table = (size_t)c.win.oc * sizeof(int32_t);
	op->cpu.blob[BLOB_WGT] = blob_tensor(c.wgt);
	op->cpu.blob[BLOB_BIAS] = blob_tensor(c.bias);
	op->cpu.blob[BLOB_MULT] = blob(c.mult, table);
	op->cpu.blob[BLOB_SHIFT] = blob(c.shift, table);
	return true;
}

static bool cpu_pool(struct lowered *l, const struct node *n, struct err *err)
{
	struct window w;
	struct k_pool k = {0};

	if (!lower_pool(l, n, &w, err) ||
	    !lower_clamp(l, n, lower_out(l, n), &k.qmin, &k.qmax, err))
		return false;
	bool i16 = lower_out(l, n)->type == DT_I16;
	bool max = n->code == BI_MAX_POOL_2D;
	k.n = w.n, k.ih = w.ih, k.iw = w.iw, k.c = w.ic;
	k.oh = w.oh, k.ow = w.ow, k.kh = w.kh, k.kw = w.kw;
	k.sh = w.sh, k.sw = w.sw, k.pt = w.pt, k.pl = w.pl;
	enum kernel kernel =
	        max ? (i16 ? KERNEL_MAXPOOL_I16 : KERNEL_MAXPOOL_I8)
	            : (i16 ? KERNEL_AVGPOOL_I16 : KERNEL_AVGPOOL_I8);
	lower_cpu_op(l, n, kernel, 1)->cpu.k.pool = k;
	return true;
}

/* ---- ADD, SUB ---- */

/* Strides of an operand in the output's axes; 0 where it is broadcast. */
static bool strides(const struct tensor *t, const struct tensor *out,
                    int32_t stride[BROADCAST_AXES])
{
	int32_t step = 1;

	if (t->rank > out->rank)
		return false;
	for (int i = 0; i < BROADCAST_AXES; i++) {
		int at = t->rank - 1 - i, to = out->rank - 1 - i;
		int32_t dim = at >= 0 ? t->dim[at] : 1;
		if (to >= 0 && dim != 1 && dim != out->dim[to])
			return false;
		stride[BROADCAST_AXES - 1 - i] = dim == 1 ? 0 : step;
		step *= dim;
	}
	return true;
}

bool lower_broadcast(const struct lowered *l, const struct node *n,
                     int32_t dim[BROADCAST_AXES],
                     int32_t a_stride[BROADCAST_AXES],
                     int32_t b_stride[BROADCAST_AXES], struct err *err)
{
	const struct tensor *a = lower_in(l, n, 0), *b = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);

	if (out->rank > BROADCAST_AXES || !strides(a, out, a_stride) ||
	    !strides(b, out, b_stride))
		return lower_error(l, n, err,
		                   "shapes of rank %d and %d "
		                   "cannot be broadcast",
		                   a->rank, b->rank);
	for (int i = 0; i < BROADCAST_AXES; i++) {
		int at = out->rank - BROADCAST_AXES + i;
		dim[i] = at >= 0 ? out->dim[at] : 1;
	}
	return true;
}

static bool cpu_add(struct lowered *l, const struct node *n, struct err *err)
{
	struct lower_add a;

	if (!lower_add(l, n, &a, err))
		return false;
	const struct tensor *x = lower_in(l, n, 0), *y = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);
	struct k_add k = {.flat = x->n == out->n && y->n == out->n,
	                  .n = out->n,
	                  .minus = n->code == BI_SUB ? -1 : 0,
	                  .left = a.left};
	if (!lower_broadcast(l, n, k.dim, k.a_stride, k.b_stride, err))
		return false;
	k.a_zp = a.zp[0], k.b_zp = a.zp[1], k.out_zp = a.zp[2];
	k.a_mult = a.mult[0], k.a_shift = a.shift[0];
	k.b_mult = a.mult[1], k.b_shift = a.shift[1];
	k.o_mult = a.mult[2], k.o_shift = a.shift[2];
	k.qmin = a.qmin, k.qmax = a.qmax;
	lower_cpu_op(l, n, out->type == DT_I16 ? KERNEL_ADD_I16 : KERNEL_ADD_I8,
	             2)
	        ->cpu.k.add = k;
	return true;
}

/* ---- SOFTMAX ---- */

static void softmax_table8(struct lowered *l, struct op *op,
                           struct multiplier m, int32_t diff_min)
{
	int32_t *exp = arena_zero(&l->arena, SOFTMAX_EXPS, sizeof(*exp));

	for (int32_t i = 0; i < SOFTMAX_EXPS && -i >= diff_min; i++)
		exp[i] = num_softmax_exp(-i, m.m, m.shift);
	op->cpu.blob[BLOB_LUT0] = blob(exp, SOFTMAX_EXPS * sizeof(*exp));
}

static void softmax_tables16(struct lowered *l, struct op *op)
{
	size_t n = NUM_LUT_SIZE, size = sizeof(int16_t);
	int16_t *exp = arena_zero(&l->arena, n, size);
	int16_t *recip = arena_zero(&l->arena, n, size);

	softmax16_exp_lut(exp);
	softmax16_recip_lut(recip);
	op->cpu.blob[BLOB_LUT0] = blob(exp, n * size);
	op->cpu.blob[BLOB_LUT1] = blob(recip, n * size);
}

static bool cpu_softmax(struct lowered *l, const struct node *n,
                        struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);

	if (!in || in->nq != 1 || in->n != out->n || in->rank < 1)
		return lower_error(l, n, err, "input and output disagree");
	bool i16 = in->type == DT_I16, o16 = out->type == DT_I16;
	if ((in->type != DT_I8 && !i16) || (out->type != DT_I8 && !o16) ||
	    (i16 && !o16))
		return bad_types(l, n, in, err);
	struct k_softmax k = {.depth = in->dim[in->rank - 1]};
	struct multiplier m;
	int32_t diff_min = 0;
	k.rows = in->n / k.depth;
	bool ok = i16 ? quantize_softmax16(n->opt.beta, in->scale[0], &m)
	              : quantize_softmax(n->opt.beta, in->scale[0], &m,
	                                 &diff_min);
	if (!ok)
		return lower_error(l, n, err, "beta %g, scale %g",
		                   (double)n->opt.beta, (double)in->scale[0]);
	k.mult = m.m;
	k.shift = m.shift;
	struct op *op = lower_cpu_op(l, n,
	                             i16   ? KERNEL_SOFTMAX_I16
	                             : o16 ? KERNEL_SOFTMAX_I8_I16
	                                   : KERNEL_SOFTMAX_I8,
	                             1);
	op->cpu.k.softmax = k;
	if (i16)
		softmax_tables16(l, op);
	else
		softmax_table8(l, op, m, diff_min);
	return true;
}

/* ---- QUANTIZE, DEQUANTIZE ---- */

/* k_quant's code of an integer type; 0: not one of them. */
static int32_t int_type(enum dtype t)
{
	switch (t) {
	case DT_I8:
		return -1;
	case DT_U8:
		return 1;
	case DT_I16:
		return -2;
	case DT_I32:
		return -4;
	default:
		return 0;
	}
}

static bool cpu_requantize(struct lowered *l, const struct node *n,
                           struct k_quant *k, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);
	struct multiplier m;

	k->in_type = int_type(in->type);
	k->out_type = int_type(out->type);
	if (!k->in_type || !k->out_type || in->nq != 1 || out->nq != 1)
		return bad_types(l, n, in, err);
	if (!quantize_rescale(in->scale[0], out->scale[0], &m))
		return lower_error(l, n, err, "scales %g, %g",
		                   (double)in->scale[0], (double)out->scale[0]);
	k->mult = m.m;
	k->shift = m.shift;
	lower_cpu_op(l, n, KERNEL_REQUANTIZE, 1)->cpu.k.quant = *k;
	return true;
}

static bool cpu_quantize(struct lowered *l, const struct node *n,
                         struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);

	if (!in || in->n != out->n)
		return lower_error(l, n, err, "input and output disagree");
	struct k_quant k = {
	        .n = in->n, .in_zp = lower_zero(in), .out_zp = lower_zero(out)};
	if (in->type != DT_F32 && n->code == BI_QUANTIZE)
		return cpu_requantize(l, n, &k, err);
	bool to = n->code == BI_QUANTIZE;
	const struct tensor *q = to ? out : in;
	if ((q->type != DT_I8 && q->type != DT_I16) || q->nq != 1 ||
	    (to ? in : out)->type != DT_F32)
		return bad_types(l, n, in, err);
	k.scale = (uint32_t)float_bits(q->scale[0]);
	bool i8 = q->type == DT_I8;
	enum kernel kernel =
	        to ? (i8 ? KERNEL_QUANTIZE_F32_I8 : KERNEL_QUANTIZE_F32_I16)
	           : (i8 ? KERNEL_DEQUANTIZE_I8_F32
	                 : KERNEL_DEQUANTIZE_I16_F32);
	lower_cpu_op(l, n, kernel, 1)->cpu.k.quant = k;
	return true;
}

/* ---- PAD ---- */

static int64_t int_at(const struct tensor *t, int i)
{
	return t->type == DT_I64 ? ((const int64_t *)t->data)[i]
	                         : ((const int32_t *)t->data)[i];
}

/* Bits of the constant that PADV2 names; else what stands for zero. */
static bool pad_value(const struct lowered *l, const struct node *n,
                      int32_t *value, struct err *err)
{
	const struct tensor *out = lower_out(l, n), *c = lower_in(l, n, 2);

	*value = out->type == DT_F32 ? 0 : lower_zero(out);
	if (n->code != BI_PADV2)
		return true;
	if (!c || !c->data || c->type != out->type || c->n < 1)
		return lower_error(l, n, err, "the value is not constant");
	if (c->type == DT_I8)
		*value = *(const int8_t *)c->data;
	else if (c->type == DT_I16)
		*value = *(const int16_t *)c->data;
	else
		memcpy(value, c->data, sizeof(*value));
	return true;
}

static bool cpu_pad(struct lowered *l, const struct node *n, struct err *err)
{
	enum { DIMS = 5 };
	const struct tensor *in = lower_in(l, n, 0), *by = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);
	struct k_pad k = {0};

	if (!in || in->type != out->type ||
	    (in->type != DT_I8 && in->type != DT_I16 && in->type != DT_F32 &&
	     in->type != DT_I32))
		return lower_error(l, n, err, "type %s is not supported",
		                   dtype_name[out->type]);
	if (!by || !by->data || (by->type != DT_I32 && by->type != DT_I64) ||
	    by->n != 2 * in->rank || in->rank > DIMS || out->rank != in->rank)
		return lower_error(l, n, err,
		                   "paddings that are not constant "
		                   "or not of %d axes",
		                   in->rank);
	for (int i = 0; i < DIMS; i++)
		k.dim[i] = 1;
	for (int i = 0; i < in->rank; i++) {
		int at = DIMS - in->rank + i;
		int64_t before = int_at(by, 2 * i);
		int64_t after = int_at(by, 2 * i + 1);
		if (before < 0 || after < 0 ||
		    in->dim[i] + before + after != out->dim[i])
			return lower_error(l, n, err,
			                   "axis %d: %lld and %lld "
			                   "around %d",
			                   i, (long long)before,
			                   (long long)after, in->dim[i]);
		k.dim[at] = in->dim[i];
		k.before[at] = (int32_t)before;
		k.after[at] = (int32_t)after;
	}
	k.elem = (int32_t)dtype_bytes(in->type);
	if (!pad_value(l, n, &k.value, err))
		return false;
	lower_cpu_op(l, n, KERNEL_PAD, 1)->cpu.k.pad = k;
	return true;
}

bool lower_cpu(struct lowered *l, const struct node *n, struct err *err)
{
	switch (n->code) {
	case BI_CONV_2D:
	case BI_DEPTHWISE_CONV_2D:
	case BI_FULLY_CONNECTED:
	case BI_TRANSPOSE_CONV:
		return cpu_conv(l, n, err);
	case BI_AVERAGE_POOL_2D:
	case BI_MAX_POOL_2D:
		return cpu_pool(l, n, err);
	case BI_ADD:
	case BI_SUB:
		return cpu_add(l, n, err);
	case BI_MUL:
		return lower_mul(l, n, err);
	case BI_MEAN:
		return lower_mean(l, n, err);
	case BI_LOGISTIC:
	case BI_TANH:
		return lower_logistic(l, n, err);
	case BI_RELU:
	case BI_RELU6:
	case BI_LEAKY_RELU:
	case BI_HARD_SWISH:
		return lower_relu(l, n, err);
	case BI_RESIZE_BILINEAR:
	case BI_RESIZE_NEAREST_NEIGHBOR:
		return lower_resize(l, n, err);
	case BI_DEPTH_TO_SPACE:
		return lower_depth_to_space(l, n, err);
	case BI_STRIDED_SLICE:
		return lower_slice(l, n, err);
	case BI_TRANSPOSE:
		return lower_transpose(l, n, err);
	case BI_CONCATENATION:
		return lower_concat(l, n, err);
	case BI_SOFTMAX:
		return cpu_softmax(l, n, err);
	case BI_QUANTIZE:
	case BI_DEQUANTIZE:
		return cpu_quantize(l, n, err);
	case BI_PAD:
	case BI_PADV2:
		return cpu_pad(l, n, err);
	default:
		return lower_error(l, n, err, "the operator is not supported");
	}
}
