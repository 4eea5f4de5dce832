/* conv_i16: convolutions and fully connected layers, int16 activations, int8
 * weights, int64 sums.
 *
 * A product needs 23 bits with its sign, so that CHUNK of them are summed in a
 * register before they go to the 64-bit sum.
 */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

enum { CHUNK = 256 };

/* n products; inputs x_step elements apart, weights w_step. */
INLINE int64_t dot(const int16_t *x, int32_t x_step, const int8_t *w,
                   int32_t w_step, int32_t n)
{
	int64_t sum = 0;
	while (n > 0) {
		int32_t part = 0, k = n < CHUNK ? n : CHUNK;
		n -= k;
		for (; k >= 4; k -= 4) {
			UNROLL
			for (int i = 0; i < 4; i++)
				part += x[i * x_step] * w[i * w_step];
			x += 4 * x_step;
			w += 4 * w_step;
		}
		for (; k > 0; k--, x += x_step, w += w_step)
			part += *x * *w;
		sum += part;
	}
	return sum;
}

/* Of the taps 0..n-1 at at, at + step ...: those inside 0..size-1. */
static void clip(int32_t at, int32_t step, int32_t n, int32_t size,
                 int32_t *first, int32_t *end)
{
	*first = at >= 0 ? 0 : (-at + step - 1) / step;
	*end = at + (n - 1) * step < size ? n : (size - at + step - 1) / step;
}

/* The window of an output pixel. */
struct window {
	int32_t y, x; /* of tap (0,0) in the input */
	int32_t ky0, ky1, kx0, kx1;
};

/* Sum of a channel of a convolution; w: its weights; x: image and group. */
static int64_t conv_sum(const struct k_conv *p, const struct window *v,
                        const int16_t *x, const int8_t *w, int32_t icg)
{
	bool merged = p->dw == 1 && p->groups == 1;
	int32_t columns = v->kx1 - v->kx0;
	int32_t runs = merged ? columns > 0 : columns;
	int32_t len = merged ? columns * icg : icg;
	int64_t sum = 0;

	for (int32_t ky = v->ky0; ky < v->ky1; ky++) {
		int32_t iy = v->y + ky * p->dh, ix = v->x + v->kx0 * p->dw;
		const int16_t *xr = x + (iy * p->iw + ix) * p->ic;
		const int8_t *wr = w + (ky * p->kw + v->kx0) * icg;
		for (int32_t r = 0; r < runs; r++) {
			sum += dot(xr, 1, wr, 1, len);
			xr += p->dw * p->ic;
			wr += icg;
		}
	}
	return sum;
}

/* The same of a depthwise convolution; x, w: of the channel. */
static int64_t depth_sum(const struct k_conv *p, const struct window *v,
                         const int16_t *x, const int8_t *w)
{
	int64_t sum = 0;
	for (int32_t ky = v->ky0; ky < v->ky1; ky++) {
		int32_t iy = v->y + ky * p->dh, ix = v->x + v->kx0 * p->dw;
		sum += dot(x + (iy * p->iw + ix) * p->ic, p->dw * p->ic,
		           w + (ky * p->kw + v->kx0) * p->oc, p->oc,
		           v->kx1 - v->kx0);
	}
	return sum;
}

static void pixel(const struct k_conv *p, bool depthwise,
                  const struct window *v, const int16_t *x, int16_t *out)
{
	const int8_t *w = PTR(p->wgt);
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	const int64_t *bias = p->bias ? PTR(p->bias) : 0;
	int32_t icg = p->ic, ocg = p->oc, group = 0, c_mult = p->oc / p->ic;
	if (p->groups > 1) {
		icg = p->ic / p->groups;
		ocg = p->oc / p->groups;
	}

	for (int32_t c = 0; c < p->oc; c++) {
		int64_t sum;
		if (c == (group + 1) * ocg)
			group++;
		if (depthwise)
			sum = depth_sum(p, v, x + c / c_mult, w + c);
		else
			sum = conv_sum(p, v, x + group * icg,
			               w + c * p->kh * p->kw * icg, icg);
		if (bias)
			sum += bias[c];
		int32_t y = num_requant64(sum, mult[c], shift[c]);
		out[c] = (int16_t)num_clamp(num_wrap_add(y, p->out_zp), p->qmin,
		                            p->qmax);
	}
}

static void conv(const struct k_conv *p, bool depthwise)
{
	const int16_t *x = PTR(p->in);
	int16_t *out = PTR(p->out);

	for (int32_t n = 0; n < p->n; n++) {
		for (int32_t i = 0; i < p->oh * p->ow; i++) {
			struct window v = {
			        .y = i / p->ow * p->sh - p->pt,
			        .x = i % p->ow * p->sw - p->pl,
			};
			clip(v.y, p->dh, p->kh, p->ih, &v.ky0, &v.ky1);
			clip(v.x, p->dw, p->kw, p->iw, &v.kx0, &v.kx1);
			pixel(p, depthwise, &v, x, out);
			out += p->oc;
		}
		x += p->ih * p->iw * p->ic;
	}
}

void kernel_CONV_I16(const struct k_conv *p)
{
	conv(p, false);
}

void kernel_DWCONV_I16(const struct k_conv *p)
{
	conv(p, true);
}

void kernel_FC_I16(const struct k_conv *p)
{
	conv(p, false);
}
