/* fast_weights: weights of other formats than plain bytes (isa/wfmt.h) to
 * these: a vector of COLS bytes per kernel byte.
 *
 * What the hardware would do with weights that no packer makes is not modelled
 * but reported: a byte of a four that is named twice, and weights other than
 * zero for bytes that the run does not have. */
#include "sim/accel_fast.h"

#include <string.h>

/* Value number i of a vector. */
static int8_t value(const uint8_t *v, int bits, int i)
{
	unsigned at = (unsigned)(i * bits);
	unsigned x = (unsigned)v[at / 8] >> at % 8;

	return (int8_t)((int8_t)(x << (8 - bits)) >> (8 - bits));
}

static void vector(int cols, struct wfmt f, const uint8_t *from, int8_t *to)
{
	for (int col = 0; col < cols; col++)
		to[col] = value(from, f.bits, col);
}

/* Step number j of a piece of n bytes: its vector at `from`, its indices at
 * number `i` of `index`. last[]: the byte that each column named before. */
static bool sparse_step(int cols, struct wfmt f, const uint8_t *from,
                        const uint8_t *index, int i, int64_t j, int64_t n,
                        int64_t *last, int8_t *to)
{
	for (int col = 0; col < cols; col++, i++) {
		int64_t k = j / f.of4 * 4 + (index[i / 4] >> i % 4 * 2 & 3);
		int8_t v = value(from, f.bits, col);
		if (last[col] == k || (k >= n && v))
			return false;
		last[col] = k;
		if (k < n)
			to[k * cols + col] = v;
	}
	return true;
}

/* Pieces return the bytes after them, NULL if they are not legal. */
static const uint8_t *sparse_piece(const struct accel *a, int cols,
                                   struct wfmt f, const uint8_t *from,
                                   int64_t n, int8_t *to)
{
	int64_t block = wfmt_block(f, a->word), steps = wfmt_steps(f, n);
	int64_t last[MAX_COLS];
	const uint8_t *index = NULL;

	memset(to, 0, (size_t)(n * cols));
	memset(last, -1, sizeof(last));
	for (int64_t j = 0; j < steps; j++) {
		if (j % block == 0) {
			index = from;
			from += wfmt_index(f, cols, a->word);
		}
		if (!sparse_step(cols, f, from, index, (int)(j % block) * cols,
		                 j, n, last, to))
			return NULL;
		from += wfmt_vector(f, cols);
	}
	return from;
}

static const uint8_t *piece(const struct accel *a, int cols, struct wfmt f,
                            const uint8_t *from, int64_t n, int8_t *to)
{
	int64_t bytes = wfmt_vector(f, cols);

	if (f.of4)
		return sparse_piece(a, cols, f, from, n, to);
	for (int64_t k = 0; k < n; k++, from += bytes)
		vector(cols, f, from, to + k * cols);
	if (!f.split || n % 2 == 0)
		return from;
	for (int64_t i = 0; i < bytes; i++)
		if (*from++)
			return NULL;
	return from;
}

const int8_t *fast_weights(struct accel *a, const struct command *c,
                           int64_t group)
{
	struct wfmt f = wfmt_of(c);
	bool conv = c->opcode == OP_CONV;
	int cols = used_cols(a, c);
	const uint8_t *from = a->spad + c->wgt + group * c->wgt_cs;
	int8_t *to = a->wgt8;

	if (f.bits == 8 && !f.of4 && !(f.split && c->run % 2))
		return (const int8_t *)from;
	int64_t runs = c->ka * c->kb, run = conv ? c->run : 1;
	for (int64_t r = 0; r < runs; r++)
		for (int64_t k = 0; k < run; k += a->word) {
			int64_t n = min64(run - k, a->word);
			from = piece(a, cols, f, from, n, to);
			if (!from) {
				fast_fault(a, &a->unit[QUEUE_EX].cur,
				           "weights that no packer makes");
				return a->wgt8;
			}
			to += n * cols;
		}
	return a->wgt8;
}
