/* area: what a design is in the cells of a library, by synthesis. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/table.h"
#include "calib/synth.h"
#include "cli/job.h"

struct area {
	struct job_args job;
	const char *liberty, *cache;
	bool options, json;
};

static const char example[] =
        "  joulet area configs/designs/tiny4.yaml\n"
        "  joulet area --set array.rows=16 --set array.cols=16 --options\n";

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

static void print_modules(const struct synth *s)
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

static void print_json(const struct design *d, const struct synth *s)
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

static bool area(const struct area *o, struct err *err)
{
	const struct synth_opts opts = {
	        .liberty = o->liberty, .cache_dir = o->cache, .note = say};
	struct design d;
	struct synth s;

	if (o->options && o->json)
		return err_set(err, ERR_USAGE,
		               "--options and --json: only one of them");
	if (!job_design(&d, &o->job, err))
		return false;
	if (o->options)
		return options(&d, &opts, err) && finish_stdout(err);
	if (!synth_designs(&d, 1, &opts, &s, err))
		return false;
	if (o->json)
		print_json(&d, &s);
	else
		print_modules(&s);
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
