/* conv_i8: convolution and fully connected layers, int8.
 *
 * Taps that lie side by side in memory, in the input and in the weights, are
 * one run: a row of the window, or one tap if the kernel is dilated or
 * grouped. The inner loop goes along a run and computes two output pixels of
 * four channels at once, because a load serves several products then: 6 loads,
 * 8 multiplications, 8 additions for 8 taps.
 */
#include "firmware/block.h"

/* n taps of np pixels and nc channels. Each weight is loaded before the
 * products of the one before it, and so is the input of a single pixel,
 * because what uses a load right after it waits a cycle; the flags of
 * CMakeLists.txt keep this order. */
INLINE void step(int n, int np, int nc, int32_t zp, const int8_t *const *x,
                 const int8_t *const *w, int32_t *acc)
{
	int32_t xn[NP], xv[NP], wn = w[0][0];
	UNROLL
	for (int k = 0; k < n; k++) {
		UNROLL
		for (int i = 0; i < np; i++)
			if (np > 1 || k == 0)
				xn[i] = x[i][k];
		UNROLL
		for (int i = 0; i < np; i++)
			xv[i] = xn[i] - zp;
		UNROLL
		for (int c = 0; c < nc; c++) {
			int32_t wv = wn;
			if (c + 1 < nc)
				wn = w[c + 1][k];
			else if (k + 1 < n)
				wn = w[0][k + 1];
			if (np == 1 && c == nc / 2 && k + 1 < n)
				xn[0] = x[0][k + 1];
			UNROLL
			for (int i = 0; i < np; i++)
				acc[i * nc + c] += xv[i] * wv;
		}
	}
}

INLINE void advance(int32_t nx, int32_t nw, int np, int nc, const int8_t **x,
                    const int8_t **w)
{
	UNROLL
	for (int i = 0; i < np; i++)
		x[i] += nx;
	UNROLL
	for (int c = 0; c < nc; c++)
		w[c] += nw;
}

/* Rows of one run each. After a row all pointers go on by what is left of the
 * step to the next, so that nothing else has to be kept. */
INLINE void rows(int np, int nc, int32_t zp, const struct block *b,
                 const struct window *v, const int8_t *x0, const int8_t *w0,
                 const int32_t *from, int32_t *sums)
{
	int32_t len = v->len, x_rest = b->x_row - len, w_rest = b->w_row - len;
	int32_t acc[SUMS];
	const int8_t *x[NP], *w[NC_DOT];
	UNROLL
	for (int i = 0; i < np; i++)
		x[i] = x0 + i * v->x_next;
	UNROLL
	for (int c = 0; c < nc; c++)
		w[c] = w0 + c * b->w_chan;

	UNROLL
	for (int i = 0; i < np * nc; i++)
		acc[i] = from[i];
	for (int32_t r = v->rows; r > 0; r--) {
		for (int32_t k = len >> 3; k; k--) {
			step(8, np, nc, zp, x, w, acc);
			advance(8, 8, np, nc, x, w);
		}
		if (len & 4) {
			step(4, np, nc, zp, x, w, acc);
			advance(4, 4, np, nc, x, w);
		}
		if (len & 2) {
			step(2, np, nc, zp, x, w, acc);
			advance(2, 2, np, nc, x, w);
		}
		if (len & 1) {
			step(1, np, nc, zp, x, w, acc);
			advance(1, 1, np, nc, x, w);
		}
		advance(x_rest, w_rest, np, nc, x, w);
	}
	UNROLL
	for (int i = 0; i < np * nc; i++)
		sums[i] = acc[i];
}

INLINE void pixels(int np, int nc, bool folded, const struct block *b,
                   const struct window *v, int32_t n, int8_t *out)
{
	int32_t zp = folded ? 0 : b->p->in_zp;
	const int8_t *x = v->x;

	for (; n > 0; n--) {
		const int8_t *xs = x, *ws = v->w;
		const int32_t *from = folded ? b->folded : b->bias;
		int32_t sums[SUMS];
		for (int32_t s = v->runs; s > 0; s--) {
			rows(np, nc, zp, b, v, xs, ws, from, sums);
			from = sums;
			xs += b->x_run;
			ws += b->w_run;
		}
		block_store(np, nc, b, v, from, out);
		x += np * v->x_next;
		out += np * v->out_next;
	}
}

static void pair_folded(const struct block *b, const struct window *v,
                        int32_t n, int8_t *out)
{
	pixels(2, NC, true, b, v, n, out);
}

static void pair(const struct block *b, const struct window *v, int32_t n,
                 int8_t *out)
{
	pixels(2, NC, false, b, v, n, out);
}

static void single(const struct block *b, const struct window *v, int32_t n,
                   int8_t *out)
{
	pixels(1, NC, false, b, v, n, out);
}

static void single_1(const struct block *b, const struct window *v, int32_t n,
                     int8_t *out)
{
	pixels(1, 1, false, b, v, n, out);
}

static void single_8(const struct block *b, const struct window *v, int32_t n,
                     int8_t *out)
{
	pixels(1, NC_DOT, false, b, v, n, out);
}

static void conv(const struct k_conv *p)
{
	int32_t icg = p->groups > 1 ? p->ic / p->groups : p->ic;
	int32_t ocg = p->groups > 1 ? p->oc / p->groups : p->oc;
	struct block b;
	block_make(&b, p, p->dw == 1 && p->groups == 1, icg, icg,
	           p->kh * p->kw * icg);
	const int8_t *x = PTR(p->in);
	int8_t *out = PTR(p->out);

	for (int32_t g = 0; g < p->groups; g++) {
		for (int32_t c = 0; c < ocg;) {
			int32_t left = ocg - c, c0 = g * ocg + c;
			int nc = left >= NC_DOT && b.dot ? NC_DOT
			         : left >= NC            ? NC
			                                 : 1;
			b.pair_folded = nc == NC ? pair_folded : 0;
			b.pair = nc == NC ? pair : 0;
			b.single = nc == NC       ? single
			           : nc == NC_DOT ? single_8
			                          : single_1;
			block_channels(&b, c0, nc);
			block_run(&b, x + g * icg, out + c0);
			c += nc;
		}
	}
}

/* The definition, one tap at a time: for weights with a zero point. */
static int32_t tap_sum(const struct k_conv *p, const int8_t *x, const int8_t *w,
                       int32_t oy, int32_t ox)
{
	int32_t icg = p->ic / p->groups, sum = 0;
	for (int32_t t = 0; t < p->kh * p->kw; t++, w += icg) {
		int32_t iy = oy * p->sh - p->pt + t / p->kw * p->dh;
		int32_t ix = ox * p->sw - p->pl + t % p->kw * p->dw;
		if (iy < 0 || iy >= p->ih || ix < 0 || ix >= p->iw)
			continue;
		const int8_t *xp = x + (iy * p->iw + ix) * p->ic;
		for (int32_t i = 0; i < icg; i++)
			sum += (xp[i] - p->in_zp) * (w[i] - p->w_zp);
	}
	return sum;
}

static void conv_slow(const struct k_conv *p)
{
	const int8_t *x = PTR(p->in), *w = PTR(p->wgt);
	const int32_t *mult = PTR(p->mult), *shift = PTR(p->shift);
	const int32_t *bias = p->bias ? PTR(p->bias) : 0;
	int8_t *out = PTR(p->out);
	int32_t icg = p->ic / p->groups, ocg = p->oc / p->groups;
	int32_t pixels = p->n * p->oh * p->ow;

	for (int32_t i = 0; i < pixels; i++) {
		int32_t ox = i % p->ow, oy = i / p->ow % p->oh;
		int32_t n = i / p->ow / p->oh;
		for (int32_t c = 0; c < p->oc; c++) {
			int32_t y = tap_sum(
			        p,
			        x + n * p->ih * p->iw * p->ic + c / ocg * icg,
			        w + c * p->kh * p->kw * icg, oy, ox);
			y = num_requant(y + (bias ? bias[c] : 0), mult[c],
			                shift[c]);
			*out++ = (int8_t)num_clamp(y + p->out_zp, p->qmin,
			                           p->qmax);
		}
	}
}

/* A 1x1 kernel sees no rows: make all pixels one row. */
static bool is_pointwise(const struct k_conv *p)
{
	return p->kh == 1 && p->kw == 1 && p->sh == 1 && p->sw == 1 &&
	       p->pt == 0 && p->pl == 0 && p->oh == p->ih && p->ow == p->iw;
}

void kernel_CONV_I8(const struct k_conv *p)
{
	if (p->w_zp) {
		conv_slow(p);
	} else if (is_pointwise(p)) {
		struct k_conv q = *p;
		q.iw = q.ow = p->n * p->ih * p->iw;
		q.n = q.ih = q.oh = 1;
		conv(&q);
	} else {
		conv(p);
	}
}

void kernel_FC_I8(const struct k_conv *p)
{
	kernel_CONV_I8(p);
}
