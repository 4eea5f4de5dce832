/* compile: all stages in order. See compiler.h. */
#include "compiler/compiler.h"

#include <string.h>
#include <xxhash.h>
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

static bool search_and_dump(struct program *p, struct lowered *l,
                            const struct compile_opts *opts, struct err *err)
{
	struct tiler t = {.l = l, .hw = hw_of(l->d)};
	struct sched s;

	sched_open(&s, &t.hw);
	t.s = &s;
	bool ok = search(&t, opts, p, err);
	if (ok && wanted(opts, "tiles"))
		tiles_dump(&t, opts->dump_to);
	sched_close(&s);
	return ok;
}

/* What fits only if the CPU and the array take turns is compiled so. */
static bool build(struct program *p, struct lowered *l,
                  const struct compile_opts *opts, struct err *err)
{
	struct op *given = l->op;
	bool beside = !opts->in_turn && order_beside(l);

	order_lives(l);
	if (place_all(l, err) && search_and_dump(p, l, opts, err))
		return true;
	if (!beside || err->kind != ERR_DATA)
		return false;
	l->op = given;
	order_lives(l);
	return place_all(l, err) && search_and_dump(p, l, opts, err);
}

static bool stages(struct program *p, struct lowered *l,
                   const struct compile_opts *opts, struct err *err)
{
	if (wanted(opts, "graph"))
		graph_dump(l->g, opts->dump_to);
	if (!lower(l, err) || !build(p, l, opts, err))
		return false;
	place_list(l, p);
	p->hash = XXH3_64bits(p->image, p->image_bytes);
	if (wanted(opts, "image"))
		image_dump(p, opts->dump_to);
	return image_check(p, l->d, opts->longer, err);
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
