/* mean: over any axes, int8 and int16. */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

INLINE int32_t load(const uint8_t *at, bool wide)
{
	return wide ? *(const int16_t *)(const void *)at : *(const int8_t *)at;
}

/* The sum over one axis. */
INLINE int32_t sum_row(const uint8_t *in, int32_t n, int32_t step, bool wide)
{
	int32_t sum = 0;
	for (; n > 0; n--) {
		sum = num_wrap_add(sum, load(in, wide));
		in += step;
	}
	return sum;
}

/* The sum over axis d of those that go, and those below it. */
static int32_t sum_axis(const struct k_mean *p, int d, bool wide,
                        const uint8_t *in)
{
	int32_t step = wide ? p->sum_step[d] * 2 : p->sum_step[d], sum = 0;
	if (d == MEAN_AXES - 1)
		return wide ? sum_row(in, p->sum_dim[d], step, true)
		            : sum_row(in, p->sum_dim[d], step, false);
	for (int32_t i = 0; i < p->sum_dim[d]; i++) {
		sum = num_wrap_add(sum, sum_axis(p, d + 1, wide, in));
		in += step;
	}
	return sum;
}

static void store(const struct k_mean *p, bool wide, int32_t sum, uint8_t *out)
{
	int32_t v = num_requant(num_wrap_sub(sum, p->zero), p->mult, p->shift);
	v = clamp(num_wrap_add(v, p->out_zp), p->qmin, p->qmax);
	if (wide)
		*(int16_t *)(void *)out = (int16_t)v;
	else
		*(int8_t *)out = (int8_t)v;
}

/* Axis d of those that stay, and those below it. Returns where the output goes
 * on. */
static uint8_t *mean_axis(const struct k_mean *p, int d, bool wide,
                          const uint8_t *in, uint8_t *out)
{
	int32_t bytes = wide ? 2 : 1;
	if (d == MEAN_AXES) {
		store(p, wide, sum_axis(p, 0, wide, in), out);
		return out + bytes;
	}
	for (int32_t i = 0; i < p->kept_dim[d]; i++) {
		out = mean_axis(p, d + 1, wide, in, out);
		in += p->kept_step[d] * bytes;
	}
	return out;
}

void kernel_MEAN_I8(const struct k_mean *p)
{
	mean_axis(p, 0, false, PTR(p->in), PTR(p->out));
}

void kernel_MEAN_I16(const struct k_mean *p)
{
	mean_axis(p, 0, true, PTR(p->in), PTR(p->out));
}
