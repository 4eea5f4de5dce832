/* report_read: a report from a store; see report.h. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/accuracy.h"
#include "explore/report_priv.h"
#include "explore/result.h"
#include "explore/store_sql.h"

/* ---- the sweep --------------------------------------------------------- */

static bool no_sweep(const struct report *r, const char *sweep, struct err *err)
{
	const struct src at = {r->store, 0};

	if (sweep)
		return err_at(err, at, "no sweep '%s' in this store", sweep);
	return err_at(err, at, "no sweep in this store");
}

/* The latest sweep of that name or id. */
static bool find_sweep(struct report *r, struct store *store, const char *sweep,
                       struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        store,
	        "SELECT id, name, plan FROM sweeps WHERE (?1 IS NULL OR "
	        "name = ?1 OR (length(?1) >= 8 AND substr(id, 1, length(?1)) "
	        "= ?1)) AND (plan IS NOT NULL OR NOT EXISTS (SELECT 1 FROM "
	        "sweeps WHERE plan IS NOT NULL)) ORDER BY rowid DESC LIMIT 1",
	        err);
	if (!q)
		return false;
	if (sweep)
		sql_text(q, 1, sweep);
	int code = sqlite3_step(q);
	const char *plan = NULL;
	bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
	          sql_failed(store, err);
	if (ok && code != SQLITE_ROW)
		ok = no_sweep(r, sweep, err);
	if (ok) {
		r->id = mem_str((const char *)sqlite3_column_text(q, 0));
		r->name = mem_str((const char *)sqlite3_column_text(q, 1));
		plan = (const char *)sqlite3_column_text(q, 2);
		ok = plan || err_at(err, (struct src){r->store, 0},
		                    "sweep %s does not say what it was; give "
		                    "its `joulet sweep` again (nothing is run "
		                    "twice), then the report",
		                    r->name);
	}
	ok = ok && report_plan(r, plan, err);
	sqlite3_finalize(q);
	return ok;
}

/* ---- its points -------------------------------------------------------- */

/* After the columns of sql_outcome. */
enum { POINT = 13, KEY, NETWORK_HASH, DESIGN, TARGET, BACKEND, CONFIRMED_BY };

static const char rows[] =
        "SELECT p.state, p.error, p.error_kind, p.cycles, p.boot_cycles, "
        "p.latency_us, p.utilization, p.arena_bytes, p.peak_bytes, "
        "p.spad_bytes, p.image_bytes, p.out_hash, p.counts, m.point, p.key, "
        "p.network_hash, p.design, p.target, p.backend, (SELECT by FROM "
        "confirmed c WHERE c.key = p.key AND c.rtl_hash = ?2) FROM members m "
        "JOIN points p USING(key) WHERE "
        "m.sweep = ?1 AND p.state IN ('done', 'failed') ORDER BY m.point";

/* design_dump's lines, back into a design. */
static bool read_design(const struct report *r, const char *text,
                        struct design *d, struct err *err)
{
	*d = design_default();
	struct yaml *y = yaml_parse(text, strlen(text), r->store, err);
	bool ok = y && yaml_is_map(y, "design", err);
	if (ok)
		for
			YAML_EACH(one, y)
	ok = ok && design_set(d, one->key, one->text ? one->text : "",
	                      yaml_src(one), err);
	yaml_drop(y);
	return ok;
}

static int net_of(const struct report *r, const char *hash)
{
	uint64_t h = hash ? strtoull(hash, NULL, 16) : 0;

	for (int i = 0; i < r->n_nets; i++)
		if (r->net[i].hash == h)
			return i;
	return -1;
}

/* The table of a point, from "0*480 1*480"; -1: the store does not say. */
static int tech_of(const struct report *r, long point)
{
	char *at = r->tech_of;

	if (!at || !*at)
		return 0;
	for (long end = 0; *at;) {
		long tech = strtol(at, &at, 10);
		if (*at != '*')
			return -1;
		end += strtol(at + 1, &at, 10);
		if (point < end)
			return tech < r->n_techs ? (int)tech : -1;
	}
	return -1;
}

static int value_of(const struct report *r, const struct report_axis *a,
                    const struct report_point *p)
{
	char text[64];

	if (a->param)
		design_get(&p->pick.design, a->param, text, sizeof text);
	else
		snprintf(text, sizeof text, "%s",
		         strcmp(a->key, "target") == 0
		                 ? plan_target_name(&p->pick)
		         : strcmp(a->key, "tech") == 0
		                 ? r->tech[p->pick.tech].name
		                 : p->pick.backend);
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->value[i], text) == 0)
			return i;
	return -1;
}

/* Energy by unit as the store has it: {"array":123.4, ...}. */
static void read_shares(const char *json, double share_pj[N_SHARES])
{
	for (int i = 0; i < N_SHARES; i++) {
		char name[64];
		snprintf(name, sizeof name, "\"%s\":", joulet_share_name[i]);
		const char *at = json ? strstr(json, name) : NULL;
		share_pj[i] = at ? strtod(at + strlen(name), NULL) : 0;
	}
}

/* docs/explain.md says which counters are which causes. */
static void set_causes(struct report_point *p)
{
	const uint64_t *n = p->out.counts.n;
	uint64_t *c = p->cause, sum = 0;

	c[CAUSE_array] = n[EV_array_steps];
	c[CAUSE_read] = n[EV_ex_stall_read];
	c[CAUSE_drain] = n[EV_ex_stall_drain];
	c[CAUSE_depend] =
	        n[EV_ex_busy] - c[CAUSE_array] - c[CAUSE_read] - c[CAUSE_drain];
	c[CAUSE_load] = n[EV_ex_wait_load];
	c[CAUSE_store] = n[EV_ex_wait_store];
	c[CAUSE_fetch] = n[EV_ex_wait_fetch];
	for (int i = 0; i < N_CAUSES; i++)
		sum += c[i];
	c[CAUSE_cpu] = p->out.cycles - sum;
}

/* What the point is made of. */
static bool take_pick(const struct report *r, struct report_point *p,
                      sqlite3_stmt *q, struct err *err)
{
	const struct src at = {r->store, 0};
	const char *design = (const char *)sqlite3_column_text(q, DESIGN);
	const char *target = (const char *)sqlite3_column_text(q, TARGET);
	const char *backend = (const char *)sqlite3_column_text(q, BACKEND);
	const int known = joulet_target_find(target ? target : "");

	p->pick.net =
	        net_of(r, (const char *)sqlite3_column_text(q, NETWORK_HASH));
	p->pick.tech = tech_of(r, p->number);
	p->pick.target = (enum joulet_target)known;
	p->pick.backend =
	        backend && strcmp(backend, "rtl") == 0 ? "rtl" : "fast";
	if (p->pick.net < 0 || known < 0 || p->pick.tech < 0)
		return err_at(err, at, "point %ld is not of this sweep",
		              p->number);
	return read_design(r, design ? design : "", &p->pick.design, err);
}

/* As the store keeps it, by a table of that name. */
static bool stored_energy(struct store *store, const char *key,
                          const char *tech, double share_pj[N_SHARES],
                          struct err *err)
{
	sqlite3_stmt *q = sql_prepare(store,
	                              "SELECT shares_pj FROM costs WHERE key = "
	                              "?1 ORDER BY tech = ?2 DESC LIMIT 1",
	                              err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_text(q, 2, tech ? tech : "");
	int code = sqlite3_step(q);
	if (code == SQLITE_ROW)
		read_shares((const char *)sqlite3_column_text(q, 0), share_pj);
	bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
	          sql_failed(store, err);
	sqlite3_finalize(q);
	return ok && (code == SQLITE_ROW ||
	              err_at(err, (struct src){store->path, 0},
	                     "no energy by %s in this store, and its file is "
	                     "not there",
	                     tech ? tech : "its table"));
}

bool report_price(const struct report *r, const struct joulet_tech *t,
                  struct report_point *p, struct err *err)
{
	struct err why;
	if (!joulet_supply_check(t, &p->pick.design, (struct src){NULL, 0},
	                         &why))
		return err_at(err, (struct src){r->store, 0},
		              "point %ld: %.400s", p->number, why.msg);
	joulet_cost(t, &p->pick.design, &p->out.counts, p->out.cycles,
	            p->share_pj);
	return true;
}

void report_refuse(const struct report *r, const struct joulet_tech *t,
                   struct report_point *p)
{
	struct err why;

	if (!t || r->any_clock ||
	    joulet_clock_check(t, &p->pick.design, (struct src){r->file, 0},
	                       &why))
		return;
	p->ok = false;
	snprintf(p->out.error, sizeof p->out.error, "%s", why.msg);
}

static bool take_energy(const struct report *r, struct store *store,
                        struct report_point *p, const char *key,
                        struct err *err)
{
	const struct report_tech *t = &r->tech[p->pick.tech];

	if (!t->table)
		return stored_energy(store, key, t->name, p->share_pj, err);
	return report_price(r, t->table, p, err);
}

/* Counted when the sweep ran; a store that has none says nothing of it. */
static bool take_accuracy(const struct report *r, struct store *store,
                          struct report_point *p, struct err *err)
{
	const struct report_net *n = &r->net[p->pick.net];
	const struct accuracy_key key = {n->hash, n->data_hash,
	                                 p->pick.design.weight_bits,
	                                 p->pick.design.keep_of_4, r->tool};
	long right, all;
	bool found;

	if (!n->data)
		return true;
	if (!accuracy_stored(store, &key, &right, &all, &found, err))
		return false;
	if (found)
		p->metric[METRIC_accuracy] = (double)right / (double)all;
	return true;
}

static bool take_point(struct report *r, struct store *store, sqlite3_stmt *q,
                       struct err *err)
{
	struct report_point *p = &r->point[r->n_points];

	memset(p, 0, sizeof *p);
	sql_outcome(q, &p->out);
	p->number = (long)sqlite3_column_int64(q, POINT);
	p->ok = p->out.ok;
	p->confirmed = r->have_rtl &&
	               sqlite3_column_type(q, CONFIRMED_BY) != SQLITE_NULL;
	p->value = mem_zero((size_t)r->n_axes, sizeof *p->value);
	r->n_points++;
	if (!take_pick(r, p, q, err))
		return false;
	for (int i = 0; i < r->n_axes; i++)
		p->value[i] = value_of(r, &r->axis[i], p);
	if (!p->ok)
		return true;
	const char *key = (const char *)sqlite3_column_text(q, KEY);
	if (!take_energy(r, store, p, key, err))
		return false;
	result_metrics(&p->out, r->tech[p->pick.tech].table, &p->pick.design,
	               joulet_energy_uj(p->share_pj), p->metric);
	if (!take_accuracy(r, store, p, err))
		return false;
	set_causes(p);
	report_refuse(r, r->tech[p->pick.tech].table, p);
	return true;
}

static bool read_points(struct report *r, struct store *store, struct err *err)
{
	size_t cap = 0;
	sqlite3_stmt *q = sql_prepare(store, rows, err);
	if (!q)
		return false;
	sql_text(q, 1, r->id);
	sql_hash(q, 2, r->rtl_hash);
	int code;
	bool ok = true;
	while (ok && (code = sqlite3_step(q)) == SQLITE_ROW) {
		if ((size_t)r->n_points == cap) {
			cap = cap ? 2 * cap : 256;
			r->point = mem_grow(r->point, cap, sizeof *r->point);
		}
		ok = take_point(r, store, q, err);
	}
	ok = ok && (code == SQLITE_DONE || sql_failed(store, err));
	sqlite3_finalize(q);
	return ok && (r->n_points > 0 ||
	              err_at(err, (struct src){r->store, 0},
	                     "sweep %s has no finished point yet", r->name));
}

static void open_techs(struct report *r)
{
	for (int i = 0; i < r->n_techs; i++) {
		struct report_tech *t = &r->tech[i];
		struct err err;
		t->table = joulet_tech_open(t->path, &err);
		if (!t->table) {
			t->absent = mem_str(err.msg);
			continue;
		}
		free(t->name);
		t->name = mem_str(joulet_tech_name(t->table));
	}
}

/* ---- public ------------------------------------------------------------ */

struct report *report_open(const char *path, const char *sweep, struct err *err)
{
	assert(path && err);
	struct err ignored;
	if (!file_exists(path)) {
		err_set(err, ERR_NOINPUT, "%s: no such store", path);
		return NULL;
	}
	struct store *store = store_open(path, false, err);
	if (!store)
		return NULL;
	struct report *r = mem_zero(1, sizeof *r);
	r->store = mem_str(path);
	r->have_rtl = joulet_backend_hash("rtl", &r->rtl_hash, &ignored);
	bool ok = find_sweep(r, store, sweep, err);
	if (ok) {
		open_techs(r);
		ok = read_points(r, store, err) && report_judge(r, err);
	}
	store_close(store);
	if (!ok) {
		report_close(r);
		return NULL;
	}
	return r;
}

void report_close(struct report *r)
{
	if (!r)
		return;
	for (long i = 0; i < r->n_points; i++) {
		if (r->point[i].detail)
			joulet_explain_free(r->point[i].detail);
		free(r->point[i].detail);
		free(r->point[i].value);
	}
	report_plan_free(r);
	free(r->point);
	free(r->store);
	free(r->name);
	free(r->id);
	free(r);
}

long report_points(const struct report *r)
{
	return r->n_points;
}

bool report_limit(struct report *r, const char *text, struct err *err)
{
	size_t n = (size_t)r->n_limits;

	if (r->n_limits == PLAN_MAX_RULES)
		return err_set(err, ERR_USAGE, "more than %d limits",
		               PLAN_MAX_RULES);
	r->limit = mem_grow(r->limit, n + 1, sizeof *r->limit);
	r->limit[n] = mem_str(text);
	if (r->rule) {
		r->rule = mem_grow(r->rule, n + 1, sizeof *r->rule);
		r->rule[n] = NULL;
	}
	r->n_limits++;
	return report_judge(r, err);
}
