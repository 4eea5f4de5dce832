/* compile: all stages in order. See compiler.h. */
#include "compiler/compiler.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "base/mem.h"
#include "compiler/emit.h"
#include "compiler/search.h"

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

/* A program for a part of the design's rows and columns, and what it came of.
 */
struct attempt {
	struct design part;
	struct lowered l;
	struct tiler t;
	struct sched s; /* open while there is a program */
	struct program p;
	uint64_t rival; /* see struct tiler */
	bool ok;
};

/* The fastest so far, and the next. */
struct contest {
	struct attempt *best, *other;
	const struct compile_opts *opts;
};

static bool find(struct attempt *a, const struct compile_opts *opts,
                 struct err *err)
{
	a->t = (struct tiler){
	        .l = &a->l, .hw = hw_of(a->l.whole), .part = hw_of(&a->part)};
	sched_open(&a->s, &a->t.hw);
	a->t.s = &a->s;
	a->ok = search(&a->t, opts, &a->p, err);
	if (!a->ok)
		sched_close(&a->s);
	return a->ok;
}

/* What fits only if the CPU and the array take turns is compiled so. */
static bool build(struct attempt *a, const struct compile_opts *opts,
                  struct err *err)
{
	struct lowered *l = &a->l;
	struct op *given = l->op;
	bool beside = !opts->in_turn && order_beside(l);

	order_lives(l);
	if (place_all(l, err) && find(a, opts, err))
		return true;
	if (!beside || err->kind != ERR_DATA)
		return false;
	l->op = given;
	order_lives(l);
	return place_all(l, err) && find(a, opts, err);
}

static void attempt_close(struct attempt *a)
{
	if (a->ok)
		sched_close(&a->s);
	arena_free(a->l.arena);
	*a = (struct attempt){.ok = false};
}

static void attempt_open(struct attempt *a, const struct graph *g,
                         const struct design *d, enum target target)
{
	*a = (struct attempt){
	        .part = *d,
	        .l = {.g = g, .d = &a->part, .whole = d, .target = target}};
}

/* ---- parts of the array ---- */

/* No program of `l` takes fewer cycles than its steps: a step is a product in
 * every cell at most, of which sparse weights leave one of four. */
static uint64_t least_cycles(const struct lowered *l)
{
	int64_t cells = (int64_t)l->d->rows * l->d->cols, sum = 0;

	for (int i = 0; i < l->n_ops; i++) {
		const struct array_op *a = &l->op[i].array;
		const struct window *w = &a->shape;
		if (l->op[i].unit != UNIT_ARRAY || a->opcode == OP_ADD)
			continue;
		int64_t n = (int64_t)w->oc * w->kh * w->kw * w->n * w->oh *
		            w->ow * (a->opcode == OP_CONV ? w->ic : 1);
		sum += (l->d->sparse ? n / 4 : n) / cells;
	}
	return (uint64_t)sum;
}

/* Indices of one of four weights are read by words of 16 bytes or of 8. */
static bool same_indices(const struct design *d, const struct design *part)
{
	return !d->sparse || design_word(d) == design_word(part) ||
	       design_word(part) > 8;
}

static bool is_part(const struct design *d, const struct design *part)
{
	struct err err;

	return (part->rows != d->rows || part->cols != d->cols) &&
	       part->rows >= param_find("array.rows")->min &&
	       part->cols >= param_find("array.cols")->min &&
	       same_indices(d, part) &&
	       design_check(part, (struct src){NULL, 0}, &err);
}

/* The clock of the ordinary search does not look at what the CPU does. */
static bool same_units(const struct lowered *a, const struct lowered *b)
{
	bool same = a->n_ops == b->n_ops;

	for (int i = 0; same && i < a->n_ops; i++)
		same = a->op[i].unit == b->op[i].unit &&
		       a->op[i].layer == b->op[i].layer;
	return same;
}

/* Is a program of `l` worth making, where one takes as long as `was`? It must
 * be able to win. For the ordinary search its steps must take less than 2/3: of
 * 824 parts with more (480 designs for keyword spotting) none won.
 */
static bool is_rival(const struct lowered *l, const struct attempt *was,
                     bool longer)
{
	uint64_t most = longer ? was->p.cycles : was->p.cycles / 3 * 2;

	return !was->ok || least_cycles(l) < most;
}

/* Compile x->other: x->best becomes the faster one of both programs, the other
 * is closed. */
static bool try_part(struct contest *x, struct err *err)
{
	struct attempt *a = x->other, *was = x->best;
	const struct compile_opts *opts = x->opts;
	struct err why = {0};
	bool ok = lower(&a->l, &why) && is_rival(&a->l, was, opts->longer) &&
	          build(a, opts, &why);
	bool better = ok && (!was->ok ||
	                     (a->p.cycles < was->p.cycles &&
	                      (opts->longer || same_units(&a->l, &was->l))));

	if (better) {
		x->best = a;
		x->other = was;
	}
	attempt_close(x->other);
	if (!ok && why.kind != ERR_DATA && why.kind != 0)
		*err = why;
	return ok || why.kind == ERR_DATA || why.kind == 0;
}

/* The part with `rows` rows and `cols` columns, if there is such a design. */
static bool try_size(struct contest *x, int rows, int cols, struct err *err)
{
	const struct graph *g = x->best->l.g;
	const struct design *d = x->best->l.whole;
	struct design part = *d;

	part.rows = rows;
	part.cols = cols;
	if (part.lanes > cols)
		part.lanes = cols;
	if (!is_part(d, &part))
		return true;
	attempt_open(x->other, g, d, x->opts->target);
	x->other->part = part;
	x->other->rival = x->best->ok ? x->best->p.cycles : 0;
	return try_part(x, err);
}

/* Halves of the rows and columns, and halves of these. What does not fit is no
 * error if a part does. */
static bool try_all(struct contest *x, struct err *err)
{
	const struct design *d = x->best->l.whole;

	for (int rows = d->rows; rows; rows = rows % 2 ? 0 : rows / 2)
		for (int cols = d->cols; cols; cols = cols % 2 ? 0 : cols / 2)
			if (!try_size(x, rows, cols, err))
				return false;
	return x->best->ok;
}

/* Half the columns, and half of these, as long as that is faster; rows alike.
 */
static bool try_few(struct contest *x, struct err *err)
{
	for (int way = 0; way < 2; way++)
		for (bool more = true; more;) {
			int rows = x->best->part.rows;
			int cols = x->best->part.cols;
			int *half = way ? &rows : &cols;
			const struct attempt *was = x->best;
			if (*half % 2)
				break;
			*half /= 2;
			if (!try_size(x, rows, cols, err))
				return false;
			more = x->best != was;
		}
	return x->best->ok;
}

/* ---- */

/* The fastest program that is found, in x->best. */
static bool stages(struct contest *x, struct err *err)
{
	struct attempt *a = x->best;
	const struct compile_opts *opts = x->opts;

	if (wanted(opts, "graph"))
		graph_dump(a->l.g, opts->dump_to);
	if (!lower(&a->l, err))
		return false;
	bool ok = build(a, opts, err);
	if (!ok && err->kind != ERR_DATA)
		return false;
	if (opts->target == TARGET_CPU)
		return ok;
	return opts->longer ? try_all(x, err) : try_few(x, err);
}

static bool finish(struct attempt *a, const struct compile_opts *opts,
                   struct program *p, struct err *err)
{
	*p = a->p;
	if (wanted(opts, "tiles"))
		tiles_dump(&a->t, opts->dump_to);
	place_list(&a->l, p);
	p->hash = XXH3_64bits(p->image, p->image_bytes);
	if (wanted(opts, "image"))
		image_dump(p, opts->dump_to);
	return image_check(p, a->l.whole, opts->longer, err);
}

bool compile(struct program *p, const struct graph *g, const struct design *d,
             const struct compile_opts *opts, struct err *err)
{
	struct attempt *both = mem_zero(2, sizeof(*both));
	struct contest x = {.best = &both[0], .other = &both[1], .opts = opts};

	*p = (struct program){0};
	attempt_open(x.best, g, d, opts->target);
	bool ok = known_stages(opts, err) && stages(&x, err) &&
	          finish(x.best, opts, p, err);
	if (ok) {
		p->arena = x.best->l.arena;
		x.best->l.arena = NULL;
	} else {
		*p = (struct program){0};
	}
	attempt_close(x.best);
	free(both);
	return ok;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	*p = (struct program){0};
}
