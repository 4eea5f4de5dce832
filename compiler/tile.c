/* tile: which tilings there are, and the search. See tile.h.
 *
 * Candidates are tried on the real schedule: each is generated behind what is
 * there, its cost is noted, and the schedule goes back to the mark. So what a
 * tiling gains from loads that ran ahead, or from bytes that are still in the
 * scratchpad, is seen and not guessed. The cheapest is taken; among equals the
 * one with fewer commands. Layer by layer, so what is best for one may not be
 * best for the next: search.h tries different opinions on that.
 */
#include "compiler/keep.h"
#include "compiler/wgt.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum { MAX_SIZES = 24, SECTION_ALIGN = 16 };

/* ---- sizes ---- */

static int tile_banks(const struct hw *h, const struct tiling *g)
{
	int64_t out = (int64_t)g->out_bytes + (g->par_out ? g->par_bytes : 0);

	return hw_banks(h, g->second_bytes) + hw_banks(h, g->in_bytes) +
	       hw_banks(h, g->wgt_bytes) + hw_banks(h, out) +
	       (g->par_out ? 0 : hw_banks(h, g->par_bytes));
}

/* Fields of the commands have 16 bits for counts and output strides. */
static bool fits_fields(const struct op *op)
{
	const struct tiling *g = &op->tiling;
	const struct window *w = &op->array.win;
	int64_t row = (int64_t)g->tx * w->sw + (int64_t)w->kw * w->dw;

	if (op->array.opcode == OP_ADD)
		return true;
	return g->ty <= 65535 && g->tx <= 65535 &&
	       (int64_t)g->tx * (g->out_whole ? w->oc : g->tc) <= 65535 &&
	       row * w->ic <= 1 << 22 &&
	       (g->kpiece || (int64_t)w->kw * w->ic <= 65535);
}

/* Bytes of the largest tile, without overflow of an int. */
static bool small_enough(const struct hw *h, const struct op *op)
{
	const struct tiling *g = &op->tiling;
	const struct window *w = &op->array.win;
	int64_t group = g->kpiece ? wgt_steps(h, &op->array, g->kpiece)
	                          : wgt_group(h, &op->array);
	int64_t rows = (int64_t)g->ty * w->sh + (int64_t)w->kh * w->dh;
	int64_t cols = (int64_t)g->tx * w->sw + (int64_t)w->kw * w->dw;

	if (op->array.opcode == OP_ADD)
		return g->tn <= h->spad_bytes;
	return (int64_t)g->ty * g->tx * (g->out_whole ? w->oc : 1) <=
	               h->spad_bytes &&
	       (g->tc / h->cols + 1) * group <= h->spad_bytes &&
	       rows * cols <= 16 * (int64_t)h->spad_bytes;
}

static bool feasible(const struct tiler *t, struct op *op)
{
	const struct hw *h = &t->hw;
	int kept = sched_held_banks(t->s);

	if (!fits_fields(op) || !small_enough(h, op))
		return false;
	tile_sizes(t, op);
	if (op->tiling.keep)
		kept += hw_banks(h, t->layout[op->out].bytes);
	return tile_banks(h, &op->tiling) + kept <= h->banks;
}

/* ceil(n / k) for k = 1, 2, 3, 4, 6, 8, 12 ..., rounded up to a multiple of
 * `step`, each once; at last `step`. At most n. */
static int divisions(int n, int step, int size[MAX_SIZES])
{
	int count = 0;

	for (int k = 1; count < MAX_SIZES; k += k < 4   ? 1
	                                        : k % 3 ? k / 2
	                                                : k / 3) {
		int s = ((n + k - 1) / k + step - 1) / step * step;
		if (s > n)
			s = n;
		if (!count || size[count - 1] != s)
			size[count++] = s;
		if (s <= step)
			break;
	}
	return count;
}

static int gcd(int a, int b)
{
	return b ? gcd(b, a % b) : a;
}

/* ---- candidates ---- */

/* A tiling that waits for its attempt; what it costs at least. */
struct candidate {
	struct tiling tiling;
	int64_t bound;
	int order; /* number in the order of generation */
};

/* The best so far, and how to go back. */
struct search {
	struct tiler *t;
	int index;
	struct op *op;
	struct sched_state *mark;
	bool any;
	struct tiling best;
	int64_t best_cost; /* cycles, see attempt */
	int best_commands, best_order;
	int64_t least_tiles;
	struct rest rest; /* behind the op */
	bool keep, flat;  /* of all candidates */
	struct candidate *wait;
	int n_wait, cap_wait, n_order;
};

static int64_t tile_count(const struct op *op)
{
	const struct tiling *g = &op->tiling;
	const struct window *w = &op->array.win;

	return (int64_t)w->n * ((w->oc + g->tc - 1) / g->tc) *
	       ((w->y1 - w->y0 + g->ty - 1) / g->ty) *
	       ((w->x1 - w->x0 + g->tx - 1) / g->tx);
}

/* Among equal costs the fewest commands, then the first one generated. */
static bool is_better(const struct search *s, int64_t cost, int commands,
                      int order)
{
	if (!s->any || cost != s->best_cost)
		return !s->any || cost < s->best_cost;
	if (commands != s->best_commands)
		return commands < s->best_commands;
	return order < s->best_order;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Generate, look, go back. What counts is the end, and a little the work of the
 * load unit: while it is busy, the next layers' loads cannot run ahead. Where
 * the rest of the job is known: its end, if the busier unit never waits again.
 * So a layer may keep the array waiting where loads will anyway. */
static void attempt(struct search *s, const struct candidate *c)
{
	struct sched *sched = s->t->s;

	if (sched->pushed > s->t->most_pushed)
		return;
	s->op->tiling = c->tiling;
	s->t->limit = s->any ? s->best_cost - s->rest.execute : INT64_MAX;
	bool placed = tile_commands(s->t, s->index);
	int64_t load = sched->at.load_cycles - s->mark->load_cycles;
	int64_t cost = max64(sched_end(sched) + s->rest.execute,
	                     sched_loaded(sched) + s->rest.load) +
	               load * s->t->load_weight / 16;
	int commands = sched->at.n_items - s->mark->n_items;
	sched_restore(sched, s->mark);
	if (!placed || !is_better(s, cost, commands, c->order))
		return;
	s->any = true;
	s->best = c->tiling;
	s->best_cost = cost;
	s->best_commands = commands;
	s->best_order = c->order;
}

/* The tiling in s->op becomes a candidate. */
static void add_candidate(struct search *s)
{
	if (s->n_wait == s->cap_wait) {
		s->cap_wait = 2 * s->cap_wait + 32;
		s->wait = mem_grow(s->wait, (size_t)s->cap_wait,
		                   sizeof(*s->wait));
	}
	s->wait[s->n_wait++] = (struct candidate){
	        .tiling = s->op->tiling,
	        .bound = tile_bound(s->t, s->index) + s->rest.execute,
	        .order = s->n_order++};
}

static int by_bound(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->bound != b->bound)
		return a->bound < b->bound ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Attempt the candidates that wait, most promising first, until no other can
 * be as good as the best. Which one is best does not depend on that order. */
static void settle(struct search *s)
{
	if (s->n_wait == 0)
		return;
	qsort(s->wait, (size_t)s->n_wait, sizeof(*s->wait), by_bound);
	sched_save(s->t->s, s->mark);
	for (int i = 0; i < s->n_wait; i++) {
		if (s->any && s->wait[i].bound > s->best_cost)
			break;
		attempt(s, &s->wait[i]);
	}
	s->n_wait = 0;
}

/* Which axis of the image is the chain's, and whether in strips: what takes the
 * fewest cycles. */
static void choose_chain(const struct tiler *t, struct op *op)
{
	struct tiling *g = &op->tiling, best = *g;
	int64_t least = INT64_MAX;

	for (int way = 0; way < 4; way++) {
		g->reuse = way & 1;
		g->swap = way & 2;
		int64_t cycles = tile_vector_cycles(t, op);
		if (cycles < 0 || cycles >= least)
			continue;
		least = cycles;
		best = *g;
	}
	*g = best;
}

/* Much finer cuts than needed only cost time to try. */
static bool too_fine(struct search *s)
{
	enum { FINER = 8, FEW = 32 };
	int64_t n = tile_count(s->op);

	if (!s->least_tiles || n < s->least_tiles)
		s->least_tiles = n;
	return n > FEW && n > FINER * s->least_tiles;
}

/* The ways to run through a tiling's tiles: channels inside, with an output
 * buffer each or one for all; channels outside. */
static bool attempt_orders(struct search *s)
{
	struct tiling *g = &s->op->tiling;
	const struct window *w = &s->op->array.win;
	struct tiling given = *g;
	bool split = g->tc < w->oc, any = false;
	bool many = split && tile_count(s->op) > (w->oc + g->tc - 1) / g->tc;

	for (int i = 0; i < 3; i++) {
		*g = given;
		g->out_whole = i == 1;
		g->chan_outer = i == 2;
		if ((i == 1 &&
		     (!split || g->par_out || g->kpiece || g->keep)) ||
		    (i == 2 && !many) || !feasible(s->t, s->op))
			continue;
		any = true;
		if (!too_fine(s))
			add_candidate(s);
		given.ex_cycles = g->ex_cycles; /* the same in any order */
	}
	return any;
}

/* Try the tiling in s->op; parameters lie apart if there is room. */
static void attempt_window(struct search *s)
{
	struct tiling *g = &s->op->tiling;

	g->keep = s->keep;
	g->flat = s->flat;
	if (s->op->array.opcode != OP_CONV)
		choose_chain(s->t, s->op);
	const struct tiling given = *g;
	if (attempt_orders(s) || s->keep)
		return;
	*g = given;
	g->par_out = true;
	attempt_orders(s);
}

/* Rows if there are any to cut, else columns. Sizes are such that the array's
 * rows are full where `round`. */
static void search_space(struct search *s, int tc, bool patches, bool round)
{
	const struct window *w = &s->op->array.win;
	int size[MAX_SIZES], rows = s->t->hw.rows;
	int height = w->y1 - w->y0, width = w->x1 - w->x0;
	bool conv = s->op->array.opcode == OP_CONV;
	int step = conv ? rows / gcd(width, rows) : rows;
	int n = divisions(height, round ? step : 1, size);

	for (int i = 0; i < n; i++) {
		s->op->tiling = (struct tiling){.ty = size[i],
		                                .tx = width,
		                                .tc = tc,
		                                .patches = patches};
		attempt_window(s);
	}
	if (height > 1 && round)
		return;
	if (height > 1)
		settle(s);
	if (height > 1 && s->any)
		return;
	n = divisions(width, round ? rows : 1, size);
	for (int i = 1; i < n; i++) {
		s->op->tiling = (struct tiling){
		        .ty = 1, .tx = size[i], .tc = tc, .patches = patches};
		attempt_window(s);
	}
}

/* Part of the sum per command: one group of pixels and channels at a time. */
static void search_pieces(struct search *s)
{
	const struct hw *h = &s->t->hw;
	const struct window *w = &s->op->array.win;
	int width = w->x1 - w->x0;

	for (int tx = width < h->rows ? width : h->rows; tx > 0; tx--)
		for (int b = h->banks - 2; b > 0; b--)
			for (int in_piece = 0; in_piece < 2; in_piece++) {
				int64_t k = (int64_t)b * h->bank_bytes /
				            wgt_steps(h, &s->op->array, 1);
				k = k > 65535 ? 65535 : k;
				k -= k > h->word ? k % h->word : 0;
				if (k < 1 || (in_piece && w->kh * w->kw != 1))
					continue;
				s->op->tiling = (struct tiling){
				        .ty = 1,
				        .tx = tx,
				        .tc = w->oc < h->cols ? w->oc : h->cols,
				        .kpiece = (int)k,
				        .in_piece = in_piece};
				attempt_window(s);
				settle(s);
				if (s->any && b > 2)
					b = 3; /* then 2 and 1 */
			}
}

/* An op that is one group of pixels and channels waits for all of its weights;
 * cut into parts of the sum, it begins with the first of them. */
static void search_parts(struct search *s)
{
	enum { LEAST = 256, MOST_PARTS = 16 };
	const struct hw *h = &s->t->hw;
	const struct window *w = &s->op->array.win;
	int height = w->y1 - w->y0, width = w->x1 - w->x0;
	int64_t steps = tile_steps(&s->op->array);

	if (s->op->array.opcode != OP_CONV || w->n != 1 || height != 1 ||
	    width > h->rows || w->oc > h->cols || steps < LEAST)
		return;
	for (int parts = 2; parts <= MOST_PARTS; parts *= 2) {
		int64_t k = (steps + parts - 1) / parts;
		k = (k + h->word - 1) / h->word * h->word;
		for (int in_piece = 0; in_piece < 2; in_piece++) {
			if (in_piece && w->kh * w->kw != 1)
				continue;
			s->op->tiling = (struct tiling){.ty = 1,
			                                .tx = width,
			                                .tc = w->oc,
			                                .kpiece = (int)k,
			                                .in_piece = in_piece};
			attempt_window(s);
		}
	}
	settle(s);
}

/* Do short runs leave much of the array idle, so that input as rows of taps
 * may be better? */
static bool wants_patches(const struct search *s)
{
	const struct window *w = &s->op->array.win;
	int run = w->kw * w->ic, word = s->t->hw.word;
	uint32_t held;

	return wgt_is_plain(s->op) &&
	       !sched_held(s->t->s, s->op->in[0], &held) &&
	       s->op->array.opcode == OP_CONV && w->kh > 1 && w->dw == 1 &&
	       run % word != 0 && run < 4 * word;
}

static void search_window(struct search *s)
{
	const struct hw *h = &s->t->hw;
	int groups[MAX_SIZES];
	int n = divisions(tile_groups(h, &s->op->array), 1, groups);

	for (int pass = 0; pass < 2 && !s->any; pass++) {
		for (int i = 0; i < n; i++) {
			int tc = groups[i] * h->cols;
			int oc = s->op->array.win.oc;
			tc = tc < oc ? tc : oc;
			search_space(s, tc, false, pass == 0);
			if (wants_patches(s))
				search_space(s, tc, true, pass == 0);
		}
		settle(s);
	}
	if (s->op->array.opcode != OP_CONV || !wgt_is_plain(s->op))
		return;
	if (s->any)
		search_parts(s);
	else
		search_pieces(s);
}

static void search_add(struct search *s)
{
	enum { ALIGN = 16 };
	int size[MAX_SIZES];
	int n = divisions((int)((s->op->array.n + ALIGN - 1) / ALIGN), 1, size);

	for (int i = 0; i < n && (i < 12 || !s->any); i++) {
		struct tiling *g = &s->op->tiling;
		*g = (struct tiling){.tn = (int64_t)size[i] * ALIGN,
		                     .keep = s->keep};
		if (g->tn > s->op->array.n)
			g->tn = s->op->array.n;
		if (!feasible(s->t, s->op)) {
			g->par_out = true;
			if (s->keep || !feasible(s->t, s->op))
				continue;
		}
		add_candidate(s);
		settle(s);
	}
}

/* ---- errors ---- */

/* The smallest tile there is, for the message. */
static bool too_small(struct search *s, struct err *err)
{
	const struct lowered *l = s->t->l;
	const struct hw *h = &s->t->hw;
	struct op *op = s->op;
	const struct layer *y = &l->layer[op->layer];
	const struct window *w = &op->array.win;
	int64_t in = (int64_t)((w->kh - 1) * w->dh + 1) *
	             ((w->kw - 1) * w->dw + 1) * w->ic;

	return err_at(err, (struct src){l->g->path, 0},
	              "layer '%s' (%s): one pixel of tensor '%s' needs %lld "
	              "bytes of scratchpad beside weights, parameters (%d) and "
	              "output; there are %u in %d banks of %u",
	              y->name, y->op, l->g->tensor[op->in[0]].name,
	              (long long)in, h->par_bytes, h->spad_bytes, h->banks,
	              h->bank_bytes);
}

/* ---- the weight section ---- */

static uint32_t reserve(struct tiler *t, uint64_t bytes)
{
	uint32_t at = t->section_bytes;
	uint64_t end = at + bytes;

	/* Far beyond any flash: emit says so. */
	if (end > UINT32_MAX / 2)
		end = UINT32_MAX / 2;
	t->section_bytes = (uint32_t)(end + SECTION_ALIGN - 1) / SECTION_ALIGN *
	                   SECTION_ALIGN;
	return at;
}

static void reserve_op(struct tiler *t, struct op *op)
{
	const struct array_op *a = &op->array;
	op->wgt_at = reserve(t, (uint64_t)wgt_section(&t->hw, a));
	int blocks = tile_par_blocks(&t->hw, a) + (a->plus ? 1 : 0);
	op->par_at = reserve(t, (uint64_t)blocks * (uint64_t)t->hw.par_bytes);
	for (int i = 0; i < op->n_in; i++) {
		const struct tensor *x = &t->l->g->tensor[op->in[i]];
		if (x->data && !t->const_at[op->in[i]])
			t->const_at[op->in[i]] = reserve(t, (uint64_t)x->bytes);
	}
}

/* Without neighbours it does not matter where a pixel is: one long row can be
 * cut anywhere. But rows with borders between them stay rows. */
static void set_window(const struct tiler *t, struct op *op, bool keep,
                       bool *flat)
{
	struct window *w = &op->array.win;
	uint32_t held;
	bool in = sched_held(t->s, op->in[0], &held) &&
	          t->layout[op->in[0]].border;
	bool out = keep && t->layout[op->out].border;
	bool second = op->array.plus && sched_held(t->s, op->in[1], &held) &&
	              t->layout[op->in[1]].border;

	*w = op->array.shape;
	*flat = op->array.opcode == OP_CONV && w->kh == 1 && w->kw == 1 &&
	        w->sh == 1 && w->sw == 1 && !in && !out && !second;
	if (!*flat)
		return;
	w->iw *= w->n * w->ih;
	w->ow = w->x1 = w->iw;
	w->n = w->ih = w->oh = w->y1 = 1;
}

static void search_op(struct search *s, bool keep)
{
	s->keep = keep;
	s->least_tiles = 0;
	if (s->op->array.opcode == OP_ADD) {
		search_add(s);
		return;
	}
	set_window(s->t, s->op, keep, &s->flat);
	search_window(s);
}

/* Keep the output if possible; else give up, one after the other, that; what is
 * kept of the inputs; everything that is kept. */
static void search_all(struct search *s)
{
	struct tiler *t = s->t;

	if (keep_possible(t, s->index))
		search_op(s, true);
	if (!s->any)
		search_op(s, false);
	if (s->any)
		return;
	for (int i = 0; i < s->op->n_in; i++)
		keep_spill(t, s->index, s->op->in[i]);
	search_op(s, false);
	if (s->any)
		return;
	while (t->s->at.n_held)
		keep_spill(t, s->index, t->s->at.held[0].id);
	search_op(s, false);
}

static bool tile_op(struct tiler *t, int index, struct sched_state *mark,
                    struct err *err)
{
	struct op *op = &t->l->op[index];
	struct search s = {.t = t, .index = index, .op = op, .mark = mark};

	if (t->rest)
		s.rest = t->rest[index];
	wgt_choose(&t->hw, op, &t->l->arena);
	reserve_op(t, op);
	search_all(&s);
	if (!s.any && !wgt_is_plain(op)) {
		wgt_plain(op); /* its kernel can be cut */
		reserve_op(t, op);
		search_all(&s);
	}
	free(s.wait);
	if (!s.any)
		return too_small(&s, err);
	op->tiling = s.best;
	if (op->array.opcode != OP_ADD)
		set_window(t, op, s.best.keep, &s.flat);
	tile_sizes(t, op);
	t->limit = INT64_MAX;
	bool ok = tile_commands(t, index);
	assert(ok), (void)ok;
	keep_release(t, index);
	return true;
}

/* A step of the CPU; a job of its group is before the first of them. */
static void cpu_op(struct tiler *t, int index)
{
	const struct lowered *l = t->l;
	int group = l->op[index].beside;

	if (group)
		sched_start(t->s);
	sched_cpu(t->s, index);
	if (group &&
	    (index + 1 == l->n_ops || l->op[index + 1].beside != group))
		sched_wait(t->s);
}

bool tile(struct tiler *t, struct err *err)
{
	struct sched_state *mark = mem_zero(1, sizeof(*mark));
	bool ok = true;

	t->section_bytes = 0;
	t->layout = keep_layouts(t->l);
	t->const_at = arena_zero(&t->l->arena, (size_t)t->l->g->n_tensors,
	                         sizeof(*t->const_at));
	for (int i = 0; i < t->l->n_ops && ok; i++) {
		if (t->l->op[i].beside &&
		    (i == 0 || t->l->op[i - 1].beside != t->l->op[i].beside))
			sched_end_job(t->s);
		if (t->l->op[i].unit == UNIT_CPU)
			cpu_op(t, i);
		else
			ok = tile_op(t, i, mark, err);
	}
	sched_end_job(t->s);
	free(mark);
	return ok;
}
