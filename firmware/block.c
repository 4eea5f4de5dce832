/* block: the walk over the output of an int8 convolution. */
#include "firmware/block.h"

struct block block_make(const struct k_conv *p, bool merged, int32_t tap,
                        int32_t w_tap, int32_t w_chan)
{
	struct block b = {.p = p,
	                  .merged = merged,
	                  .tap = tap,
	                  .w_tap = w_tap,
	                  .w_chan = w_chan};
	b.x_pixel = p->sw * p->ic;
	b.x_row = p->dh * p->iw * p->ic;
	b.x_run = p->dw * p->ic;
	b.w_run = w_tap;
	b.w_row = p->kw * w_tap;

	int32_t room = p->iw + p->pl - (p->kw - 1) * p->dw - 1;
	b.xa = (p->pl + p->sw - 1) / p->sw;
	b.xb = room < 0 ? 0 : room / p->sw + 1;
	if (b.xb > p->ow)
		b.xb = p->ow;
	if (b.xa > b.xb) /* no whole window: all is border */
		b.xa = b.xb = 0;
	/* Summing the weights costs as much as half a pixel. */
	b.fold = (b.xb - b.xa) * p->oh * p->n >= 4;
	return b;
}

/* bias - zp * (sum of the weights of a channel). */
static int32_t fold(const struct block *b, const int8_t *w, int32_t bias)
{
	const struct k_conv *p = b->p;
	int32_t sum = 0;
	for (int32_t t = p->kh * p->kw; t; t--) {
		int32_t k = 0;
		/* Four at a time: adding right after a load would wait. */
		for (; k + 4 <= b->tap; k += 4)
			sum += (w[k] + w[k + 1]) + (w[k + 2] + w[k + 3]);
		for (; k < b->tap; k++)
			sum += w[k];
		w += b->w_tap;
	}
	return bias - p->in_zp * sum;
}

void block_channels(struct block *b, int32_t c0, int nc)
{
	const struct k_conv *p = b->p;
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	const int32_t *bias = p->bias ? PTR(p->bias) : 0;

	b->w = (const int8_t *)PTR(p->wgt) + c0 * b->w_chan;
	for (int c = 0; c < nc; c++) {
		b->scale[c] = scale_make(mult[c0 + c], shift[c0 + c]);
		b->bias[c] = bias ? bias[c0 + c] : 0;
		if (b->fold)
			b->folded[c] =
			        fold(b, b->w + c * b->w_chan, b->bias[c]);
	}
}

/* Of the taps 0..n-1 at at, at + step ...: those inside 0..size-1. */
static void clip(int32_t at, int32_t step, int32_t n, int32_t size,
                 int32_t *first, int32_t *end)
{
	*first = at >= 0 ? 0 : (-at + step - 1) / step;
	*end = at + (n - 1) * step < size ? n : (size - at + step - 1) / step;
}

/* Narrow the window of a row, whose x is that of ix = 0, to taps from..end-1
 * of output column ox. */
static struct window column(const struct block *b, const struct window *row,
                            int32_t ox, int32_t from, int32_t end)
{
	const struct k_conv *p = b->p;
	struct window v = *row;
	int32_t ix = ox * p->sw - p->pl + from * p->dw;
	v.x += ix * p->ic;
	v.w += from * b->w_tap;
	v.runs = b->merged ? end > from : end - from;
	v.len = b->merged ? (end - from) * b->tap : b->tap;
	return v;
}

/* Output columns first..end-1, whose windows the edges cut. */
static void border(const struct block *b, const struct window *row,
                   int32_t first, int32_t end, int8_t *out)
{
	const struct k_conv *p = b->p;
	for (int32_t ox = first; ox < end; ox++) {
		int32_t from, to;
		clip(ox * p->sw - p->pl, p->dw, p->kw, p->iw, &from, &to);
		struct window v = column(b, row, ox, from, to);
		b->single(b, &v, out + ox * p->oc);
	}
}

/* One row of the output. */
static void row_of(const struct block *b, const struct window *row, int8_t *out)
{
	const struct k_conv *p = b->p;
	int32_t ox = b->xa;
	bool whole = b->fold && row->rows == p->kh;
	block_fn *pair = whole ? b->pair_folded : b->pair;

	border(b, row, 0, ox, out);
	if (pair && b->xb - ox > 1) {
		struct window v = column(b, row, ox, 0, p->kw);
		int8_t *o = out + ox * p->oc;
		for (; ox + 1 < b->xb; ox += 2) {
			pair(b, &v, o);
			v.x += 2 * b->x_pixel;
			o += 2 * p->oc;
		}
	}
	border(b, row, ox, p->ow, out);
}

void block_run(const struct block *b, const int8_t *x, int8_t *out)
{
	const struct k_conv *p = b->p;
	for (int32_t n = 0; n < p->n; n++) {
		for (int32_t oy = 0; oy < p->oh; oy++) {
			int32_t iy = oy * p->sh - p->pt, first, end;
			clip(iy, p->dh, p->kh, p->ih, &first, &end);
			struct window v = {
			        .x = x + (iy + first * p->dh) * p->iw * p->ic,
			        .w = b->w + first * b->w_row,
			        .rows = end - first,
			};
			row_of(b, &v, out);
			out += p->ow * p->oc;
		}
		x += p->ih * p->iw * p->ic;
	}
}
