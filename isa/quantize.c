/* quantize: see quantize.h */
#include "isa/quantize.h"

#include <math.h>

bool quantize_multiplier(double real, struct multiplier *out)
{
	if (!(real >= 0) || isinf(real))
		return false;
	int shift;
	double q = frexp(real, &shift);
	int64_t m = (int64_t)round(q * 2147483648.0);
	if (m == (int64_t)1 << 31) {
		m /= 2;
		shift++;
	}
	if (shift > 30)
		return false;
	if (shift < -31) {
		m = 0;
		shift = 0;
	}
	out->m = (int32_t)m;
	out->shift = shift;
	return true;
}

static bool is_scale(float s)
{
	return s > 0 && isfinite(s);
}

bool quantize_conv(float in, float weight, float out, struct multiplier *mult)
{
	/* A weight scale of 0 occurs for channels that are all zero. */
	if (!is_scale(in) || !is_scale(out) || !(weight >= 0))
		return false;
	return quantize_multiplier((double)in * (double)weight / (double)out,
	                           mult);
}

bool quantize_fc(float in, float weight, float out, struct multiplier *mult)
{
	if (!is_scale(in) || !is_scale(out) || !(weight >= 0))
		return false;
	const float product = in * weight;
	return quantize_multiplier((double)product / (double)out, mult);
}

bool quantize_mul(float a, float b, float out, struct multiplier *mult)
{
	return quantize_conv(a, b, out, mult);
}

bool quantize_rescale(float in, float out, struct multiplier *mult)
{
	if (!is_scale(in) || !is_scale(out))
		return false;
	return quantize_multiplier((double)in / (double)out, mult);
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

void quantize_mean(int64_t n, struct multiplier *mult)
{
	int shift = 0;
	while (n >> (shift + 1))
		shift++;
	shift = min_int(min_int(shift, 32), 31 + mult->shift);
	mult->m = (int32_t)(((int64_t)mult->m << shift) / n);
	mult->shift -= shift;
}

/* QuantizeMultiplierSmallerThanOneExp: TFLM aborts outside (0, 1). */
static bool smaller_than_one(double real, int32_t *m, int32_t *shift)
{
	struct multiplier mult;
	if (!(real > 0 && real < 1) || !quantize_multiplier(real, &mult) ||
	    mult.shift > 0)
		return false;
	*m = mult.m;
	*shift = mult.shift;
	return true;
}

bool quantize_add(float a, float b, float out, int left, struct num_add *p)
{
	if (!is_scale(a) || !is_scale(b) || !is_scale(out))
		return false;
	const double twice_max = 2 * (double)(a > b ? a : b);
	p->left = left;
	return smaller_than_one((double)a / twice_max, &p->a_mult,
	                        &p->a_shift) &&
	       smaller_than_one((double)b / twice_max, &p->b_mult,
	                        &p->b_shift) &&
	       smaller_than_one(twice_max / ((1 << left) * (double)out),
	                        &p->o_mult, &p->o_shift);
}

/* Quantize() of kernel_util: the integer of a real bound. */
static bool quantize_bound(float real, float scale, int32_t zp, int64_t *q)
{
	const float steps = roundf(real / scale);
	if (!(steps >= -2147483648.0f && steps < 2147483648.0f))
		return false;
	*q = (int64_t)zp + (int64_t)steps;
	return true;
}

bool quantize_act(int act, float scale, int32_t zp, int32_t *lo, int32_t *hi)
{
	static const struct {
		bool has_lo, has_hi;
		float lo, hi;
	} range[4] = {
	        {false, false, 0, 0}, /* NONE */
	        {true, false, 0, 0},  /* RELU */
	        {true, true, -1, 1},  /* RELU_N1_TO_1 */
	        {true, true, 0, 6},   /* RELU6 */
	};
	int64_t a = *lo, b = *hi;
	if (act < 0 || act > 3 || !is_scale(scale))
		return false;
	if (range[act].has_lo && !quantize_bound(range[act].lo, scale, zp, &a))
		return false;
	if (range[act].has_hi && !quantize_bound(range[act].hi, scale, zp, &b))
		return false;
	if (a > *hi || b < *lo)
		return false; /* nothing is left of the range */
	if (a > *lo)
		*lo = (int32_t)a;
	if (b < *hi)
		*hi = (int32_t)b;
	return true;
}

/* CalculateInputRadius with 31 signed bits. */
static int32_t input_radius(int int_bits, int shift)
{
	double limit = ((1 << int_bits) - 1) *
	               (double)((int64_t)1 << (31 - int_bits)) /
	               (double)((int64_t)1 << shift);
	return (int32_t)floor(limit);
}

bool quantize_softmax(float beta, float scale, struct multiplier *mult,
                      int32_t *diff_min)
{
	enum { INT_BITS = 5 };
	const double most = 2147483647.0;
	double real = (double)beta * (double)scale * (1 << (31 - INT_BITS));
	if (real > most)
		real = most;
	if (!is_scale(scale) || !(real > 1))
		return false;
	/* Below 2^31, so the shift may be 31 where others stop at 30. */
	if (real >= 1073741824.0) {
		if (!quantize_multiplier(real / 2, mult))
			return false;
		mult->shift++;
	} else if (!quantize_multiplier(real, mult)) {
		return false;
	}
	*diff_min = -input_radius(INT_BITS, mult->shift);
	return true;
}

bool quantize_softmax16(float beta, float scale, struct multiplier *mult)
{
	if (!is_scale(scale))
		return false;
	return quantize_multiplier(
	        (double)scale * (double)beta / (10.0 / 65535.0), mult);
}

/* One entry of LUTPopulateInt16: the value at x, corrected by half the error
 * that interpolation makes at the middle of the step. */
static int16_t lut_entry(float (*f)(float), float x, float half, float next,
                         float gain)
{
	const float value = roundf(f(x) * gain);
	const float middle = roundf((f(next) * gain + value) / 2);
	const float error = middle - roundf(f(x + half) * gain);
	const float y = value - roundf(error / 2);
	return (int16_t)fminf(fmaxf(y, -32768.0f), 32767.0f);
}

/* LUTPopulateInt16 for an output of [-1,1]; gain is its inverse scale. */
static void lut_fill(float (*f)(float), float lo, float hi, int16_t *lut)
{
	enum { STEPS = NUM_LUT_SIZE - 1 };
	const float out_scale = 2.0f / 65535;
	const float gain = 65536.0f / (out_scale * 32767 - out_scale * -32768);
	const float step = (hi - lo) / STEPS;
	const float half = step / 2;

	for (int i = 0; i < STEPS; i++) {
		const float x = lo + (float)i * step;
		lut[i] =
		        lut_entry(f, x, half, lo + (float)(i + 1) * step, gain);
	}
	const float last = roundf(f(hi) * gain);
	lut[STEPS] = (int16_t)fminf(fmaxf(last, -32768.0f), 32767.0f);
}

static float one_over_one_plus(float x)
{
	return 1.0f / (1.0f + x);
}

void softmax16_exp_lut(int16_t *lut)
{
	const float scale = 10.0f / 65535;
	lut_fill(expf, scale * (-32768 - 32767), scale * 0, lut);
}

void softmax16_recip_lut(int16_t *lut)
{
	const float scale = 1.0f / 65535;
	lut_fill(one_over_one_plus, scale * 0, scale * (32767 + 32768), lut);
}

bool quantize_logistic(float scale, struct multiplier *mult, int32_t *radius)
{
	enum { INT_BITS = 4 };
	if (!is_scale(scale) ||
	    !quantize_multiplier((double)scale * (1 << (31 - INT_BITS)), mult))
		return false;
	/* TFLM divides by 2^shift and does not expect tiny scales. */
	if (mult->shift < 0)
		return false;
	*radius = input_radius(INT_BITS, mult->shift);
	return true;
}

/* CheckedLog2: is scale 2^*log2, or nearly? */
static bool is_power(float scale, int *log2)
{
	const float exact = logf(scale) * (1.0f / logf(2.0f));
	const float rounded = roundf(exact);

	*log2 = (int)rounded;
	return fabsf(exact - rounded) < 1e-3f;
}

bool quantize_logistic16(float scale, bool tanh, struct multiplier *mult)
{
	int log2;

	if (!is_scale(scale))
		return false;
	if (is_power(scale, &log2) && (log2 == -12 || (tanh && log2 == -11))) {
		*mult = (struct multiplier){3 << (log2 + 12), 0};
		return true;
	}
	double real = (double)scale * 4096.0 * 3.0;
	int shift = 0;
	while (real <= 32767.0 / 2 && shift <= 30) {
		shift++;
		real *= 2;
	}
	if (real >= 65536) /* the product with an int16 has 32 bits */
		return false;
	*mult = (struct multiplier){(int32_t)real, shift};
	return true;
}

static double sigmoid16(double i)
{
	return 65536 / (1 + exp(-i / 24));
}

/* As lut_entry, but rounded once. The last entry, beyond which all is 1, is the
 * largest number there is. */
void sigmoid_lut(uint16_t *lut)
{
	for (int i = 0; i < NUM_SIGMOID_SIZE - 1; i++) {
		const double middle = (sigmoid16(i) + sigmoid16(i + 1)) / 2;
		const double error = middle - sigmoid16(i + 0.5);
		lut[i] = (uint16_t)round(sigmoid16(i) - error / 2);
	}
	lut[NUM_SIGMOID_SIZE - 1] = UINT16_MAX;
}

bool quantize_leaky(float in, float alpha, float out, struct multiplier *mult,
                    struct multiplier *neg)
{
	if (!is_scale(in) || !is_scale(out) || !(alpha >= 0))
		return false;
	return quantize_multiplier((double)(in / out), mult) &&
	       quantize_multiplier((double)(in * alpha / out), neg);
}

bool quantize_hard_swish(float in, float out, struct num_swish *p)
{
	const float fine = (1.0f / 128.0f) * in, reluish = 3.0f / 32768.0f;
	struct multiplier o, r;

	if (!is_scale(in) || !is_scale(out) ||
	    !quantize_multiplier((double)(fine / out), &o) ||
	    !quantize_multiplier((double)(fine / reluish), &r))
		return false;
	/* TFLM does not go on with others. */
	if (o.shift > 0 || r.shift > 15 || r.shift < -31)
		return false;
	*p = (struct num_swish){.out_mult = num_reduce_mult(o.m),
	                        .relu_mult = num_reduce_mult(r.m),
	                        .out_shift = o.shift,
	                        .relu_shift = r.shift};
	return true;
}

void resize_bilinear(const struct resize_axis *a, int32_t at, int32_t *lo,
                     int32_t *hi, int32_t *frac)
{
	const bool ends = a->align_corners && a->out > 1;
	const int32_t n = a->in - ends, d = a->out - ends;
	const int32_t scale = (1024 * n + d / 2) / d;
	const int32_t x =
	        at * scale + (a->half_pixels ? scale / 2 - (1 << 9) : 0);

	*lo = x / 1024 > 0 ? x / 1024 : 0;
	*hi = (x + 1023) / 1024 < a->in - 1 ? (x + 1023) / 1024 : a->in - 1;
	*frac = x - 1024 * *lo;
}

void resize_nearest(const struct resize_axis *a, int32_t at, int32_t *lo)
{
	const bool ends = a->align_corners && a->out > 1;
	const float scale = (float)(a->in - ends) / (float)(a->out - ends);
	const float x = ((float)at + (a->half_pixels ? 0.5f : 0.0f)) * scale;

	*lo = (int32_t)(a->align_corners ? roundf(x) : floorf(x));
	if (*lo > a->in - 1)
		*lo = a->in - 1;
	if (*lo < 0)
		*lo = 0;
}
