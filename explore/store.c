/* store: see store.h */
#include "explore/store.h"

#include <assert.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "explore/plan_json.h"
#include "explore/tool.h"

enum { APPLICATION = 0x6a6f756c, VERSION = 2, BUSY_MS = 20000, CRASHES = 3 };

/* Statements that run once a point are kept prepared. */
enum kept {
	ADD_POINT,
	ADD_MEMBER,
	NEXT,
	CLAIM,
	FINISH,
	GET,
	COST,
	CONFIRM,
	CONFIRMED,
	N_KEPT
};

static const char *const sql_of[N_KEPT] = {
        [ADD_POINT] = "INSERT OR IGNORE INTO points(key, state, network, "
                      "network_hash, design_hash, design, input_hash, tool, "
                      "backend, target) VALUES(?1, 'open', ?2, ?3, ?4, ?5, ?6, "
                      "?7, ?8, ?9)",
        [ADD_MEMBER] = "INSERT OR IGNORE INTO members(sweep, point, key) "
                       "VALUES(?1, ?2, ?3)",
        [NEXT] = "SELECT m.point, m.key FROM members m JOIN points p USING(key)"
                 " WHERE m.sweep = ?1 AND m.point >= ?2 AND (p.state = 'open' "
                 "OR (p.state = 'run' AND p.lease_until < ?3)) "
                 "ORDER BY m.point LIMIT 1",
        [CLAIM] = "UPDATE points SET state = 'run', owner = ?2, "
                  "lease_until = ?3, attempts = attempts + 1 WHERE key = ?1",
        [FINISH] = "UPDATE points SET state = ?3, owner = NULL, "
                   "lease_until = NULL, error = ?4, error_kind = ?5, "
                   "cycles = ?6, boot_cycles = ?7, latency_us = ?8, "
                   "utilization = ?9, arena_bytes = ?10, peak_bytes = ?11, "
                   "spad_bytes = ?12, image_bytes = ?13, out_hash = ?14, "
                   "counts = ?15 "
                   "WHERE key = ?1 AND owner = ?2 AND state = 'run'",
        [GET] = "SELECT state, error, error_kind, cycles, boot_cycles, "
                "latency_us, utilization, arena_bytes, peak_bytes, spad_bytes, "
                "image_bytes, out_hash, counts FROM points WHERE key = ?1 "
                "AND state IN ('done', 'failed')",
        [COST] = "INSERT OR REPLACE INTO costs(key, tech_hash, tech, "
                 "energy_uj, shares_pj) VALUES(?1, ?2, ?3, ?4, ?5)",
        [CONFIRM] = "INSERT OR IGNORE INTO confirmed(key, rtl_hash, by) "
                    "VALUES(?1, ?2, ?3)",
        [CONFIRMED] = "SELECT 1 FROM confirmed WHERE key = ?1 AND "
                      "rtl_hash = ?2",
};

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
        "CREATE TABLE IF NOT EXISTS confirmed("
        " key TEXT, rtl_hash TEXT, by TEXT,"
        " PRIMARY KEY(key, rtl_hash)) WITHOUT ROWID;";

struct store {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *kept[N_KEPT];
};

/* ---- SQLite in our words ----------------------------------------------- */

static bool failed(struct store *s, struct err *err)
{
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
	const char *why = s->db ? sqlite3_errmsg(s->db) : "out of memory";
	err_at(err, (struct src){s->path, 0}, "%s", why);
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err->kind = ERR_AGAIN;
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_IOERR:
	case SQLITE_FULL:
		err->kind = ERR_NOINPUT;
		break;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		break; /* ERR_DATA */
	default:
		err->kind = ERR_BUG;
	}
	return false;
}

static bool run(struct store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       failed(s, err);
}

/* Ends a transaction in which something failed; err is set already. */
static bool back_out(struct store *s)
{
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static sqlite3_stmt *kept(struct store *s, enum kept which, struct err *err)
{
	sqlite3_stmt **q = &s->kept[which];
	if (!*q && sqlite3_prepare_v3(s->db, sql_of[which], -1,
	                              SQLITE_PREPARE_PERSISTENT, q,
	                              NULL) != SQLITE_OK) {
		failed(s, err);
		return NULL;
	}
	sqlite3_reset(*q);
	sqlite3_clear_bindings(*q);
	return *q;
}

static void text(sqlite3_stmt *q, int at, const char *s)
{
	sqlite3_bind_text(q, at, s, -1, SQLITE_TRANSIENT);
}

static void number(sqlite3_stmt *q, int at, uint64_t n)
{
	sqlite3_bind_int64(q, at, (sqlite3_int64)n);
}

/* SQLite has no unsigned 64 bits: hashes are text. */
static void hash(sqlite3_stmt *q, int at, uint64_t h)
{
	char s[20];
	snprintf(s, sizeof s, "%016" PRIx64, h);
	text(q, at, s);
}

/* Run a statement that returns no row, and make it ready again. */
static bool done(struct store *s, sqlite3_stmt *q, struct err *err)
{
	int code = sqlite3_step(q);
	bool ok = code == SQLITE_DONE || failed(s, err);
	sqlite3_reset(q);
	return ok;
}

/* The first column of the first row of a pragma. */
static bool pragma(struct store *s, const char *sql, long *value,
                   struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK &&
	          sqlite3_step(q) == SQLITE_ROW;
	if (ok)
		*value = (long)sqlite3_column_int64(q, 0);
	else
		failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

/* ---- Opening ----------------------------------------------------------- */

/* Version 1 did not say what a sweep was. */
static bool make_newer(struct store *s, struct err *err)
{
	return run(s, "ALTER TABLE sweeps ADD COLUMN plan TEXT", err);
}

static bool check_version(struct store *s, struct err *err)
{
	long app = 0, version = 0, tables = 0;
	if (!pragma(s, "PRAGMA application_id", &app, err) ||
	    !pragma(s, "PRAGMA user_version", &version, err) ||
	    !pragma(s, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
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
 * and the other finds it made. A file that is not ours stays as it is. */
static bool make_tables(struct store *s, struct err *err)
{
	char marks[96];
	snprintf(marks, sizeof marks,
	         "PRAGMA application_id = %d; PRAGMA user_version = %d",
	         APPLICATION, VERSION);
	if (!store_begin(s, err))
		return false;
	if (check_version(s, err) && run(s, schema, err) && run(s, marks, err))
		return store_end(s, err);
	return back_out(s);
}

/* SQLite does not wait for others by itself when it changes the journal. */
static bool use_wal(struct store *s, struct err *err)
{
	const struct timespec pause = {0, 5000000};
	for (int tries = BUSY_MS / 5;; tries--) {
		if (run(s, "PRAGMA journal_mode = WAL", err))
			return true;
		if (err->kind != ERR_AGAIN || tries == 0)
			return false;
		nanosleep(&pause, NULL);
	}
}

static bool prepare_file(struct store *s, bool durable, struct err *err)
{
	return make_tables(s, err) && use_wal(s, err) &&
	       run(s,
	           durable ? "PRAGMA synchronous = FULL"
	                   : "PRAGMA synchronous = NORMAL",
	           err);
}

struct store *store_open(const char *path, bool durable, struct err *err)
{
	assert(path && err);
	struct store *s = mem_zero(1, sizeof *s);
	s->path = mem_str(path);
	bool ok = sqlite3_open(path, &s->db) == SQLITE_OK || failed(s, err);
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
	return run(s, "BEGIN IMMEDIATE", err);
}

bool store_end(struct store *s, struct err *err)
{
	return run(s, "COMMIT", err) || back_out(s);
}

/* ---- Putting a sweep in ------------------------------------------------ */

static bool add_point(struct store *s, const struct plan *p, long point,
                      struct err *err)
{
	const struct plan_net *net = plan_net_of(p, point);
	struct design d = plan_design(p, point);
	char key[PLAN_KEY];
	plan_key(p, point, key);

	char *yaml = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&yaml, &size);
	if (!f)
		abort();
	design_dump(&d, f);
	fclose(f);

	sqlite3_stmt *q = kept(s, ADD_POINT, err);
	bool ok = q != NULL;
	if (ok) {
		text(q, 1, key);
		text(q, 2, joulet_net_name(net->net));
		hash(q, 3, joulet_net_hash(net->net));
		hash(q, 4, design_hash(&d));
		text(q, 5, yaml);
		hash(q, 6, net->input_hash);
		text(q, 7, p->tool);
		text(q, 8, p->backend);
		text(q, 9, p->target_name);
		ok = done(s, q, err);
	}
	free(yaml);
	if (!ok || !(q = kept(s, ADD_MEMBER, err)))
		return false;
	text(q, 1, p->id);
	number(q, 2, (uint64_t)point);
	text(q, 3, key);
	return done(s, q, err);
}

/* Is the sweep there already? Then its points are, too. */
static bool find_sweep(struct store *s, const struct plan *p, bool *known,
                       struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok =
	        sqlite3_prepare_v2(s->db, "SELECT 1 FROM sweeps WHERE id = ?1",
	                           -1, &q, NULL) == SQLITE_OK ||
	        failed(s, err);
	if (ok) {
		text(q, 1, p->id);
		int code = sqlite3_step(q);
		*known = code == SQLITE_ROW;
		ok = *known || code == SQLITE_DONE || failed(s, err);
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
	          failed(s, err);
	if (ok) {
		text(q, 1, p->id);
		text(q, 2, p->name);
		number(q, 3, (uint64_t)plan_members(p));
		if (!p->of) /* else comparisons of another sweep */
			plan_json(p, &plan);
		sqlite3_bind_text(q, 4, plan.data, -1, SQLITE_TRANSIENT);
		ok = done(s, q, err);
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
	return ok ? store_end(s, err) : back_out(s);
}

/* ---- Claims ------------------------------------------------------------ */

static bool find_next(struct store *s, const struct plan *p, long from,
                      long *point, char key[PLAN_KEY], struct err *err)
{
	sqlite3_stmt *q = kept(s, NEXT, err);
	if (!q)
		return false;
	text(q, 1, p->id);
	number(q, 2, (uint64_t)from);
	number(q, 3, (uint64_t)time(NULL));
	int code = sqlite3_step(q);
	*point = -1;
	if (code == SQLITE_ROW) {
		*point = (long)sqlite3_column_int64(q, 0);
		snprintf(key, PLAN_KEY, "%s",
		         (const char *)sqlite3_column_text(q, 1));
	}
	bool ok = code == SQLITE_ROW || code == SQLITE_DONE || failed(s, err);
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
		sqlite3_stmt *q = kept(s, CLAIM, err);
		ok = q != NULL;
		if (ok) {
			text(q, 1, key);
			text(q, 2, owner);
			number(q, 3, (uint64_t)(time(NULL) + lease_s));
			ok = done(s, q, err);
		}
	}
	return ok ? store_end(s, err) : back_out(s);
}

bool store_renew(struct store *s, const char *owner, int lease_s,
                 struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(s->db,
	                             "UPDATE points SET lease_until = ?2 WHERE "
	                             "owner = ?1 AND state = 'run'",
	                             -1, &q, NULL) == SQLITE_OK ||
	          failed(s, err);
	if (ok) {
		text(q, 1, owner);
		number(q, 2, (uint64_t)(time(NULL) + lease_s));
		ok = done(s, q, err);
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
	          failed(s, err);
	if (ok) {
		text(q, 1, owner);
		number(q, 2, crashed);
		number(q, 3, CRASHES);
		text(q, 4, why);
		number(q, 5, ERR_BUG);
		ok = done(s, q, err);
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
		text(q, 1, owner);
		ok = sqlite3_step(q) == SQLITE_ROW;
	}
	*n = ok ? (long)sqlite3_column_int64(q, 0) : 0;
	ok = ok || failed(s, err);
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
		return failed(s, err);
	text(q, 1, p->id);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW) {
		*list = mem_grow(*list, (size_t)*n + 1, sizeof **list);
		(*list)[(*n)++] =
		        mem_str((const char *)sqlite3_column_text(q, 0));
	}
	bool ok = code == SQLITE_DONE || failed(s, err);
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

/* ---- Outcomes ---------------------------------------------------------- */

/* {"event": count, ...}; read back by counts_of, and by SQLite's JSON. */
static void counts_text(const struct counts *c, struct buf *b)
{
	struct json j = json_begin(b, false);
	json_object(&j, NULL);
	for (int i = 0; i < N_EVENTS; i++)
		json_uint(&j, event_name[i], c->n[i]);
	json_close(&j);
}

static void counts_of(const char *json, struct counts *c)
{
	memset(c, 0, sizeof *c);
	for (int i = 0; json && i < N_EVENTS; i++) {
		char name[64];
		snprintf(name, sizeof name, "\"%s\":", event_name[i]);
		const char *at = strstr(json, name);
		if (at)
			c->n[i] = strtoull(at + strlen(name), NULL, 10);
	}
}

static void bind_result(sqlite3_stmt *q, const struct outcome *o)
{
	struct buf b = {0};
	number(q, 6, o->cycles);
	number(q, 7, o->boot_cycles);
	sqlite3_bind_double(q, 8, o->latency_us);
	sqlite3_bind_double(q, 9, o->utilization);
	number(q, 10, o->arena_bytes);
	number(q, 11, o->peak_bytes);
	number(q, 12, o->spad_bytes);
	number(q, 13, o->image_bytes);
	hash(q, 14, o->out_hash);
	counts_text(&o->counts, &b);
	text(q, 15, b.data);
	buf_free(&b);
}

static bool finish(struct store *s, const struct plan *p, long point,
                   const char *owner, const struct outcome *o, struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = kept(s, FINISH, err);
	if (!q)
		return false;
	text(q, 1, key);
	text(q, 2, owner);
	text(q, 3, o->ok ? "done" : "failed");
	if (o->ok) {
		bind_result(q, o);
	} else {
		text(q, 4, o->error);
		number(q, 5, o->kind);
	}
	return done(s, q, err);
}

/* Mark the point that p has compared. */
static bool confirm(struct store *s, const struct plan *p, long point,
                    struct err *err)
{
	char key[PLAN_KEY], by[PLAN_KEY];
	plan_key(p->of, point, key);
	plan_key(p, point, by);
	sqlite3_stmt *q = kept(s, CONFIRM, err);
	if (!q)
		return false;
	text(q, 1, key);
	hash(q, 2, p->rtl_hash);
	text(q, 3, by);
	return done(s, q, err);
}

bool store_finish(struct store *s, const struct plan *p, long point,
                  const char *owner, const struct outcome *o, struct err *err)
{
	if (!p->of || !o->ok)
		return finish(s, p, point, owner, o, err);
	if (!store_begin(s, err))
		return false;
	bool ok = finish(s, p, point, owner, o, err) &&
	          (sqlite3_changes(s->db) == 0 || confirm(s, p, point, err));
	return ok ? store_end(s, err) : back_out(s);
}

bool store_confirmed(struct store *s, const struct plan *p, long point,
                     uint64_t rtl_hash, bool *yes, struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = kept(s, CONFIRMED, err);
	if (!q)
		return false;
	text(q, 1, key);
	hash(q, 2, rtl_hash);
	int code = sqlite3_step(q);
	*yes = code == SQLITE_ROW;
	bool ok = *yes || code == SQLITE_DONE || failed(s, err);
	sqlite3_reset(q);
	return ok;
}

static void take_outcome(sqlite3_stmt *q, struct outcome *o)
{
	memset(o, 0, sizeof *o);
	o->ok = strcmp((const char *)sqlite3_column_text(q, 0), "done") == 0;
	if (!o->ok) {
		const char *why = (const char *)sqlite3_column_text(q, 1);
		snprintf(o->error, sizeof o->error, "%s", why ? why : "");
		o->kind = (enum err_kind)sqlite3_column_int(q, 2);
		return;
	}
	const char *out = (const char *)sqlite3_column_text(q, 11);
	o->cycles = (uint64_t)sqlite3_column_int64(q, 3);
	o->boot_cycles = (uint64_t)sqlite3_column_int64(q, 4);
	o->latency_us = sqlite3_column_double(q, 5);
	o->utilization = sqlite3_column_double(q, 6);
	o->arena_bytes = (uint32_t)sqlite3_column_int64(q, 7);
	o->peak_bytes = (uint32_t)sqlite3_column_int64(q, 8);
	o->spad_bytes = (uint32_t)sqlite3_column_int64(q, 9);
	o->image_bytes = (uint32_t)sqlite3_column_int64(q, 10);
	o->out_hash = out ? strtoull(out, NULL, 16) : 0;
	counts_of((const char *)sqlite3_column_text(q, 12), &o->counts);
}

bool store_get(struct store *s, const struct plan *p, long point,
               struct outcome *o, bool *found, struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = kept(s, GET, err);
	if (!q)
		return false;
	text(q, 1, key);
	int code = sqlite3_step(q);
	*found = code == SQLITE_ROW;
	if (*found)
		take_outcome(q, o);
	bool ok = *found || code == SQLITE_DONE || failed(s, err);
	sqlite3_reset(q);
	return ok;
}

bool store_tally(struct store *s, const struct plan *p, struct tally *t,
                 struct err *err)
{
	static const char *const name[] = {"open", "run", "done", "failed"};
	long *const to[] = {&t->open, &t->run, &t->done, &t->failed};
	sqlite3_stmt *q = NULL;
	const char *sql = "SELECT state, count(*) FROM members JOIN points "
	                  "USING(key) WHERE sweep = ?1 GROUP BY state";
	*t = (struct tally){0};
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return failed(s, err);
	text(q, 1, p->id);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW) {
		const char *state = (const char *)sqlite3_column_text(q, 0);
		long n = (long)sqlite3_column_int64(q, 1);
		t->total += n;
		for (int i = 0; i < 4; i++)
			if (strcmp(state, name[i]) == 0)
				*to[i] = n;
	}
	bool ok = code == SQLITE_DONE || failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

bool store_cost(struct store *s, const struct plan *p, long point,
                const struct joulet_tech *tech, const double share_pj[N_SHARES],
                struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = kept(s, COST, err);
	if (!q)
		return false;
	struct buf b = {0};
	struct json j = json_begin(&b, false);
	json_object(&j, NULL);
	for (int i = 0; i < N_SHARES; i++)
		json_double(&j, joulet_share_name[i], share_pj[i]);
	json_close(&j);
	text(q, 1, key);
	hash(q, 2, joulet_tech_hash(tech));
	text(q, 3, joulet_tech_name(tech));
	sqlite3_bind_double(q, 4, joulet_energy_uj(share_pj));
	text(q, 5, b.data);
	buf_free(&b);
	return done(s, q, err);
}
