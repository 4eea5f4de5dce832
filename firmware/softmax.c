/* softmax: over the last axis, in the fixed point of isa/numerics.h. */
#include "firmware/kernels.h"
#include "isa/numerics.h"

static int32_t max_i8(const int8_t *x, int32_t n)
{
	int32_t max = -128;
	for (int32_t i = 0; i < n; i++)
		if (x[i] > max)
			max = x[i];
	return max;
}

/* One row; the output is 8 or 16 bits wide. */
static void row_i8(const struct k_softmax *p, const int8_t *x, int8_t *out8,
                   int16_t *out16)
{
	int32_t max = max_i8(x, p->depth), sum = 0;
	int over;
	for (int32_t i = 0; i < p->depth; i++)
		sum += num_softmax_term(x[i] - max, p->mult, p->shift,
		                        p->diff_min);
	int32_t scale = num_reciprocal(sum, 12, &over);

	for (int32_t i = 0; i < p->depth; i++) {
		int32_t y = num_softmax_out(x[i] - max, p->mult, p->shift,
		                            p->diff_min, scale, over,
		                            out8 ? 8 : 16);
		if (out8)
			out8[i] = (int8_t)y;
		else
			out16[i] = (int16_t)y;
	}
}

void kernel_SOFTMAX_I8(const struct k_softmax *p)
{
	const int8_t *x = PTR(p->in);
	int8_t *out = PTR(p->out);
	for (int32_t r = 0; r < p->rows; r++)
		row_i8(p, x + r * p->depth, out + r * p->depth, 0);
}

void kernel_SOFTMAX_I8_I16(const struct k_softmax *p)
{
	const int8_t *x = PTR(p->in);
	int16_t *out = PTR(p->out);
	for (int32_t r = 0; r < p->rows; r++)
		row_i8(p, x + r * p->depth, 0, out + r * p->depth);
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
