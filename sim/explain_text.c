/* explain_text: what joulet_explain found, as tables for people. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/table.h"
#include "sim/joulet.h"
#include "sim/report.h"

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100 * (double)part / (double)whole : 0;
}

static void head(const struct joulet_explain *x, const struct joulet_net *net,
                 const struct design *d, const struct joulet_tech *tech,
                 struct buf *b)
{
	const struct joulet_result *r = &x->run;
	struct joulet_band mm2;
	struct err none;

	buf_printf(b, "network      %s\n", joulet_net_name(net));
	buf_printf(b,
	           "design       %s (%dx%d, %d KiB scratchpad, %d B/cycle)\n",
	           d->name, d->rows, d->cols, d->spad_kib, d->dma_bytes);
	if (tech && joulet_area_band(tech, d, &mm2, &none))
		buf_printf(b, "area         %.3f mm2 (%s)\n", mm2.nominal,
		           joulet_tech_name(tech));
	buf_printf(b, "cycles       %" PRIu64 "\n", r->cycles);
	buf_printf(b,
	           "at least     %" PRIu64
	           " MACs / cells (%.1f %% of cycles)\n",
	           x->macs_cycles, percent(x->macs_cycles, r->cycles));
	buf_printf(b,
	           "             %" PRIu64 " flash, %" PRIu64
	           " SRAM: bytes / width of the port\n",
	           x->flash_cycles, x->sram_cycles);
	buf_printf(b,
	           "activations  %" PRIu32 " bytes of SRAM, at least %" PRIu32
	           " (alive at once)\n",
	           r->arena_bytes, r->peak_bytes);
}

/* What bounds it, by how much, and which neighbour helps. */
static void bound_cells(const struct joulet_explain *x, struct table *t,
                        const struct joulet_why *w, uint64_t cycles)
{
	const uint64_t most = w->cause[w->bound];

	table_printf(t, "%" PRIu64, cycles);
	table_cell(t, cycles ? joulet_cause_name[w->bound] : "-");
	table_printf(t, "%" PRIu64, cycles - most);
	table_printf(t, "%.1f%%", percent(cycles - most, most));
	if (w->trial < 0) {
		table_cell(t, "-");
		table_cell(t, "-");
		return;
	}
	const struct joulet_trial *trial = &x->trial[w->trial];
	table_printf(t, "%" PRId64, w->saves);
	table_printf(t, "%s=%s", trial->key, trial->to);
}

static void bounds(const struct joulet_explain *x, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"#", TABLE_RIGHT},      {"layer", TABLE_CUT},
	        {"cycles", TABLE_RIGHT}, {"bound", TABLE_LEFT},
	        {"above", TABLE_RIGHT},  {"%", TABLE_RIGHT},
	        {"saves", TABLE_RIGHT},  {"with", TABLE_LEFT},
	};
	struct table *t = table_new(columns, 8);

	for (int i = 0; i < x->run.n_layers; i++) {
		table_printf(t, "%d", i);
		table_cell(t, report_short_name(x->run.layer[i].name));
		bound_cells(x, t, &x->layer[i], x->run.layer[i].cycles);
	}
	table_cell(t, "");
	table_cell(t, "all");
	bound_cells(x, t, &x->total, x->run.cycles);
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

static void cause_cells(struct table *t, const struct joulet_why *w)
{
	for (int c = 0; c < N_CAUSES; c++)
		table_printf(t, "%" PRIu64, w->cause[c]);
}

static void causes(const struct joulet_explain *x, int width, struct buf *b)
{
	struct table_column columns[N_CAUSES + 2] = {{"#", TABLE_RIGHT},
	                                             {"cycles", TABLE_RIGHT}};

	for (int c = 0; c < N_CAUSES; c++)
		columns[c + 2] = (struct table_column){joulet_cause_name[c],
		                                       TABLE_RIGHT};
	struct table *t = table_new(columns, N_CAUSES + 2);
	for (int i = 0; i < x->run.n_layers; i++) {
		table_printf(t, "%d", i);
		table_printf(t, "%" PRIu64, x->run.layer[i].cycles);
		cause_cells(t, &x->layer[i]);
	}
	table_cell(t, "all");
	table_printf(t, "%" PRIu64, x->run.cycles);
	cause_cells(t, &x->total);
	buf_str(b, "\nWhat the cycles are spent on\n");
	table_write(t, width, b);
	table_free(t);
}

/* What the best neighbour costs. */
static void price(const struct joulet_explain *x, const struct design *d,
                  const struct joulet_tech *tech, struct buf *b)
{
	double mm2, more;

	if (x->total.trial < 0)
		return;
	const struct joulet_trial *t = &x->trial[x->total.trial];
	if (joulet_trial_area(tech, d, t, &mm2, &more))
		buf_printf(b,
		           "%s=%s: %" PRId64 " cycles less (%.1f %%) for %.0f "
		           "um2 (%.3f mm2, %+.1f %%)\n",
		           t->key, t->to, x->total.saves,
		           percent((uint64_t)x->total.saves, x->run.cycles),
		           1e6 * more, mm2, 100 * more / (mm2 - more));
}

static void area_cells(struct table *to, const struct design *d,
                       const struct joulet_tech *tech,
                       const struct joulet_trial *t)
{
	double mm2, more;

	if (joulet_trial_area(tech, d, t, &mm2, &more)) {
		table_printf(to, "%+.0f", 1e6 * more);
		table_printf(to, "%.3f", mm2);
	} else {
		table_cell(to, "-");
		table_cell(to, "-");
	}
}

static void neighbours(const struct joulet_explain *x, const struct design *d,
                       const struct joulet_tech *tech, int width, struct buf *b)
{
	struct joulet_band mm2;
	struct err none;
	const bool areas = tech && joulet_area_band(tech, d, &mm2, &none);
	static const struct table_column columns[] = {
	        {"parameter", TABLE_LEFT}, {"from", TABLE_RIGHT},
	        {"to", TABLE_RIGHT},       {"cycles", TABLE_RIGHT},
	        {"change", TABLE_RIGHT},   {"%", TABLE_RIGHT},
	        {"um2", TABLE_RIGHT},      {"mm2", TABLE_RIGHT},
	};
	struct table *t = table_new(columns, areas ? 8 : 6);

	for (int i = 0; i < x->n_trials; i++) {
		const struct joulet_trial *n = &x->trial[i];
		const int64_t by = (int64_t)(n->cycles - x->run.cycles);
		if (!n->ok)
			continue;
		table_cell(t, n->key);
		table_cell(t, n->from);
		table_cell(t, n->to);
		table_printf(t, "%" PRIu64, n->cycles);
		table_printf(t, "%+" PRId64, by);
		table_printf(t, "%+.1f%%",
		             100 * (double)by / (double)x->run.cycles);
		if (areas)
			area_cells(t, d, tech, n);
	}
	buf_str(b, "\nWith one parameter at its neighbour\n");
	table_write(t, width, b);
	table_free(t);
	for (int i = 0; i < x->n_trials; i++)
		if (!x->trial[i].ok)
			buf_printf(b, "%s=%s: %s\n", x->trial[i].key,
			           x->trial[i].to, x->trial[i].why);
}

void joulet_explain_text(const struct joulet_explain *x,
                         const struct joulet_net *net, const struct design *d,
                         const struct joulet_tech *tech, int width, FILE *f)
{
	assert(x && net && d && f);
	struct buf b = {0};

	head(x, net, d, tech, &b);
	bounds(x, width, &b);
	price(x, d, tech, &b);
	causes(x, width, &b);
	neighbours(x, d, tech, width, &b);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}
