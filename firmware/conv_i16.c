/* conv_i16: convolutions and fully connected layers, int16 activations, int8
 * weights, int64 sums.
 *
 * A product needs 23 bits with its sign, so up to CHUNK of them are summed in
 * a register before they go to the 64-bit sum.
 */
#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

enum { CHUNK = 256 };

/* n products of neighbours. */
INLINE int64_t dot(const int16_t *x, const int8_t *w, int32_t n)
{
	int64_t sum = 0;
	while (n > 0) {
		int32_t part = 0, k = n < CHUNK ? n : CHUNK;
		n -= k;
		for (; k >= 4; k -= 4) {
			int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
			int32_t w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
			part += x0 * w0 + x1 * w1 + x2 * w2 + x3 * w3;
			x += 4;
			w += 4;
		}
		for (; k > 0; k--)
			part += *x++ * *w++;
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
			sum += dot(xr, wr, len);
			xr += p->dw * p->ic;
			wr += icg;
		}
	}
	return sum;
}

static int64_t channel_bias(const struct k_conv *p, int32_t c)
{
	return p->bias ? ((const int64_t *)PTR(p->bias))[c] : 0;
}

static int16_t requantize(const struct k_conv *p, int64_t sum, int32_t c)
{
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	int32_t y = num_requant64(sum, mult[c], shift[c]);
	return (int16_t)num_clamp(num_wrap_add(y, p->out_zp), p->qmin, p->qmax);
}

static void conv_pixel(const struct k_conv *p, const struct window *v,
                       const int16_t *x, int16_t *out)
{
	const int8_t *w = PTR(p->wgt);
	int32_t icg = p->ic, ocg = p->oc;
	if (p->groups > 1) {
		icg = p->ic / p->groups;
		ocg = p->oc / p->groups;
	}
	for (int32_t c = 0, left = ocg; c < p->oc; c++, left--) {
		if (left == 0) { /* next group */
			left = ocg;
			x += icg;
		}
		int64_t sum = conv_sum(p, v, x, w, icg);
		out[c] = requantize(p, sum + channel_bias(p, c), c);
		w += p->kh * p->kw * icg;
	}
}

/* Sum of a channel of a depthwise convolution; x, w: its first tap inside. */
static int64_t depth_sum(const struct k_conv *p, const struct window *v,
                         const int16_t *x, const int8_t *w)
{
	int32_t n = v->kx1 - v->kx0, x_step = p->dw * p->ic, w_step = p->oc;
	int32_t x_row = p->dh * p->iw * p->ic - n * x_step;
	int32_t w_row = (p->kw - n) * w_step;
	int64_t sum = 0;

	for (int32_t r = v->ky1 - v->ky0; r > 0; r--) {
		for (int32_t left = n; left > 0; left -= CHUNK) {
			int32_t part = 0;
			for (int32_t k = left < CHUNK ? left : CHUNK; k; k--) {
				part += *x * *w;
				x += x_step;
				w += w_step;
			}
			sum += part;
		}
		x += x_row;
		w += w_row;
	}
	return sum;
}

static void depth_pixel(const struct k_conv *p, const struct window *v,
                        const int16_t *x, int16_t *out)
{
	const int8_t *w = PTR(p->wgt);
	int32_t mult = p->oc / p->ic;
	int32_t iy = v->y + v->ky0 * p->dh, ix = v->x + v->kx0 * p->dw;
	x += (iy * p->iw + ix) * p->ic;
	w += (v->ky0 * p->kw + v->kx0) * p->oc;

	for (int32_t c = 0, left = mult; c < p->oc; c++, left--) {
		if (left == 0) { /* next input channel */
			left = mult;
			x++;
		}
		int64_t sum = depth_sum(p, v, x, w++);
		out[c] = requantize(p, sum + channel_bias(p, c), c);
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
			(depthwise ? depth_pixel : conv_pixel)(p, &v, x, out);
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
