/* report_text: a report for a terminal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "base/wrap.h"
#include "explore/export_point.h"
#include "explore/report_priv.h"

/* ---- words for numbers -------------------------------------------------- */

/* What a metric is measured in is the end of its name; "" if it is a plain
 * number. */
const char *report_unit(int metric)
{
	static const char *const unit[][2] = {
	        {"_us", "us"},   {"_uj", "uJ"},        {"_mw", "mW"},
	        {"_bytes", "B"}, {"cycles", "cycles"}, {"edp", "uJ us"},
	        {"_mm2", "mm2"}, {"_mhz", "MHz"},
	};

	if (metric >= N_METRICS)
		return params[metric - N_METRICS].unit;
	const char *name = metric_name[metric];
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
		size_t n = strlen(name), m = strlen(unit[i][0]);
		if (n >= m && strcmp(name + n - m, unit[i][0]) == 0)
			return unit[i][1];
	}
	return "";
}

static const char *metric_text(int metric)
{
	return metric < N_METRICS ? metric_name[metric]
	                          : params[metric - N_METRICS].key;
}

static void put_value(struct buf *b, const struct report_point *p, int metric)
{
	double v = report_metric(p, metric);
	const char *unit = report_unit(metric);

	if (v == floor(v))
		buf_printf(b, "%.0f", v);
	else if (metric == METRIC_latency_us)
		buf_printf(b, "%.1f", v);
	else
		buf_printf(b, "%.3f", v);
	if (*unit)
		buf_printf(b, " %s", unit);
}

void report_design_text(const struct report *r, const struct report_point *p,
                        struct buf *to)
{
	int n = 0;

	for (int i = 0; i < r->n_axes; i++)
		if (r->axis[i].n > 1 && p->value[i] >= 0)
			buf_printf(to, "%s%s=%s", n++ ? " " : "",
			           r->axis[i].key,
			           r->axis[i].value[p->value[i]]);
	if (n == 0)
		buf_str(to, "the design of the sweep");
}

/* A word of a shell's command. */
static void put_word(struct buf *b, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789_./=+-:,@%";

	if (*s && s[strspn(s, plain)] == '\0') {
		buf_str(b, s);
		return;
	}
	buf_char(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_str(b, "'\\''");
		else
			buf_char(b, *s);
	}
	buf_char(b, '\'');
}

static void put_option(struct buf *b, const char *option, const char *value)
{
	if (!value)
		return;
	buf_printf(b, " %s ", option);
	put_word(b, value);
}

void report_arguments(const struct report *r, const struct report_point *p,
                      struct buf *to)
{
	const struct design def = design_default();
	const struct report_net *n = &r->net[p->pick.net];
	char value[64], usual[64];

	put_option(to, "--net", n->path ? n->path : n->name);
	put_option(to, "--input", n->input);
	for (int i = 0; i < n_params; i++) {
		design_get(&p->pick.design, &params[i], value, sizeof value);
		design_get(&def, &params[i], usual, sizeof usual);
		if (strcmp(value, usual) != 0)
			buf_printf(to, " --set %s=%s", params[i].key, value);
	}
	if (p->pick.target != JOULET_ACCEL)
		put_option(to, "--target", plan_target_name(&p->pick));
}

/* ---- parts -------------------------------------------------------------- */

static const char *why_failed(const void *report, long i)
{
	const struct report_point *p =
	        &((const struct report *)report)->point[i];

	return p->ok ? NULL : p->out.error;
}

/* What accuracy was measured with, each set once. */
static void put_data(const struct report *r, struct buf *b)
{
	int n = 0;

	for (int i = 0; i < r->n_nets; i++) {
		const struct report_net *net = &r->net[i];
		int k = 0;
		while (net->data && k < i &&
		       (!r->net[k].data ||
		        strcmp(r->net[k].data, net->data) != 0))
			k++;
		if (!net->data || k < i)
			continue;
		char *stem = path_stem(net->data);
		buf_printf(b, "%s%s (%ld inputs)", n++ ? ", " : "accuracy on  ",
		           stem, net->data_size);
		free(stem);
	}
	if (n)
		buf_char(b, '\n');
}

static void put_head(const struct report *r, struct buf *b)
{
	buf_printf(b, "sweep        %s\n", r->name);
	buf_printf(b, "points       %ld: %ld done, %ld failed\n", r->n_points,
	           r->n_done, r->n_points - r->n_done);
	export_reasons(why_failed, r, r->n_points, b);
	buf_str(b, "objectives   ");
	for (int i = 0; i < r->n_goals; i++)
		buf_printf(b, "%s%s %s", i ? ", " : "",
		           r->goal[i].maximize ? "most" : "least",
		           r->goal[i].name);
	for (int i = 0; i < r->n_limits; i++)
		buf_printf(b, "\n%-13s%s", i ? "" : "limits", r->limit[i]);
	if (r->n_limits)
		buf_printf(b, "\n%-13s%ld points are within", "", r->n_within);
	buf_str(b, "\nenergy by    ");
	for (int i = 0; i < r->n_techs; i++)
		buf_printf(b, "%s%s%s", i ? ", " : "", r->tech[i].name,
		           r->tech[i].absent
		                   ? " (as stored: its file is not here)"
		                   : "");
	buf_char(b, '\n');
	put_data(r, b);
}

static void put_bound(const struct report_point *p, struct buf *b)
{
	const enum joulet_cause c = report_bound(p);
	const uint64_t *cause = p->detail ? p->detail->total.cause : p->cause;

	buf_printf(b, "    %.1f %% of the cycles: %s",
	           100.0 * (double)cause[c] / (double)p->out.cycles,
	           joulet_cause_name[c]);
	if (p->detail && p->detail->total.trial >= 0) {
		const struct joulet_explain *x = p->detail;
		const struct joulet_trial *t = &x->trial[x->total.trial];
		buf_printf(b, "; with %s=%s %.1f %% fewer", t->key, t->to,
		           100.0 * (double)x->total.saves /
		                   (double)p->out.cycles);
	}
	buf_char(b, '\n');
}

static void put_figures(const struct report_point *p, struct buf *b)
{
	static const int shown[] = {METRIC_latency_us, METRIC_energy_uj,
	                            METRIC_peak_bytes};

	buf_str(b, "\n    ");
	for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
		buf_str(b, k ? ", " : "");
		put_value(b, p, shown[k]);
		if (shown[k] == METRIC_energy_uj &&
		    !isnan(p->metric[METRIC_energy_max_uj]))
			buf_printf(b, " (%.3f to %.3f)",
			           p->metric[METRIC_energy_min_uj],
			           p->metric[METRIC_energy_max_uj]);
	}
	buf_str(b, " of SRAM");
	if (!isnan(p->metric[METRIC_accuracy]))
		buf_printf(b, ", %.1f %% right",
		           100 * p->metric[METRIC_accuracy]);
	buf_char(b, '\n');
}

/* What comes nearest to the limits where nothing keeps them. */
static void put_nearest(const struct report *r, int contest, struct buf *b)
{
	const long nearest = report_nearest(r, contest);
	int n = 0;

	buf_str(b, "  no design");
	if (nearest < 0) {
		buf_str(b, ": every point failed\n");
		return;
	}
	const struct report_point *p = &r->point[nearest];
	buf_printf(b, "; nearest to the limits: point %ld: ", p->number);
	report_design_text(r, p, b);
	put_figures(p, b);
	buf_str(b, "    breaks ");
	for (int i = 0; i < r->n_limits; i++)
		if (p->broken >> i & 1)
			buf_printf(b, "%s%s", n++ ? ", " : "", r->limit[i]);
	buf_char(b, '\n');
}

static void put_answer(const struct report *r, struct buf *b)
{
	buf_str(b, r->alternatives ? "\nThe best\n"
	                           : "\nThe best of each network\n");
	for (int i = 0; i < report_contests(r); i++) {
		if (!r->alternatives)
			buf_printf(b, "%s\n", r->net[i].name);
		for (int g = 0; g < r->n_goals; g++) {
			long best = report_best(r, i, g);
			if (best < 0) {
				put_nearest(r, i, b);
				break;
			}
			const struct report_point *p = &r->point[best];
			buf_printf(b, "  %s %s: point %ld: ",
			           r->goal[g].maximize ? "most" : "least",
			           r->goal[g].name, p->number);
			if (r->alternatives)
				buf_printf(b, "%s ", r->net[p->pick.net].name);
			report_design_text(r, p, b);
			put_figures(p, b);
			put_bound(p, b);
		}
	}
}

/* Columns: number, network, objectives, what most cycles are spent on, axes. */
static void put_front(const struct report *r, int width, struct buf *b)
{
	struct table_column *c =
	        mem_zero((size_t)(4 + r->n_goals + r->n_axes), sizeof *c);
	int n = 0;

	c[n++] = (struct table_column){"", TABLE_LEFT};
	c[n++] = (struct table_column){"point", TABLE_RIGHT};
	c[n++] = (struct table_column){"network", TABLE_CUT};
	for (int g = 0; g < r->n_goals; g++)
		c[n++] = (struct table_column){r->goal[g].name, TABLE_RIGHT};
	c[n++] = (struct table_column){"bound", TABLE_LEFT};
	for (int i = 0; i < r->n_axes; i++)
		if (r->axis[i].n > 1)
			c[n++] = (struct table_column){
			        r->axis[i].param ? r->axis[i].param->field
			                         : r->axis[i].key,
			        TABLE_RIGHT};
	struct table *t = table_new(c, n);
	for (long i = 0; i < r->n_points; i++) {
		const struct report_point *p = &r->point[i];
		if (!p->best && !p->confirmed)
			continue;
		table_printf(t, "%s%s", p->best ? "*" : "",
		             p->confirmed ? "=" : "");
		table_printf(t, "%ld", p->number);
		table_cell(t, r->net[p->pick.net].name);
		for (int g = 0; g < r->n_goals; g++) {
			double v = report_metric(p, r->goal[g].metric);
			table_printf(t, v == floor(v) ? "%.0f" : "%.3f", v);
		}
		table_cell(t, joulet_cause_name[report_bound(p)]);
		for (int k = 0; k < r->n_axes; k++)
			if (r->axis[k].n > 1)
				table_cell(
				        t,
				        p->value[k] < 0
				                ? ""
				                : r->axis[k]
				                          .value[p->value[k]]);
	}
	buf_printf(b, "\nPareto-optimal: %ld point%s\n", r->n_best,
	           r->n_best == 1 ? "" : "s");
	if (r->n_best || r->n_confirmed)
		table_write(t, width, b);
	table_free(t);
	free(c);
	if (r->n_confirmed)
		buf_printf(b, "= %ld confirmed: the Verilog gives the same\n",
		           r->n_confirmed);
}

/* "array.rows, array.cols" */
static void put_group(const struct report *r, int group, struct table *t)
{
	struct buf b = {0};

	for (int i = 0; i < r->n_axes; i++)
		if (r->axis[i].group == group)
			buf_printf(&b, "%s%s", b.len ? ", " : "",
			           r->axis[i].key);
	table_cell(t, b.data);
	buf_free(&b);
}

/* The values with the least and the largest effect. */
static void put_effect(const struct report *r, int net, int group, int goal,
                       struct table *t)
{
	const struct report_axis *a = report_group(r, group);
	struct report_effect *e = mem_zero((size_t)a->n, sizeof *e);
	int lo = -1, hi = -1;

	report_effects(r, net, group, r->goal[goal].metric, e);
	for (int v = 0; v < a->n; v++) {
		if (e[v].n && (lo < 0 || e[v].ratio < e[lo].ratio))
			lo = v;
		if (e[v].n && (hi < 0 || e[v].ratio > e[hi].ratio))
			hi = v;
	}
	table_cell(t, r->net[net].name);
	table_cell(t, metric_text(r->goal[goal].metric));
	put_group(r, group, t);
	if (lo == hi) { /* none, or all the same */
		table_cell(t, "-");
		table_cell(t, "-");
		table_cell(t, lo < 0 ? "-" : "1.00");
	} else {
		table_printf(t, "%s (%+.1f %%)", a->value[lo],
		             100 * (e[lo].ratio - 1));
		table_printf(t, "%s (%+.1f %%)", a->value[hi],
		             100 * (e[hi].ratio - 1));
		table_printf(t, "%.2f", e[hi].ratio / e[lo].ratio);
	}
	free(e);
}

static void put_effects(const struct report *r, int width, struct buf *b)
{
	static const struct table_column c[] = {
	        {"network", TABLE_CUT},   {"metric", TABLE_LEFT},
	        {"axis", TABLE_LEFT},     {"least at", TABLE_RIGHT},
	        {"most at", TABLE_RIGHT}, {"ratio", TABLE_RIGHT},
	};
	struct table *t = table_new(c, 6);
	int n = 0;

	for (int i = 0; i < r->n_nets; i++)
		for (int g = 0; g < r->n_goals; g++)
			for (int k = 0; k < r->n_groups; k++)
				if (report_group(r, k)->n > 1) {
					put_effect(r, i, k, g, t);
					n++;
				}
	if (n) {
		buf_str(b, "\nWhat each axis does, all else being equal "
		           "(geometric mean)\n");
		table_write(t, width, b);
	}
	table_free(t);
}

void report_text(const struct report *r, int width, FILE *f)
{
	struct buf b = {0}, page = {0};

	put_head(r, &b);
	put_answer(r, &b);
	put_front(r, width, &b);
	put_effects(r, width, &b);
	wrap_lines(&page, b.data, width);
	fwrite(page.data, 1, page.len, f);
	buf_free(&b);
	buf_free(&page);
}
