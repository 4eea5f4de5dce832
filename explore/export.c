/* export: a sweep's results as table, CSV and JSON; see sweep.h. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "explore/result.h"

enum { MANY_ROWS = 60, REASONS = 3 };

/* ---- For people -------------------------------------------------------- */

static void tallies(const struct sweep *s, long *done, long *confirmed)
{
	*done = *confirmed = 0;
	for (long i = 0; i < s->plan->n_points; i++) {
		*done += s->row[i].ok;
		*confirmed += s->row[i].confirmed;
	}
}

/* Axes are named by their keys, or if that is too wide by their fields. */
static struct table *new_table(const struct plan *p, bool brief)
{
	struct table_column column[64];
	int n = 0;
	column[n++] = (struct table_column){"", TABLE_LEFT};
	if (p->n_nets > 1)
		column[n++] = (struct table_column){"network", TABLE_CUT};
	for (int i = 0; i < p->n_axes; i++)
		column[n++] = (struct table_column){
		        brief ? p->axis[i].param->field : p->axis[i].param->key,
		        TABLE_RIGHT};
	static const char *const fixed[] = {"latency_us", "energy_uj", "util",
	                                    "peak_kib"};
	for (int i = 0; i < 4; i++)
		column[n++] = (struct table_column){fixed[i], TABLE_RIGHT};
	assert(n <= 64);
	return table_new(column, n);
}

static void table_row(const struct sweep *s, struct table *t, long i)
{
	const struct plan *p = s->plan;
	const struct row *r = &s->row[i];
	table_printf(t, "%s%s", r->best ? "*" : "", r->confirmed ? "=" : "");
	if (p->n_nets > 1)
		table_cell(t, joulet_net_name(plan_net_of(p, i)->net));
	for (int k = 0; k < p->n_axes; k++)
		table_cell(t, plan_value(p, i, k));
	if (!r->ok) {
		for (int k = 0; k < 4; k++)
			table_cell(t, "-");
		return;
	}
	table_printf(t, "%.1f", r->metric[METRIC_latency_us]);
	table_printf(t, "%.3f", r->metric[METRIC_energy_uj]);
	table_printf(t, "%.1f %%", 100 * r->metric[METRIC_utilization]);
	table_printf(t, "%.1f", r->metric[METRIC_peak_bytes] / 1024);
}

static void goals_text(const struct plan *p, struct buf *b)
{
	for (int i = 0; i < p->n_goals; i++)
		buf_printf(b, "%s%s %s", i ? ", " : "",
		           p->goal[i].maximize ? "most" : "least",
		           p->goal[i].metric);
}

/* Why points failed: the first few different reasons. */
static void reasons(const struct sweep *s, struct buf *b)
{
	const char *seen[REASONS];
	int n = 0;
	long others = 0;
	for (long i = 0; i < s->plan->n_points; i++) {
		const char *why = s->row[i].error;
		int k = 0;
		if (!why)
			continue;
		while (k < n && strcmp(seen[k], why) != 0)
			k++;
		if (k < n)
			continue;
		if (n == REASONS) {
			others++;
			continue;
		}
		seen[n++] = why;
		buf_printf(b, "  failed: %s\n", why);
	}
	if (others)
		buf_printf(b, "  failed: %ld more, all in --csv and --json\n",
		           others);
}

static struct table *fill_table(const struct sweep *s, bool brief, bool all)
{
	struct table *t = new_table(s->plan, brief);
	for (long i = 0; i < s->plan->n_points; i++)
		if (all || s->row[i].best || s->row[i].confirmed)
			table_row(s, t, i);
	return t;
}

void sweep_text(const struct sweep *s, int width, FILE *f)
{
	assert(s->row);
	const struct plan *p = s->plan;
	struct buf b = {0};
	long done, confirmed;
	tallies(s, &done, &confirmed);
	bool all = p->n_points <= MANY_ROWS;

	struct table *t = fill_table(s, false, all);
	if (width > 0 && table_width(t) > width) {
		table_free(t);
		t = fill_table(s, true, all);
	}
	table_write(t, width, &b);
	table_free(t);
	buf_printf(&b, "\n%ld points: %ld done, %ld failed; %ld known before\n",
	           p->n_points, done, p->n_points - done, s->known);
	reasons(s, &b);
	buf_printf(&b, "* Pareto-optimal%s: ",
	           p->n_nets > 1 ? " for its network" : "");
	goals_text(p, &b);
	buf_printf(&b, "%s\n", all ? "" : " (others are not shown)");
	if (confirmed)
		buf_printf(&b,
		           "= %ld confirmed: the Verilog gives the same, "
		           "cycle by cycle\n",
		           confirmed);
	buf_printf(&b, "energy by %s\n", joulet_tech_name(s->tech));
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}

/* ---- For programs ------------------------------------------------------ */

static void csv_text(struct buf *b, const char *s)
{
	if (!s[strcspn(s, ",\"\n\r")]) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

static void csv_double(struct buf *b, double v)
{
	char text[40];
	buf_printf(b, ",%s", text_of_double(v, text, sizeof text));
}

static void csv_head(struct buf *b)
{
	buf_str(b, "point,network,backend,target");
	for (int i = 0; i < n_params; i++)
		buf_printf(b, ",%s", params[i].key);
	buf_str(b, ",state,pareto,confirmed");
	for (int i = 0; i < N_METRICS; i++)
		buf_printf(b, ",%s", metric_name[i]);
	buf_str(b, ",boot_cycles,output_hash");
	for (int i = 0; i < N_SHARES; i++)
		buf_printf(b, ",energy_pj.%s", joulet_share_name[i]);
	for (int i = 0; i < N_EVENTS; i++)
		buf_printf(b, ",%s", event_name[i]);
	buf_str(b, ",error\n");
}

static void csv_numbers(struct buf *b, const struct row *r,
                        const struct outcome *o, const double *share)
{
	for (int i = 0; i < N_METRICS; i++)
		csv_double(b, r->metric[i]);
	buf_printf(b, ",%" PRIu64 ",%016" PRIx64, o->boot_cycles, o->out_hash);
	for (int i = 0; i < N_SHARES; i++)
		csv_double(b, share[i]);
	for (int i = 0; i < N_EVENTS; i++)
		buf_printf(b, ",%" PRIu64, o->counts.n[i]);
	buf_char(b, ',');
}

static void csv_line(const struct sweep *s, long point, const struct outcome *o,
                     const double *share, struct buf *b)
{
	const struct plan *p = s->plan;
	const struct row *r = &s->row[point];
	struct design d = plan_design(p, point);
	buf_printf(b, "%ld,", point);
	csv_text(b, joulet_net_name(plan_net_of(p, point)->net));
	buf_printf(b, ",%s,%s", p->backend, p->target_name);
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(&d, &params[i], value, sizeof value);
		buf_printf(b, ",%s", value);
	}
	buf_printf(b, ",%s,%d,%d", r->ok ? "done" : "failed", r->best,
	           r->confirmed);
	if (r->ok) {
		csv_numbers(b, r, o, share);
	} else {
		buf_pad(b, ',', N_METRICS + 2 + N_SHARES + N_EVENTS + 1);
		csv_text(b, r->error);
	}
	buf_char(b, '\n');
}

static void json_numbers(struct json *j, const struct row *r,
                         const struct outcome *o, const double *share)
{
	for (int i = 0; i < N_METRICS; i++)
		json_double(j, metric_name[i], r->metric[i]);
	json_uint(j, "boot_cycles", o->boot_cycles);
	char hash[20];
	snprintf(hash, sizeof hash, "%016" PRIx64, o->out_hash);
	json_string(j, "output_hash", hash);
	json_object(j, "energy_pj");
	for (int i = 0; i < N_SHARES; i++)
		json_double(j, joulet_share_name[i], share[i]);
	json_close(j);
	json_object(j, "counts");
	for (int i = 0; i < N_EVENTS; i++)
		json_uint(j, event_name[i], o->counts.n[i]);
	json_close(j);
}

static void json_point(const struct sweep *s, long point,
                       const struct outcome *o, const double *share,
                       struct json *j)
{
	const struct row *r = &s->row[point];
	struct design d = plan_design(s->plan, point);
	json_object(j, NULL);
	json_int(j, "point", point);
	json_string(j, "network",
	            joulet_net_name(plan_net_of(s->plan, point)->net));
	json_object(j, "design");
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(&d, &params[i], value, sizeof value);
		if (params[i].rule == RULE_CORE)
			json_string(j, params[i].key, value);
		else
			json_raw(j, params[i].key, value);
	}
	json_close(j);
	json_string(j, "state", r->ok ? "done" : "failed");
	json_bool(j, "pareto", r->best);
	json_bool(j, "confirmed", r->confirmed);
	if (r->ok)
		json_numbers(j, r, o, share);
	else
		json_string(j, "error", r->error);
	json_close(j);
}

static void json_head(const struct sweep *s, struct json *j)
{
	const struct plan *p = s->plan;
	char hash[20];
	snprintf(hash, sizeof hash, "%016" PRIx64, joulet_tech_hash(s->tech));
	json_string(j, "sweep", p->name);
	json_string(j, "tool", p->tool);
	json_string(j, "backend", p->backend);
	json_string(j, "target", p->target_name);
	json_string(j, "tech", joulet_tech_name(s->tech));
	json_string(j, "tech_hash", hash);
	json_list(j, "objectives");
	for (int i = 0; i < p->n_goals; i++) {
		json_object(j, NULL);
		json_string(j, "metric", p->goal[i].metric);
		json_bool(j, "maximize", p->goal[i].maximize);
		json_close(j);
	}
	json_close(j);
	json_list(j, "axes");
	for (int i = 0; i < p->n_axes; i++)
		json_string(j, NULL, p->axis[i].param->key);
	json_close(j);
}

/* Every point, with what only the store has, into CSV or JSON. */
static bool each_point(const struct sweep *s, struct buf *csv,
                       struct json *json, struct err *err)
{
	struct store *store = store_open(s->store, s->durable, err);
	bool ok = store != NULL;
	for (long i = 0; ok && i < s->plan->n_points; i++) {
		struct outcome o;
		double share[N_SHARES];
		ok = result_full(s, store, i, &o, share, err);
		if (ok && csv)
			csv_line(s, i, &o, share, csv);
		if (ok && json)
			json_point(s, i, &o, share, json);
	}
	store_close(store);
	return ok;
}

bool sweep_csv(const struct sweep *s, const char *path, struct err *err)
{
	assert(s->row);
	struct buf b = {0};
	csv_head(&b);
	bool ok = each_point(s, &b, NULL, err) &&
	          file_write(path, b.data, b.len, err);
	buf_free(&b);
	return ok;
}

bool sweep_json(const struct sweep *s, FILE *f, struct err *err)
{
	assert(s->row);
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	json_object(&j, NULL);
	json_head(s, &j);
	json_list(&j, "points");
	bool ok = each_point(s, NULL, &j, err);
	json_close(&j);
	json_close(&j);
	json_done(&j);
	if (ok)
		fwrite(b.data, 1, b.len, f);
	buf_free(&b);
	return ok;
}
