/* The shared arithmetic against its definitions: TFLM's and gemmlowp's own
 * formulas with truncating division, and the formulas of the hardware. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "isa/numerics.h"
#include "isa/quantize.h"

enum { ROUNDS = 300000 };

static const int32_t corner[] = {
        0,
        1,
        -1,
        2,
        -2,
        3,
        -3,
        127,
        -128,
        32767,
        -32768,
        65535,
        1 << 29,
        -(1 << 29),
        (1 << 30) - 1,
        1 << 30,
        -(1 << 30),
        -(1 << 30) - 1,
        (1 << 30) + 1,
        0x7ffeffff,
        0x7fff0000,
        0x7fff8000,
        INT32_MAX - 1,
        INT32_MAX,
        INT32_MIN,
        INT32_MIN + 1,
};
enum { N_CORNERS = sizeof corner / sizeof corner[0] };

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Any int32, of any magnitude; corners often. */
static int32_t random32(void)
{
	const uint64_t r = random64();
	if (r % 8 == 0)
		return corner[r / 8 % N_CORNERS];
	return (int32_t)(uint32_t)(r >> 32) >> (r / 8 % 32);
}

/* gemmlowp's SaturatingRoundingDoublingHighMul, as written there. */
static int32_t high_mul_by_division(int32_t a, int32_t b)
{
	if (a == b && a == INT32_MIN)
		return INT32_MAX;
	const int64_t ab = (int64_t)a * b;
	const int64_t nudge = ab >= 0 ? 1 << 30 : 1 - (1 << 30);
	return (int32_t)((ab + nudge) / ((int64_t)1 << 31));
}

/* x / 2^n with halves away from zero, in enough bits. */
static int32_t divide_half_away(int32_t x, int n)
{
	const int64_t size = x < 0 ? -(int64_t)x : x;
	const int64_t half = n ? (int64_t)1 << (n - 1) : 0;
	const int64_t q = (size + half) / ((int64_t)1 << n);
	return (int32_t)(x < 0 ? -q : q);
}

static int32_t hardware_high_mul(int32_t v, int32_t m)
{
	return (int32_t)(((int64_t)v * m + (1 << 30)) >> 31);
}

static int32_t hardware_shift(int32_t x, int s)
{
	if (s == 0)
		return x;
	return (int32_t)(((int64_t)x + ((int64_t)1 << (s - 1)) - (x < 0)) >> s);
}

static void check_high_mul(int32_t a, int32_t b)
{
	const int32_t want = high_mul_by_division(a, b);
	assert_int_equal(num_high_mul(a, b), want);
	if (b >= 0) /* multipliers are */
		assert_int_equal(hardware_high_mul(a, b), want);
}

static void high_mul_is_gemmlowps_and_the_hardwares(void **state)
{
	(void)state;
	for (int i = 0; i < N_CORNERS; i++)
		for (int k = 0; k < N_CORNERS; k++)
			check_high_mul(corner[i], corner[k]);
	for (int i = 0; i < ROUNDS; i++)
		check_high_mul(random32(), random32());
}

static void check_div_pot(int32_t x, int n)
{
	const int32_t want = divide_half_away(x, n);
	assert_int_equal(num_div_pot(x, n), want);
	assert_int_equal(hardware_shift(x, n), want);
}

static void div_pot_is_half_away_and_the_hardwares(void **state)
{
	(void)state;
	for (int n = 0; n <= 31; n++)
		for (int i = 0; i < N_CORNERS; i++)
			check_div_pot(corner[i], n);
	for (int i = 0; i < ROUNDS; i++)
		check_div_pot(random32(), (int)(random64() >> 59));
}

static void requant_rounds_twice(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const int32_t x = random32(), m = random32() & INT32_MAX;
		const int shift = (int)(random64() >> 58) - 31;
		if (shift > 31)
			continue;
		const int32_t left =
		        shift > 0 ? (int32_t)((uint32_t)x << shift) : x;
		const int32_t v = hardware_high_mul(left, m);
		assert_int_equal(num_requant(x, m, shift),
		                 hardware_shift(v, shift < 0 ? -shift : 0));
	}
	/* 0.75 -> 1 -> 0.5 -> 1; rounding once would give 0. */
	assert_int_equal(num_requant(3, 1 << 29, -1), 1);
}

static void requant64_reduces_the_multiplier(void **state)
{
	(void)state;
	assert_int_equal(num_reduce_mult(0x7ffeffff), 0x7fff);
	assert_int_equal(num_reduce_mult(0x7fffffff), 0x7fff);
	assert_int_equal(num_reduce_mult(0x40008000), 0x4001);
	assert_int_equal(num_reduce_mult(0x40007fff), 0x4000);
	/* Halves go up, on both sides of zero. */
	assert_int_equal(num_requant64(1, 1 << 30, 0), 1);
	assert_int_equal(num_requant64(-1, 1 << 30, 0), 0);
	assert_int_equal(num_requant64(-3, 1 << 30, 0), -1);
	assert_int_equal(num_requant64(((int64_t)1 << 46), 1 << 30, -31),
	                 16384);
	assert_int_equal(num_requant64(5, 1 << 30, 7), 320);
}

static void clz_counts(void **state)
{
	(void)state;
	assert_int_equal(num_clz(0), 32);
	for (int i = 0; i < 32; i++) {
		assert_int_equal(num_clz(1u << i), 31 - i);
		assert_int_equal(num_clz((1u << i) | (1u << i) / 2), 31 - i);
	}
}

static void shift_left_saturates(void **state)
{
	(void)state;
	assert_int_equal(num_sat_shl(3, 2), 12);
	assert_int_equal(num_sat_shl(-3, 2), -12);
	assert_int_equal(num_sat_shl(1 << 29, 2), INT32_MAX);
	assert_int_equal(num_sat_shl(-(1 << 29), 2), INT32_MIN);
	assert_int_equal(num_sat_shl((1 << 29) - 1, 2), ((1 << 29) - 1) * 4);
}

static void average_is_half_away(void **state)
{
	(void)state;
	assert_int_equal(num_average(3, 2), 2);
	assert_int_equal(num_average(-3, 2), -2);
	assert_int_equal(num_average(4, 3), 1);
	assert_int_equal(num_average(-5, 3), -2);
	assert_int_equal(num_average(0, 49), 0);
	for (int32_t n = 1; n < 70; n++)
		for (int32_t s = -300; s <= 300; s++) {
			const double q = round((double)s / n);
			assert_int_equal(num_average(s, n), (int32_t)q);
		}
}

static double real(int32_t raw, int int_bits)
{
	return ldexp(raw, int_bits - 31);
}

static void transcendentals_are_close(void **state)
{
	(void)state;
	assert_int_equal(num_exp_negative(0, 5), INT32_MAX);
	assert_int_equal(num_tanh(0), 0);
	assert_int_equal(num_logistic(0), 1 << 30);
	for (int i = 0; i < ROUNDS / 10; i++) {
		const int32_t a = -(random32() & INT32_MAX);
		const int32_t x = random32();
		const int32_t u = random32() & INT32_MAX;
		assert_true(fabs(real(num_exp_negative(a, 5), 0) -
		                 exp(real(a, 5))) < 1e-6);
		assert_true(fabs(real(num_one_over_one_plus(u), 0) -
		                 1 / (1 + real(u, 0))) < 1e-6);
		if (x == INT32_MIN)
			continue;
		assert_true(fabs(real(num_tanh(x), 0) - tanh(real(x, 4))) <
		            1e-5);
		assert_true(fabs(real(num_logistic(x), 0) -
		                 1 / (1 + exp(-real(x, 4)))) < 1e-6);
	}
}

static void reciprocal_normalizes(void **state)
{
	(void)state;
	int over;
	/* 1.0, 3.0 and 4095 with 12 integer bits. */
	assert_true(fabs(real(num_reciprocal(1 << 19, 12, &over), 0) - 1) <
	            1e-6);
	assert_int_equal(over, 0);
	assert_true(fabs(real(num_reciprocal(3 << 19, 12, &over), 0) / 2 -
	                 1 / 3.0) < 1e-6);
	assert_int_equal(over, 1);
	num_reciprocal(4095 << 19, 12, &over);
	assert_int_equal(over, 11);
}

static void equal_inputs_share_softmax(void **state)
{
	(void)state;
	struct multiplier m;
	int32_t diff_min;
	assert_true(quantize_softmax(1.0f, 0.1f, &m, &diff_min));
	for (int n = 1; n <= 256; n *= 2) {
		int32_t sum = 0;
		int over;
		for (int i = 0; i < n; i++)
			sum += num_softmax_term(0, m.m, m.shift, diff_min);
		const int32_t s = num_reciprocal(sum, 12, &over);
		const int32_t y =
		        num_softmax_out(0, m.m, m.shift, diff_min, s, over, 8);
		assert_int_equal(y, n == 1 ? 127 : 256 / n - 128);
	}
}

static void softmax_cuts_off_far_differences(void **state)
{
	(void)state;
	struct multiplier m;
	int32_t diff_min;
	assert_true(quantize_softmax(1.0f, 1.0f, &m, &diff_min));
	assert_int_equal(diff_min, -15);
	assert_int_equal(m.m, 1 << 30);
	assert_int_equal(m.shift, 27);
	assert_int_equal(num_softmax_term(-16, m.m, m.shift, diff_min), 0);
	assert_int_not_equal(num_softmax_term(-11, m.m, m.shift, diff_min), 0);
	assert_false(quantize_softmax(1.0f, 1e-9f, &m, &diff_min));
	assert_true(quantize_softmax(1.0f, 1e9f, &m, &diff_min));
	assert_int_equal(diff_min, 0);
}

static void tables_of_softmax16(void **state)
{
	(void)state;
	int16_t e[NUM_LUT_SIZE], r[NUM_LUT_SIZE];
	softmax16_exp_lut(e);
	softmax16_recip_lut(r);
	for (int i = 0; i + 1 < NUM_LUT_SIZE; i++) {
		assert_true(e[i] <= e[i + 1]);
		assert_true(r[i] >= r[i + 1]);
	}
	assert_int_equal(e[NUM_LUT_SIZE - 1], 32767);
	assert_int_equal(r[0], 32767);
	assert_int_equal(r[NUM_LUT_SIZE - 1], 16384);
	assert_int_equal(num_lut16(-32768, r), 32767);
	assert_true(num_lut16(0, r) >= r[257] && num_lut16(0, r) <= r[256]);
}

static void multiplier_is_the_real_number(void **state)
{
	(void)state;
	struct multiplier m;
	assert_true(quantize_multiplier(1.0, &m));
	assert_int_equal(m.m, 1 << 30);
	assert_int_equal(m.shift, 1);
	assert_true(quantize_multiplier(0.0, &m));
	assert_int_equal(m.m, 0);
	assert_true(quantize_multiplier(1.0 - 0x1p-40, &m)); /* rounds to 1 */
	assert_int_equal(m.m, 1 << 30);
	assert_int_equal(m.shift, 1);
	assert_true(quantize_multiplier(0x1p-33, &m));
	assert_int_equal(m.m, 0);
	assert_int_equal(m.shift, 0);
	assert_false(quantize_multiplier(0x1p31, &m));
	assert_false(quantize_multiplier(-1.0, &m));
	assert_false(quantize_multiplier((double)NAN, &m));
	assert_false(quantize_multiplier((double)INFINITY, &m));
	for (int i = 0; i < ROUNDS / 10; i++) {
		const int32_t r = random32() & INT32_MAX;
		const double want =
		        ldexp(r ? r : 1, (int)(random64() >> 60) - 24);
		assert_true(quantize_multiplier(want, &m));
		assert_true(fabs(ldexp(m.m, m.shift - 31) / want - 1) <
		            0x1p-31);
	}
}

static void fully_connected_multiplies_in_float(void **state)
{
	(void)state;
	const float a = 0.1f, b = 0.3f;
	const float product = a * b;
	struct multiplier fc, conv, want;
	assert_true(quantize_fc(a, b, 1.0f, &fc));
	assert_true(quantize_conv(a, b, 1.0f, &conv));
	assert_true(quantize_multiplier((double)product, &want));
	assert_int_equal(fc.m, want.m);
	assert_int_not_equal(fc.m, conv.m);
}

static void activations_clamp(void **state)
{
	(void)state;
	int32_t lo = -128, hi = 127;
	assert_true(quantize_act(0, 0.1f, 5, &lo, &hi));
	assert_int_equal(lo, -128);
	assert_int_equal(hi, 127);
	assert_true(quantize_act(3, 0.1f, 5, &lo, &hi));
	assert_int_equal(lo, 5);
	assert_int_equal(hi, 65);
	lo = -128, hi = 127;
	assert_true(quantize_act(2, 0.1f, 0, &lo, &hi));
	assert_int_equal(lo, -10);
	assert_int_equal(hi, 10);
	lo = -128, hi = 127;
	assert_true(quantize_act(1, 0.1f, -128, &lo, &hi));
	assert_int_equal(lo, -128);
	assert_false(quantize_act(4, 0.1f, 0, &lo, &hi));
	assert_false(quantize_act(3, 1e-20f, 0, &lo, &hi));
}

static void mean_folds_the_count(void **state)
{
	(void)state;
	struct multiplier m = {1 << 30, 1};
	quantize_mean(49, &m);
	assert_int_equal(m.shift, -4);
	assert_int_equal(m.m, (int32_t)(((int64_t)1 << 35) / 49));
	struct multiplier small = {1 << 30, -30};
	quantize_mean(49, &small);
	assert_int_equal(small.shift, -31);
}

static void float_quantization_is_half_away_and_saturates(void **state)
{
	(void)state;
	assert_int_equal(num_quantize(0.25f, 0.5f, 0, -128, 127), 1);
	assert_int_equal(num_quantize(-0.25f, 0.5f, 0, -128, 127), -1);
	assert_int_equal(num_quantize(1e30f, 0.5f, 0, -128, 127), 127);
	assert_int_equal(num_quantize(-1e30f, 0.5f, 3, -128, 127), -128);
	assert_int_equal(num_quantize(NAN, 0.5f, 3, -128, 127), 3);
	for (int i = 0; i < ROUNDS / 10; i++) {
		const float x = (float)random32() / 65536.0f;
		const float q = roundf(x / 0.37f) + 11;
		const float want = fminf(fmaxf(q, -32768), 32767);
		assert_int_equal(num_quantize(x, 0.37f, 11, -32768, 32767),
		                 (int32_t)want);
	}
	assert_true(num_dequantize(-128, 0.5f, 127) == -127.5f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(high_mul_is_gemmlowps_and_the_hardwares),
	        cmocka_unit_test(div_pot_is_half_away_and_the_hardwares),
	        cmocka_unit_test(requant_rounds_twice),
	        cmocka_unit_test(requant64_reduces_the_multiplier),
	        cmocka_unit_test(clz_counts),
	        cmocka_unit_test(shift_left_saturates),
	        cmocka_unit_test(average_is_half_away),
	        cmocka_unit_test(transcendentals_are_close),
	        cmocka_unit_test(reciprocal_normalizes),
	        cmocka_unit_test(equal_inputs_share_softmax),
	        cmocka_unit_test(softmax_cuts_off_far_differences),
	        cmocka_unit_test(tables_of_softmax16),
	        cmocka_unit_test(multiplier_is_the_real_number),
	        cmocka_unit_test(fully_connected_multiplies_in_float),
	        cmocka_unit_test(activations_clamp),
	        cmocka_unit_test(mean_folds_the_count),
	        cmocka_unit_test(float_quantization_is_half_away_and_saturates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
