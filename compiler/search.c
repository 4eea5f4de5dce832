/* search: see search.h. */
#include "compiler/search.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "base/mem.h"
#include "compiler/emit.h"
#include "isa/part.h"

/* An opinion on what is best for the tiler, load_weight and keep of tile.h;
 * does it look at what the first way has put behind an op (its rest); and how
 * much less hardware there seems to be: halves of scratchpad, banks and width
 * of memory. */
struct way {
	int load_weight, keep, far;
	int spad, banks, dma;
};

/* The ordinary search looks at the first BASE in any case; the longer one takes
 * the first OPINIONS for all hardware. */
enum { OPINIONS = 5, BASE = 2 };
static const struct way ways[] = {
        {1, 2, 0, 0, 0, 0}, {1, 3, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0},
        {8, 0, 0, 0, 0, 0}, {1, 2, 1, 0, 0, 0}, {1, 2, 0, 0, 1, 0},
        {1, 2, 0, 3, 0, 0}, {1, 2, 0, 4, 1, 1}, {1, 2, 0, 4, 0, 0},
        {1, 2, 0, 5, 0, 0}, {1, 2, 0, 6, 1, 0}, {1, 2, 0, 6, 0, 0},
        {1, 2, 0, 7, 1, 0}, {1, 2, 0, 0, 0, 1},
};
enum { N_WAYS = sizeof(ways) / sizeof(ways[0]) };

struct search {
	struct tiler *t;
	const struct compile_opts *opts;
	struct hw host, part; /* of the design; of the part that is used */
	bool kept, denied;    /* note_first */
	struct rest *rest;    /* per op, of the last program of the first way */
	int64_t pushed;       /* commands that the tiler has tried */
	uint64_t *seen;       /* hashes of the images so far */
	int n_seen, cap_seen;
	struct program best; /* image NULL: none yet */
	uint64_t cycles;
	struct home *all;   /* as place_all has left it */
	uint32_t *further;  /* per tensor, from there in SRAM */
	struct home *home;  /* of the best */
	struct op *op;      /* tilings of the best */
	struct sched sched; /* its schedule */
	uint32_t section_bytes, *const_at;
};

/* What became of each op, for dumps and layers. */
static void note_ops(struct lowered *l, const struct sched *s)
{
	for (int i = 0; i < l->n_ops; i++) {
		struct tiling *g = &l->op[i].tiling;
		g->n_commands = 0;
		g->ex_cycles = g->begin = g->end = 0;
		l->layer[l->op[i].layer].n_commands = 0;
	}
	for (int i = 0; i < s->at.n_items; i++) {
		const struct item *it = &s->item[i];
		struct tiling *g = &l->op[it->op].tiling;
		bool ex = opcode_queue((int)it->c.opcode) == QUEUE_EX;
		if (ex && !g->ex_cycles)
			g->begin = it->start;
		if (ex)
			g->ex_cycles += it->end - it->start;
		if (it->end > g->end)
			g->end = it->end;
		g->n_commands++;
		l->layer[l->op[it->op].layer].n_commands++;
	}
}

/* Emit what t->s has, with the tilings of l->op. */
static bool finish(struct tiler *t, struct program *p, struct err *err)
{
	note_ops(t->l, t->s);
	*p = (struct program){.spad_bytes = t->s->at.most_bytes,
	                      .arena_bytes = t->l->arena_bytes,
	                      .peak_bytes = t->l->peak_bytes,
	                      .layer = t->l->layer,
	                      .n_layers = t->l->g->n_nodes};
	return emit(t, p, err);
}

/* ---- one program ---- */

/* What `s` has behind every op, up to the end of the op's job. */
static void note_rest(struct search *x, const struct sched *s)
{
	const struct lowered *l = x->t->l;

	memset(x->rest, 0, (size_t)l->n_ops * sizeof(*x->rest));
	for (int i = 0; i < s->at.n_items; i++) {
		const struct item *it = &s->item[i];
		enum queue q = opcode_queue((int)it->c.opcode);
		if (it->op > 0 && q == QUEUE_LD)
			x->rest[it->op - 1].load += it->end - it->start;
		if (it->op > 0 && q == QUEUE_EX)
			x->rest[it->op - 1].execute += it->end - it->start;
	}
	for (int i = l->n_ops - 2; i >= 0; i--) {
		if (l->op[i + 1].unit == UNIT_CPU)
			continue;
		x->rest[i].load += x->rest[i + 1].load;
		x->rest[i].execute += x->rest[i + 1].execute;
	}
}

/* Places in SRAM for what is there by `s` and the CPU ops. */
static bool place_for(struct search *x, const struct sched *s, struct err *err)
{
	struct lowered *l = x->t->l;
	const struct graph *g = l->g;

	for (int t = 0; t < g->n_tensors; t++)
		l->home[t].sram = false;
	for (int i = 0; i < s->at.n_items; i++)
		if (s->item[i].lo < s->item[i].hi)
			l->home[s->item[i].tensor].sram = true;
	for (int i = 0; i < l->n_ops; i++) {
		const struct op *op = &l->op[i];
		for (int j = 0; op->unit == UNIT_CPU && j < op->n_in; j++)
			l->home[op->in[j]].sram = true;
		if (op->unit == UNIT_CPU)
			l->home[op->out].sram = true;
	}
	for (int i = 0; i < g->n_inputs; i++)
		l->home[l->root[g->input[i]]].sram = true;
	for (int i = 0; i < g->n_outputs; i++)
		l->home[l->root[g->output[i]]].sram = true;
	for (int t = 0; t < g->n_tensors; t++)
		l->home[t].sram &= !g->tensor[t].data;
	if (!place_in_sram(l, err))
		return false;
	for (int t = 0; t < g->n_tensors; t++)
		x->further[t] = l->home[t].addr - x->all[t].addr;
	return true;
}

static void copy_homes(const struct search *x, struct home *to,
                       const struct home *from)
{
	memcpy(to, from, (size_t)x->t->l->g->n_tensors * sizeof(*to));
}

/* The commands of `s` use rows and columns of a part only. */
static void stamp(const struct search *x, struct sched *s)
{
	const struct hw *part = &x->part, *host = &x->host;

	for (int i = 0; i < s->at.n_items; i++) {
		struct command *c = &s->item[i].c;
		if (opcode_queue((int)c->opcode) != QUEUE_EX)
			continue;
		if (part->rows != host->rows)
			c->rows = part->rows;
		if (part->cols != host->cols)
			c->cols = part->cols;
		if (part->par_bytes != host->par_bytes)
			c->par_n = part->par_bytes / PAR_UNIT;
	}
}

/* Tile for hardware `h`; the schedule in `to` is for the host's. */
static bool tile_for(struct search *x, const struct hw *h,
                     const struct way *way, struct sched *to, struct err *err)
{
	struct tiler *t = x->t;
	struct sched found, final;

	sched_open(&found, h);
	sched_open(&final, h);
	t->hw = *h;
	t->s = &found;
	t->load_weight = way->load_weight;
	t->keep = x->opts->apart ? 0 : way->keep;
	t->denied = false;
	t->rest = way->far ? x->rest : NULL;
	copy_homes(x, t->l->home, x->all);
	bool ok = tile(t, err);
	t->hw = x->host;
	if (ok) {
		sched_hoist(&final, &found);
		if (way == &ways[0])
			note_rest(x, &final);
		ok = place_for(x, &final, err);
		stamp(x, &final);
	}
	if (ok)
		sched_move(to, &final, x->further);
	x->pushed += found.pushed;
	sched_close(&found);
	sched_close(&final);
	return ok;
}

static bool is_new(struct search *x, const struct program *p)
{
	uint64_t hash = XXH3_64bits(p->image, p->image_bytes);

	for (int i = 0; i < x->n_seen; i++)
		if (x->seen[i] == hash)
			return false;
	if (x->n_seen == x->cap_seen) {
		x->cap_seen = 2 * x->cap_seen + 16;
		x->seen = mem_grow(x->seen, (size_t)x->cap_seen,
		                   sizeof(*x->seen));
	}
	x->seen[x->n_seen++] = hash;
	return true;
}

static bool time_of(const struct search *x, const struct sched *s,
                    const struct program *p, uint64_t *cycles, struct err *err)
{
	const struct compile_clock *clock = x->opts->clock;

	if (clock)
		return clock->cycles(clock->ctx, p, cycles, err);
	*cycles = (uint64_t)sched_end(s);
	return true;
}

static void take(struct search *x, const struct program *p, uint64_t cycles)
{
	const struct tiler *t = x->t;

	x->best = *p;
	x->cycles = cycles;
	x->section_bytes = t->section_bytes;
	x->const_at = t->const_at;
	copy_homes(x, x->home, t->l->home);
	for (int i = 0; i < t->l->n_ops; i++)
		x->op[i] = t->l->op[i];
}

/* Keep the program of this way for hardware `h` if it is faster. */
static bool try_way(struct search *x, const struct hw *h, const struct way *way,
                    struct err *err)
{
	struct tiler *t = x->t;
	struct sched moved;
	struct program p;
	uint64_t cycles;

	sched_open(&moved, &x->host);
	bool ok = tile_for(x, h, way, &moved, err);
	t->s = &moved;
	ok = ok && finish(t, &p, err);
	if (!ok || !is_new(x, &p)) {
		sched_close(&moved);
		return ok;
	}
	ok = time_of(x, &moved, &p, &cycles, err);
	if (ok && (!x->best.image || cycles < x->cycles)) {
		take(x, &p, cycles);
		sched_close(&x->sched);
		x->sched = moved;
	} else {
		sched_close(&moved);
	}
	return ok;
}

/* ---- which ---- */

/* Does the array rest so little that no other way can gain much? */
static bool is_near(const struct search *x)
{
	enum { NEAR = 24 }; /* a part of the execute commands' cycles */
	const struct sched *s = &x->sched;
	int64_t busy = 0;

	for (int i = 0; i < s->at.n_items; i++)
		if (opcode_queue((int)s->item[i].c.opcode) == QUEUE_EX)
			busy += s->item[i].end - s->item[i].start;
	return (int64_t)x->cycles <= busy + busy / NEAR;
}

/* A part of the array: is it so much slower than what there is that no other
 * way will help? Else the first ways must do. */
static bool is_enough(const struct search *x, int ways)
{
	enum { FAR = 8 }; /* a part of its cycles */
	uint64_t rival = x->t->rival;

	return rival && (x->cycles > rival + rival / FAR || ways >= BASE);
}

static bool is_less(const struct way *w)
{
	return w->spad || w->banks || w->dma;
}

/* What the first way has come to: is any tensor kept in the scratchpad, was one
 * not kept for want of banks? */
static void note_first(struct search *x)
{
	const struct lowered *l = x->t->l;

	x->kept = false;
	for (int i = 0; i < l->n_ops; i++)
		x->kept |= l->op[i].unit == UNIT_ARRAY && l->op[i].tiling.keep;
	x->denied = x->t->denied;
}

/* Is its program the first one's, on the same hardware? */
static bool is_first(const struct search *x, const struct way *w)
{
	return w->load_weight == ways[0].load_weight && !w->far &&
	       !is_less(w) &&
	       ((!w->keep && !x->kept) ||
	        (w->keep > ways[0].keep && !x->denied));
}

/* The hardware that `w` is for. False: there is no such, or its compressed
 * weights would be of another width. */
static bool hw_for(struct hw *h, const struct hw *host, const struct way *w)
{
	*h = *host;
	if (!is_less(w))
		return true;
	return !(h->unpack && w->dma) &&
	       hw_less(h, h->spad_bytes >> w->spad, h->banks >> w->banks,
	               h->dma >> w->dma);
}

/* A way that needs more memory than there is is no error if another does not;
 * else the first one's is told. */
static bool search_some(struct search *x, struct err *err)
{
	enum { MOST_PUSHED = 4000 };

	x->kept = x->denied = true;
	for (int i = 0; i < N_WAYS; i++) {
		const struct way *w = &ways[i];
		struct hw h;
		struct err why;
		if (x->best.image && (is_near(x) || is_enough(x, i)))
			break;
		/* Until one fits, whatever it takes. */
		bool must = i < BASE || !x->best.image;
		x->t->most_pushed = must ? INT64_MAX : MOST_PUSHED - x->pushed;
		if (x->t->most_pushed <= 0)
			break;
		if ((i > 0 && is_first(x, w)) || !hw_for(&h, &x->part, w))
			continue;
		bool ok = try_way(x, &h, w, &why);
		if (ok && i == 0)
			note_first(x);
		if (!ok && (i == 0 || why.kind != ERR_DATA))
			*err = why;
		if (!ok && why.kind != ERR_DATA)
			return false;
	}
	return x->best.image != NULL;
}

/* All opinions on one hardware. What does not fit the host is remembered; what
 * does not fit in less is no error. */
static bool try_hw(struct search *x, const struct hw *h, struct err *err)
{
	const struct hw *host = &x->part;
	bool first = h->dma == host->dma && h->banks == host->banks &&
	             h->spad_bytes == host->spad_bytes;
	struct err why;

	x->t->most_pushed = INT64_MAX;
	for (int i = 0; i < OPINIONS; i++) {
		if (i > 0 && is_first(x, &ways[i]))
			continue;
		if (try_way(x, h, &ways[i], &why)) {
			if (i == 0)
				note_first(x);
			continue;
		}
		if (first || why.kind != ERR_DATA)
			*err = why;
		return why.kind == ERR_DATA;
	}
	return true;
}

/* From the design itself down. */
static bool search_all(struct search *x, struct err *err)
{
	const struct hw *host = &x->part;

	for (int dma = host->dma; dma >= 4; dma /= 2)
		for (int banks = host->banks; banks >= 4; banks /= 2)
			for (uint32_t spad = host->spad_bytes; spad >= 1024;
			     spad /= 2) {
				struct hw h = *host;
				/* Compressed weights are of one width. */
				if ((h.unpack && dma != host->dma) ||
				    !hw_less(&h, spad, banks, dma))
					continue;
				if (!try_hw(x, &h, err))
					return false;
			}
	return x->best.image != NULL;
}

bool search(struct tiler *t, const struct compile_opts *opts, struct program *p,
            struct err *err)
{
	struct search x = {
	        .t = t, .opts = opts, .host = t->hw, .part = t->part};
	struct sched *s = t->s;

	x.op = arena_zero(&t->l->arena, (size_t)t->l->n_ops, sizeof(*x.op));
	x.rest = arena_zero(&t->l->arena, (size_t)t->l->n_ops, sizeof(*x.rest));
	const size_t n = (size_t)t->l->g->n_tensors;
	x.all = arena_zero(&t->l->arena, n, sizeof(*x.all));
	x.home = arena_zero(&t->l->arena, n, sizeof(*x.home));
	x.further = arena_zero(&t->l->arena, n, sizeof(*x.further));
	copy_homes(&x, x.all, t->l->home);
	sched_open(&x.sched, &x.host);
	bool ok = opts->longer ? search_all(&x, err) : search_some(&x, err);
	sched_close(s);
	*s = x.sched;
	s->hw = &t->hw;
	t->hw = x.host;
	t->s = s;
	free(x.seen);
	if (!ok)
		return false;
	t->section_bytes = x.section_bytes;
	t->const_at = x.const_at;
	t->l->op = x.op;
	copy_homes(&x, t->l->home, x.home);
	t->l->arena_bytes = x.best.arena_bytes;
	t->l->peak_bytes = x.best.peak_bytes;
	note_ops(t->l, s);
	*p = x.best;
	p->cycles = x.cycles;
	return true;
}
