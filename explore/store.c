/* store: see store.h */
#include "explore/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "explore/plan_json.h"
#include "explore/store_sql.h"
#include "explore/tool.h"

enum { APPLICATION = 0x6a6f756c, VERSION = 2 };

static const char schema[] =
        "CREATE TABLE IF NOT EXISTS points("
        " key TEXT PRIMARY KEY, state TEXT NOT NULL,"
        " attempts INTEGER NOT NULL DEFAULT 0,"
        " crashes INTEGER NOT NULL DEFAULT 0,"
        " owner TEXT, lease_until INTEGER,"
        " network TEXT, network_hash TEXT, design_hash TEXT, design TEXT,"
        " input_hash TEXT, tool TEXT, backend TEXT, target TEXT,"
        " error TEXT, error_kind INTEGER,"
        " cycles INTEGER, boot_cycles INTEGER, latency_us REAL,"
        " utilization REAL, arena_bytes INTEGER, peak_bytes INTEGER,"
        " spad_bytes INTEGER, image_bytes INTEGER, out_hash TEXT,"
        " counts TEXT);"
        "CREATE INDEX IF NOT EXISTS points_run ON points(owner)"
        " WHERE owner IS NOT NULL;"
        "CREATE TABLE IF NOT EXISTS sweeps("
        " id TEXT PRIMARY KEY, name TEXT, points INTEGER, plan TEXT);"
        "CREATE TABLE IF NOT EXISTS members("
        " sweep TEXT, point INTEGER, key TEXT,"
        " PRIMARY KEY(sweep, point)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS costs("
        " key TEXT, tech_hash TEXT, tech TEXT, energy_uj REAL, shares_pj TEXT,"
        " PRIMARY KEY(key, tech_hash)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS refusals("
        " key TEXT, tech_hash TEXT, tech TEXT, why TEXT,"
        " PRIMARY KEY(key, tech_hash)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS confirmed("
        " key TEXT, rtl_hash TEXT, by TEXT,"
        " PRIMARY KEY(key, rtl_hash)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS accuracies("
        " network_hash TEXT, data_hash TEXT, weight_bits INTEGER,"
        " keep_of_4 INTEGER, tool TEXT, network TEXT, data TEXT,"
        " correct INTEGER, total INTEGER,"
        " PRIMARY KEY(network_hash, data_hash, weight_bits, keep_of_4, tool))"
        " WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS merged("
        " log TEXT PRIMARY KEY, bytes INTEGER) WITHOUT ROWID;";

/* ---- Opening ----------------------------------------------------------- */

/* Version 1 did not say what a sweep was. */
static bool make_newer(struct store *s, struct err *err)
{
	return sql_run(s, "ALTER TABLE sweeps ADD COLUMN plan TEXT", err);
}

/* *marked: it says itself that it is a store of this version. */
static bool check_version(struct store *s, bool *marked, struct err *err)
{
	long app = 0, version = 0, tables = 0;
	if (!sql_pragma(s, "PRAGMA application_id", &app, err) ||
	    !sql_pragma(s, "PRAGMA user_version", &version, err) ||
	    !sql_pragma(s, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
	*marked = app == APPLICATION && version == VERSION;
	if (app == 0 && version == 0 && tables == 0)
		return true; /* a new file */
	if (app != APPLICATION)
		return err_at(err, (struct src){s->path, 0},
		              "a database, but not a result store of joulet");
	if (version == 1)
		return make_newer(s, err);
	if (version != VERSION)
		return err_at(err, (struct src){s->path, 0},
		              "result store of version %ld, this is %d",
		              version, VERSION);
	return true;
}

/* In one transaction, so that of two processes that make the file one does it
 * and the other finds it made. A file that is not ours stays as it is, and one
 * that has all is not written to. */
static bool make_tables(struct store *s, struct err *err)
{
	char marks[96];
	bool marked = false;
	snprintf(marks, sizeof marks,
	         "PRAGMA application_id = %d; PRAGMA user_version = %d",
	         APPLICATION, VERSION);
	if (!store_begin(s, err))
		return false;
	if (check_version(s, &marked, err) && sql_run(s, schema, err) &&
	    (marked || sql_run(s, marks, err)))
		return store_end(s, err);
	return sql_back_out(s);
}

/* SQLite does not wait for others by itself when it changes the journal. */
static bool use_wal(struct store *s, struct err *err)
{
	const struct timespec pause = {0, 5000000};
	for (int tries = BUSY_MS / 5;; tries--) {
		if (sql_run(s, "PRAGMA journal_mode = WAL", err))
			return true;
		if (err->kind != ERR_AGAIN || tries == 0)
			return false;
		nanosleep(&pause, NULL);
	}
}

static bool prepare_file(struct store *s, bool durable, struct err *err)
{
	return make_tables(s, err) && use_wal(s, err) &&
	       sql_run(s,
	               durable ? "PRAGMA synchronous = FULL"
	                       : "PRAGMA synchronous = NORMAL",
	               err);
}

struct store *store_open(const char *path, bool durable, struct err *err)
{
	assert(path && err);
	struct store *s = mem_zero(1, sizeof *s);
	s->path = mem_str(path);
	bool ok = sqlite3_open(path, &s->db) == SQLITE_OK || sql_failed(s, err);
	if (ok) {
		sqlite3_extended_result_codes(s->db, 1);
		sqlite3_busy_timeout(s->db, BUSY_MS);
		ok = prepare_file(s, durable, err);
	}
	if (ok)
		return s;
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < N_KEPT; i++)
		sqlite3_finalize(s->kept[i]);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

bool store_begin(struct store *s, struct err *err)
{
	return sql_run(s, "BEGIN IMMEDIATE", err);
}

bool store_end(struct store *s, struct err *err)
{
	return sql_run(s, "COMMIT", err) || sql_back_out(s);
}

/* ---- Putting a sweep in ------------------------------------------------ */

static bool add_point(struct store *s, const struct plan *p, long point,
                      struct err *err)
{
	const struct plan_pick pick = plan_pick(p, point);
	const struct plan_net *net = &p->net[pick.net];
	char key[PLAN_KEY];
	plan_key(p, point, key);

	char *yaml = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&yaml, &size);
	if (!f)
		abort();
	design_dump(&pick.design, f);
	fclose(f);

	sqlite3_stmt *q = sql_kept(s, ADD_POINT, err);
	bool ok = q != NULL;
	if (ok) {
		sql_text(q, 1, key);
		sql_text(q, 2, joulet_net_name(net->net));
		sql_hash(q, 3, joulet_net_hash(net->net));
		sql_hash(q, 4, design_hash(&pick.design));
		sql_text(q, 5, yaml);
		sql_hash(q, 6, net->input_hash);
		sql_text(q, 7, p->tool);
		sql_text(q, 8, pick.backend);
		sql_text(q, 9, plan_target_name(&pick));
		ok = sql_done(s, q, err);
	}
	free(yaml);
	if (!ok || !(q = sql_kept(s, ADD_MEMBER, err)))
		return false;
	sql_text(q, 1, p->id);
	sql_number(q, 2, (uint64_t)point);
	sql_text(q, 3, key);
	return sql_done(s, q, err);
}

/* Is the sweep there already? Then its points are, too. */
static bool find_sweep(struct store *s, const struct plan *p, bool *known,
                       struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok =
	        sqlite3_prepare_v2(s->db, "SELECT 1 FROM sweeps WHERE id = ?1",
	                           -1, &q, NULL) == SQLITE_OK ||
	        sql_failed(s, err);
	if (ok) {
		sql_text(q, 1, p->id);
		int code = sqlite3_step(q);
		*known = code == SQLITE_ROW;
		ok = *known || code == SQLITE_DONE || sql_failed(s, err);
	}
	sqlite3_finalize(q);
	return ok;
}

/* The row is written anew, also of a sweep that is known: objectives are no
 * part of its id, and the row with the highest rowid is the latest sweep. */
static bool add_sweep(struct store *s, const struct plan *p, struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct buf plan = {0};
	bool ok = sqlite3_prepare_v2(s->db,
	                             "INSERT OR REPLACE INTO sweeps(id, name, "
	                             "points, plan) VALUES(?1, ?2, ?3, ?4)",
	                             -1, &q, NULL) == SQLITE_OK ||
	          sql_failed(s, err);
	if (ok) {
		sql_text(q, 1, p->id);
		sql_text(q, 2, p->name);
		sql_number(q, 3, (uint64_t)plan_members(p));
		if (!p->of) /* else comparisons of another sweep */
			plan_json(p, &plan);
		sqlite3_bind_text(q, 4, plan.data, -1, SQLITE_TRANSIENT);
		ok = sql_done(s, q, err);
	}
	sqlite3_finalize(q);
	buf_free(&plan);
	return ok;
}

bool store_add_plan(struct store *s, const struct plan *p, struct err *err)
{
	bool known = false;
	if (!store_begin(s, err))
		return false;
	bool ok = find_sweep(s, p, &known, err) && add_sweep(s, p, err);
	for (long i = 0; ok && !known && i < plan_members(p); i++)
		ok = add_point(s, p, plan_member(p, i), err);
	return ok ? store_end(s, err) : sql_back_out(s);
}

/* ---- Claims ------------------------------------------------------------ */

static bool find_next(struct store *s, const struct plan *p, long from,
                      long *point, char key[PLAN_KEY], struct err *err)
{
	sqlite3_stmt *q = sql_kept(s, NEXT, err);
	if (!q)
		return false;
	sql_text(q, 1, p->id);
	sql_number(q, 2, (uint64_t)from);
	sql_number(q, 3, (uint64_t)time(NULL));
	int code = sqlite3_step(q);
	*point = -1;
	if (code == SQLITE_ROW) {
		*point = (long)sqlite3_column_int64(q, 0);
		snprintf(key, PLAN_KEY, "%s",
		         (const char *)sqlite3_column_text(q, 1));
	}
	bool ok =
	        code == SQLITE_ROW || code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_reset(q);
	return ok;
}

bool store_claim(struct store *s, const struct plan *p, const char *owner,
                 int lease_s, long from, long *point, struct err *err)
{
	char key[PLAN_KEY];
	/* IMMEDIATE: nobody else can find the same point meanwhile. */
	if (!store_begin(s, err))
		return false;
	bool ok = find_next(s, p, from, point, key, err);
	if (ok && *point >= 0) {
		sqlite3_stmt *q = sql_kept(s, CLAIM, err);
		ok = q != NULL;
		if (ok) {
			sql_text(q, 1, key);
			sql_text(q, 2, owner);
			sql_number(q, 3, (uint64_t)(time(NULL) + lease_s));
			ok = sql_done(s, q, err);
		}
	}
	return ok ? store_end(s, err) : sql_back_out(s);
}

bool store_renew(struct store *s, const char *owner, int lease_s,
                 struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(s->db,
	                             "UPDATE points SET lease_until = ?2 WHERE "
	                             "owner = ?1 AND state = 'run'",
	                             -1, &q, NULL) == SQLITE_OK ||
	          sql_failed(s, err);
	if (ok) {
		sql_text(q, 1, owner);
		sql_number(q, 2, (uint64_t)(time(NULL) + lease_s));
		ok = sql_done(s, q, err);
	}
	sqlite3_finalize(q);
	return ok;
}

bool store_release(struct store *s, const char *owner, bool crashed,
                   const char *why, struct err *err)
{
	sqlite3_stmt *q = NULL;
	const char *sql = "UPDATE points SET crashes = crashes + ?2, "
	                  "state = iif(crashes + ?2 >= ?3, 'failed', 'open'), "
	                  "error = iif(crashes + ?2 >= ?3, ?4, NULL), "
	                  "error_kind = iif(crashes + ?2 >= ?3, ?5, NULL), "
	                  "owner = NULL, lease_until = NULL "
	                  "WHERE owner = ?1 AND state = 'run'";
	bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK ||
	          sql_failed(s, err);
	if (ok) {
		sql_text(q, 1, owner);
		sql_number(q, 2, crashed);
		sql_number(q, 3, CRASHES);
		sql_text(q, 4, why);
		sql_number(q, 5, ERR_BUG);
		ok = sql_done(s, q, err);
	}
	sqlite3_finalize(q);
	return ok;
}

bool store_held(struct store *s, const char *owner, long *n, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(s->db,
	                             "SELECT count(*) FROM points WHERE owner "
	                             "= ?1 AND state = 'run'",
	                             -1, &q, NULL) == SQLITE_OK;
	if (ok) {
		sql_text(q, 1, owner);
		ok = sqlite3_step(q) == SQLITE_ROW;
	}
	*n = ok ? (long)sqlite3_column_int64(q, 0) : 0;
	ok = ok || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

/* Owners of running points of the sweep; freed by the caller. */
static bool owners(struct store *s, const struct plan *p, char ***list, long *n,
                   struct err *err)
{
	sqlite3_stmt *q = NULL;
	const char *sql = "SELECT DISTINCT owner FROM points JOIN members "
	                  "USING(key) WHERE sweep = ?1 AND state = 'run' AND "
	                  "owner IS NOT NULL";
	*list = NULL;
	*n = 0;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return sql_failed(s, err);
	sql_text(q, 1, p->id);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW) {
		*list = mem_grow(*list, (size_t)*n + 1, sizeof **list);
		(*list)[(*n)++] =
		        mem_str((const char *)sqlite3_column_text(q, 0));
	}
	bool ok = code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

bool store_reap(struct store *s, const struct plan *p, long *n, struct err *err)
{
	char **owner;
	long n_owners;
	bool ok = owners(s, p, &owner, &n_owners, err);
	*n = 0;
	for (long i = 0; i < n_owners; i++) {
		if (ok && !owner_maybe_alive(owner[i])) {
			ok = store_release(s, owner[i], false, NULL, err);
			*n += sqlite3_changes(s->db);
		}
		free(owner[i]);
	}
	free(owner);
	return ok;
}

bool store_claim_all(struct store *s, const struct plan *p, const char *owner,
                     int lease_s, long *n, struct err *err)
{
	const char *sql = "UPDATE points SET state = 'run', owner = ?2, "
	                  "lease_until = ?3 WHERE (state = 'open' OR (state = "
	                  "'run' AND lease_until < ?4)) AND key IN (SELECT key "
	                  "FROM members WHERE sweep = ?1)";
	sqlite3_stmt *q = sql_prepare(s, sql, err);
	if (!q)
		return false;
	sql_text(q, 1, p->id);
	sql_text(q, 2, owner);
	sql_number(q, 3, (uint64_t)(time(NULL) + lease_s));
	sql_number(q, 4, (uint64_t)time(NULL));
	bool ok = sql_done(s, q, err);
	*n = ok ? sqlite3_changes(s->db) : 0;
	sqlite3_finalize(q);
	return ok;
}

bool store_owned(struct store *s, const struct plan *p, const char *owner,
                 long **point, long *n, struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        s,
	        "SELECT min(point) FROM members JOIN points USING(key) WHERE "
	        "sweep = ?1 AND owner = ?2 AND state = 'run' GROUP BY key "
	        "ORDER BY 1",
	        err);
	*point = NULL;
	*n = 0;
	if (!q)
		return false;
	sql_text(q, 1, p->id);
	sql_text(q, 2, owner);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW) {
		if ((*n & (*n - 1)) == 0) /* grows by doubling */
			*point = mem_grow(*point, (size_t)*n * 2 + 1,
			                  sizeof **point);
		(*point)[(*n)++] = (long)sqlite3_column_int64(q, 0);
	}
	bool ok = code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}
