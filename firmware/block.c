/* block: the walk over the output of an int8 convolution. */
#include "firmware/block.h"

/* Outputs first..end-1 along an axis have whole windows: `in` cells, n taps. */
static void whole(int32_t in, int32_t n, int32_t stride, int32_t dilation,
                  int32_t before, int32_t out, int32_t *first, int32_t *end)
{
	int32_t room = in + before - (n - 1) * dilation - 1;
	*first = (before + stride - 1) / stride;
	*end = room < 0 ? 0 : room / stride + 1;
	if (*end > out)
		*end = out;
	if (*first >= *end)
		*first = *end = 0;
}

void block_make(struct block *b, const struct k_conv *p, bool merged,
                int32_t tap, int32_t w_tap, int32_t w_chan)
{
	b->p = p;
	b->merged = merged;
	b->tap = tap;
	b->w_tap = w_tap;
	b->w_chan = w_chan;
	b->x_row = p->dh * p->iw * p->ic;
	b->x_run = p->dw * p->ic;
	b->w_run = w_tap;
	b->w_row = p->kw * w_tap;

	whole(p->iw, p->kw, p->sw, p->dw, p->pl, p->ow, &b->xa, &b->xb);
	whole(p->ih, p->kh, p->sh, p->dh, p->pt, p->oh, &b->ya, &b->yb);
	b->dot = p->n == 1 && p->oh == 1 && p->ow == 1 && b->xb && b->yb;
	/* Summing the weights costs as much as half a pixel. */
	b->fold = (b->xb - b->xa) * (b->yb - b->ya) * p->n >= 4;
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
	for (int c = 0; nc == NC && c < NC; c++) {
		b->bias[NC + c] = b->bias[c];
		b->folded[NC + c] = b->folded[c];
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

/* Columns first..end-1 of a row, one by one. */
static void border(const struct block *b, const struct window *row,
                   int32_t first, int32_t end, int8_t *out)
{
	for (int32_t ox = first; ox < end; ox++) {
		struct window v = column(b, row, ox);
		b->single(b, &v, 1, out + ox * b->p->oc);
	}
}

/* One row of the output: neighbours in pairs as long as their windows reach
 * from edge to edge. */
static void wide(const struct block *b, const int8_t *x, int32_t oy,
                 int8_t *out)
{
	const struct k_conv *p = b->p;
	struct window row = row_at(b, x, oy);
	int32_t per = b->pair ? 2 : 1, n = (b->xb - b->xa) / per;

	if (n > 0) {
		struct window v = column(b, &row, b->xa);
		bool whole = b->fold && row.rows == p->kh;
		v.x_next = p->sw * p->ic;
		v.out_next = p->oc;
		block_fn *fn = !b->pair ? b->single
		               : whole  ? b->pair_folded
		                        : b->pair;
		fn(b, &v, n, out + b->xa * p->oc);
	}
	border(b, &row, 0, b->xa, out);
	border(b, &row, b->xa + per * n, p->ow, out);
}

/* All columns of rows ya .. ya + n * per - 1, whose windows reach from top to
 * bottom: each column is one call, borders too. */
static void tall(const struct block *b, const int8_t *x, int32_t n, int8_t *out)
{
	const struct k_conv *p = b->p;
	struct window row = row_at(b, x, b->ya);
	row.x_next = p->sh * p->iw * p->ic;
	row.out_next = p->ow * p->oc;
	out += b->ya * row.out_next;

	for (int32_t ox = 0; ox < p->ow; ox++) {
		struct window v = column(b, &row, ox);
		bool whole = b->fold && ox >= b->xa && ox < b->xb;
		block_fn *fn = !b->pair ? b->single
		               : whole  ? b->pair_folded
		                        : b->pair;
		fn(b, &v, n, out);
		out += p->oc;
	}
}

/* Rows whose windows reach from top to bottom go column by column, since there
 * are more of them than calls then; the others row by row. */
static void image(const struct block *b, const int8_t *x, int8_t *out)
{
	const struct k_conv *p = b->p;
	int32_t per = b->pair ? 2 : 1, n = (b->yb - b->ya) / per;
	int32_t from = b->ya, next = b->ya;

	if (n > 0 && p->oh > 1) {
		tall(b, x, n, out);
		next += per * n;
	}
	for (int32_t oy = 0; oy < from; oy++)
		wide(b, x, oy, out + oy * p->ow * p->oc);
	for (int32_t oy = next; oy < p->oh; oy++)
		wide(b, x, oy, out + oy * p->ow * p->oc);
}

void block_run(const struct block *b, const int8_t *x, int8_t *out)
{
	const struct k_conv *p = b->p;
	if (b->dot) {
		/* One pixel, no padding: the walk would take longer. */
		struct window v = {.x = x, .w = b->w, .rows = p->kh};
		v.runs = b->merged ? 1 : p->kw;
		v.len = b->merged ? b->w_row : b->tap;
		b->single(b, &v, 1, out);
		return;
	}
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

/* One pixel, one channel after another: fewer of these pay for the code. */
void block_put(const struct block *b, const int32_t *acc, int8_t *out, int nc)
{
	const struct k_conv *p = b->p;
	int32_t zp = p->out_zp, lo = p->qmin, hi = p->qmax;
	const struct scale *s = b->scale;
	for (; nc > 0; nc--, s++) {
		int32_t y = scale_apply(s, *acc++) + zp;
		*out++ = (int8_t)clamp(y, lo, hi);
	}
}

/* Separate from the usual case, which is shorter without the question. */
__attribute__((noinline)) static void put_rare(const struct block *b,
                                               const int32_t *acc, int8_t *out,
                                               int32_t out_next)
{
	put(2, NC, true, b, acc, out, out_next);
}

void block_put_2(const struct block *b, const int32_t *acc, int8_t *out,
                 int32_t out_next)
{
	if (unlikely(b->rare))
		put_rare(b, acc, out, out_next);
	else
		put(2, NC, false, b, acc, out, out_next);
}
