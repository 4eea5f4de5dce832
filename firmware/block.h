/* block: how int8 convolutions, depthwise too, walk over their output.
 *
 * A block is a few output channels (NC, NC_DOT or one); conv and dwconv compute
 * one or two neighbouring pixels of it at a time, and say how in `pixels`.
 * Padding is met here: it makes the window smaller. Where the whole window lies
 * inside the input the zero point has been folded into the bias; elsewhere it
 * is subtracted from each input.
 */
#ifndef FIRMWARE_BLOCK_H
#define FIRMWARE_BLOCK_H

#include <stdbool.h>
#include "firmware/kernels.h"
#include "firmware/requant.h"

/* Pixels, channels at a time; channels of layers with one pixel; sums. */
enum { NP = 2, NC = 4, NC_DOT = 8, SUMS = 8 };

struct block;

/* The taps that lie inside the input: rows of taps, runs in a row (things
 * that do not follow each other in memory), bytes of a run. Of two pixels at
 * once the second is x_next further in the input, out_next in the output. */
struct window {
	const int8_t *x, *w;
	int32_t rows, runs, len;
	int32_t x_next, out_next;
};

/* Compute n times one or two pixels of the block's channels, and store them;
 * v: the window of the first. */
typedef void block_fn(const struct block *b, const struct window *v, int32_t n,
                      int8_t *out);

struct block {
	const struct k_conv *p;
	block_fn *pair_folded, *pair; /* NULL: one pixel at a time only */
	block_fn *single;
	const int8_t *w; /* of the first channel */
	int32_t w_chan;  /* weights: from channel to channel */
	int32_t w_tap;   /* and from tap to tap */
	int32_t x_row, x_run, w_row, w_run;
	int32_t tap; /* bytes of a tap */
	bool merged; /* a row of taps is one run */
	bool dot;    /* one output pixel, no padding */
	bool fold;
	bool rare;              /* some scale shifts to the left */
	int32_t xa, xb, ya, yb; /* whole windows: xa <= ox < xb */
	/* What sums begin with, for each of two pixels: [pixel * nc + c]. */
	int32_t bias[SUMS], folded[SUMS];
	struct scale scale[NC_DOT];
};

/* What does not depend on the channels, of a kernel whose taps have `tap`
 * bytes of input, and weights w_tap and channels w_chan apart. */
void block_make(struct block *b, const struct k_conv *p, bool merged,
                int32_t tap, int32_t w_tap, int32_t w_chan);

/* Turn to the nc channels from c0 on. */
void block_channels(struct block *b, int32_t c0, int nc);

/* All pixels. x: the block's first channel in the input; out: its first
 * channel in the output. */
void block_run(const struct block *b, const int8_t *x, int8_t *out);

/* Sums of np pixels of nc channels to outputs: two pixels of NC channels, or
 * one of 1, NC or NC_DOT. Not inline: with the loops before them they would
 * not fit the registers. */
void block_put_2(const struct block *b, const int32_t *acc, int8_t *out,
                 int32_t out_next);
void block_put(const struct block *b, const int32_t *acc, int8_t *out, int nc);

INLINE void block_store(int np, int nc, const struct block *b,
                        const struct window *v, const int32_t *acc, int8_t *out)
{
	if (np == 2)
		block_put_2(b, acc, out, v->out_next);
	else
		block_put(b, acc, out, nc);
}

#endif
