/* batch: see batch.h */
#include "explore/batch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"
#include "explore/store_sql.h"
#include "explore/tool.h"

static int by_cell(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

void batch_open(struct batch *b, const struct sweep *base, const int64_t *cell,
                long n)
{
	*b = (struct batch){.n = 0};
	b->cell = mem_zero((size_t)n, sizeof *b->cell);
	if (n > 0)
		memcpy(b->cell, cell, (size_t)n * sizeof *cell);
	qsort(b->cell, (size_t)n, sizeof *b->cell, by_cell);
	for (long i = 0; i < n; i++)
		if (i == 0 || b->cell[i] != b->cell[b->n - 1])
			b->cell[b->n++] = b->cell[i];
	b->plan = plan_of_cells(base->plan, b->cell, b->n);
	b->view = *base;
	b->view.plan = &b->plan;
}

void batch_close(struct batch *b)
{
	if (b->view.row)
		result_free(&b->view);
	free(b->cell);
	*b = (struct batch){.n = 0};
}

/* An id that no other process has: it may be forgotten while another one works
 * on the same cells. */
static void make_own(struct plan *p)
{
	char text[PLAN_KEY + OWNER_SIZE] = "", owner[OWNER_SIZE] = "";
	owner_name(getpid(), owner);
	snprintf(text, sizeof text, "%s%s", p->id, owner);
	XXH128_hash_t h = XXH3_128bits(text, strlen(text));
	snprintf(p->id, sizeof p->id, "%016" PRIx64 "%016" PRIx64,
	         (uint64_t)h.high64, (uint64_t)h.low64);
}

static bool forget_from(struct store *s, const char *sql, const struct plan *p,
                        struct err *err)
{
	sqlite3_stmt *q = sql_prepare(s, sql, err);
	if (!q)
		return false;
	sql_text(q, 1, p->id);
	bool ok = sql_done(s, q, err);
	sqlite3_finalize(q);
	return ok;
}

static bool forget(const struct batch *b, struct err *err)
{
	struct store *s = store_open(b->view.store, b->view.durable, err);
	if (!s)
		return false;
	bool ok = store_begin(s, err);
	if (ok &&
	    forget_from(s, "DELETE FROM members WHERE sweep = ?1", &b->plan,
	                err) &&
	    forget_from(s, "DELETE FROM sweeps WHERE id = ?1", &b->plan, err))
		ok = store_end(s, err);
	else if (ok)
		ok = sql_back_out(s);
	store_close(s);
	return ok;
}

bool batch_run(struct batch *b, const struct sweep_opts *opts, struct err *err)
{
	struct sweep_opts quiet = *opts;
	struct err ignored;
	quiet.confirm = SWEEP_CONFIRM_NONE;
	quiet.talk = NULL;
	make_own(&b->plan);
	bool ok = sweep_run(&b->view, &quiet, err);
	return forget(b, ok ? err : &ignored) && ok;
}
