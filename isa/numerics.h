/* numerics: the integer arithmetic of TensorFlow Lite Micro.
 *
 * Firmware kernels, the compiler's reference executor and the fast model of
 * the accelerator share these functions, so that equal inputs give equal bits
 * everywhere. Plain C11, nothing but stdint; >> of a negative number is
 * arithmetic on every compiler we use. Each function names the one of TFLM
 * (or gemmlowp) that it equals. The double-rounding flavour is meant:
 * TFLITE_SINGLE_ROUNDING=0. Where TFLM's result is undefined (an overflowing
 * left shift) these wrap in two's complement.
 *
 * Qm.n: a fixed-point number in an int32 with m integer and n = 31-m
 * fractional bits.
 */
#ifndef ISA_NUMERICS_H
#define ISA_NUMERICS_H

#include <stdint.h>

enum {
	NUM_LUT_SIZE = 513,     /* of softmax's int16 tables */
	NUM_SIGMOID_SIZE = 256, /* of sigmoid(i/24) in Q0.16 */
};

/* ActivationFunctionWithMinMax */
static inline int32_t num_clamp(int32_t x, int32_t lo, int32_t hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* x * 2^n, wrapping; n in 0..31. */
static inline int32_t num_shl(int32_t x, int n)
{
	return (int32_t)((uint32_t)x << n);
}

static inline int32_t num_wrap_add(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t num_wrap_sub(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* CountLeadingZeros: 32 for 0. By halves: RV32 without Zbb has no instruction
 * for it, and the compiler's library reads a table from flash. */
static inline int num_clz(uint32_t x)
{
	int n = 0;
	if (x == 0)
		return 32;
	for (int half = 16; half; half >>= 1)
		if (!(x >> (32 - half))) {
			n += half;
			x <<= half;
		}
	return n;
}

/* SaturatingRoundingDoublingHighMul: round(a*b / 2^31). gemmlowp nudges by
 * 2^30 (or 1 - 2^30 below zero) and divides towards zero; that equals this
 * floor for every a, b, and is what the hardware computes. */
static inline int32_t num_high_mul(int32_t a, int32_t b)
{
	if (a == INT32_MIN && b == INT32_MIN)
		return INT32_MAX;
	return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* RoundingDivideByPOT: x / 2^n, half away from zero; n in 0..31. Equals the
 * hardware's (x + 2^(n-1) - (x<0)) >> n without its 33rd bit. */
static inline int32_t num_div_pot(int32_t x, int n)
{
	int32_t mask = (int32_t)((1u << n) - 1);
	int32_t threshold = (mask >> 1) + (x < 0);
	return (x >> n) + ((x & mask) > threshold);
}

/* MultiplyByQuantizedMultiplier(int32_t): x * m * 2^(shift-31), rounded twice.
 * shift > 0 is left; -31..31. */
static inline int32_t num_requant(int32_t x, int32_t m, int shift)
{
	int left = shift > 0 ? shift : 0;
	int right = shift > 0 ? 0 : -shift;
	return num_div_pot(num_high_mul(num_shl(x, left), m), right);
}

/* The 16-bit multiplier that the int64 path makes of a 31-bit one. */
static inline int32_t num_reduce_mult(int32_t m)
{
	return m < 0x7fff0000 ? (m + (1 << 15)) >> 16 : 0x7fff;
}

/* MultiplyByQuantizedMultiplier(int64_t), for int16 activations with int64
 * sums: rounded once. |x| < 2^47, shift -31..7. */
static inline int32_t num_requant64(int64_t x, int32_t m, int shift)
{
	int total = 15 - shift;
	int64_t v = x * num_reduce_mult(m) + ((int64_t)1 << (total - 1));
	return (int32_t)(v >> total);
}

/* SaturatingRoundingMultiplyByPOT for a positive exponent: x * 2^n. */
static inline int32_t num_sat_shl(int32_t x, int n)
{
	int32_t threshold = (int32_t)((1u << (31 - n)) - 1);
	if (x > threshold)
		return INT32_MAX;
	if (x < -threshold)
		return INT32_MIN;
	return num_shl(x, n);
}

/* AveragePool's division: half away from zero; n > 0. */
static inline int32_t num_average(int32_t sum, int32_t n)
{
	return sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
}

/* Rescaling of Add and Sub; operands come without their zero points. */
struct num_add {
	int32_t left; /* 20 for int8, 15 for int16 */
	int32_t a_mult, a_shift, b_mult, b_shift, o_mult, o_shift;
	int32_t out_zp, qmin, qmax;
};

static inline int32_t num_add_out(const struct num_add *p, int32_t sum)
{
	int32_t y = num_requant(sum, p->o_mult, p->o_shift);
	return num_clamp(num_wrap_add(y, p->out_zp), p->qmin, p->qmax);
}

/* AddElementwise */
static inline int32_t num_add(const struct num_add *p, int32_t a, int32_t b)
{
	int32_t sa = num_requant(num_shl(a, p->left), p->a_mult, p->a_shift);
	int32_t sb = num_requant(num_shl(b, p->left), p->b_mult, p->b_shift);
	return num_add_out(p, num_wrap_add(sa, sb));
}

/* SubElementwise. Not Add of -b: halves round up before the subtraction. */
static inline int32_t num_sub(const struct num_add *p, int32_t a, int32_t b)
{
	int32_t sa = num_requant(num_shl(a, p->left), p->a_mult, p->a_shift);
	int32_t sb = num_requant(num_shl(b, p->left), p->b_mult, p->b_shift);
	return num_add_out(p, num_wrap_sub(sa, sb));
}

/* ------------------------------------------------------------------------
 * gemmlowp's transcendental functions
 */

/* exp_on_interval_between_negative_one_quarter_and_0_excl: Q0.31 both. A
 * Taylor series around -1/8. */
static inline int32_t num_exp_quarter(int32_t a)
{
	const int32_t exp_m1_8 = 1895147668, third = 715827883;
	int32_t x = a + (1 << 28);
	int32_t x2 = num_high_mul(x, x);
	int32_t x3 = num_high_mul(x2, x);
	int32_t x4 = num_high_mul(x2, x2);
	int32_t t = num_high_mul(num_div_pot(x4, 2) + x3, third) + x2;
	return exp_m1_8 + num_high_mul(exp_m1_8, x + num_div_pot(t, 1));
}

/* exp_on_negative_values: e^a for a <= 0 in Q int_bits, result Q0.31;
 * int_bits 3..5 (more would need gemmlowp's clamp at -32). */
static inline int32_t num_exp_negative(int32_t a, int int_bits)
{
	static const int32_t factor[] = {
	        1672461947, 1302514674, 790015084, /* e^-1/4, e^-1/2, e^-1 */
	        290630308,  39332535,   720401,    242, /* e^-2, -4, -8, -16 */
	};
	int32_t quarter = 1 << (29 - int_bits);
	int32_t rest = (a & (quarter - 1)) - quarter;
	int32_t result = num_exp_quarter(num_shl(rest, int_bits));
	int32_t remainder = rest - a;

	for (int i = 0; i < int_bits + 2; i++)
		if (remainder & (quarter << i))
			result = num_high_mul(result, factor[i]);
	return a == 0 ? INT32_MAX : result;
}

/* The Newton-Raphson loop that both functions below share: about
 * 2 / (1 + a) in Q2.29 for a in [0,1], Q0.31. */
static inline int32_t num_newton(int32_t a)
{
	const int32_t c48_17 = 1515870810, m32_17 = -1010580540;
	/* RoundingHalfSum(a, 1.0): the sum is positive here. */
	int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
	int32_t x = c48_17 + num_high_mul(half, m32_17);
	for (int i = 0; i < 3; i++) {
		int32_t rest = (1 << 29) - num_high_mul(half, x);
		x += num_sat_shl(num_high_mul(x, rest), 2);
	}
	return x;
}

/* one_over_one_plus_x_for_x_in_0_1 */
static inline int32_t num_one_over_one_plus(int32_t a)
{
	return num_sat_shl(num_newton(a), 1);
}

/* one_minus_x_over_one_plus_x_for_x_in_0_1 */
static inline int32_t num_one_minus_over_one_plus(int32_t a)
{
	return num_sat_shl(num_newton(a) - (1 << 29), 2);
}

/* gemmlowp::logistic: Q4.27 to Q0.31. */
static inline int32_t num_logistic(int32_t a)
{
	if (a == 0)
		return 1 << 30;
	int32_t e = num_exp_negative(a > 0 ? -a : a, 4);
	int32_t y = num_one_over_one_plus(e);
	return a > 0 ? y : INT32_MAX - y;
}

/* gemmlowp::tanh: Q4.27 to Q0.31. */
static inline int32_t num_tanh(int32_t a)
{
	if (a == 0)
		return 0;
	/* The same bits read as Q5.26 are 2a. */
	int32_t e = num_exp_negative(a > 0 ? -a : a, 5);
	int32_t y = num_one_minus_over_one_plus(e);
	return a > 0 ? y : -y;
}

/* One element of Logistic(int8): x without its zero point. */
static inline int32_t num_logistic_i8(int32_t x, int32_t radius, int32_t mult,
                                      int shift)
{
	if (x <= -radius)
		return -128;
	if (x >= radius)
		return 127;
	int32_t y = num_logistic(num_requant(x, mult, shift));
	return num_clamp(num_div_pot(y, 23) - 128, -128, 127);
}

/* One element of Tanh(int8): x without its zero point. */
static inline int32_t num_tanh_i8(int32_t x, int32_t radius, int32_t mult,
                                  int shift)
{
	if (x <= -radius)
		return -128;
	if (x >= radius)
		return 127;
	int32_t y = num_tanh(num_requant(x, mult, shift));
	return num_clamp(num_div_pot(y, 24), -128, 127);
}

/* One element of LeakyRelu and Relu: x without its zero point; the multiplier
 * is another one below zero. */
static inline int32_t num_leaky(int32_t x, int32_t mult, int shift,
                                int32_t neg_mult, int neg_shift)
{
	return x >= 0 ? num_requant(x, mult, shift)
	              : num_requant(x, neg_mult, neg_shift);
}

/* SaturatingRoundingDoublingHighMul(int16): round(a*b / 2^15). */
static inline int32_t num_high_mul16(int32_t a, int32_t b)
{
	int32_t y = (a * b + (1 << 14)) >> 15;
	return y > INT16_MAX ? INT16_MAX : y;
}

/* What HardSwish needs of its scales. */
struct num_swish {
	int32_t out_mult, relu_mult; /* 16 bits */
	int out_shift, relu_shift;   /* out_shift <= 0 */
};

/* One element of HardSwish(int8), without zero points: x * relu6(x+3) / 6. All
 * steps are in 16 bits. */
static inline int32_t num_hard_swish(int32_t x, const struct num_swish *p)
{
	int32_t fine = (int16_t)(x * 128);
	int32_t out = num_high_mul16(fine, p->out_mult), relu = fine;
	if (p->relu_shift > 0)
		relu = num_clamp(relu * (1 << (p->relu_shift - 1)), INT16_MIN,
		                 INT16_MAX);
	relu = num_high_mul16(relu, p->relu_mult);
	if (p->relu_shift > 0)
		relu = num_clamp(relu * 2, INT16_MIN, INT16_MAX);
	else
		relu = num_div_pot(relu, -p->relu_shift);
	relu = (relu + (1 << 15)) >> 1;            /* 0..1 in Q0.15 */
	int32_t y = (int16_t)(relu * out / 32768); /* to zero */
	return num_div_pot(y, -p->out_shift);
}

/* ResizeBilinearInteger: of four pixels and how far it is from the first ones
 * in 1/1024, downwards and to the right. */
static inline int32_t num_bilinear(int32_t a, int32_t right, int32_t below,
                                   int32_t across, int32_t fy, int32_t fx)
{
	int32_t y = a * (1024 - fy) * (1024 - fx) + below * fy * (1024 - fx) +
	            right * (1024 - fy) * fx + across * fy * fx;
	return (y + (y > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20);
}

/* One element of Logistic(int16): Q0.15. mult, shift bring x to 1/12288, by a
 * shift to the right; table: sigmoid(i/24), between whose entries it goes
 * straight, in steps of 2^-9. */
static inline int32_t num_logistic_i16(int32_t x, int32_t mult, int shift,
                                       const uint16_t *table)
{
	int32_t round = shift > 0 ? 1 << (shift - 1) : 0;
	int32_t v = (x * mult + round) >> shift;
	uint32_t size = (uint32_t)(v < 0 ? -v : v), at = size >> 9;
	uint32_t y = 0x7fffu << 10;
	if (at < NUM_SIGMOID_SIZE - 1)
		y = ((uint32_t)table[at] << 9) +
		    (size & 0x1ff) * (uint32_t)(table[at + 1] - table[at]);
	if (v < 0)
		y = (1u << 25) - y - 1;
	return (int16_t)((y + (1 << 9)) >> 10);
}

/* One element of Tanh(int16), as 2 * sigmoid(2x) - 1. */
static inline int32_t num_tanh_i16(int32_t x, int32_t mult, int shift,
                                   const uint16_t *table)
{
	int32_t round = shift > 0 ? 1 << (shift - 1) : 0;
	int32_t v = (x * mult + round) >> shift;
	uint32_t size = (uint32_t)(v < 0 ? -v : v), at = size >> 8;
	int32_t y = 0xffff << 8;
	if (at < NUM_SIGMOID_SIZE - 1)
		y = (table[at] << 8) +
		    (int32_t)(size & 0xff) * (table[at + 1] - table[at]);
	y -= 1 << 23;
	return (int16_t)(((v < 0 ? -y - 1 : y) + (1 << 7)) >> 8);
}

/* ------------------------------------------------------------------------
 * Softmax, int8 in. A row:
 *
 *     max of the row
 *     sum = 0; for each x: sum += num_softmax_term(x - max, ...)
 *     scale = num_reciprocal(sum, 12, &over)
 *     for each x: out = num_softmax_out(x - max, ..., scale, over, bits)
 *
 * where bits is 8 or 16, of the output. TFLM aborts if over > 8 (int8 out);
 * here such a row rounds as if over were 8. A row is shorter than 4096.
 */

/* e^(diff * scale * beta) in Q0.31; mult, shift: PreprocessSoftmaxScaling
 * (MultiplyByQuantizedMultiplierGreaterThanOne, exp_on_negative_values). */
static inline int32_t num_softmax_exp(int32_t diff, int32_t mult, int shift)
{
	int32_t scaled = num_high_mul(num_shl(diff, shift), mult);
	return num_exp_negative(scaled, 5);
}

/* What an element adds to the sum, Q12.19. */
static inline int32_t num_softmax_term(int32_t diff, int32_t mult, int shift,
                                       int32_t diff_min)
{
	if (diff < diff_min)
		return 0;
	return num_div_pot(num_softmax_exp(diff, mult, shift), 12);
}

/* GetReciprocal: 1/x for x > 0 with int_bits integer bits; *over is the
 * number of bits by which x exceeds one. */
static inline int32_t num_reciprocal(int32_t x, int int_bits, int *over)
{
	int headroom = num_clz((uint32_t)x);
	*over = int_bits - headroom;
	uint32_t fraction = ((uint32_t)x << headroom) - ((uint32_t)1 << 31);
	return num_one_over_one_plus((int32_t)fraction);
}

/* An output element of `bits` bits, zero point at the minimum. */
static inline int32_t num_softmax_out(int32_t diff, int32_t mult, int shift,
                                      int32_t diff_min, int32_t scale, int over,
                                      int bits)
{
	int32_t lo = -(1 << (bits - 1)), hi = (1 << (bits - 1)) - 1;
	if (diff < diff_min)
		return lo;
	int exponent = over + 31 - bits;
	int32_t e = num_softmax_exp(diff, mult, shift);
	int32_t y = num_div_pot(num_high_mul(scale, e),
	                        exponent > 31 ? 31 : exponent);
	return num_clamp(y + lo, lo, hi);
}

/* ------------------------------------------------------------------------
 * Softmax, int16 in and out. A row:
 *
 *     max of the row; for each x: e = num_softmax16_exp(x - max, ...), kept
 *     in the output; sum of e
 *     r = num_softmax16_recip(sum, recip_lut, &shift)
 *     for each e: out = num_softmax16_out(e, r, shift)
 */

/* LUTLookup(int16_t): a table of 513 with linear interpolation. */
static inline int32_t num_lut16(int32_t value, const int16_t *lut)
{
	int32_t at = 256 + (value >> 7);
	int32_t slope = (int16_t)(lut[at + 1] - lut[at]);
	int32_t delta = (slope * (value & 0x7f) + 64) >> 7;
	return (int16_t)(lut[at] + delta);
}

/* SoftMaxCalculateExp: Q0.15. */
static inline int32_t num_softmax16_exp(int32_t diff, int32_t mult, int shift,
                                        const int16_t *exp_lut)
{
	int32_t scaled = num_wrap_add(num_requant(diff, mult, shift), 32767);
	return num_lut16(num_clamp(scaled, -32768, 32767), exp_lut);
}

/* 1/sum in Q0.15 of a sum in Q16.15 (> 1), and the shift for the output. */
static inline int32_t num_softmax16_recip(int32_t sum, const int16_t *lut,
                                          int *shift)
{
	int headroom = num_clz((uint32_t)sum);
	int32_t x =
	        (int32_t)((((int64_t)sum << (headroom - 1)) + (1 << 13)) >> 14);
	x -= (1 << 15) + (1 << 16);
	*shift = 31 - headroom;
	return num_lut16(num_clamp(x, -32768, 32767), lut);
}

static inline int32_t num_softmax16_out(int32_t e, int32_t recip, int shift)
{
	int32_t y = (e * recip + (1 << (shift - 1))) >> shift;
	return num_clamp(y, 0, 32767);
}

/* ------------------------------------------------------------------------
 * Floating point in and out
 */

/* AffineQuantize of one value: x / scale, half away from zero, + zp, clamped.
 * Values that TFLM's cast to int32 leaves undefined saturate; NaN gives the
 * zero point. */
static inline int32_t num_quantize(float x, float scale, int32_t zp, int32_t lo,
                                   int32_t hi)
{
	const float limit = 16777216.0f; /* far beyond int16; still exact */
	float q = x / scale;
	if (q >= limit)
		return hi;
	if (q <= -limit)
		return lo;
	if (q != q)
		return num_clamp(zp, lo, hi);
	int32_t i = (int32_t)q;
	float rest = q - (float)i;
	if (rest >= 0.5f)
		i++;
	else if (rest <= -0.5f)
		i--;
	return num_clamp(i + zp, lo, hi);
}

/* Dequantize: TFLM multiplies in double and rounds to float once, as this does
 * for any 24-bit difference. */
static inline float num_dequantize(int32_t x, float scale, int32_t zp)
{
	return scale * (float)(x - zp);
}

#endif
