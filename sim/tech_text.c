/* tech_text: a technology table for people and programs; see joulet.h. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/table.h"
#include "base/text.h"
#include "base/wrap.h"
#include "sim/tech.h"

static void number_cell(struct table *t, double v)
{
	table_printf(t, "%.4g", v);
}

static void rows(const struct joulet_tech *t, int group, struct buf *b,
                 int width)
{
	static const struct table_column columns[] = {
	        {"", TABLE_LEFT},       {"min", TABLE_RIGHT},
	        {"value", TABLE_RIGHT}, {"max", TABLE_RIGHT},
	        {"unit", TABLE_LEFT},   {"nm", TABLE_RIGHT},
	        {"V", TABLE_RIGHT},     {"confidence", TABLE_LEFT},
	};
	struct table *s = table_new(columns, 8);
	for (int i = 0; i < N_TECH; i++) {
		const struct tech_figure *f = &t->row[i];
		if (tech_rule[i].group != (enum tech_group)group)
			continue;
		table_cell(s, tech_rule[i].name);
		for (int l = 0; l < N_LEVELS; l++)
			number_cell(s, f->at[l]);
		table_cell(s, tech_rule[i].unit);
		table_cell(s, f->node_nm);
		table_cell(s, f->voltage);
		table_cell(s, f->confidence);
	}
	buf_printf(b, "\n%s: %s\n", tech_group_rule[group].name,
	           tech_group_rule[group].doc);
	table_write(s, width, b);
	table_free(s);
}

static void origins(const struct joulet_tech *t, int width, struct buf *b)
{
	buf_str(b, "\nWhere they are from\n");
	for (int i = 0; i < N_TECH; i++) {
		const struct tech_figure *f = &t->row[i];
		struct buf line = {0};
		if (!t->has[tech_rule[i].group])
			continue;
		buf_printf(&line, "%s: %s. %s", tech_rule[i].name, f->source,
		           f->note ? f->note : "");
		if (f->scaled != 1)
			buf_printf(&line, " Scaled from %s nm, %s V by %.4g.",
			           f->node_nm, f->voltage, f->scaled);
		wrap_lines(b, line.data, width);
		buf_free(&line);
	}
}

/* 0: the table does not say. */
static void optional_cell(struct table *t, double v)
{
	if (v > 0)
		number_cell(t, v);
	else
		table_cell(t, "-");
}

static void points(const struct joulet_tech *t, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"bits", TABLE_RIGHT},    {"KiB", TABLE_RIGHT},
	        {"read pJ", TABLE_RIGHT}, {"write pJ", TABLE_RIGHT},
	        {"leak uW", TABLE_RIGHT}, {"mm2", TABLE_RIGHT},
	        {"ns", TABLE_RIGHT},
	};
	struct table *s = table_new(columns, 7);
	for (int i = 0; i < t->n_sram; i++) {
		const struct sram_point *p = &t->sram[i];
		number_cell(s, p->bits);
		number_cell(s, p->kib);
		number_cell(s, p->read_pj);
		number_cell(s, p->write_pj);
		number_cell(s, p->leak_uw);
		optional_cell(s, p->area_mm2);
		optional_cell(s, p->access_ns);
	}
	buf_printf(b, "\nSRAM (%s)\n", t->sram_from);
	table_write(s, width, b);
	table_free(s);
}

static void section(const char *name, bool there, const char *doc,
                    const double *factor, struct buf *b)
{
	if (there)
		buf_printf(b, "\n%s: %s, x %.3f to %.3f\n", name, doc,
		           factor[JOULET_MIN], factor[JOULET_MAX]);
	else
		buf_printf(b, "\n%s: not in this table\n", name);
}

static void area(const struct joulet_tech *t, struct buf *b)
{
	const struct tech_area *a = &t->area;

	section("area", a->there, "um2 of one (sim/area.def)", a->factor, b);
	for (int i = 0; a->there && i < N_AREA_TERMS; i++)
		buf_printf(b, "%-16s %.4g\n", area_term_name[i], a->um2[i]);
	for (int i = 0; a->there && i < N_CORES; i++)
		buf_printf(b, "%-16s %.4g\n", core_name[i], a->core_um2[i]);
}

static void timing(const struct joulet_tech *t, struct buf *b)
{
	const struct tech_timing *m = &t->timing;

	section("timing", m->there, "ns of one (sim/timing.def)", m->factor, b);
	for (int i = 0; m->there && i < N_TIMING_TERMS; i++)
		buf_printf(b, "%-16s %.4g\n", timing_term_name[i], m->ns[i]);
	if (m->there)
		buf_printf(b,
		           "at %g V; at others in proportion to "
		           "V / (V - %g)^%g\n",
		           m->voltage, m->vth, m->alpha);
}

void joulet_tech_text(const struct joulet_tech *t, bool origin, int width,
                      FILE *f)
{
	struct buf b = {0};
	assert(t && width > 0);
	buf_printf(&b, "%s: %g nm, %g V, host core's figures: %s\n", t->name,
	           t->node_nm, t->voltage,
	           t->scope == SCOPE_chip ? "whole chip" : "core only");
	if (t->about) {
		wrap_lines(&b, t->about, width);
		buf_str(&b, "\n");
	}
	if (t->base)
		buf_printf(&b, "base: %s\n", t->base->name);
	for (int g = 0; g < N_TECH_GROUPS; g++)
		if (t->has[g])
			rows(t, g, &b, width);
		else
			buf_printf(&b, "\n%s: not in this table\n",
			           tech_group_rule[g].name);
	points(t, width, &b);
	area(t, &b);
	timing(t, &b);
	if (origin)
		origins(t, width, &b);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}

/* A node or supply: a number if it is one. */
static void put_place(struct json *j, const char *key, const char *text)
{
	double v;
	if (text_double(text, &v))
		json_double(j, key, v);
	else
		json_string(j, key, text);
}

static void put_row(struct json *j, const struct joulet_tech *t, int i)
{
	const struct tech_figure *f = &t->row[i];
	json_object(j, tech_rule[i].name);
	json_string(j, "group", tech_group_rule[tech_rule[i].group].name);
	json_double(j, "min", f->at[JOULET_MIN]);
	json_double(j, "value", f->at[JOULET_NOMINAL]);
	json_double(j, "max", f->at[JOULET_MAX]);
	json_string(j, "unit", tech_rule[i].unit);
	put_place(j, "node_nm", f->node_nm);
	put_place(j, "voltage", f->voltage);
	json_double(j, "scaled_by", f->scaled);
	json_string(j, "source", f->source);
	json_string(j, "confidence", f->confidence);
	json_string(j, "note", f->note);
	json_close(j);
}

static void put_points(struct json *j, const struct joulet_tech *t)
{
	json_string(j, "sram_from", t->sram_from);
	json_list(j, "sram");
	for (int i = 0; i < t->n_sram; i++) {
		const struct sram_point *p = &t->sram[i];
		json_object(j, NULL);
		json_double(j, "bits", p->bits);
		json_double(j, "kib", p->kib);
		json_double(j, "read_pj", p->read_pj);
		json_double(j, "write_pj", p->write_pj);
		json_double(j, "leak_uw", p->leak_uw);
		if (p->area_mm2 > 0)
			json_double(j, "area_mm2", p->area_mm2);
		if (p->access_ns > 0)
			json_double(j, "access_ns", p->access_ns);
		json_close(j);
	}
	json_close(j);
}

/* A section that the table lacks is null. */
static void put_section(struct json *j, const char *name, bool there,
                        const char *const *term, const double *value, int n,
                        const double *factor)
{
	if (!there) {
		json_null(j, name);
		return;
	}
	json_object(j, name);
	json_double(j, "min", factor[JOULET_MIN]);
	json_double(j, "max", factor[JOULET_MAX]);
	for (int i = 0; i < n; i++)
		json_double(j, term[i], value[i]);
	json_close(j);
}

static void put_sections(struct json *j, const struct joulet_tech *t)
{
	put_section(j, "area_um2", t->area.there, area_term_name, t->area.um2,
	            N_AREA_TERMS, t->area.factor);
	put_section(j, "timing_ns", t->timing.there, timing_term_name,
	            t->timing.ns, N_TIMING_TERMS, t->timing.factor);
}

void joulet_tech_json(const struct joulet_tech *t, FILE *f)
{
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	json_object(&j, NULL);
	json_string(&j, "name", t->name);
	json_string(&j, "about", t->about);
	json_string(&j, "base", t->base ? t->base->name : NULL);
	json_double(&j, "node_nm", t->node_nm);
	json_double(&j, "voltage", t->voltage);
	json_string(&j, "scope", tech_scope_name[t->scope]);
	json_string(&j, "weights", t->ext_weights ? "offchip" : "onchip");
	json_string(&j, "data", t->ext_data ? "offchip" : "onchip");
	json_object(&j, "rows");
	for (int i = 0; i < N_TECH; i++)
		if (t->has[tech_rule[i].group])
			put_row(&j, t, i);
	json_close(&j);
	put_points(&j, t);
	put_sections(&j, t);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}
