/* store_sql: SQLite in our words. Internal to the files of the store.
 *
 * Functions that return bool set err, with the store's path, and return false.
 */
#ifndef EXPLORE_STORE_SQL_H
#define EXPLORE_STORE_SQL_H

#include <sqlite3.h>

#include "explore/store.h"

/* Seconds until a locked store is given up are BUSY_MS / 1000. */
enum { BUSY_MS = 20000, CRASHES = 3 };

/* Statements that run once a point are kept prepared. */
enum sql_kept {
	ADD_POINT,
	ADD_MEMBER,
	NEXT,
	CLAIM,
	FINISH,
	PUT,
	ATTEMPT,
	GET,
	COST,
	REFUSE,
	ALLOW,
	CONFIRM,
	CONFIRMED,
	N_KEPT
};

struct store {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *kept[N_KEPT];
};

/* What SQLite complains of, as err. Returns false. */
bool sql_failed(struct store *s, struct err *err);
bool sql_run(struct store *s, const char *sql, struct err *err);
/* Ends a transaction in which something failed; err is set already. False. */
bool sql_back_out(struct store *s);

/* A statement that is kept, without bindings; one to be finalized. NULL: err.
 */
sqlite3_stmt *sql_kept(struct store *s, enum sql_kept which, struct err *err);
sqlite3_stmt *sql_prepare(struct store *s, const char *sql, struct err *err);

void sql_text(sqlite3_stmt *q, int at, const char *s);
void sql_number(sqlite3_stmt *q, int at, uint64_t n);
/* SQLite has no unsigned 64 bits: hashes are text. */
void sql_hash(sqlite3_stmt *q, int at, uint64_t h);

/* The outcome in a row whose first columns are those of GET. */
void sql_outcome(sqlite3_stmt *q, struct outcome *o);

/* Run a statement that returns no row, and make it ready again. */
bool sql_done(struct store *s, sqlite3_stmt *q, struct err *err);
/* The first column of the first row. */
bool sql_pragma(struct store *s, const char *sql, long *value, struct err *err);

/* For merge.h, inside a transaction: the outcome of a point, whoever has it
 * claimed; *fresh is false if there is one already. */
bool store_put(struct store *s, const char *key, const struct outcome *o,
               bool *fresh, struct err *err);
bool store_put_confirmed(struct store *s, const char *key, uint64_t rtl_hash,
                         const char *by, struct err *err);

#endif
