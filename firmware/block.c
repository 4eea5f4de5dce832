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

	b->rare = false;
	b->w = (const int8_t *)PTR(p->wgt) + c0 * b->w_chan;
	for (int c = 0; c < nc; c++) {
		b->scale[c] = scale_make(mult[c0 + c], shift[c0 + c]);
		b->rare |= b->scale[c].down < 0;
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

/* The window at output column ox of a row, whose own begins at ix = 0. */
static struct window column(const struct block *b, const struct window *row,
                            int32_t ox)
{
	const struct k_conv *p = b->p;
	struct window v = *row;
	int32_t from, end;
	clip(ox * p->sw - p->pl, p->dw, p->kw, p->iw, &from, &end);
	v.x += (ox * p->sw - p->pl + from * p->dw) * p->ic;
	v.w += from * b->w_tap;
	v.runs = b->merged ? end > from : end - from;
	v.len = b->merged ? (end - from) * b->tap : b->tap;
	return v;
}

/* Columns first..end-1 of one row, or of two at once. */
static void columns(const struct block *b, const struct window *row,
                    int32_t first, int32_t end, bool two, int8_t *out)
{
	const struct k_conv *p = b->p;
	for (int32_t ox = first; ox < end; ox++) {
		struct window v = column(b, row, ox);
		if (two) {
			v.x_next = p->sh * p->iw * p->ic;
			v.out_next = p->ow * p->oc;
			b->pair(b, &v, 1, out + ox * p->oc);
		} else {
			b->single(b, &v, 1, out + ox * p->oc);
		}
	}
}

/* Pairs of neighbours in a row, as long as their windows are whole; returns
 * the column after the last. */
static int32_t pairs(const struct block *b, const struct window *row,
                     int8_t *out)
{
	const struct k_conv *p = b->p;
	int32_t n = b->pair ? (b->xb - b->xa) / 2 : 0;
	bool whole = b->fold && row->rows == p->kh;

	if (n > 0) {
		struct window v = column(b, row, b->xa);
		v.x_next = p->sw * p->ic;
		v.out_next = p->oc;
		(whole ? b->pair_folded : b->pair)(b, &v, n,
		                                   out + b->xa * p->oc);
	}
	return b->xa + 2 * n;
}

/* The window of output row oy. */
static struct window row_at(const struct block *b, const int8_t *x, int32_t oy)
{
	const struct k_conv *p = b->p;
	int32_t iy = oy * p->sh - p->pt, first, end;
	clip(iy, p->dh, p->kh, p->ih, &first, &end);
	return (struct window){
	        .x = x + (iy + first * p->dh) * p->iw * p->ic,
	        .w = b->w + first * b->w_row,
	        .rows = end - first,
	};
}

/* Columns without a partner in their row are paired with those of the next row
 * where both rows' windows are whole. */
static void image(const struct block *b, const int8_t *x, int8_t *out)
{
	const struct k_conv *p = b->p;
	for (int32_t oy = 0; oy < p->oh;) {
		struct window row = row_at(b, x, oy);
		int32_t last = (oy + 1) * p->sh - p->pt + (p->kh - 1) * p->dh;
		bool two = b->pair && row.rows == p->kh && oy + 1 < p->oh &&
		           last < p->ih;
		int32_t ox = pairs(b, &row, out);
		if (two) {
			struct window next = row_at(b, x, oy + 1);
			pairs(b, &next, out + p->ow * p->oc);
		}
		columns(b, &row, 0, b->xa, two, out);
		columns(b, &row, ox, p->ow, two, out);
		out += (1 + two) * p->ow * p->oc;
		oy += 1 + two;
	}
}

void block_run(const struct block *b, const int8_t *x, int8_t *out)
{
	const struct k_conv *p = b->p;
	for (int32_t n = 0; n < p->n; n++) {
		image(b, x, out);
		x += p->ih * p->iw * p->ic;
		out += p->oh * p->ow * p->oc;
	}
}

/* A channel's numbers are loaded once for its pixels, and before their first
 * use. */
INLINE void put(int np, int nc, bool rare, const struct block *b,
                const int32_t *acc, int8_t *out, int32_t out_next)
{
	const struct k_conv *p = b->p;
	int32_t zp = p->out_zp, lo = p->qmin, hi = p->qmax;
	int8_t *at[NP] = {out, out + out_next};
	UNROLL
	for (int c = 0; c < nc; c++) {
		struct scale s = b->scale[c];
		int32_t y[NP];
		UNROLL
		for (int i = 0; i < np; i++)
			y[i] = acc[i * nc + c];
		UNROLL
		for (int i = 0; i < np; i++) {
			y[i] = rare ? scale_apply(&b->scale[c], y[i])
			            : scale_down(&s, y[i]);
			at[i][c] = (int8_t)clamp(y[i] + zp, lo, hi);
		}
	}
}

/* Separate from the usual case, which then calls nothing and saves nothing. */
__attribute__((noinline)) static void put_rare(const struct block *b,
                                               const int32_t *acc, int8_t *out,
                                               int32_t out_next, int np, int nc)
{
	if (np == 2)
		put(2, NC, true, b, acc, out, out_next);
	else if (nc == NC)
		put(1, NC, true, b, acc, out, 0);
	else
		put(1, 1, true, b, acc, out, 0);
}

void block_put_2(const struct block *b, const int32_t *acc, int8_t *out,
                 int32_t out_next)
{
	if (unlikely(b->rare))
		put_rare(b, acc, out, out_next, 2, NC);
	else
		put(2, NC, false, b, acc, out, out_next);
}

void block_put(const struct block *b, const int32_t *acc, int8_t *out)
{
	if (unlikely(b->rare))
		put_rare(b, acc, out, 0, 1, NC);
	else
		put(1, NC, false, b, acc, out, 0);
}

void block_put_1(const struct block *b, const int32_t *acc, int8_t *out)
{
	if (unlikely(b->rare))
		put_rare(b, acc, out, 0, 1, 1);
	else
		put(1, 1, false, b, acc, out, 0);
}
