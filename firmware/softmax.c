/* softmax: over the last axis, in the fixed point of isa/numerics.h.
 *
 * A row of int8 has differences of 0..255 to its largest element and one
 * scale, so the exponentials are a table of the network's: each costs a load
 * here, and would cost 190 cycles, twice an element.
 */
#include "firmware/kernels.h"
#include "firmware/requant.h"
#include "isa/numerics.h"

static int32_t max_i8(const int8_t *x, int32_t n)
{
	int32_t max = -128;
	for (int32_t i = 0; i < n; i++)
		if (x[i] > max)
			max = x[i];
	return max;
}

/* One over the sum of a row's exponentials; *over: as num_reciprocal says. */
static int32_t row_scale(const int32_t *exp, const int8_t *x, int32_t n,
                         int32_t max, int *over)
{
	int32_t sum = 0;
	for (int32_t i = 0; i < n; i++)
		sum += ((exp[max - x[i]] >> 11) + 1) >> 1; /* num_div_pot 12 */
	return num_reciprocal(sum, 12, over);
}

/* What num_softmax_out multiplies an exponential by for `bits` of output. */
static struct scale out_scale(int32_t reciprocal, int over, int bits)
{
	int down = over + 31 - bits;
	return scale_make(reciprocal, down > 31 ? -31 : -down);
}

static void row_i8(const struct k_softmax *p, const int8_t *x, int8_t *out)
{
	int over;
	const int32_t *exp = PTR(p->exp_lut);
	int32_t max = max_i8(x, p->depth);
	int32_t reciprocal = row_scale(exp, x, p->depth, max, &over);
	struct scale s = out_scale(reciprocal, over, 8);

	for (int32_t i = 0; i < p->depth; i++)
		out[i] = (int8_t)clamp(scale_down(&s, exp[max - x[i]]) - 128,
		                       -128, 127);
}

static void row_i8_i16(const struct k_softmax *p, const int8_t *x, int16_t *out)
{
	int over;
	const int32_t *exp = PTR(p->exp_lut);
	int32_t max = max_i8(x, p->depth);
	int32_t reciprocal = row_scale(exp, x, p->depth, max, &over);
	struct scale s = out_scale(reciprocal, over, 16);

	for (int32_t i = 0; i < p->depth; i++)
		out[i] = (int16_t)clamp(scale_down(&s, exp[max - x[i]]) - 32768,
		                        -32768, 32767);
}

void kernel_SOFTMAX_I8(const struct k_softmax *p)
{
	const int8_t *x = PTR(p->in);
	int8_t *out = PTR(p->out);
	for (int32_t r = 0; r < p->rows; r++)
		row_i8(p, x + r * p->depth, out + r * p->depth);
}

void kernel_SOFTMAX_I8_I16(const struct k_softmax *p)
{
	const int8_t *x = PTR(p->in);
	int16_t *out = PTR(p->out);
	for (int32_t r = 0; r < p->rows; r++)
		row_i8_i16(p, x + r * p->depth, out + r * p->depth);
}

/* The exponentials wait in the output for their sum. */
static void row_i16(const struct k_softmax *p, const int16_t *x, int16_t *out)
{
	const int16_t *exp_lut = PTR(p->exp_lut);
	const int16_t *recip_lut = PTR(p->recip_lut);
	int32_t max = -32768, sum = 0;
	int shift;
	for (int32_t i = 0; i < p->depth; i++)
		if (x[i] > max)
			max = x[i];
	for (int32_t i = 0; i < p->depth; i++) {
		int32_t e = num_softmax16_exp(x[i] - max, p->mult, p->shift,
		                              exp_lut);
		out[i] = (int16_t)e;
		sum += e;
	}
	int32_t recip = num_softmax16_recip(sum, recip_lut, &shift);
	for (int32_t i = 0; i < p->depth; i++)
		out[i] = (int16_t)num_softmax16_out(out[i], recip, shift);
}

void kernel_SOFTMAX_I16(const struct k_softmax *p)
{
	const int16_t *x = PTR(p->in);
	int16_t *out = PTR(p->out);
	for (int32_t r = 0; r < p->rows; r++)
		row_i16(p, x + r * p->depth, out + r * p->depth);
}
