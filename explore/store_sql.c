/* store_sql: see store_sql.h */
#include "explore/store_sql.h"

#include <inttypes.h>

#define PUT_RESULT                                                             \
	"UPDATE points SET state = ?3, owner = NULL, lease_until = NULL, "     \
	"error = ?4, error_kind = ?5, cycles = ?6, boot_cycles = ?7, "         \
	"latency_us = ?8, utilization = ?9, arena_bytes = ?10, "               \
	"peak_bytes = ?11, spad_bytes = ?12, image_bytes = ?13, "              \
	"out_hash = ?14, counts = ?15"

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
        [FINISH] = PUT_RESULT " WHERE key = ?1 AND owner = ?2 AND "
                              "state = 'run'",
        [PUT] = PUT_RESULT " WHERE key = ?1 AND state IN ('open', 'run')",
        [ATTEMPT] = "UPDATE points SET attempts = attempts + 1 "
                    "WHERE key = ?1",
        [GET] = "SELECT state, error, error_kind, cycles, boot_cycles, "
                "latency_us, utilization, arena_bytes, peak_bytes, spad_bytes, "
                "image_bytes, out_hash, counts FROM points WHERE key = ?1 "
                "AND state IN ('done', 'failed')",
        [COST] = "INSERT OR REPLACE INTO costs(key, tech_hash, tech, "
                 "energy_uj, shares_pj) VALUES(?1, ?2, ?3, ?4, ?5)",
        [REFUSE] = "INSERT OR REPLACE INTO refusals(key, tech_hash, tech, why) "
                   "VALUES(?1, ?2, ?3, ?4)",
        [ALLOW] = "DELETE FROM refusals WHERE key = ?1 AND tech_hash = ?2",
        [CONFIRM] = "INSERT OR IGNORE INTO confirmed(key, rtl_hash, by) "
                    "VALUES(?1, ?2, ?3)",
        [CONFIRMED] = "SELECT 1 FROM confirmed WHERE key = ?1 AND "
                      "rtl_hash = ?2",
};

/* ---- SQLite in our words ----------------------------------------------- */

/* What is to be done about it. */
static const char *advice(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ": another process keeps it; the same command goes on "
		       "when that has ended";
	case SQLITE_FULL:
	case SQLITE_IOERR:
		return ": free some space, then the same command goes on";
	case SQLITE_CORRUPT:
		return " (joulet doctor)";
	}
	return "";
}

bool sql_failed(struct store *s, struct err *err)
{
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
	const char *why = s->db ? sqlite3_errmsg(s->db) : "out of memory";
	err_at(err, (struct src){s->path, 0}, "%s%s", why, advice(code));
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

bool sql_run(struct store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       sql_failed(s, err);
}

bool sql_back_out(struct store *s)
{
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

sqlite3_stmt *sql_kept(struct store *s, enum sql_kept which, struct err *err)
{
	sqlite3_stmt **q = &s->kept[which];
	if (!*q && sqlite3_prepare_v3(s->db, sql_of[which], -1,
	                              SQLITE_PREPARE_PERSISTENT, q,
	                              NULL) != SQLITE_OK) {
		sql_failed(s, err);
		return NULL;
	}
	sqlite3_reset(*q);
	sqlite3_clear_bindings(*q);
	return *q;
}

sqlite3_stmt *sql_prepare(struct store *s, const char *sql, struct err *err)
{
	sqlite3_stmt *q = NULL;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		sql_failed(s, err);
	return q;
}

void sql_text(sqlite3_stmt *q, int at, const char *s)
{
	sqlite3_bind_text(q, at, s, -1, SQLITE_TRANSIENT);
}

void sql_number(sqlite3_stmt *q, int at, uint64_t n)
{
	sqlite3_bind_int64(q, at, (sqlite3_int64)n);
}

void sql_hash(sqlite3_stmt *q, int at, uint64_t h)
{
	char s[20];
	snprintf(s, sizeof s, "%016" PRIx64, h);
	sql_text(q, at, s);
}

bool sql_done(struct store *s, sqlite3_stmt *q, struct err *err)
{
	int code = sqlite3_step(q);
	bool ok = code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_reset(q);
	return ok;
}

bool sql_pragma(struct store *s, const char *sql, long *value, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK &&
	          sqlite3_step(q) == SQLITE_ROW;
	if (ok)
		*value = (long)sqlite3_column_int64(q, 0);
	else
		sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}
