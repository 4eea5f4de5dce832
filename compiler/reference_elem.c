/* reference_elem: operators that work element by element, and SOFTMAX. */
#include <math.h>
#include "compiler/reference.h"
#include "isa/quantize.h"

static bool is_activation(enum dtype t)
{
	return t == DT_I8 || t == DT_I16;
}

/* Inputs and output of one type, int8 or int16. */
static bool same_type(struct run *r, const struct node *n, int inputs)
{
	const enum dtype type = ref_out(r, n)->type;
	bool ok = is_activation(type);
	for (int i = 0; i < inputs; i++)
		ok = ok && ref_in(r, n, i)->type == type;
	if (ok)
		return ref_one_scale(r, n, inputs);
	return graph_refuse(
	        r->g, n, r->err, "input %s, output %s is not supported",
	        dtype_name[ref_in(r, n, 0)->type], dtype_name[type]);
}

static float scale_of(const struct tensor *t)
{
	return t->scale[0];
}

static int32_t zero_of(const struct tensor *t)
{
	return (int32_t)t->zero[0];
}

/* Elements of a broadcast operand that belong to output element `i`. */
static int32_t broadcast_at(const struct tensor *out, const struct tensor *t,
                            int32_t i)
{
	int32_t at = 0, step = 1;
	for (int k = 0; k < t->rank; k++) {
		const int32_t size = t->dim[t->rank - 1 - k];
		const int32_t whole = out->dim[out->rank - 1 - k];
		if (size > 1)
			at += i % whole * step;
		step *= size;
		i /= whole;
	}
	return at;
}

bool ref_add(struct run *r, const struct node *n)
{
	const bool sub = n->code == BI_SUB;
	const struct tensor *a = ref_in(r, n, 0), *b = ref_in(r, n, 1);
	const struct tensor *out = ref_out(r, n);
	struct num_add p = {0};
	if (!same_type(r, n, 2) || !ref_act(r, n, &p.qmin, &p.qmax))
		return false;
	const int left = out->type == DT_I16 ? 15 : 20;
	if (!quantize_add(scale_of(a), scale_of(b), scale_of(out), left, &p))
		return ref_refuse(r, n, "scales are out of range");
	p.out_zp = zero_of(out);

	const int32_t *x = ref_load(r, n, 0), *y = ref_load(r, n, 1);
	int32_t *z = ref_room(r, n);
	for (int32_t i = 0; i < out->n; i++) {
		const int32_t xi = x[broadcast_at(out, a, i)] - zero_of(a);
		const int32_t yi = y[broadcast_at(out, b, i)] - zero_of(b);
		z[i] = sub ? num_sub(&p, xi, yi) : num_add(&p, xi, yi);
	}
	ref_store(r, n, z);
	return true;
}

bool ref_mul(struct run *r, const struct node *n)
{
	const struct tensor *a = ref_in(r, n, 0), *b = ref_in(r, n, 1);
	const struct tensor *out = ref_out(r, n);
	struct multiplier m;
	int32_t lo, hi;
	if (!same_type(r, n, 2) || !ref_act(r, n, &lo, &hi))
		return false;
	if (out->type == DT_I16 && (zero_of(a) || zero_of(b) || zero_of(out)))
		return ref_refuse(r, n, "int16 needs zero points of 0");
	if (!quantize_mul(scale_of(a), scale_of(b), scale_of(out), &m))
		return ref_refuse(r, n, "scales are out of range");

	const int32_t *x = ref_load(r, n, 0), *y = ref_load(r, n, 1);
	int32_t *z = ref_room(r, n);
	for (int32_t i = 0; i < out->n; i++) {
		const int32_t xi = x[broadcast_at(out, a, i)] - zero_of(a);
		const int32_t yi = y[broadcast_at(out, b, i)] - zero_of(b);
		const int32_t v = num_requant(xi * yi, m.m, m.shift);
		z[i] = num_clamp(num_wrap_add(v, zero_of(out)), lo, hi);
	}
	ref_store(r, n, z);
	return true;
}

/* ------------------------------------------------------------------------
 * SOFTMAX over the last axis
 */

static int32_t row_max(const int32_t *x, int32_t depth)
{
	int32_t most = x[0];
	for (int32_t c = 1; c < depth; c++)
		if (x[c] > most)
			most = x[c];
	return most;
}

static void softmax_row8(const int32_t *x, int32_t depth, struct multiplier m,
                         int32_t diff_min, int bits, int32_t *y)
{
	const int32_t most = row_max(x, depth);
	int32_t sum = 0;
	for (int32_t c = 0; c < depth; c++)
		sum += num_softmax_term(x[c] - most, m.m, m.shift, diff_min);
	int over;
	const int32_t scale = num_reciprocal(sum, 12, &over);
	for (int32_t c = 0; c < depth; c++)
		y[c] = num_softmax_out(x[c] - most, m.m, m.shift, diff_min,
		                       scale, over, bits);
}

static void softmax_row16(const int32_t *x, int32_t depth, struct multiplier m,
                          const int16_t *exp_lut, const int16_t *recip_lut,
                          int32_t *y)
{
	const int32_t most = row_max(x, depth);
	int32_t sum = 0;
	for (int32_t c = 0; c < depth; c++) {
		y[c] = num_softmax16_exp(x[c] - most, m.m, m.shift, exp_lut);
		sum += y[c];
	}
	int shift;
	const int32_t scale = num_softmax16_recip(sum, recip_lut, &shift);
	for (int32_t c = 0; c < depth; c++)
		y[c] = num_softmax16_out(y[c], scale, shift);
}

/* TFLM's conditions on the output: a fixed scale and zero point. */
static bool softmax_output(struct run *r, const struct node *n, float scale,
                           int32_t zero, float tolerance)
{
	const struct tensor *out = ref_out(r, n);
	if (fabsf(scale_of(out) - scale) <= tolerance * scale &&
	    zero_of(out) == zero)
		return true;
	return graph_refuse(r->g, n, r->err,
	                    "output scale %.9g and zero point %d must be "
	                    "%.9g and %d",
	                    (double)scale_of(out), zero_of(out), (double)scale,
	                    zero);
}

static bool softmax8(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const int32_t depth = in->dim[in->rank - 1];
	const bool to16 = out->type == DT_I16;
	struct multiplier m;
	int32_t diff_min;
	if (!softmax_output(r, n, to16 ? 1.f / 65536 : 1.f / 256,
	                    to16 ? INT16_MIN : INT8_MIN, to16 ? 0.001f : 0))
		return false;
	if (depth > 4095)
		return ref_refuse(r, n, "rows are longer than 4095");
	if (!quantize_softmax(n->opt.beta, scale_of(in), &m, &diff_min))
		return ref_refuse(r, n, "beta times scale is out of range");

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i += depth)
		softmax_row8(x + i, depth, m, diff_min, to16 ? 16 : 8, y + i);
	ref_store(r, n, y);
	return true;
}

static bool softmax16(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0);
	const int32_t depth = in->dim[in->rank - 1];
	struct multiplier m;
	if (!softmax_output(r, n, 1.f / 32768, 0, 0.001f))
		return false;
	if (zero_of(in))
		return ref_refuse(r, n, "int16 needs zero points of 0");
	if (depth > 65535)
		return ref_refuse(r, n, "rows are longer than 65535");
	if (!quantize_softmax16(n->opt.beta, scale_of(in), &m))
		return ref_refuse(r, n, "beta times scale is out of range");

	int16_t exp_lut[NUM_LUT_SIZE], recip_lut[NUM_LUT_SIZE];
	softmax16_exp_lut(exp_lut);
	softmax16_recip_lut(recip_lut);
	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i += depth)
		softmax_row16(x + i, depth, m, exp_lut, recip_lut, y + i);
	ref_store(r, n, y);
	return true;
}

bool ref_softmax(struct run *r, const struct node *n)
{
	const enum dtype in = ref_in(r, n, 0)->type, out = ref_out(r, n)->type;
	if (!ref_one_scale(r, n, 1))
		return false;
	if (in == DT_I8 && is_activation(out))
		return softmax8(r, n);
	if (in == DT_I16 && out == DT_I16)
		return softmax16(r, n);
	return graph_refuse(r->g, n, r->err,
	                    "input %s, output %s is not supported",
	                    dtype_name[in], dtype_name[out]);
}

/* ------------------------------------------------------------------------
 * LOGISTIC, TANH, QUANTIZE, DEQUANTIZE
 */

/* TFLM's conditions: zero points of 0, and an output of 2^-15. */
static bool logistic16(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const bool tanh = n->code == BI_TANH;
	uint16_t lut[NUM_SIGMOID_SIZE];
	struct multiplier m;
	if (zero_of(in) || zero_of(out))
		return ref_refuse(r, n, "int16 needs zero points of 0");
	if (fabsf(scale_of(out) * 32768 - 1) > 5e-4f)
		return ref_refuse(r, n, "the output's scale must be 2^-15");
	if (!quantize_logistic16(scale_of(in), tanh, &m))
		return ref_refuse(r, n, "the input's scale is out of range");

	sigmoid_lut(lut);
	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i++)
		y[i] = tanh ? num_tanh_i16(x[i], m.m, m.shift, lut)
		            : num_logistic_i16(x[i], m.m, m.shift, lut);
	ref_store(r, n, y);
	return true;
}

static bool logistic8(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	const bool tanh = n->code == BI_TANH;
	struct multiplier m;
	int32_t radius;
	if (!tanh && zero_of(out) != INT8_MIN)
		return ref_refuse(r, n, "the output's zero point must be -128");
	if (!quantize_logistic(scale_of(in), &m, &radius))
		return ref_refuse(r, n, "the input's scale is out of range");

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i++) {
		const int32_t v = x[i] - zero_of(in);
		y[i] = tanh ? num_tanh_i8(v, radius, m.m, m.shift)
		            : num_logistic_i8(v, radius, m.m, m.shift);
	}
	ref_store(r, n, y);
	return true;
}

bool ref_logistic(struct run *r, const struct node *n)
{
	if (!same_type(r, n, 1))
		return false;
	return ref_out(r, n)->type == DT_I16 ? logistic16(r, n)
	                                     : logistic8(r, n);
}

/* The pairs of types between which TFLM rescales. */
static bool can_rescale(enum dtype in, enum dtype out)
{
	switch (in) {
	case DT_I8:
		return out == DT_I8 || out == DT_U8 || out == DT_I16 ||
		       out == DT_I32;
	case DT_U8:
		return out == DT_I8;
	case DT_I16:
		return out == DT_I8 || out == DT_I16 || out == DT_I32;
	case DT_I32:
		return out == DT_I8 || out == DT_I16;
	default:
		return false;
	}
}

static bool rescale(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	struct multiplier m;
	if (!ref_one_scale(r, n, 1))
		return false;
	if (!quantize_rescale(scale_of(in), scale_of(out), &m))
		return ref_refuse(r, n, "scales are out of range");

	const int32_t *x = ref_load(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i++) {
		const int32_t v = num_requant(num_wrap_sub(x[i], zero_of(in)),
		                              m.m, m.shift);
		y[i] = num_clamp(num_wrap_add(v, zero_of(out)),
		                 ref_min(out->type), ref_max(out->type));
	}
	ref_store(r, n, y);
	return true;
}

bool ref_quantize(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	if (can_rescale(in->type, out->type))
		return rescale(r, n);
	if (in->type != DT_F32 || !is_activation(out->type))
		return graph_refuse(r->g, n, r->err,
		                    "%s to %s is not "
		                    "supported",
		                    dtype_name[in->type],
		                    dtype_name[out->type]);
	if (out->nq != 1 || !(scale_of(out) > 0))
		return ref_refuse(r, n, "the output needs one scale");

	const float *x = ref_data(r, n, 0);
	int32_t *y = ref_room(r, n);
	for (int32_t i = 0; i < in->n; i++)
		y[i] = num_quantize(x[i], scale_of(out), zero_of(out),
		                    ref_min(out->type), ref_max(out->type));
	ref_store(r, n, y);
	return true;
}

bool ref_dequantize(struct run *r, const struct node *n)
{
	const struct tensor *in = ref_in(r, n, 0), *out = ref_out(r, n);
	if (out->type != DT_F32 ||
	    (!is_activation(in->type) && in->type != DT_U8))
		return graph_refuse(r->g, n, r->err,
		                    "%s to %s is not "
		                    "supported",
		                    dtype_name[in->type],
		                    dtype_name[out->type]);
	if (in->nq != 1)
		return ref_refuse(r, n, "the input needs one scale");

	const int32_t *x = ref_load(r, n, 0);
	float *y = ref_result(r, n);
	for (int32_t i = 0; i < in->n; i++)
		y[i] = num_dequantize(x[i], scale_of(in), zero_of(in));
	return true;
}
