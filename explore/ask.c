/* ask: see ask.h */
#include "explore/ask.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "explore/lines.h"
#include "explore/space.h"
#include "explore/store_sql.h"

struct ask {
	struct plan *plan;
	char *path; /* of the store */
	bool together;
	char space[PLAN_KEY];
	struct store *store; /* open within a transaction */
	struct quest {       /* one a network, or one for all */
		struct space space;
		struct nsga *pool; /* what is known, while it is loaded */
	} * quest;
	int n_quests;
};

static const char schema[] =
        "CREATE TABLE IF NOT EXISTS asked("
        " space TEXT, id INTEGER, cell INTEGER, state TEXT NOT NULL,"
        " goals TEXT, excess REAL,"
        " PRIMARY KEY(space, id), UNIQUE(space, cell)) WITHOUT ROWID";

/* ---- The space ---------------------------------------------------------- */

/* Everything that says which points there are and what is better. */
static void describe(const struct ask *a, struct buf *b)
{
	const struct plan *p = a->plan;
	buf_printf(b, "joulet ask 1\n%d\n%016" PRIx64 "\n%s\n%s\n", a->together,
	           design_hash(&p->base), p->backend, p->target_name);
	for (int i = 0; i < p->n_nets; i++)
		buf_printf(b, "%016" PRIx64 " %016" PRIx64 "\n",
		           joulet_net_hash(p->net[i].net),
		           p->net[i].input_hash);
	for (int i = 0; i < p->n_axes; i++) {
		buf_printf(b, "%s %d", p->axis[i].key, p->axis[i].dim);
		for (int k = 0; k < p->axis[i].n; k++)
			buf_printf(b, " %s", p->axis[i].value[k]);
		buf_char(b, '\n');
	}
	for (int i = 0; i < p->n_where; i++)
		buf_printf(b, "where %s\n", expr_text(p->where[i]));
	for (int i = 0; i < p->n_goals; i++)
		buf_printf(b, "%d %s\n", p->goal[i].maximize,
		           p->goal[i].metric);
	if (p->alternatives)
		buf_str(b, "alternatives\n");
}

static void identify(struct ask *a)
{
	struct buf b = {0};
	describe(a, &b);
	XXH128_hash_t h = XXH3_128bits(b.data, b.len);
	snprintf(a->space, sizeof a->space, "%016" PRIx64 "%016" PRIx64,
	         (uint64_t)h.high64, (uint64_t)h.low64);
	buf_free(&b);
}

static void set_out(struct ask *a)
{
	a->n_quests = space_count(a->plan, a->together);
	a->quest = mem_zero((size_t)a->n_quests, sizeof *a->quest);
	for (int i = 0; i < a->n_quests; i++)
		a->quest[i].space = space_of(a->plan, a->together, i);
}

struct ask *ask_open(const char *path, const char *store, bool together,
                     struct err *err)
{
	struct ask *a = mem_zero(1, sizeof *a);
	a->plan = plan_load(path, err);
	a->path = store ? mem_str(store) : path_with_suffix(path, ".db");
	a->together = together;
	if (a->plan && space_check(a->plan, err) &&
	    (!together || space_together(a->plan, err))) {
		identify(a);
		set_out(a);
		return a;
	}
	ask_close(a);
	return NULL;
}

void ask_close(struct ask *a)
{
	if (!a)
		return;
	free(a->quest);
	plan_free(a->plan);
	free(a->path);
	free(a);
}

/* ---- The table ---------------------------------------------------------- */

static bool begin(struct ask *a, struct err *err)
{
	a->store = store_open(a->path, true, err);
	if (a->store && store_begin(a->store, err)) {
		if (sql_run(a->store, schema, err))
			return true;
		sql_back_out(a->store);
	}
	store_close(a->store);
	return false;
}

static bool end(struct ask *a, bool ok, struct err *err)
{
	ok = ok ? store_end(a->store, err) : sql_back_out(a->store);
	store_close(a->store);
	a->store = NULL;
	return ok;
}

static void bind_goals(sqlite3_stmt *q, int at, const double *goal, int n)
{
	struct buf b = {0};
	struct json j = json_begin(&b, false);
	json_list(&j, NULL);
	for (int k = 0; k < n; k++)
		json_double(&j, NULL, goal[k]);
	json_close(&j);
	sql_text(q, at, b.data);
	buf_free(&b);
}

/* "[1.5,2]" */
static void read_goals(const char *text, double *goal, int n)
{
	for (int k = 0; k < n; k++) {
		char *to;
		goal[k] = strtod(text + 1, &to);
		text = to;
	}
}

/* One row into the pool of its network. */
static void take_row(const struct ask *a, sqlite3_stmt *q)
{
	int index[PLAN_MAX_DIMS];
	double goal[NSGA_MAX_GOALS];
	plan_index(a->plan, sqlite3_column_int64(q, 0), index);
	const int quest = space_number(a->plan, a->together, index);
	struct nsga *s = a->quest[quest].pool;
	const char *state = (const char *)sqlite3_column_text(q, 1);
	long point = nsga_add(s, space_gene(a->plan, index));
	if (strcmp(state, "done") == 0) {
		read_goals((const char *)sqlite3_column_text(q, 2), goal,
		           a->plan->n_goals);
		nsga_tell(s, point, goal, sqlite3_column_double(q, 3));
	} else if (strcmp(state, "failed") == 0) {
		nsga_tell(s, point, NULL, 0);
	}
}

/* What is known, into new pools. */
static bool load(struct ask *a, uint64_t seed, struct err *err)
{
	for (int i = 0; i < a->n_quests; i++) {
		struct nsga_grid grid = space_grid(&a->quest[i].space);
		a->quest[i].pool = nsga_new(&grid, seed);
	}
	sqlite3_stmt *q = sql_prepare(a->store,
	                              "SELECT cell, state, goals, excess FROM "
	                              "asked WHERE space = ?1 ORDER BY id",
	                              err);
	if (!q)
		return false;
	sql_text(q, 1, a->space);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW)
		take_row(a, q);
	bool ok = code == SQLITE_DONE || sql_failed(a->store, err);
	sqlite3_finalize(q);
	return ok;
}

static void unload(struct ask *a)
{
	for (int i = 0; i < a->n_quests; i++) {
		nsga_free(a->quest[i].pool);
		a->quest[i].pool = NULL;
	}
}

/* One number for two bound values, or `otherwise` if there is no row. */
static bool number(struct ask *a, const char *sql, int64_t key,
                   int64_t otherwise, int64_t *value, struct err *err)
{
	sqlite3_stmt *q = sql_prepare(a->store, sql, err);
	if (!q)
		return false;
	sql_text(q, 1, a->space);
	sqlite3_bind_int64(q, 2, key);
	int code = sqlite3_step(q);
	*value = code == SQLITE_ROW ? sqlite3_column_int64(q, 0) : otherwise;
	bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
	          sql_failed(a->store, err);
	sqlite3_finalize(q);
	return ok;
}

/* A new row; *id is its number. */
static bool add_row(struct ask *a, int64_t cell, int64_t *id, struct err *err)
{
	if (!number(a,
	            "SELECT coalesce(max(id) + 1, 0) FROM asked WHERE "
	            "space = ?1 AND ?2 = ?2",
	            0, 0, id, err))
		return false;
	sqlite3_stmt *q = sql_prepare(a->store,
	                              "INSERT INTO asked(space, id, cell, "
	                              "state) VALUES(?1, ?2, ?3, 'open')",
	                              err);
	if (!q)
		return false;
	sql_text(q, 1, a->space);
	sqlite3_bind_int64(q, 2, *id);
	sqlite3_bind_int64(q, 3, cell);
	bool ok = sql_done(a->store, q, err);
	sqlite3_finalize(q);
	return ok;
}

/* ---- Asking ------------------------------------------------------------- */

static void put_point(const struct ask *a, struct json *j, int64_t id,
                      int64_t cell)
{
	int index[PLAN_MAX_DIMS];
	plan_index(a->plan, cell, index);
	json_object(j, NULL);
	json_int(j, "id", id);
	line_point(j, a->plan, index, a->together);
}

static bool propose(struct ask *a, const struct quest *quest, long n,
                    struct buf *out, struct err *err)
{
	const struct space *space = &quest->space;
	struct nsga *pool = quest->pool;
	const long from = nsga_count(pool);
	nsga_ask(pool, (int)n);
	for (long i = from; i < nsga_count(pool); i++) {
		int64_t id, cell = space_cell(space, space->net,
		                              nsga_gene(pool, i));
		struct json j = json_begin(out, false);
		if (!add_row(a, cell, &id, err))
			return false;
		put_point(a, &j, id, cell);
		json_close(&j);
		json_done(&j);
	}
	return true;
}

bool ask_points(struct ask *a, long n, uint64_t seed, struct buf *out,
                struct err *err)
{
	if (!begin(a, err))
		return false;
	bool ok = load(a, seed, err);
	for (int i = 0; ok && i < a->n_quests; i++)
		ok = propose(a, &a->quest[i],
		             n / a->n_quests + (i < n % a->n_quests), out, err);
	unload(a);
	return end(a, ok, err);
}

static bool put_best(struct ask *a, const struct quest *quest, struct buf *out,
                     struct err *err)
{
	const struct space *space = &quest->space;
	const struct nsga *pool = quest->pool;
	const struct plan *p = a->plan;
	long n;
	long *front = nsga_front(pool, &n);
	bool ok = true;
	for (long i = 0; ok && i < n; i++) {
		const double *goal = nsga_goal(pool, front[i]);
		int64_t id = -1, cell = space_cell(space, space->net,
		                                   nsga_gene(pool, front[i]));
		ok = number(a,
		            "SELECT id FROM asked WHERE space = ?1 AND "
		            "cell = ?2",
		            cell, -1, &id, err);
		struct json j = json_begin(out, false);
		put_point(a, &j, id, cell);
		json_object(&j, "goals");
		for (int k = 0; k < p->n_goals; k++)
			json_double(&j, p->goal[k].metric,
			            p->goal[k].maximize ? -goal[k] : goal[k]);
		json_close(&j);
		json_close(&j);
		json_done(&j);
	}
	free(front);
	return ok;
}

bool ask_best(struct ask *a, struct buf *out, struct err *err)
{
	if (!begin(a, err))
		return false;
	bool ok = load(a, 0, err);
	for (int i = 0; ok && i < a->n_quests; i++)
		ok = put_best(a, &a->quest[i], out, err);
	unload(a);
	return end(a, ok, err);
}

/* ---- Telling ------------------------------------------------------------ */

struct result {
	bool failed;
	double goal[NSGA_MAX_GOALS], excess;
};

/* The number of the row that a line is about, made if need be. */
static bool find_row(struct ask *a, const struct yaml *line, int64_t *id,
                     struct err *err)
{
	const struct yaml *y = yaml_get(line, "id");
	int index[PLAN_MAX_DIMS];
	long asked;
	int64_t cell;
	if (y) {
		if (!yaml_long(y, 0, LONG_MAX, &asked, err) ||
		    !number(a,
		            "SELECT cell FROM asked WHERE space = ?1 AND "
		            "id = ?2",
		            asked, -1, &cell, err))
			return false;
		*id = asked;
		return cell >= 0 ||
		       err_at(err, yaml_src(y),
		              "id: %ld was not asked for in this space", asked);
	}
	if (!line_index(a->plan, line, a->together, index, err))
		return false;
	cell = plan_cell(a->plan, index);
	if (!number(a, "SELECT id FROM asked WHERE space = ?1 AND cell = ?2",
	            cell, -1, id, err))
		return false;
	return *id >= 0 || add_row(a, cell, id, err);
}

static bool read_goal(const struct plan *p, const struct yaml *line, int k,
                      double *goal, struct err *err)
{
	const char *name = p->goal[k].metric;
	const struct yaml *goals = yaml_get(line, "goals"),
	                  *metrics = yaml_get(line, "metrics"), *y = NULL;
	if (goals && goals->kind == YAML_MAP)
		y = yaml_get(goals, name);
	if (!y && metrics && metrics->kind == YAML_MAP)
		y = yaml_get(metrics, name);
	if (!y)
		return err_at(err, yaml_src(line),
		              "goals: %s is missing; or \"state\": \"failed\"",
		              name);
	if (!yaml_double(y, -HUGE_VAL, HUGE_VAL, goal, err))
		return false;
	if (p->goal[k].maximize)
		*goal = -*goal;
	return true;
}

static bool read_excess(const struct yaml *line, double *excess,
                        struct err *err)
{
	const struct yaml *y = yaml_get(line, "excess"),
	                  *breaks = yaml_get(line, "breaks");
	*excess = 0;
	if (y)
		return yaml_double(y, 0, HUGE_VAL, excess, err);
	if (breaks && !yaml_is_list(breaks, "breaks", err))
		return false;
	*excess = breaks ? breaks->count : 0;
	return true;
}

static bool read_result(const struct plan *p, const struct yaml *line,
                        struct result *r, struct err *err)
{
	const struct yaml *state = yaml_get(line, "state");
	const char *is = "done";
	if (state && !yaml_string(state, &is, err))
		return false;
	r->failed = strcmp(is, "failed") == 0;
	if (!r->failed && strcmp(is, "done") != 0)
		return err_at(err, yaml_src(state),
		              "state: %s is not one of done, failed", is);
	for (int k = 0; !r->failed && k < p->n_goals; k++)
		if (!read_goal(p, line, k, &r->goal[k], err))
			return false;
	return read_excess(line, &r->excess, err);
}

static bool tell(struct ask *a, const struct yaml *line, struct err *err)
{
	static const char *const keys[] = {
	        "id",      "network", "parameters", "state", "goals",
	        "metrics", "breaks",  "excess",     "error", NULL};
	struct result r;
	int64_t id;
	if (!yaml_known_keys(line, keys, err) ||
	    !read_result(a->plan, line, &r, err) ||
	    !find_row(a, line, &id, err))
		return false;
	sqlite3_stmt *q = sql_prepare(a->store,
	                              "UPDATE asked SET state = ?3, goals = ?4,"
	                              " excess = ?5 WHERE space = ?1 AND "
	                              "id = ?2",
	                              err);
	if (!q)
		return false;
	sql_text(q, 1, a->space);
	sqlite3_bind_int64(q, 2, id);
	sql_text(q, 3, r.failed ? "failed" : "done");
	if (!r.failed)
		bind_goals(q, 4, r.goal, a->plan->n_goals);
	sqlite3_bind_double(q, 5, r.excess);
	bool ok = sql_done(a->store, q, err);
	sqlite3_finalize(q);
	return ok;
}

bool ask_tell(struct ask *a, const char *text, size_t size, struct err *err)
{
	const char *const stop = text + size;
	bool ok = true;
	if (!begin(a, err))
		return false;
	for (long number = 1; ok && text < stop; number++) {
		const char *to = memchr(text, '\n', (size_t)(stop - text));
		to = to ? to : stop;
		struct yaml *line = line_parse(text, (size_t)(to - text),
		                               "stdin", number, err);
		ok = line && tell(a, line, err);
		yaml_drop(line);
		text = to + 1;
	}
	return end(a, ok, err);
}
