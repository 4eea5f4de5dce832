/* compile: all stages in order. See compiler.h. */
#include "compiler/compiler.h"

#include <string.h>
#include <xxhash.h>
#include "compiler/emit.h"

/* Is `stage` in the comma-separated list? */
static bool wanted(const struct compile_opts *opts, const char *stage)
{
	size_t n = strlen(stage);

	for (const char *s = opts->dump; s && *s;) {
		size_t len = strcspn(s, ",");
		if (len == n && memcmp(s, stage, n) == 0)
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}

static bool known_stages(const struct compile_opts *opts, struct err *err)
{
	static const char *const known[] = {"graph", "tiles", "image"};

	for (const char *s = opts->dump; s && *s;) {
		size_t len = strcspn(s, ",");
		bool ok = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			ok |= strlen(known[i]) == len &&
			      memcmp(s, known[i], len) == 0;
		if (!ok)
			return err_set(err, ERR_USAGE,
			               "dump: no stage '%.*s'; "
			               "there are graph, tiles, image",
			               (int)len, s);
		s += len + (s[len] == ',');
	}
	return true;
}

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

/* Does the array rest so little that no other way can gain much? */
static bool is_near(const struct sched *s)
{
	enum { NEAR = 24 }; /* a part of the execute commands' cycles */
	int64_t busy = 0;

	for (int i = 0; i < s->at.n_items; i++)
		if (opcode_queue((int)s->item[i].c.opcode) == QUEUE_EX)
			busy += s->item[i].end - s->item[i].start;
	return sched_end(s) <= busy + busy / NEAR;
}

/* Tile with each weight; keep the schedule that ends first in `best`, and its
 * tilings in the ops. all: even if one of the first is good enough. */
static bool tile_best(struct tiler *t, bool all, struct sched *best,
                      struct err *err)
{
	struct lowered *l = t->l;
	struct op *kept =
	        arena_zero(&l->arena, (size_t)l->n_ops, sizeof(*kept));
	uint32_t section = 0, *const_at = NULL;

	for (int i = 0; i < N_TILE_WAYS; i++) {
		if (i > 0 && !all && is_near(best))
			break;
		struct sched first, final;
		sched_open(&first, &t->hw);
		sched_open(&final, &t->hw);
		t->s = &first;
		t->load_weight = tile_ways[i].load_weight;
		t->keep = tile_ways[i].keep;
		bool ok = tile(t, err);
		if (ok)
			sched_hoist(&final, &first);
		sched_close(&first);
		if (ok && (i == 0 || sched_end(&final) < sched_end(best))) {
			sched_close(best);
			*best = final;
			for (int j = 0; j < l->n_ops; j++)
				kept[j] = l->op[j];
			section = t->section_bytes;
			const_at = t->const_at;
		} else {
			sched_close(&final);
		}
		if (!ok)
			return false;
	}
	/* Where the kept ops' weights are. */
	t->section_bytes = section;
	t->const_at = const_at;
	l->op = kept;
	return true;
}

/* Emit what t->s has, with the tilings of l->op. */
static bool finish(struct tiler *t, struct program *p, struct err *err)
{
	note_ops(t->l, t->s);
	p->spad_bytes = t->s->at.most_bytes;
	p->arena_bytes = t->l->arena_bytes;
	p->peak_bytes = t->l->peak_bytes;
	p->layer = t->l->layer;
	p->n_layers = t->l->g->n_nodes;
	return emit(t, p, err);
}

/* ---- the longer search ---- */

struct longer {
	struct tiler *t;
	const struct compile_clock *clock;
	struct hw host;
	struct program best; /* image NULL: none yet */
	uint64_t cycles;
	struct op *op;      /* tilings of the best */
	struct sched sched; /* its schedule */
};

/* Tile for hardware `h`, which the host includes; keep it if it is faster. */
static bool try_hw(struct longer *x, const struct hw *h, struct err *err)
{
	struct tiler *t = x->t;
	struct sched found, moved;
	struct program p = {0};
	uint64_t cycles;

	t->hw = *h;
	sched_open(&found, h);
	sched_open(&moved, &x->host);
	bool ok = tile_best(t, true, &found, err);
	t->hw = x->host;
	t->s = &moved;
	found.hw = h;
	if (ok)
		sched_move(&moved, &found);
	sched_close(&found);
	ok = ok && finish(t, &p, err);
	if (ok && x->best.image_bytes == p.image_bytes &&
	    memcmp(x->best.image, p.image, p.image_bytes) == 0) {
		sched_close(&moved);
		return true;
	}
	ok = ok && x->clock->cycles(x->clock->ctx, &p, &cycles, err);
	if (!ok || (x->best.image && cycles >= x->cycles)) {
		sched_close(&moved);
		return ok;
	}
	sched_close(&x->sched);
	x->sched = moved;
	x->best = p;
	x->cycles = cycles;
	x->op = t->l->op;
	return true;
}

/* The error of an attempt: is it more than that the network does not fit? What
 * does not fit the design itself is remembered too. */
static bool keep_why(struct err *err, const struct err *why, bool first)
{
	if (first || why->kind != ERR_DATA)
		*err = *why;
	return why->kind != ERR_DATA;
}

/* From the design itself down. What does not fit in less is no error. */
static bool try_all(struct longer *x, struct err *err)
{
	const struct hw *host = &x->host;
	struct err why;

	for (int dma = host->dma; dma >= 4; dma /= 2)
		for (int banks = host->banks; banks >= 4; banks /= 2)
			for (uint32_t spad = host->spad_bytes; spad >= 1024;
			     spad /= 2) {
				struct hw h = *host;
				bool first = dma == host->dma &&
				             banks == host->banks &&
				             spad == host->spad_bytes;
				/* Compressed weights are of one width. */
				if ((h.unpack && dma != host->dma) ||
				    !hw_less(&h, spad, banks, dma))
					continue;
				if (try_hw(x, &h, &why) ||
				    !keep_why(err, &why, first))
					continue;
				return false;
			}
	return x->best.image != NULL;
}

static bool search_longer(struct tiler *t, struct program *p, struct sched *s,
                          const struct compile_opts *opts, struct err *err)
{
	struct longer x = {.t = t, .clock = opts->clock, .host = t->hw};

	sched_open(&x.sched, &x.host);
	bool ok = try_all(&x, err);
	sched_close(s);
	*s = x.sched;
	s->hw = &t->hw;
	t->hw = x.host;
	t->s = s;
	if (!ok)
		return false;
	t->l->op = x.op;
	note_ops(t->l, s);
	*p = x.best;
	return true;
}

static bool tile_and_emit(struct program *p, struct lowered *l,
                          const struct compile_opts *opts, struct err *err)
{
	struct tiler t = {.l = l, .hw = hw_of(l->d)};
	struct sched s;
	bool ok;

	sched_open(&s, &t.hw);
	if (opts->clock) {
		ok = search_longer(&t, p, &s, opts, err);
	} else {
		ok = tile_best(&t, false, &s, err);
		t.s = &s;
		ok = ok && finish(&t, p, err);
	}
	if (ok && wanted(opts, "tiles"))
		tiles_dump(&t, opts->dump_to);
	sched_close(&s);
	return ok;
}

static bool stages(struct program *p, struct lowered *l,
                   const struct compile_opts *opts, struct err *err)
{
	if (wanted(opts, "graph"))
		graph_dump(l->g, opts->dump_to);
	if (!lower(l, err) || !place(l, err) || !tile_and_emit(p, l, opts, err))
		return false;
	place_list(l, p);
	p->hash = XXH3_64bits(p->image, p->image_bytes);
	if (wanted(opts, "image"))
		image_dump(p, opts->dump_to);
	return image_check(p, l->d, opts->clock != NULL, err);
}

bool compile(struct program *p, const struct graph *g, const struct design *d,
             const struct compile_opts *opts, struct err *err)
{
	struct lowered l = {.g = g, .d = d, .target = opts->target};

	*p = (struct program){0};
	bool ok = known_stages(opts, err) && stages(p, &l, opts, err);
	p->arena = l.arena;
	if (!ok)
		program_free(p);
	return ok;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	*p = (struct program){0};
}
