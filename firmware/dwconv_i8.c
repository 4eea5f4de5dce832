/* dwconv_i8: depthwise convolution, int8.
 *
 * Every product needs its own input, so registers hold sums: two output pixels
 * of four neighbouring channels at once, whose weights are loaded once for
 * both. Channels of one input channel (multiplier 4, 8 ...) share its loads.
 */
#include "firmware/block.h"

/* One tap of np pixels and nc channels, each with its own input. Loads go
 * first, so that no product waits for one. */
INLINE void tap(int np, int nc, int32_t zp, const int8_t *const *x,
                const int8_t *w, int32_t *acc)
{
	int32_t next = w[0];
	UNROLL
	for (int c = 0; c < nc; c++) {
		int32_t wv = next, xv[NP];
		UNROLL
		for (int i = 0; i < np; i++)
			xv[i] = x[i][c];
		if (c + 1 < nc)
			next = w[c + 1];
		UNROLL
		for (int i = 0; i < np; i++)
			acc[i * nc + c] += (xv[i] - zp) * wv;
	}
}

/* The same where all channels have one input. */
INLINE void tap_shared(int np, int nc, int32_t zp, const int8_t *const *x,
                       const int8_t *w, int32_t *acc)
{
	int32_t xv[NP];
	UNROLL
	for (int i = 0; i < np; i++)
		xv[i] = x[i][0];
	int32_t next = w[0];
	UNROLL
	for (int i = 0; i < np; i++)
		xv[i] -= zp;
	UNROLL
	for (int c = 0; c < nc; c++) {
		int32_t wv = next;
		if (c + 1 < nc)
			next = w[c + 1];
		UNROLL
		for (int i = 0; i < np; i++)
			acc[i * nc + c] += xv[i] * wv;
	}
}

/* All taps, `times` at a time; that divides the taps of a row. */
INLINE void taps(int times, int np, int nc, bool shared, int32_t zp,
                 const struct block *b, const struct window *v,
                 const int8_t *x0, const int32_t *from, int32_t *sums)
{
	int32_t x_run = b->x_run, w_run = b->w_run;
	int32_t x_row = b->x_row, w_row = b->w_row;
	int32_t rows = v->rows, runs = v->runs;
	if (times == 1 && runs == 1) { /* a column: as good as a row */
		runs = rows;
		rows = 1;
		x_run = x_row;
		w_run = w_row;
	}
	int32_t x_rest = x_row - runs * x_run, w_rest = w_row - runs * w_run;
	int32_t acc[SUMS];
	const int8_t *x[NP], *w = v->w;
	UNROLL
	for (int i = 0; i < np; i++)
		x[i] = x0 + i * v->x_next;
	UNROLL
	for (int i = 0; i < np * nc; i++)
		acc[i] = from[i];

	for (; rows > 0; rows--) {
		int32_t s = runs;
		do {
			UNROLL
			for (int t = 0; t < times; t++) {
				(shared ? tap_shared : tap)(np, nc, zp, x, w,
				                            acc);
				UNROLL
				for (int i = 0; i < np; i++)
					x[i] += x_run;
				w += w_run;
			}
			s -= times;
		} while (s);
		UNROLL
		for (int i = 0; i < np; i++)
			x[i] += x_rest;
		w += w_rest;
	}
	UNROLL
	for (int i = 0; i < np * nc; i++)
		sums[i] = acc[i];
}

INLINE void pixels(int np, int nc, bool shared, bool folded,
                   const struct block *b, const struct window *v, int32_t n,
                   int8_t *out)
{
	int32_t zp = folded ? 0 : b->p->in_zp;
	const int32_t *init = folded ? b->folded : b->bias;
	const int8_t *x = v->x;

	for (; n > 0; n--) {
		const int32_t *from = init;
		int32_t sums[SUMS];
		if (v->runs > 0 && v->rows > 0) {
			if (np == 2 && !shared && v->runs == 3)
				taps(3, np, nc, shared, zp, b, v, x, from,
				     sums);
			else
				taps(1, np, nc, shared, zp, b, v, x, from,
				     sums);
			from = sums;
		}
		block_store(np, nc, b, v, from, out);
		x += np * v->x_next;
		out += np * v->out_next;
	}
}

static void pair_folded(const struct block *b, const struct window *v,
                        int32_t n, int8_t *out)
{
	pixels(2, NC, false, true, b, v, n, out);
}

static void pair(const struct block *b, const struct window *v, int32_t n,
                 int8_t *out)
{
	pixels(2, NC, false, false, b, v, n, out);
}

static void single(const struct block *b, const struct window *v, int32_t n,
                   int8_t *out)
{
	pixels(1, NC, false, false, b, v, n, out);
}

static void shared_pair(const struct block *b, const struct window *v,
                        int32_t n, int8_t *out)
{
	pixels(2, NC, true, false, b, v, n, out);
}

static void shared_single(const struct block *b, const struct window *v,
                          int32_t n, int8_t *out)
{
	pixels(1, NC, true, false, b, v, n, out);
}

static void single_1(const struct block *b, const struct window *v, int32_t n,
                     int8_t *out)
{
	pixels(1, 1, true, false, b, v, n, out);
}

void kernel_DWCONV_I8(const struct k_conv *p)
{
	struct block b;
	const int8_t *x = PTR(p->in);
	int8_t *out = PTR(p->out);
	int32_t mult = p->oc / p->ic;
	bool shared = mult % NC == 0;
	int most = mult == 1 || shared ? NC : 1;

	block_make(&b, p, false, 1, p->oc, 1);
	b.fold = b.fold && !shared;
	for (int32_t c = 0; c < p->oc;) {
		int nc = p->oc - c >= most ? most : 1;
		bool four = nc == NC;
		b.pair_folded = four ? pair_folded : 0;
		b.pair = !four ? 0 : shared ? shared_pair : pair;
		b.single = !four ? single_1 : shared ? shared_single : single;
		block_channels(&b, c, nc);
		block_run(&b, x + c / mult, out + c);
		c += nc;
	}
}
