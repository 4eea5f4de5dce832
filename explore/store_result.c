/* store_result: outcomes of points; see store.h */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "explore/store_sql.h"

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
	sql_number(q, 6, o->cycles);
	sql_number(q, 7, o->boot_cycles);
	sqlite3_bind_double(q, 8, o->latency_us);
	sqlite3_bind_double(q, 9, o->utilization);
	sql_number(q, 10, o->arena_bytes);
	sql_number(q, 11, o->peak_bytes);
	sql_number(q, 12, o->spad_bytes);
	sql_number(q, 13, o->image_bytes);
	sql_hash(q, 14, o->out_hash);
	counts_text(&o->counts, &b);
	sql_text(q, 15, b.data);
	buf_free(&b);
}

/* With q of FINISH or PUT. */
static bool put(struct store *s, sqlite3_stmt *q, const char *key,
                const struct outcome *o, struct err *err)
{
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_text(q, 3, o->ok ? "done" : "failed");
	if (o->ok) {
		bind_result(q, o);
	} else {
		sql_text(q, 4, o->error);
		sql_number(q, 5, o->kind);
	}
	return sql_done(s, q, err);
}

bool store_put(struct store *s, const char *key, const struct outcome *o,
               bool *fresh, struct err *err)
{
	bool ok = put(s, sql_kept(s, PUT, err), key, o, err);
	*fresh = ok && sqlite3_changes(s->db) > 0;
	return ok;
}

bool store_put_confirmed(struct store *s, const char *key, uint64_t rtl_hash,
                         const char *by, struct err *err)
{
	sqlite3_stmt *q = sql_kept(s, CONFIRM, err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_hash(q, 2, rtl_hash);
	sql_text(q, 3, by);
	return sql_done(s, q, err);
}

static bool finish(struct store *s, const struct plan *p, long point,
                   const char *owner, const struct outcome *o, struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = sql_kept(s, FINISH, err);
	if (q)
		sql_text(q, 2, owner);
	return put(s, q, key, o, err);
}

/* Mark the point that p has compared. */
static bool confirm(struct store *s, const struct plan *p, long point,
                    struct err *err)
{
	char key[PLAN_KEY], by[PLAN_KEY];
	plan_key(p->of, point, key);
	plan_key(p, point, by);
	return store_put_confirmed(s, key, p->rtl_hash, by, err);
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
	return ok ? store_end(s, err) : sql_back_out(s);
}

bool store_confirmed(struct store *s, const struct plan *p, long point,
                     uint64_t rtl_hash, bool *yes, struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = sql_kept(s, CONFIRMED, err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_hash(q, 2, rtl_hash);
	int code = sqlite3_step(q);
	*yes = code == SQLITE_ROW;
	bool ok = *yes || code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_reset(q);
	return ok;
}

void sql_outcome(sqlite3_stmt *q, struct outcome *o)
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
	sqlite3_stmt *q = sql_kept(s, GET, err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	int code = sqlite3_step(q);
	*found = code == SQLITE_ROW;
	if (*found)
		sql_outcome(q, o);
	bool ok = *found || code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_reset(q);
	return ok;
}

bool store_tally(struct store *s, const struct plan *p, struct tally *t,
                 struct err *err)
{
	static const char *const name[] = {"open", "run", "done", "failed"};
	long *const to[] = {&t->open, &t->run, &t->done, &t->failed};
	sqlite3_stmt *q = NULL;
	/* Points that differ in the technology table only are one here. */
	const char *sql = "SELECT state, count(DISTINCT key) FROM members "
	                  "JOIN points USING(key) WHERE sweep = ?1 "
	                  "GROUP BY state";
	*t = (struct tally){0};
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return sql_failed(s, err);
	sql_text(q, 1, p->id);
	int code;
	while ((code = sqlite3_step(q)) == SQLITE_ROW) {
		const char *state = (const char *)sqlite3_column_text(q, 0);
		long n = (long)sqlite3_column_int64(q, 1);
		t->total += n;
		for (int i = 0; i < 4; i++)
			if (strcmp(state, name[i]) == 0)
				*to[i] = n;
	}
	bool ok = code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

bool store_cost(struct store *s, const struct plan *p, long point,
                const struct joulet_tech *tech, const double share_pj[N_SHARES],
                struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = sql_kept(s, COST, err);
	if (!q)
		return false;
	struct buf b = {0};
	struct json j = json_begin(&b, false);
	json_object(&j, NULL);
	for (int i = 0; i < N_SHARES; i++)
		json_double(&j, joulet_share_name[i], share_pj[i]);
	json_close(&j);
	sql_text(q, 1, key);
	sql_hash(q, 2, joulet_tech_hash(tech));
	sql_text(q, 3, joulet_tech_name(tech));
	sqlite3_bind_double(q, 4, joulet_energy_uj(share_pj));
	sql_text(q, 5, b.data);
	buf_free(&b);
	return sql_done(s, q, err);
}

bool store_refuse(struct store *s, const struct plan *p, long point,
                  const struct joulet_tech *tech, const char *why,
                  struct err *err)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	sqlite3_stmt *q = sql_kept(s, why ? REFUSE : ALLOW, err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_hash(q, 2, joulet_tech_hash(tech));
	if (why) {
		sql_text(q, 3, joulet_tech_name(tech));
		sql_text(q, 4, why);
	}
	return sql_done(s, q, err);
}
