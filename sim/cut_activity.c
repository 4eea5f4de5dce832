/* cut_activity: see cut_activity.h.
 *
 * Steps are walked in the array's order: column group, pixel group (ROWS
 * pixels), then the bytes of the kernel. Between commands and groups operands
 * stay as they were; rows that are not in use show what their two buffers had.
 */
#include "sim/cut_activity.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static double ones(uint32_t v)
{
	return __builtin_popcount(v);
}

enum { MAX_WORD = 64 };

/* The array between two steps. */
struct state {
	uint8_t act[MAX_ROWS][MAX_COLS]; /* matrix mode: column 0 for all */
	uint8_t wgt[MAX_COLS];
	int32_t sum[MAX_ROWS][MAX_COLS];
	uint8_t buf[2][MAX_ROWS][MAX_WORD]; /* the rows' buffers, in turns */
	int64_t chunk;
	int rows, cols;
	struct activity *to;
};

/* One cell: its operands become act and wgt; `on`: it adds. */
static void cell(struct state *s, int r, int c, uint8_t act, uint8_t wgt,
                 bool on, bool first)
{
	uint8_t da = act ^ s->act[r][c], dw = wgt ^ s->wgt[c];
	struct activity *t = s->to;

	t->act_flips += ones(da);
	t->wgt_flips += ones(dw);
	t->part_flips += ones(da) * ones(wgt) + ones(dw) * ones(act);
	s->act[r][c] = act;
	if (!on)
		return;
	int32_t old = s->sum[r][c];
	int32_t sum = (int32_t)((first ? 0 : (uint32_t)old) +
	                        (uint32_t)((int8_t)act * (int8_t)wgt));
	t->sum_flips += ones((uint32_t)(sum ^ old));
	t->cell_steps++;
	s->sum[r][c] = sum;
}

/* A step of all rows; act: nr bytes for each column, or one for all. */
static void step(struct state *s, const uint8_t *const act[], int nr, int nc,
                 bool vec, const int8_t *wgt, bool first)
{
	for (int r = 0; r < s->rows; r++)
		for (int c = 0; c < s->cols; c++) {
			uint8_t x = !vec     ? act[r][0]
			            : r < nr ? act[r][c]
			                     : s->act[r][c];
			cell(s, r, c, x, (uint8_t)wgt[c], r < nr, first);
			s->to->macs_zero += r < nr && c < nc && x == 0;
		}
	memcpy(s->wgt, wgt, (size_t)s->cols);
}

/* No step: port B has no read, and gives zeros. */
static void rest(struct state *s)
{
	for (int c = 0; c < s->cols; c++)
		for (int r = 0; r < s->rows; r++)
			cell(s, r, c, s->act[r][c], 0, false, false);
	memset(s->wgt, 0, (size_t)s->cols);
}

/* A piece of a run: its bytes go into the buffers of nr rows, then each of them
 * is a step of all rows. */
static void conv_piece(struct state *s, const uint8_t *const from[], int nr,
                       int nc, int64_t n, const int8_t *w, bool first)
{
	uint8_t(*buf)[MAX_WORD] = s->buf[s->chunk++ & 1];
	const uint8_t *act[MAX_ROWS];

	for (int r = 0; r < nr; r++)
		memcpy(buf[r], from[r], (size_t)n);
	for (int64_t k = 0; k < n; k++, w += s->cols) {
		for (int r = 0; r < s->rows; r++)
			act[r] = buf[r] + k;
		step(s, act, nr, nc, false, w, first && k == 0);
	}
	if (nr > n) /* reading the next one takes longer */
		rest(s);
}

static void conv_group(struct state *s, const struct accel *a,
                       const struct command *c, int64_t first, int nr, int nc,
                       const int8_t *w)
{
	const uint8_t *at[MAX_ROWS], *from[MAX_ROWS];
	bool begin = !(c->flags & EXE_KEEP);

	for (int r = 0; r < nr; r++) {
		int64_t y = (first + r) / c->nx, x = (first + r) % c->nx;
		at[r] = a->spad + c->act + y * c->act_ys + x * c->act_xs;
	}
	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++)
			for (int64_t k = 0; k < c->run; k += a->word) {
				int64_t n = min64(a->word, c->run - k);
				for (int r = 0; r < nr; r++)
					from[r] = at[r] + ib * c->kb_s +
					          ia * c->ka_s + k;
				conv_piece(s, from, nr, nc, n, w, begin);
				begin = false;
				w += n * s->cols;
			}
}

static void conv(struct state *s, struct accel *a, const struct command *c)
{
	int64_t pixels = c->nx * c->ny;

	for (int64_t g = 0; g * s->cols < c->nchan; g++) {
		const int8_t *w = fast_weights(a, c, g);
		int nc = (int)min64(s->cols, c->nchan - g * s->cols);
		for (int64_t i = 0; i < pixels; i += s->rows)
			conv_group(s, a, c, i, (int)min64(s->rows, pixels - i),
			           nc, w);
	}
}

static void vector_group(struct state *s, const struct command *c,
                         const uint8_t *at, int nr, int nc, const int8_t *w)
{
	const uint8_t *act[MAX_ROWS];
	bool begin = true;

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t f = 0; f < c->pm; f++) {
			const uint8_t *x = at + ib * c->kb_s + f * c->ka_s;
			for (int64_t ia = f; ia < c->ka; ia += c->pm) {
				for (int r = 0; r < nr; r++)
					act[r] = x + r * c->act_xs;
				step(s, act, nr, nc, true, w, begin);
				begin = false;
				x += c->act_xs;
				w += c->opcode == OP_DWCONV ? s->cols : 0;
			}
			if (nr > 1)
				rest(s);
		}
}

static void vector(struct state *s, struct accel *a, const struct command *c)
{
	int8_t one[MAX_COLS]; /* pools multiply by it */

	memset(one, 1, sizeof one);
	for (int64_t g = 0; g * s->cols < c->nchan; g++) {
		const int8_t *w =
		        c->opcode == OP_DWCONV ? fast_weights(a, c, g) : one;
		int nc = (int)min64(s->cols, c->nchan - g * s->cols);
		for (int64_t y = 0; y < c->ny; y++)
			for (int64_t x = 0; x < c->nx; x += s->rows)
				vector_group(
				        s, c,
				        a->spad + c->act + g * s->cols +
				                y * c->act_ys + x * c->act_xs,
				        (int)min64(s->rows, c->nx - x), nc, w);
	}
}

void cut_activity(struct accel *a, const struct command *c, struct activity *to)
{
	struct state *s = mem_zero(1, sizeof *s);

	s->rows = a->d->rows;
	s->cols = a->d->cols;
	s->to = to;
	if (c->opcode == OP_CONV)
		conv(s, a, c);
	else if (c->opcode == OP_DWCONV || c->opcode == OP_AVGPOOL ||
	         c->opcode == OP_MAXPOOL)
		vector(s, a, c);
	rest(s);
	free(s);
}
