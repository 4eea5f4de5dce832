/* cut_activity: see cut_activity.h.
 *
 * Cycles are walked in the array's order: column group, pixel group (ROWS
 * pixels), then the bytes of the kernel. What the multipliers of a row see is
 * what rtl/row_buf.v and rtl/mac_row.v have there, whether its sums are enabled
 * or not: rows without a pixel have bytes of an earlier group, layer or
 * network in their buffers, and weights move along all rows. Cycles in which
 * nothing changes are left out.
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

struct array_state {
	/* Registers: rows' buffers (vector mode: [0] is the chain), sums. */
	uint8_t buf[2][MAX_ROWS][MAX_WORD];
	int32_t sum[MAX_ROWS][MAX_COLS];
	/* Nets, as they were in the cycle before. */
	uint8_t act[MAX_ROWS][MAX_COLS], wgt[MAX_COLS];
	int32_t add[MAX_ROWS][MAX_COLS];
	int rows, cols, word;

	/* Of the command */
	int op;
	bool first; /* of the last step: sums are replaced */
	int next;   /* buffer that is filled */
	struct activity *to;
};

/* One cycle: the weights (NULL: none are read); in a step the rows [from, to)
 * take sums, and matrix mode shows byte k of a buffer, else zeros. */
struct cycle {
	const int8_t *wgt;
	int from, to, buf, k;
	bool step;
};

struct array_state *array_state_new(const struct design *d)
{
	struct array_state *s = mem_zero(1, sizeof *s);

	s->rows = d->rows;
	s->cols = d->cols;
	s->word = design_word(d);
	return s;
}

/* Partial products are ANDs of a bit of each operand. */
static double part_flips(uint8_t a0, uint8_t w0, uint8_t a1, uint8_t w1)
{
	return ones(a0) * ones(w0) + ones(a1) * ones(w1) -
	       2 * ones(a0 & a1) * ones(w0 & w1);
}

static int32_t next_sum(const struct array_state *s, int32_t old, int8_t act,
                        int32_t add)
{
	if (s->op != OP_MAXPOOL)
		return add;
	return s->first || act > old ? act : old;
}

/* One cell; `on`: it takes a new sum at the cycle's end. */
static void cell(struct array_state *s, int r, int c, uint8_t act, uint8_t wgt,
                 bool on)
{
	struct activity *t = s->to;
	int32_t *sum = &s->sum[r][c];
	uint32_t add = (uint32_t)((int8_t)act * (int8_t)wgt) +
	               (s->first ? 0 : (uint32_t)*sum);

	t->act_flips += ones(act ^ s->act[r][c]);
	t->wgt_flips += ones(wgt ^ s->wgt[c]);
	t->part_flips += part_flips(s->act[r][c], s->wgt[c], act, wgt);
	t->add_flips += ones(add ^ (uint32_t)s->add[r][c]);
	s->act[r][c] = act;
	s->add[r][c] = (int32_t)add;
	if (!on)
		return;
	int32_t new = next_sum(s, *sum, (int8_t)act, (int32_t)add);
	t->sum_flips += ones((uint32_t)(new ^ *sum));
	*sum = new;
}

static void cycle(struct array_state *s, const struct cycle *y)
{
	uint8_t wgt[MAX_COLS];

	memset(wgt, s->op == OP_AVGPOOL, sizeof wgt); /* it multiplies by 1 */
	if (y->wgt)
		memcpy(wgt, y->wgt, (size_t)s->cols);
	for (int r = 0; r < s->rows; r++)
		for (int c = 0; c < s->cols; c++) {
			uint8_t act = s->op != OP_CONV ? s->buf[0][r][c]
			              : y->step        ? s->buf[y->buf][r][y->k]
			                               : 0;
			cell(s, r, c, act, wgt[c],
			     y->step && r >= y->from && r < y->to);
		}
	memcpy(s->wgt, wgt, (size_t)s->cols);
}

static void rest(struct array_state *s)
{
	const struct cycle y = {.step = false};

	cycle(s, &y);
}

/* ------------------------------------------------------------------------
 * Matrix mode */

/* A word of an activation, as port A has it: bytes beyond n, too. */
static void fill(struct array_state *s, const struct accel *a, uint8_t *to,
                 int64_t from)
{
	int64_t n = min64(s->word, a->spad_bytes - from);

	memcpy(to, a->spad + from, (size_t)n);
}

struct group {
	int64_t at[MAX_ROWS]; /* of its pixels */
	int nr;
	const int8_t *w;
	bool first;
	int64_t cycles; /* that it took */
};

/* A piece of a run: a byte of the buffers is a step. */
static void conv_piece(struct array_state *s, const struct accel *a,
                       struct group *g, int64_t offset, int64_t n)
{
	int buf = s->next;

	s->next = !s->next;
	for (int r = 0; r < g->nr; r++)
		fill(s, a, s->buf[buf][r], g->at[r] + offset);
	for (int k = 0; k < n; k++, g->w += s->cols) {
		s->first = g->first;
		g->first = false;
		cycle(s, &(struct cycle){g->w, 0, g->nr, buf, k, true});
	}
	if (g->nr > n) /* reading the next one takes longer */
		rest(s);
	g->cycles += max64(g->nr, n);
}

/* `drain`: cycles that the drain has for the group before; see exec_ctl.v. */
static void conv_group(struct array_state *s, const struct accel *a,
                       const struct command *c, struct group *g, int64_t drain)
{
	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++)
			for (int64_t k = 0; k < c->run; k += s->word)
				conv_piece(s, a, g,
				           ib * c->kb_s + ia * c->ka_s + k,
				           min64(s->word, c->run - k));
	if (drain > g->cycles)
		rest(s);
}

/* Beats of the drain for nr rows of nc values; parameters come first. */
static int64_t drain_cycles(const struct design *d, const struct command *c,
                            int nr, int nc, bool params)
{
	int64_t beats = (nc + d->lanes - 1) / d->lanes, w = design_word(d);

	if (c->flags & EXE_HOLD)
		return 0;
	return nr * beats + (params ? (d->cols * 9 + w - 1) / w + 1 : 0);
}

static void conv(struct array_state *s, struct accel *a,
                 const struct command *c)
{
	int64_t pixels = c->nx * c->ny, drain = 0;

	s->next = 0;
	for (int64_t n = 0; n * s->cols < c->nchan; n++) {
		const int8_t *w = fast_weights(a, c, n);
		int nc = (int)min64(s->cols, c->nchan - n * s->cols);
		for (int64_t i = 0; i < pixels; i += s->rows) {
			struct group g = {.w = w,
			                  .first = !(c->flags & EXE_KEEP)};
			g.nr = (int)min64(s->rows, pixels - i);
			for (int r = 0; r < g.nr; r++)
				g.at[r] = c->act + (i + r) / c->nx * c->act_ys +
				          (i + r) % c->nx * c->act_xs;
			conv_group(s, a, c, &g, drain);
			drain = drain_cycles(a->d, c, g.nr, nc, i == 0);
		}
	}
}

/* ------------------------------------------------------------------------
 * Vector mode */

/* Elements enter the chain at the last row, one a read. */
static void shift(struct array_state *s, const struct accel *a, int64_t from)
{
	int r = 0;

	for (; r + 1 < s->rows; r++)
		memcpy(s->buf[0][r], s->buf[0][r + 1], (size_t)s->cols);
	fill(s, a, s->buf[0][r], from);
}

/* The taps of one phase of a kernel row, `at` the first pixel's. */
static const int8_t *segment(struct array_state *s, const struct accel *a,
                             const struct command *c, int64_t at, int nr,
                             int64_t taps, const int8_t *w, bool *first)
{
	for (int64_t i = 0; i < nr - 1 + taps; i++, at += c->act_xs) {
		struct cycle y = {.from = s->rows - nr, .to = s->rows};
		y.step = i >= nr - 1;
		if (y.step) {
			s->first = *first;
			*first = false;
		}
		if (y.step && c->opcode == OP_DWCONV) {
			y.wgt = w;
			w += s->cols;
		}
		shift(s, a, at);
		cycle(s, &y);
	}
	return w;
}

static void vector(struct array_state *s, struct accel *a,
                   const struct command *c, int64_t channel, const int8_t *w0)
{
	for (int64_t y = 0; y < c->ny; y++)
		for (int64_t x = 0; x < c->nx; x += s->rows) {
			int64_t at = c->act + channel + y * c->act_ys +
			             x * c->act_xs;
			int nr = (int)min64(s->rows, c->nx - x);
			const int8_t *w = w0;
			bool first = true;
			for (int64_t ib = 0; ib < c->kb; ib++)
				for (int64_t f = 0; f < c->pm && f < c->ka; f++)
					w = segment(
					        s, a, c,
					        at + ib * c->kb_s + f * c->ka_s,
					        nr,
					        (c->ka - f + c->pm - 1) / c->pm,
					        w, &first);
			rest(s);
		}
}

void cut_activity(struct array_state *s, struct accel *a,
                  const struct command *c, struct activity *to)
{
	s->to = to;
	s->op = (int)c->opcode;
	if (s->op == OP_CONV)
		conv(s, a, c);
	else if (s->op == OP_DWCONV || s->op == OP_AVGPOOL ||
	         s->op == OP_MAXPOOL)
		for (int64_t g = 0; g * s->cols < c->nchan; g++)
			vector(s, a, c, g * s->cols,
			       s->op == OP_DWCONV ? fast_weights(a, c, g)
			                          : NULL);
	else
		return;
	rest(s);
}
