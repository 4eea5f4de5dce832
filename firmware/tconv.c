/* tconv: transposed convolution, int8 and int16, as a sum for each output: of
 * the kernel's taps those reach it that are a multiple of the stride away. */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

/* Along one axis: tap `k` reads input cell `at`, tap k + stride the one before.
 */
struct taps {
	int32_t k, at;
};

static struct taps taps_of(int32_t out, int32_t before, int32_t stride,
                           int32_t size)
{
	int32_t k = (out + before) % stride;
	struct taps t = {k, (out + before - k) / stride};

	if (t.at >= size) { /* those beyond the end */
		t.k += (t.at - size + 1) * stride;
		t.at = size - 1;
	}
	return t;
}

INLINE int64_t dot(const struct k_conv *p, const void *in, int32_t at,
                   const int8_t *w, bool wide)
{
	int64_t sum = 0;
	int32_t part = 0;
	for (int32_t c = 0; c < p->ic; c++) {
		if (wide)
			sum += (int32_t)((const int16_t *)in)[at + c] * w[c];
		else
			part += (((const int8_t *)in)[at + c] - p->in_zp) *
			        w[c];
	}
	return sum + part;
}

INLINE int64_t sum_of(const struct k_conv *p, const void *in, struct taps y,
                      struct taps x, int32_t c, bool wide)
{
	const int8_t *w = PTR(p->wgt);
	int64_t sum = 0;
	for (; y.k < p->kh && y.at >= 0; y.k += p->sh, y.at--)
		for (struct taps t = x; t.k < p->kw && t.at >= 0;
		     t.k += p->sw, t.at--) {
			int32_t at = (y.at * p->iw + t.at) * p->ic;
			int32_t tap = (c * p->kh + y.k) * p->kw + t.k;
			sum += dot(p, in, at, w + tap * p->ic, wide);
		}
	return sum;
}

static int32_t finish_i8(const struct k_conv *p, int32_t sum, int32_t c)
{
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	if (p->bias)
		sum = num_wrap_add(sum, ((const int32_t *)PTR(p->bias))[c]);
	int32_t y =
	        num_wrap_add(num_requant(sum, mult[c], shift[c]), p->out_zp);
	return clamp(y, p->qmin, p->qmax);
}

static int32_t finish_i16(const struct k_conv *p, int64_t sum, int32_t c)
{
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	if (p->bias)
		sum += ((const int64_t *)PTR(p->bias))[c];
	int32_t y = num_requant64(sum, mult[c], shift[c]);
	return clamp(num_wrap_add(y, p->out_zp), p->qmin, p->qmax);
}

static void pixel_i8(const struct k_conv *p, const int8_t *in, struct taps y,
                     struct taps x, int8_t *out)
{
	for (int32_t c = 0; c < p->oc; c++) {
		int64_t sum = sum_of(p, in, y, x, c, false);
		out[c] = (int8_t)finish_i8(p, (int32_t)sum, c);
	}
}

static void pixel_i16(const struct k_conv *p, const int16_t *in, struct taps y,
                      struct taps x, int16_t *out)
{
	for (int32_t c = 0; c < p->oc; c++)
		out[c] =
		        (int16_t)finish_i16(p, sum_of(p, in, y, x, c, true), c);
}

static void tconv(const struct k_conv *p, bool wide)
{
	int32_t in = 0, out = 0;

	for (int32_t n = 0; n < p->n; n++) {
		for (int32_t i = 0; i < p->oh * p->ow; i++) {
			struct taps y = taps_of(i / p->ow, p->pt, p->sh, p->ih);
			struct taps x = taps_of(i % p->ow, p->pl, p->sw, p->iw);
			if (wide)
				pixel_i16(p, (const int16_t *)PTR(p->in) + in,
				          y, x, (int16_t *)PTR(p->out) + out);
			else
				pixel_i8(p, (const int8_t *)PTR(p->in) + in, y,
				         x, (int8_t *)PTR(p->out) + out);
			out += p->oc;
		}
		in += p->ih * p->iw * p->ic;
	}
}

void kernel_TCONV_I8(const struct k_conv *p)
{
	tconv(p, false);
}

void kernel_TCONV_I16(const struct k_conv *p)
{
	tconv(p, true);
}
