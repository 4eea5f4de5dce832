/* export: a sweep's results as table, CSV and JSON; see sweep.h. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "base/wrap.h"
#include "explore/export_point.h"
#include "explore/plan_json.h"
#include "explore/result.h"

enum { MANY_ROWS = 60 };

/* ---- For people -------------------------------------------------------- */

static void tallies(const struct sweep *s, long *done, long *confirmed)
{
	*done = *confirmed = 0;
	for (long i = 0; i < s->plan->n_points; i++) {
		*done += s->row[i].ok;
		*confirmed += s->row[i].confirmed;
	}
}

/* How a table is laid out, from wide to narrow. What does not fit is left out
 * from the right: of results first the last ones, never latency and energy. */
enum layout {
	BY_KEY,   /* axes named by their keys, then results */
	BY_FIELD, /* ... by their fields */
	BY_POINT, /* number of the point, results, axes as far as they fit */
};

enum { MAX_RESULTS = 5, RESULTS_NEEDED = 2 };
static const struct {
	const char *name;
	enum metric metric;
} results[MAX_RESULTS] = {
        {"latency_us", METRIC_latency_us}, {"energy_uj", METRIC_energy_uj},
        {"accuracy", METRIC_accuracy}, /* if networks have data sets */
        {"util", METRIC_utilization},      {"peak_kib", METRIC_peak_bytes},
};

static int result_number(const struct plan *p, int i)
{
	return i >= RESULTS_NEEDED && p->n_sets == 0 ? i + 1 : i;
}

static int n_results(const struct plan *p)
{
	return p->n_sets == 0 ? MAX_RESULTS - 1 : MAX_RESULTS;
}

/* Those that a table must have. */
static int n_needed(const struct plan *p)
{
	return p->n_sets == 0 ? RESULTS_NEEDED : RESULTS_NEEDED + 1;
}

struct columns {
	struct table_column c[64];
	int n;
};

static void add_column(struct columns *to, const char *name,
                       enum table_align align)
{
	assert(to->n < 64);
	to->c[to->n++] = (struct table_column){name, align};
}

/* Those with one value are not columns: summary. */
static void add_axes(struct columns *to, const struct plan *p,
                     enum layout layout)
{
	for (int i = 0; i < p->n_axes; i++) {
		const struct plan_axis *a = &p->axis[i];
		if (a->n == 1)
			continue;
		add_column(to, layout == BY_KEY ? a->key : a->label,
		           TABLE_RIGHT);
	}
}

static struct table *new_table(const struct plan *p, enum layout layout,
                               int shown)
{
	struct columns to = {.n = 0};
	add_column(&to, "", TABLE_LEFT);
	if (layout == BY_POINT)
		add_column(&to, "point", TABLE_RIGHT);
	if (p->n_nets > 1)
		add_column(&to, "network", TABLE_CUT);
	if (layout != BY_POINT)
		add_axes(&to, p, layout);
	for (int i = 0; i < shown; i++)
		add_column(&to, results[result_number(p, i)].name, TABLE_RIGHT);
	if (layout == BY_POINT)
		add_axes(&to, p, layout);
	return table_new(to.c, to.n);
}

static void put_axes(const struct sweep *s, struct table *t, long i)
{
	for (int k = 0; k < s->plan->n_axes; k++)
		if (s->plan->axis[k].n > 1)
			table_cell(t, plan_value(s->plan, i, k));
}

static void put_result(const struct row *r, struct table *t, enum metric metric)
{
	const double v = r->metric[metric];
	if (!r->ok || isnan(v))
		table_cell(t, "-");
	else if (metric == METRIC_latency_us)
		table_printf(t, "%.1f", v);
	else if (metric == METRIC_energy_uj)
		table_printf(t, "%.3f", v);
	else if (metric == METRIC_peak_bytes)
		table_printf(t, "%.1f", v / 1024);
	else /* shares */
		table_printf(t, "%.1f %%", 100 * v);
}

static void table_row(const struct sweep *s, struct table *t, long i,
                      enum layout layout, int shown)
{
	const struct plan *p = s->plan;
	const struct row *r = &s->row[i];
	table_printf(t, "%s%s%s", r->best ? "*" : "", r->broken ? "!" : "",
	             r->confirmed ? "=" : "");
	if (layout == BY_POINT)
		table_printf(t, "%ld", i);
	if (p->n_nets > 1)
		table_cell(t, joulet_net_name(plan_net_of(p, i)->net));
	if (layout != BY_POINT)
		put_axes(s, t, i);
	for (int k = 0; k < shown; k++)
		put_result(r, t, results[result_number(p, k)].metric);
	if (layout == BY_POINT)
		put_axes(s, t, i);
}

static void goals_text(const struct plan *p, struct buf *b)
{
	for (int i = 0; i < p->n_goals; i++)
		buf_printf(b, "%s%s %s", i ? ", " : "",
		           p->goal[i].maximize ? "most" : "least",
		           p->goal[i].metric);
}

static const char *why_failed(const void *sweep, long i)
{
	return ((const struct sweep *)sweep)->row[i].error;
}

static struct table *fill_table(const struct sweep *s, enum layout layout,
                                int shown, bool all)
{
	struct table *t = new_table(s->plan, layout, shown);
	for (long i = 0; i < s->plan->n_points; i++)
		if (all || s->row[i].best || s->row[i].confirmed)
			table_row(s, t, i, layout, shown);
	return t;
}

/* Characters by which the names of networks may be shortened. */
static int slack(const struct plan *p)
{
	size_t longest = TABLE_MIN_CUT;
	for (int i = 0; p->n_nets > 1 && i < p->n_nets; i++) {
		size_t n = strlen(joulet_net_name(p->net[i].net));
		longest = n > longest ? n : longest;
	}
	return (int)longest - TABLE_MIN_CUT;
}

/* The widest layout in which the results that are needed are seen. */
static enum layout choose_layout(const struct sweep *s, int width, bool all)
{
	struct table *t = fill_table(s, BY_KEY, n_results(s->plan), all);
	int by_key = table_width(t);
	table_free(t);
	if (width <= 0 || by_key <= width)
		return BY_KEY;
	t = fill_table(s, BY_FIELD, n_needed(s->plan), all);
	int by_field = table_width(t) - slack(s->plan);
	table_free(t);
	return by_field <= width ? BY_FIELD : BY_POINT;
}

static void same_everywhere(const struct plan *p, struct buf *b)
{
	int n = 0;
	for (int i = 0; i < p->n_axes; i++)
		if (p->axis[i].n == 1)
			buf_printf(b, "%s %s=%s", n++ ? "" : "all with",
			           p->axis[i].key, p->axis[i].value[0]);
	if (n)
		buf_char(b, '\n');
}

/* Each limit, and how many points break it. */
static void limits_text(const struct sweep *s, struct buf *b)
{
	const struct plan *p = s->plan;
	if (p->n_limits > 0)
		buf_str(b, "! breaks a limit, is not Pareto-optimal then\n");
	for (int i = 0; i < p->n_limits; i++) {
		long n = 0;
		for (long k = 0; k < p->n_points; k++)
			n += s->row[k].broken >> i & 1;
		buf_printf(b, "  %s: %ld break it\n", expr_text(p->limit[i]),
		           n);
	}
}

/* What accuracy was measured with. */
static void data_text(const struct plan *p, struct buf *b)
{
	for (int i = 0; i < p->n_sets; i++)
		buf_printf(b, "%s %s (%zu inputs)", i ? "," : "accuracy over",
		           p->set[i]->name, p->set[i]->n);
	if (p->n_sets)
		buf_char(b, '\n');
}

/* Points that are kept although their clock is not reached. */
static long unreached(const struct sweep *s)
{
	const int clock = metric_find("clock.mhz");
	long n = 0;
	for (long i = 0; i < s->plan->n_points; i++)
		n += s->row[i].ok && result_metric(s, i, clock) >
		                             s->row[i].metric[METRIC_fmax_mhz];
	return n;
}

/* What stands below the table. */
static void summary(const struct sweep *s, bool all, struct buf *b)
{
	const struct plan *p = s->plan;
	long done, confirmed;
	tallies(s, &done, &confirmed);
	buf_printf(b, "\n%ld points: %ld done, %ld failed; %ld known before\n",
	           p->n_points, done, p->n_points - done, s->known);
	export_reasons(why_failed, s, p->n_points, b);
	same_everywhere(p, b);
	buf_printf(b, "* Pareto-optimal%s: ",
	           s->together                         ? " for all networks "
	                                                 "together"
	           : p->n_nets > 1 && !p->alternatives ? " for its network"
	                                               : "");
	goals_text(p, b);
	buf_printf(b, "%s\n", all ? "" : " (others are not shown)");
	limits_text(s, b);
	if (confirmed)
		buf_printf(b,
		           "= %ld confirmed: the Verilog gives the same, "
		           "cycle by cycle\n",
		           confirmed);
	data_text(p, b);
	long over = unreached(s);
	if (over)
		buf_printf(b,
		           "warning: %ld points have a clock that their design "
		           "does not reach (any_clock)\n",
		           over);
	buf_str(b, "energy by");
	for (int i = 0; i < p->n_techs; i++)
		buf_printf(b, "%s %s", i ? "," : "",
		           joulet_tech_name(s->techs[i]));
	buf_char(b, '\n');
}

void sweep_text(const struct sweep *s, int width, FILE *f)
{
	assert(s->row);
	struct buf text = {0}, page = {0};
	bool all = s->plan->n_points <= MANY_ROWS;
	enum layout layout = choose_layout(s, width, all);
	struct table *t = fill_table(s, layout, n_results(s->plan), all);

	table_write(t, width, &text);
	table_free(t);
	summary(s, all, &text);
	wrap_lines(&page, text.data, width);
	fwrite(page.data, 1, page.len, f);
	buf_free(&text);
	buf_free(&page);
}

/* ---- For programs ------------------------------------------------------ */

/* A point as export_csv and export_json want it; its limits go to `breaks`. */
static struct export_point point_of(const struct sweep *s, long point,
                                    const struct plan_pick *pick,
                                    const char *breaks[PLAN_MAX_RULES])
{
	const struct plan *p = s->plan;
	const struct row *r = &s->row[point];
	struct export_point x = {
	        .number = point,
	        .network = joulet_net_name(p->net[pick->net].net),
	        .tech = joulet_tech_name(s->techs[pick->tech]),
	        .pick = pick,
	        .ok = r->ok,
	        .best = r->best,
	        .confirmed = r->confirmed,
	        .error = r->error,
	        .metric = r->metric,
	        .breaks = breaks,
	};
	for (int i = 0; i < p->n_limits; i++)
		if (r->broken >> i & 1)
			breaks[x.n_breaks++] = expr_text(p->limit[i]);
	return x;
}

static void json_rules(struct json *j, const char *key, struct expr **rule,
                       int n)
{
	json_list(j, key);
	for (int i = 0; i < n; i++)
		json_string(j, NULL, expr_text(rule[i]));
	json_close(j);
}

/* The one technology table; also all of them as a list. */
static void json_techs(const struct sweep *s, struct json *j)
{
	const struct plan *p = s->plan;
	for (int i = 0; i < p->n_techs; i++) {
		char hash[20];
		snprintf(hash, sizeof hash, "%016" PRIx64,
		         joulet_tech_hash(s->techs[i]));
		if (p->n_techs == 1) {
			json_string(j, "tech", joulet_tech_name(s->tech));
			json_string(j, "tech_hash", hash);
		}
		if (i == 0)
			json_list(j, "techs");
		json_object(j, NULL);
		json_string(j, "name", joulet_tech_name(s->techs[i]));
		json_string(j, "hash", hash);
		json_close(j);
	}
	json_close(j);
}

static void json_search(const struct sweep *s, struct json *j)
{
	const struct searched *by = s->found_by;
	json_object(j, "search");
	json_uint(j, "seed", by->seed);
	json_int(j, "budget", by->budget);
	json_double(j, "combinations", by->combinations);
	json_bool(j, "together", s->together);
	json_close(j);
}

/* Labelled data by network, if there is any. */
static void json_data(const struct plan *p, struct json *j)
{
	if (p->n_sets == 0)
		return;
	json_bool(j, "alternatives", p->alternatives);
	json_list(j, "data");
	for (int i = 0; i < p->n_nets; i++) {
		const struct dataset *d = p->net[i].data;
		if (!d)
			continue;
		json_object(j, NULL);
		json_string(j, "network", joulet_net_name(p->net[i].net));
		json_string(j, "set", d->name);
		json_int(j, "inputs", (int64_t)d->n);
		json_close(j);
	}
	json_close(j);
}

static void json_head(const struct sweep *s, struct json *j)
{
	const struct plan *p = s->plan;
	json_string(j, "sweep", p->name);
	json_string(j, "tool", p->tool);
	json_string(j, "backend", p->backend);
	json_string(j, "target", p->target_name);
	if (s->found_by)
		json_search(s, j);
	json_techs(s, j);
	json_rules(j, "where", p->where, p->n_where);
	json_rules(j, "limits", p->limit, p->n_limits);
	plan_json_goals(p, j);
	json_data(p, j);
	json_list(j, "axes");
	for (int i = 0; i < p->n_axes; i++)
		json_string(j, NULL, p->axis[i].key);
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
		const char *breaks[PLAN_MAX_RULES];
		const struct plan_pick pick = plan_pick(s->plan, i);
		struct export_point x = point_of(s, i, &pick, breaks);
		x.out = &o;
		x.share_pj = share;
		ok = result_full(s, store, i, &o, share, err);
		if (ok && csv)
			export_csv(&x, csv);
		if (ok && json)
			export_json(&x, json);
	}
	store_close(store);
	return ok;
}

bool sweep_csv(const struct sweep *s, const char *path, struct err *err)
{
	assert(s->row);
	struct buf b = {0};
	export_csv_head(&b);
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
