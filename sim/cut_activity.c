/* cut_activity: see cut_activity.h.
 *
 * Cycles are walked in the array's order: column group, pixel group (ROWS
 * pixels), then the bytes of the kernel. A row without a pixel, and every row
 * between steps, multiplies zeros (rtl/mac_row.v); weights move along all rows.
 * Cycles in which nothing changes are left out.
 */
#include "sim/cut_activity.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static double ones(uint32_t v)
{
	return __builtin_popcount(v);
}

struct array_state {
	/* Nets as they were in the cycle before; sums are registers. */
	uint8_t wgt[MAX_COLS];
	int32_t prod[MAX_ROWS][MAX_COLS], add[MAX_ROWS][MAX_COLS];
	int32_t sum[MAX_ROWS][MAX_COLS];
	bool on[MAX_ROWS]; /* it had activations */
	int rows, cols;

	/* Of the command */
	int used_rows, used_cols;
	int op;
	bool first; /* of the last step: sums are replaced */
	int used;   /* columns of this group that have a channel */
	struct joulet_activity *to;
};

/* One cycle: the weights (NULL: none are read), and of each row its activations
 * (NULL: it has none), `stride` bytes from column to column. */
struct cycle {
	const int8_t *wgt;
	const uint8_t *act[MAX_ROWS];
	int stride;
	bool first; /* sums are replaced */
};

struct array_state *array_state_new(const struct design *d)
{
	struct array_state *s = mem_zero(1, sizeof *s);

	s->rows = d->rows;
	s->cols = d->cols;
	return s;
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
	struct joulet_activity *t = s->to;
	int32_t *sum = &s->sum[r][c];
	int32_t prod = (int8_t)act * (int8_t)wgt;
	uint32_t add = (uint32_t)prod + (s->first ? 0 : (uint32_t)*sum);

	t->prod_flips += ones((uint32_t)(prod ^ s->prod[r][c]));
	t->add_flips += ones(add ^ (uint32_t)s->add[r][c]);
	s->prod[r][c] = prod;
	s->add[r][c] = (int32_t)add;
	if (!on)
		return;
	int32_t new = next_sum(s, *sum, (int8_t)act, (int32_t)add);
	t->sum_flips += ones((uint32_t)(new ^ *sum));
	*sum = new;
}

/* What a step multiplies that is a MAC and zero. */
static void count_zeros(struct array_state *s, const struct cycle *y)
{
	if (!y->wgt)
		return;
	for (int r = 0; r < s->rows; r++)
		for (int c = 0; y->act[r] && c < s->used; c++)
			s->to->zero_macs += y->act[r][c * y->stride] == 0;
}

static void count_weights(struct array_state *s, const struct cycle *y,
                          const uint8_t *wgt)
{
	double flips = 0;
	int live = 0;

	for (int c = 0; c < s->cols; c++)
		flips += ones(wgt[c] ^ s->wgt[c]);
	for (int r = 0; r < s->rows; r++)
		live += y->act[r] || s->on[r];
	s->to->wgt_flips += live * flips;
	s->to->idle_flips += (s->rows - live) * flips;
}

static void cycle(struct array_state *s, const struct cycle *y)
{
	bool as_before = s->first == y->first;
	uint8_t wgt[MAX_COLS];

	memset(wgt, s->op == OP_AVGPOOL, sizeof wgt); /* it multiplies by 1 */
	if (y->wgt)
		memcpy(wgt, y->wgt, (size_t)s->used_cols);
	s->first = y->first;
	count_zeros(s, y);
	count_weights(s, y, wgt);
	for (int r = 0; r < s->rows; r++) {
		const uint8_t *act = y->act[r];
		if (!act && !s->on[r] && as_before)
			continue;
		for (int c = 0; c < s->cols; c++)
			cell(s, r, c, act ? act[c * y->stride] : 0, wgt[c],
			     act != NULL);
		s->on[r] = act != NULL;
	}
	memcpy(s->wgt, wgt, (size_t)s->cols);
}

static void rest(struct array_state *s)
{
	cycle(s, &(struct cycle){.first = s->first});
}

/* Bytes of an activation: the scratchpad has some behind its end. */
static const uint8_t *word_at(const struct accel *a, int64_t at)
{
	return a->spad + (at < a->spad_bytes ? at : 0);
}

/* ------------------------------------------------------------------------
 * Matrix mode */

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
	for (int64_t k = 0; k < n; k++, g->w += s->used_cols) {
		struct cycle y = {.wgt = g->w, .first = g->first};
		for (int r = 0; r < g->nr; r++)
			y.act[r] = word_at(a, g->at[r] + offset + k);
		cycle(s, &y);
		g->first = false;
	}
	if (g->nr > n) /* reading the next one takes longer */
		rest(s);
	g->cycles += max64(g->nr, n);
}

/* `drain`: cycles that the drain has for the group before; see exec_ctl.v. */
static void conv_group(struct array_state *s, const struct accel *a,
                       const struct command *c, struct group *g, int64_t drain)
{
	const int word = design_word(a->d);

	for (int64_t ib = 0; ib < c->kb; ib++)
		for (int64_t ia = 0; ia < c->ka; ia++)
			for (int64_t k = 0; k < c->run; k += word)
				conv_piece(s, a, g,
				           ib * c->kb_s + ia * c->ka_s + k,
				           min64(word, c->run - k));
	if (drain > g->cycles)
		rest(s);
}

/* Beats of the drain for nr rows of nc values; parameters come first. */
static int64_t drain_cycles(const struct accel *a, const struct command *c,
                            int nr, int nc, bool params)
{
	int64_t beats = div_up(nc, a->d->lanes);

	if (c->flags & EXE_HOLD)
		return 0;
	return nr * beats +
	       (params ? part_words(c, a->par_bytes, a->word) + 1 : 0);
}

static void conv(struct array_state *s, struct accel *a,
                 const struct command *c)
{
	int64_t pixels = c->nx * c->ny, drain = 0;

	for (int64_t n = 0; n * s->used_cols < c->nchan; n++) {
		const int8_t *w = fast_weights(a, c, n);
		s->used = (int)min64(s->used_cols, c->nchan - n * s->used_cols);
		for (int64_t i = 0; i < pixels; i += s->used_rows) {
			struct group g = {.w = w,
			                  .first = !(c->flags & EXE_KEEP)};
			g.nr = (int)min64(s->used_rows, pixels - i);
			for (int r = 0; r < g.nr; r++)
				g.at[r] = c->act + (i + r) / c->nx * c->act_ys +
				          (i + r) % c->nx * c->act_xs;
			conv_group(s, a, c, &g, drain);
			drain = drain_cycles(a, c, g.nr, s->used, i == 0);
		}
	}
}

/* ------------------------------------------------------------------------
 * Vector mode */

/* The taps of one phase of a kernel row, `at` the first pixel's. */
static const int8_t *segment(struct array_state *s, const struct accel *a,
                             const struct command *c, int64_t at, int nr,
                             int64_t taps, const int8_t *w, bool *first)
{
	rest(s); /* while the chain fills */
	for (int64_t i = 0; i < taps; i++) {
		struct cycle y = {.stride = 1, .first = *first};
		for (int r = 0; r < nr; r++)
			y.act[s->rows - nr + r] =
			        word_at(a, at + (i + r) * c->act_xs);
		if (c->opcode == OP_DWCONV) {
			y.wgt = w;
			w += s->used_cols;
		}
		cycle(s, &y);
		*first = false;
	}
	return w;
}

static void vector(struct array_state *s, struct accel *a,
                   const struct command *c, int64_t channel, const int8_t *w0)
{
	s->used = (int)min64(s->used_cols, c->nchan - channel);
	for (int64_t y = 0; y < c->ny; y++)
		for (int64_t x = 0; x < c->nx; x += s->used_rows) {
			int64_t at = c->act + channel + y * c->act_ys +
			             x * c->act_xs;
			int nr = (int)min64(s->used_rows, c->nx - x);
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
                  const struct command *c, struct joulet_activity *to)
{
	s->op = (int)c->opcode;
	s->used_rows = used_rows(a, c);
	s->used_cols = used_cols(a, c);
	s->to = to;
	if (s->op == OP_CONV)
		conv(s, a, c);
	else if (s->op == OP_DWCONV || s->op == OP_AVGPOOL ||
	         s->op == OP_MAXPOOL)
		for (int64_t g = 0; g * s->used_cols < c->nchan; g++)
			vector(s, a, c, g * s->used_cols,
			       s->op == OP_DWCONV ? fast_weights(a, c, g)
			                          : NULL);
	else
		return;
	rest(s);
}
