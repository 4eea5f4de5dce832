/* wfmt: how the weights of an execute command lie in the scratchpad.
 *
 * A *vector* is what one kernel byte meets: a weight for each of COLS columns,
 * `bits` each, column 0 in the lowest bits, padded to whole bytes. Signed.
 *
 * Dense: a vector per kernel byte, in consumption order. SPLIT: a step takes
 * two vectors, and a run of an odd number of bytes has one of zeros at its end.
 *
 * Sparse (`of4` = 1 or 2): of four consecutive kernel bytes of a run each
 * column has only `of4` weights, so a step takes one vector and multiplies, in
 * each column, the byte that an index of 2 bits names. A run is padded to a
 * multiple of four bytes. The indices of the next wfmt_block steps of a piece
 * come before these steps' vectors: step 0 in the lowest bits, in it column 0.
 *
 * Steps and reads are per piece of a run, of at most W bytes, as the array
 * takes it: docs/accelerator.md.
 */
#ifndef ISA_WFMT_H
#define ISA_WFMT_H

#include <stdbool.h>
#include <stdint.h>
#include "isa/command.h"

struct wfmt {
	int bits;   /* 8, 4, 2 */
	int of4;    /* 0: dense; 1, 2 */
	bool split; /* EXE_SPLIT */
};

/* Field `wfmt`: log2(8 / bits) and of4 * 4. */
static inline struct wfmt wfmt_of(const struct command *c)
{
	return (struct wfmt){.bits = 8 >> (c->wfmt & 3),
	                     .of4 = (int)(c->wfmt >> 2 & 3),
	                     .split = c->flags & EXE_SPLIT};
}

static inline int wfmt_field(struct wfmt f)
{
	return f.of4 * 4 + (f.bits == 8 ? 0 : f.bits == 4 ? 1 : 2);
}

/* Bytes of a vector. */
static inline int64_t wfmt_vector(struct wfmt f, int cols)
{
	return (cols * f.bits + 7) / 8;
}

/* Steps whose indices are read at once. */
static inline int64_t wfmt_block(struct wfmt f, int word)
{
	int64_t steps = (int64_t)word / 4 * f.of4;

	return steps < 4 ? steps : 4;
}

/* Bytes of a block's indices. */
static inline int64_t wfmt_index(struct wfmt f, int cols, int word)
{
	return (cols * 2 * wfmt_block(f, word) + 7) / 8;
}

/* Array steps of a piece of n bytes. */
static inline int64_t wfmt_steps(struct wfmt f, int64_t n)
{
	if (f.of4)
		return (n + 3) / 4 * f.of4;
	return f.split ? (n + 1) / 2 : n;
}

/* ... and its reads of weights and indices. */
static inline int64_t wfmt_reads(struct wfmt f, int word, int64_t n)
{
	int64_t steps = wfmt_steps(f, n);

	if (!f.of4)
		return steps;
	int64_t block = wfmt_block(f, word);
	return steps + (steps + block - 1) / block;
}

/* ... and its bytes. */
static inline int64_t wfmt_bytes(struct wfmt f, int cols, int word, int64_t n)
{
	int64_t steps = wfmt_steps(f, n), vector = wfmt_vector(f, cols);

	if (!f.of4)
		return steps * vector * (f.split ? 2 : 1);
	int64_t blocks = wfmt_reads(f, word, n) - steps;
	return steps * vector + blocks * wfmt_index(f, cols, word);
}

/* Bytes of a whole run of n bytes. */
static inline int64_t wfmt_run(struct wfmt f, int cols, int word, int64_t n)
{
	return n / word * wfmt_bytes(f, cols, word, word) +
	       wfmt_bytes(f, cols, word, n % word);
}

#endif
