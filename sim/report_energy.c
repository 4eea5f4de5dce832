/* report_energy: where the energy of a run goes, and whether to believe it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "sim/report.h"
#include "sim/scaling.h"
#include "sim/tech.h"

/* Whole int8 networks beyond this, at 22 nm and 0.8 V, mean that something is
 * missing: no chip has shown more than 2 (silicon.def). */
static const struct process bound_at = {22, 0.8};
static const double bound_tops_w = 5;

static const struct silicon {
	const char *name;
	struct process at;
	double tops_w;
	const char *what, *source;
} silicon[] = {
#define SILICON(name, nm, volt, tops_w, what, source)                          \
	{name, {nm, volt}, tops_w, what, source},
#include "sim/silicon.def"
};
enum { N_SILICON = sizeof silicon / sizeof silicon[0] };

/* Energy of one unit in one layer. */
struct cell {
	int layer, unit;
	double pj;
};

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

/* ---- Efficiency ---------------------------------------------------------- */

struct efficiency report_efficiency(const struct joulet_report *r)
{
	const struct joulet_result *x = r->result;
	const struct joulet_tech *t = r->tech;
	const struct joulet_band uj =
	        joulet_energy_band(t, r->design, &x->total, x->cycles);
	const double macs = (double)report_macs(x);
	const struct process here = {t->node_nm, joulet_supply(t, r->design)};
	struct efficiency e = {
	        .uj = uj,
	        .edp = uj.nominal * joulet_latency_us(r->design, x->cycles),
	};
	if (macs > 0)
		e.pj_mac = (struct joulet_band){uj.min * 1e6 / macs,
		                                uj.nominal * 1e6 / macs,
		                                uj.max * 1e6 / macs};
	if (macs > 0 && uj.min > 0)
		e.tops_w = (struct joulet_band){2 * macs * 1e-6 / uj.max,
		                                2 * macs * 1e-6 / uj.nominal,
		                                2 * macs * 1e-6 / uj.min};
	if (scaling_covers(here))
		e.bound = bound_tops_w / scaling_energy(bound_at, here).nominal;
	e.beyond = e.bound > 0 && e.tops_w.nominal > e.bound;
	return e;
}

static void figure(struct buf *b, const char *name, struct joulet_band v,
                   const char *unit)
{
	buf_printf(b, "%-12s %.4g %s (%.4g to %.4g)\n", name, v.nominal, unit,
	           v.min, v.max);
}

static void beside_silicon(const struct joulet_report *r,
                           const struct efficiency *e, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"TOPS/W", TABLE_LEFT}, {"nm", TABLE_RIGHT},
	        {"shown", TABLE_RIGHT}, {"here", TABLE_RIGHT},
	        {"what", TABLE_LEFT},   {"source", TABLE_CUT},
	};
	const struct joulet_tech *t = r->tech;
	const struct process here = {t->node_nm, joulet_supply(t, r->design)};
	struct table *s = table_new(columns, 6);
	table_cell(s, "this run");
	table_printf(s, "%g", t->node_nm);
	table_cell(s, "");
	table_printf(s, "%.3g", e->tops_w.nominal);
	table_cell(s, "this network");
	table_cell(s, t->name);
	for (int i = 0; i < N_SILICON; i++) {
		const struct silicon *c = &silicon[i];
		table_cell(s, c->name);
		table_printf(s, "%g", c->at.nm);
		table_printf(s, "%.3g", c->tops_w);
		table_printf(s, "%.3g",
		             c->tops_w / scaling_energy(c->at, here).nominal);
		table_cell(s, c->what);
		table_cell(s, c->source);
	}
	buf_printf(b,
	           "\nBeside silicon; here: brought to %g nm, %g V "
	           "(sim/scaling.def)\n",
	           here.nm, here.volt);
	table_write(s, width, b);
	table_free(s);
}

static void believe(const struct joulet_report *r, int width, struct buf *b)
{
	const struct efficiency e = report_efficiency(r);

	buf_str(b, "\n");
	figure(b, "per MAC", e.pj_mac, "pJ");
	figure(b, "efficiency", e.tops_w, "TOPS/W");
	buf_printf(b, "EDP          %.4g uJ us\n", e.edp);
	if (e.tops_w.nominal <= 0 || e.bound <= 0)
		return;
	beside_silicon(r, &e, width, b);
	if (e.beyond)
		buf_printf(b,
		           "warning: beyond what silicon has shown: whole int8 "
		           "networks above %.3g TOPS/W\nhere (%g at %g nm) "
		           "mean that something is missing; look at the "
		           "band's other end\n",
		           e.bound, bound_tops_w, bound_at.nm);
}

/* ---- Layers and units ---------------------------------------------------- */

static int by_energy(const void *a, const void *b)
{
	const struct cell *p = a, *q = b;
	if (p->pj != q->pj)
		return p->pj > q->pj ? -1 : 1;
	if (p->layer != q->layer)
		return p->layer < q->layer ? -1 : 1;
	return p->unit < q->unit ? -1 : p->unit > q->unit;
}

/* All cells, the largest first; to be freed. */
static struct cell *sorted_cells(const struct joulet_report *r, int *n)
{
	const struct joulet_result *x = r->result;
	struct cell *c =
	        mem_zero((size_t)(x->n_layers * N_SHARES) + 1, sizeof *c);
	*n = 0;
	for (int i = 0; i < x->n_layers; i++) {
		double pj[N_SHARES];
		joulet_cost(r->tech, r->design, &x->layer[i].counts,
		            x->layer[i].cycles, pj);
		for (int u = 0; u < N_SHARES; u++)
			if (pj[u] > 0)
				c[(*n)++] = (struct cell){i, u, pj[u]};
	}
	qsort(c, (size_t)*n, sizeof *c, by_energy);
	return c;
}

static void cells(const struct joulet_report *r, double total_pj, int width,
                  struct buf *b)
{
	static const struct table_column columns[] = {
	        {"uJ", TABLE_RIGHT},     {"share", TABLE_RIGHT},
	        {"so far", TABLE_RIGHT}, {"unit", TABLE_LEFT},
	        {"#", TABLE_RIGHT},      {"layer", TABLE_CUT},
	};
	enum { MOST = 12 };
	struct table *t = table_new(columns, 6);
	double sum = 0;
	int n;
	struct cell *c = sorted_cells(r, &n);
	for (int i = 0; i < n && i < MOST; i++) {
		sum += c[i].pj;
		table_printf(t, "%.3f", c[i].pj * 1e-6);
		table_printf(t, "%.1f%%", percent(c[i].pj, total_pj));
		table_printf(t, "%.1f%%", percent(sum, total_pj));
		table_cell(t, joulet_share_name[c[i].unit]);
		table_printf(t, "%d", c[i].layer);
		table_cell(t, report_short_name(
		                      r->result->layer[c[i].layer].name));
	}
	buf_printf(b, "\nThe most, of %d\n", n);
	table_write(t, width, b);
	table_free(t);
	free(c);
}

static const char *const short_unit[N_SHARES] = {
        [SHARE_array] = "arr",     [SHARE_requant] = "rq",
        [SHARE_scratchpad] = "sp", [SHARE_dma] = "dma",
        [SHARE_control] = "ctl",   [SHARE_sram] = "ram",
        [SHARE_flash] = "fla",     [SHARE_cpu] = "cpu",
        [SHARE_leakage] = "lk",
};

static void layer_row(const struct joulet_report *r, struct table *t, int i,
                      double total_pj)
{
	const struct joulet_layer *l = &r->result->layer[i];
	double pj[N_SHARES], sum = 0;
	joulet_cost(r->tech, r->design, &l->counts, l->cycles, pj);
	for (int u = 0; u < N_SHARES; u++)
		sum += pj[u];
	table_printf(t, "%d", i);
	table_cell(t, report_short_name(l->name));
	table_printf(t, "%.3f", sum * 1e-6);
	table_printf(t, "%.1f", percent(sum, total_pj));
	for (int u = 0; u < N_SHARES; u++)
		table_printf(t, "%.0f", percent(pj[u], sum));
}

/* Layers that cost anything, the dearest first. */
static void by_layer(const struct joulet_report *r, double total_pj, int width,
                     struct buf *b)
{
	struct table_column columns[4 + N_SHARES] = {{"#", TABLE_RIGHT},
	                                             {"layer", TABLE_CUT},
	                                             {"uJ", TABLE_RIGHT},
	                                             {"%", TABLE_RIGHT}};
	const int n = r->result->n_layers;
	struct cell *c = mem_zero((size_t)n + 1, sizeof *c);
	int k = 0;
	for (int u = 0; u < N_SHARES; u++)
		columns[4 + u] =
		        (struct table_column){short_unit[u], TABLE_RIGHT};
	for (int i = 0; i < n; i++) {
		const struct joulet_layer *l = &r->result->layer[i];
		double uj = report_uj(r, &l->counts, l->cycles);
		if (uj > 0)
			c[k++] = (struct cell){i, 0, uj};
	}
	qsort(c, (size_t)k, sizeof *c, by_energy);
	struct table *t = table_new(columns, 4 + N_SHARES);
	for (int i = 0; i < k; i++)
		layer_row(r, t, c[i].layer, total_pj);
	buf_str(b, "\nLayers, and of each the percentage of every unit\n");
	table_write(t, width, b);
	table_free(t);
	free(c);
}

static void by_unit(const struct joulet_report *r, double total_pj, int width,
                    struct buf *b)
{
	static const struct table_column columns[] = {
	        {"unit", TABLE_LEFT},   {"uJ", TABLE_RIGHT},
	        {"min", TABLE_RIGHT},   {"max", TABLE_RIGHT},
	        {"share", TABLE_RIGHT},
	};
	const struct joulet_result *x = r->result;
	double pj[N_LEVELS][N_SHARES];
	struct cell c[N_SHARES];
	for (int l = 0; l < N_LEVELS; l++)
		joulet_cost_at(r->tech, (enum joulet_level)l, r->design,
		               &x->total, x->cycles, pj[l]);
	for (int u = 0; u < N_SHARES; u++)
		c[u] = (struct cell){0, u, pj[JOULET_NOMINAL][u]};
	qsort(c, N_SHARES, sizeof *c, by_energy);
	struct table *t = table_new(columns, 5);
	for (int i = 0; i < N_SHARES; i++) {
		const int u = c[i].unit;
		table_cell(t, joulet_share_name[u]);
		table_printf(t, "%.3f", pj[JOULET_NOMINAL][u] * 1e-6);
		table_printf(t, "%.3f", pj[JOULET_MIN][u] * 1e-6);
		table_printf(t, "%.3f", pj[JOULET_MAX][u] * 1e-6);
		table_printf(t, "%.1f%%",
		             percent(pj[JOULET_NOMINAL][u], total_pj));
	}
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

/* ---- Activity ------------------------------------------------------------ */

static struct joulet_activity total_activity(const struct joulet_report *r)
{
	struct joulet_activity a = {0};

	for (int i = 0; i < r->result->n_layers; i++)
		joulet_add_activity(&a, &r->activity[i]);
	return a;
}

/* Instead of what share `array` takes as typical; false: the table cannot. */
static bool array_band(const struct joulet_report *r,
                       const struct joulet_activity *a, struct joulet_band *uj)
{
	double pj[N_LEVELS];
	struct err none;

	for (int l = 0; l < N_LEVELS; l++)
		if (!joulet_array_pj(r->tech, (enum joulet_level)l, r->design,
		                     &r->result->total, a, &pj[l], &none))
			return false;
	*uj = (struct joulet_band){1e-6 * pj[JOULET_MIN],
	                           1e-6 * pj[JOULET_NOMINAL],
	                           1e-6 * pj[JOULET_MAX]};
	return true;
}

/* What operands do, where they are known. */
static void activity(const struct joulet_report *r, struct buf *b)
{
	const double macs = (double)r->result->total.n[EV_macs];
	struct joulet_band uj;

	if (!r->activity || macs <= 0)
		return;
	const struct joulet_activity a = total_activity(r);
	const double saved = joulet_zero_saving_pj(r->tech, JOULET_NOMINAL,
	                                           r->design, a.zero_macs);
	buf_printf(b,
	           "\nOperands of this input, where the figures above are of "
	           "typical ones\n"
	           "zeros        %.2f%% of the MACs have a zero activation, "
	           "which saves %.2g uJ\n",
	           percent(a.zero_macs, macs), 1e-6 * saved);
	if (array_band(r, &a, &uj))
		figure(b, "array", uj, "uJ by what flips");
}

/* ---- Between inferences -------------------------------------------------- */

static void leak_cell(const struct joulet_report *r, struct table *t,
                      enum joulet_block block, enum joulet_state state)
{
	struct joulet_band uw;
	struct err err;
	if (joulet_leakage_uw(r->tech, r->design, block, state, &uw, &err))
		table_printf(t, "%.4g", uw.nominal);
	else
		table_cell(t, "?");
}

static void leakage(const struct joulet_report *r, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"leakage, uW", TABLE_LEFT}, {"on", TABLE_RIGHT},
	        {"gated", TABLE_RIGHT},      {"retention", TABLE_RIGHT},
	        {"off", TABLE_RIGHT},
	};
	struct table *t = table_new(columns, 5);
	for (int i = 0; i < N_BLOCKS; i++) {
		table_cell(t, joulet_block_name[i]);
		for (int s = 0; s < N_STATES; s++)
			leak_cell(r, t, (enum joulet_block)i,
			          (enum joulet_state)s);
	}
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

static void asleep(const struct joulet_report *r, struct buf *b)
{
	const double us = joulet_latency_us(r->design, r->result->cycles);
	const struct joulet_result *x = r->result;
	struct joulet_power p;
	struct err err;

	buf_str(b, "\n");
	if (!joulet_power(r->tech, r->design, &p, &err)) {
		buf_printf(b, "%s\n", err.msg);
		return;
	}
	const struct joulet_band uj =
	        joulet_energy_band(r->tech, r->design, &x->total, x->cycles);
	figure(b, "idle", p.idle_uw, "uW, all on, no clock runs");
	figure(b, "asleep", p.sleep_uw, "uW, data memory kept");
	figure(b, "off", p.off_uw, "uW");
	figure(b, "waking up", p.wake_us, "us");
	figure(b, "", p.wake_uj, "uJ");
	buf_printf(b, "from off     another %llu cycles of the firmware\n",
	           (unsigned long long)x->boot_cycles);
	if (us + p.wake_us.max < 1e6)
		figure(b, "average", joulet_average_uw(&p, uj, us, 1e6),
		       "uW, one inference a second, asleep between");
}

void joulet_report_energy(const struct joulet_report *r, int width, FILE *f)
{
	assert(r && r->net && r->design && r->result && r->tech && f);
	assert(width > 0);
	struct buf b = {0};
	const double total =
	        1e6 * report_uj(r, &r->result->total, r->result->cycles);
	report_head(r, &b);
	by_unit(r, total, width, &b);
	by_layer(r, total, width, &b);
	cells(r, total, width, &b);
	activity(r, &b);
	believe(r, width, &b);
	leakage(r, width, &b);
	asleep(r, &b);
	report_print_cut(&b, width, f);
	buf_free(&b);
}
