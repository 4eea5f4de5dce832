/* area: what a design is in the cells of a library, by synthesis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "calib/sta.h"
#include "calib/synth.h"
#include "cli/area_model.h"
#include "cli/job.h"

struct area {
	struct job_args job;
	const char *liberty, *cache, *tech, *out;
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
	         "print section area of a technology table, fitted anew; "
	         "with --timing section timing",
	         .flag = &o->fit},
	        {"out", "TABLE.yaml",
	         "with --fit: put the section into that table instead",
	         .value = &o->out, .letter = 'o'},
	        {"check", NULL,
	         "compare the table's model with designs it was not fitted "
	         "to; with --timing that of timing",
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
	print_table(t);
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
	print_table(t);
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

static void print_path(const char *what, const struct sta_path *p)
{
	printf("%-12s %.2f ns, %.0f MHz: %s to %s\n", what, p->ns, 1000 / p->ns,
	       p->from, p->to);
}

static void print_limits(const struct design *d, const struct sta *s,
                         double sram_ns, const char *table)
{
	print_path("logic", &s->logic);
	print_path("SRAM reads", &s->read);
	printf("%-12s", "each kind");
	for (int p = 0; p < N_LOGIC_PATHS; p++)
		printf("%s %s %.2f", p ? "," : "", joulet_path_name[p],
		       s->path_ns[p]);
	printf(" ns\n");
	printf("%-12s %.0f MHz (SRAM: %.2f ns from clock to data%s%s)\n",
	       "fastest", s->fmax_mhz, sram_ns, table ? ", by " : "",
	       table ? table : "");
	if (d->clock_mhz > s->fmax_mhz)
		printf("clock.mhz is %d: more than the gates can do\n",
		       d->clock_mhz);
}

static void print_model(const struct joulet_tech *t, const struct design *d,
                        const struct sta *s)
{
	struct joulet_timing m;
	struct err none;
	double most = 0;

	if (!joulet_timing(t, d, &m, &none))
		return;
	for (int p = 0; p < N_LOGIC_PATHS; p++)
		most = fmax(most, m.ns[p]);
	printf("\nThe model of %s gives %.0f MHz, %+.1f %%.\n",
	       joulet_tech_name(t), 1000 / most,
	       percent_off(1000 / most, s->fmax_mhz));
}

static bool timing(const char *tech, const struct design *d,
                   const struct synth_opts *opts, struct err *err)
{
	/* CACTI 7, 45 nm, itrs-lstp, 8 KiB of 64 bits. */
	static const double usual_ns = 1.064;
	struct joulet_tech *t = joulet_tech_open(tech, err);
	struct sta s;

	if (!t)
		return false;
	const double by_table = joulet_spad_access_ns(t, d);
	const double sram_ns = by_table > 0 ? by_table : usual_ns;
	bool ok = sta_design(d, opts, sram_ns, &s, err);
	if (ok) {
		print_limits(d, &s, sram_ns,
		             by_table > 0 ? joulet_tech_name(t) : NULL);
		print_model(t, d, &s);
	}
	joulet_tech_close(t);
	return ok;
}

static bool area(const struct area *o, struct err *err)
{
	const struct synth_opts opts = {
	        .liberty = o->liberty, .cache_dir = o->cache, .note = say};
	struct design d;
	struct synth s;

	if (o->options + o->fit + o->check + o->json > 1 ||
	    (o->timing && (o->options || o->json)))
		return err_set(err, ERR_USAGE,
		               "--options, --timing, --fit, --check, --json: "
		               "only one of them, or --timing with --fit or "
		               "--check");
	if (o->out && !o->fit)
		return err_set(err, ERR_USAGE, "--out: only with --fit");
	if (o->fit)
		return model_fit(o->timing, o->out, &opts, err) &&
		       finish_stdout(err);
	if (o->check)
		return model_check(o->timing, o->tech, &opts, err) &&
		       finish_stdout(err);
	if (!job_design(&d, &o->job, err))
		return false;
	if (o->timing)
		return timing(o->tech, &d, &opts, err) && finish_stdout(err);
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
