/* report: what a run cost, as tables for people; see joulet.h. */
#include "sim/report.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/table.h"
#include "isa/map.h"

struct traffic report_traffic(const struct design *d, const struct counts *c)
{
	const uint64_t *n = c->n;
	return (struct traffic){
	        .sram_read = n[EV_ld_sram_bytes] + 4 * n[EV_cpu_sram_reads],
	        .sram_written = n[EV_st_sram_bytes] + 4 * n[EV_cpu_sram_writes],
	        .flash_read = n[EV_ld_flash_bytes] + 4 * n[EV_cpu_flash_reads] +
	                      (uint64_t)d->dma_bytes * n[EV_fe_beats],
	};
}

static const struct {
	enum event event;
	const char *name;
} classes[] = {
        {EV_cpu_alu, "alu"},     {EV_cpu_mul, "mul"},
        {EV_cpu_div, "div"},     {EV_cpu_load, "load"},
        {EV_cpu_store, "store"}, {EV_cpu_branch, "branch"},
        {EV_cpu_jump, "jump"},   {EV_cpu_system, "system"},
};
enum { N_CLASSES = sizeof classes / sizeof classes[0] };

uint64_t report_instructions(const struct counts *c)
{
	uint64_t sum = 0;
	for (int i = 0; i < N_CLASSES; i++)
		sum += c->n[classes[i].event];
	return sum;
}

double report_uj(const struct joulet_report *r, const struct counts *c,
                 uint64_t cycles)
{
	double share[N_SHARES];
	joulet_cost(r->tech, r->design, c, cycles, share);
	return joulet_energy_uj(share);
}

int64_t report_macs(const struct joulet_result *result)
{
	int64_t sum = 0;
	for (int i = 0; i < result->n_layers; i++)
		sum += result->layer[i].macs;
	return sum;
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

/* A count in at most five characters: 99999, 123k, 1.23M, 12.3G. */
static void cell_short(struct table *t, uint64_t n)
{
	static const char unit[] = "kMGTPE";
	double v = (double)n;
	int u = -1;

	if (n < 100000) {
		table_printf(t, "%" PRIu64, n);
		return;
	}
	/* 999.5 would print as 1000. */
	while (v >= 999.5) {
		v /= 1000;
		u++;
	}
	table_printf(t, "%.*f%c",
	             v < 9.995   ? 2
	             : v < 99.95 ? 1
	                         : 0,
	             v, unit[u]);
}

/* A table that says nothing of areas leaves the line out. */
static void put_area(const struct joulet_report *r, struct buf *b)
{
	double part[N_AREA_PARTS], logic = 0;
	struct joulet_band mm2;
	struct err none;

	if (!joulet_area_band(r->tech, r->design, &mm2, &none) ||
	    !joulet_area(r->tech, JOULET_NOMINAL, r->design, part, &none))
		return;
	for (int i = 0; i < N_AREA_BLOCKS; i++)
		logic += part[i];
	buf_printf(b,
	           "area         %.3f mm2 (%.3f to %.3f), of it the "
	           "accelerator's logic %.3f\n",
	           mm2.nominal, mm2.min, mm2.max, logic);
}

/* Of a design that has one of its own. */
static void put_supply(const struct joulet_report *r, struct buf *b)
{
	const struct joulet_band by = joulet_supply_factor(r->tech, r->design);
	struct joulet_timing m;
	struct err none;
	char unchecked[48] = "";

	if (!joulet_timing(r->tech, r->design, &m, &none))
		snprintf(unchecked, sizeof unchecked, ", %d MHz not checked",
		         r->design->clock_mhz);
	if (r->design->supply_mv)
		buf_printf(b,
		           "voltage      %g V, logic x %.4g (%.4g to %.4g)%s\n",
		           joulet_supply(r->tech, r->design), by.nominal,
		           by.min, by.max, unchecked);
}

/* A table that says nothing of timing leaves the line out. */
static void put_fmax(const struct joulet_report *r, struct buf *b)
{
	struct joulet_timing m;
	struct err none;

	if (joulet_timing(r->tech, r->design, &m, &none))
		buf_printf(b,
		           "fastest      %.0f MHz (%.0f to %.0f), by path "
		           "%s\n",
		           floor(m.fmax_mhz.nominal), floor(m.fmax_mhz.min),
		           floor(m.fmax_mhz.max), joulet_path_name[m.limit]);
}

void report_head(const struct joulet_report *r, struct buf *b)
{
	const struct joulet_result *x = r->result;
	const struct design *d = r->design;
	double us = joulet_latency_us(d, x->cycles);

	buf_printf(b, "network      %s\n", joulet_net_name(r->net));
	buf_printf(b, "design       %s (%dx%d, %d MHz)\n", d->name, d->rows,
	           d->cols, d->clock_mhz);
	put_supply(r, b);
	buf_printf(b, "simulated    target %s, backend %s\n", r->target,
	           r->backend);
	buf_printf(b, "cycles       %" PRIu64, x->cycles);
	if (x->cycles_min != x->cycles_max)
		buf_printf(b, " (%zu inferences: %" PRIu64 " to %" PRIu64 ")",
		           x->inferences, x->cycles_min, x->cycles_max);
	else if (x->inferences > 1)
		buf_printf(b, " (each of %zu inferences)", x->inferences);
	buf_printf(b, "\nlatency      %.1f us (%.1f inferences/s)\n", us,
	           us > 0 ? 1e6 / us : 0);
	const struct joulet_band uj =
	        joulet_energy_band(r->tech, d, &x->total, x->cycles);
	buf_printf(b, "energy       %.3f uJ (%s: %.3f to %.3f; CPU: %s)\n",
	           uj.nominal, joulet_tech_name(r->tech), uj.min, uj.max,
	           strcmp(joulet_tech_scope(r->tech), "core") == 0
	                   ? "core only"
	                   : "whole chip");
	put_area(r, b);
	put_fmax(r, b);
	buf_printf(b, "MACs         %" PRId64 ", %.1f %% of %d a cycle\n",
	           report_macs(x), 100 * x->utilization, d->rows * d->cols);
}

/* The last two parts of a path: those that tell layers apart. */
const char *report_short_name(const char *name)
{
	const char *at = name + strlen(name);
	for (int slashes = 0; at > name; at--)
		if (at[-1] == '/' && ++slashes == 2)
			break;
	return at;
}

static void layer_row(const struct joulet_report *r, struct table *t, int i)
{
	const struct joulet_layer *l = &r->result->layer[i];
	table_printf(t, "%d", i);
	table_cell(t, report_short_name(l->name));
	table_cell(t, l->op);
	table_cell(t, l->unit);
	table_printf(t, "%" PRIu64, l->cycles);
	table_printf(t, "%" PRId64, l->macs);
	table_printf(t, "%.1f%%", 100 * l->utilization);
	table_printf(t, "%.3f", report_uj(r, &l->counts, l->cycles));
}

static void layers(const struct joulet_report *r, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"#", TABLE_RIGHT},       {"layer", TABLE_CUT},
	        {"operator", TABLE_LEFT}, {"unit", TABLE_LEFT},
	        {"cycles", TABLE_RIGHT},  {"MACs", TABLE_RIGHT},
	        {"util", TABLE_RIGHT},    {"uJ", TABLE_RIGHT},
	};
	const struct joulet_result *x = r->result;
	struct table *t = table_new(columns, 8);

	for (int i = 0; i < x->n_layers; i++)
		layer_row(r, t, i);
	table_cell(t, "");
	table_cell(t, "total");
	table_cell(t, "");
	table_cell(t, "");
	table_printf(t, "%" PRIu64, x->cycles);
	table_printf(t, "%" PRId64, report_macs(x));
	table_printf(t, "%.1f%%", 100 * x->utilization);
	table_printf(t, "%.3f", report_uj(r, &x->total, x->cycles));
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

static void stall_row(const struct joulet_report *r, struct table *t,
                      const struct counts *c)
{
	const struct traffic move = report_traffic(r->design, c);
	cell_short(t, c->n[EV_ex_wait_fetch]);
	cell_short(t, c->n[EV_ex_wait_load]);
	cell_short(t, c->n[EV_ex_wait_store]);
	cell_short(t, c->n[EV_ex_stall_read]);
	cell_short(t, c->n[EV_ex_stall_drain]);
	cell_short(t, c->n[EV_ld_wait_mem] + c->n[EV_st_wait_mem]);
	cell_short(t, move.sram_read);
	cell_short(t, move.sram_written);
	cell_short(t, move.flash_read);
	cell_short(t, report_instructions(c));
}

static void stalls(const struct joulet_report *r, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"#", TABLE_RIGHT},      {"fetch", TABLE_RIGHT},
	        {"load", TABLE_RIGHT},   {"store", TABLE_RIGHT},
	        {"read", TABLE_RIGHT},   {"drain", TABLE_RIGHT},
	        {"port", TABLE_RIGHT},   {"SRAM rd", TABLE_RIGHT},
	        {"wr B", TABLE_RIGHT},   {"flash B", TABLE_RIGHT},
	        {"instr.", TABLE_RIGHT},
	};
	const struct joulet_result *x = r->result;
	struct table *t = table_new(columns, 11);

	for (int i = 0; i < x->n_layers; i++) {
		table_printf(t, "%d", i);
		stall_row(r, t, &x->layer[i].counts);
	}
	table_cell(t, "sum");
	stall_row(r, t, &x->total);
	buf_str(b, "\nStall cycles by cause; bytes moved; CPU instructions\n");
	table_write(t, width, b);
	table_free(t);
}

static void instructions(const struct joulet_report *r, int width,
                         struct buf *b)
{
	static const struct table_column columns[] = {
	        {"CPU", TABLE_LEFT},     {"cycles", TABLE_RIGHT},
	        {"asleep", TABLE_RIGHT}, {"alu", TABLE_RIGHT},
	        {"mul", TABLE_RIGHT},    {"div", TABLE_RIGHT},
	        {"load", TABLE_RIGHT},   {"store", TABLE_RIGHT},
	        {"branch", TABLE_RIGHT}, {"jump", TABLE_RIGHT},
	        {"system", TABLE_RIGHT},
	};
	const struct counts *c = &r->result->total;
	struct table *t = table_new(columns, 3 + N_CLASSES);

	table_cell(t, core_name[r->design->core]);
	cell_short(t, c->n[EV_cpu_active]);
	cell_short(t, c->n[EV_cpu_sleep]);
	for (int i = 0; i < N_CLASSES; i++)
		cell_short(t, c->n[classes[i].event]);
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

static void energy(const struct joulet_report *r, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"energy", TABLE_LEFT},
	        {"uJ", TABLE_RIGHT},
	        {"share", TABLE_RIGHT},
	        {"", TABLE_LEFT},
	};
	double share[N_SHARES];
	char bar[26];

	joulet_cost(r->tech, r->design, &r->result->total, r->result->cycles,
	            share);
	const double sum = joulet_energy_uj(share);
	struct table *t = table_new(columns, 4);
	for (int i = 0; i < N_SHARES; i++) {
		double part = percent(share[i] * 1e-6, sum);
		int n = (int)(part / 4 + 0.5);
		memset(bar, '#', sizeof bar);
		bar[n < 25 ? n : 25] = '\0';
		table_cell(t, joulet_share_name[i]);
		table_printf(t, "%.3f", share[i] * 1e-6);
		table_printf(t, "%.1f%%", part);
		table_cell(t, bar);
	}
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

static void memory(const struct joulet_report *r, int width, struct buf *b)
{
	static const struct table_column columns[] = {
	        {"memory", TABLE_LEFT},
	        {"bytes", TABLE_RIGHT},
	        {"of", TABLE_RIGHT},
	        {"what", TABLE_LEFT},
	};
	const struct joulet_result *x = r->result;
	const struct design *d = r->design;
	/* What the firmware leaves. */
	const int sram = d->sram_kib * 1024 - FW_SRAM_BYTES;
	const struct {
		const char *name;
		uint32_t bytes;
		int of;
		const char *what;
	} rows[] = {
	        {"SRAM", x->arena_bytes, sram, "activations, as placed"},
	        {"", x->peak_bytes, sram, "activations alive at once"},
	        {"scratchpad", x->spad_bytes, d->spad_kib * 1024,
	         "in use at once"},
	        {"flash", x->image_bytes, d->flash_kib * 1024, "program image"},
	};
	struct table *t = table_new(columns, 4);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		table_cell(t, rows[i].name);
		table_printf(t, "%" PRIu32, rows[i].bytes);
		table_printf(t, "%d", rows[i].of);
		table_cell(t, rows[i].what);
	}
	buf_str(b, "\n");
	table_write(t, width, b);
	table_free(t);
}

/* Every key of the design, as --set takes them: nothing stays unsaid. */
static void resolved(const struct joulet_report *r, int width, struct buf *b)
{
	int at = (int)strlen("design");
	buf_str(b, "\ndesign");
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(r->design, &params[i], value, sizeof value);
		int n = (int)(strlen(params[i].key) + strlen(value)) + 2;
		if (at + n > width) {
			buf_str(b, "\n      ");
			at = 6;
		}
		buf_printf(b, " %s=%s", params[i].key, value);
		at += n;
	}
	buf_str(b, "\n");
}

void report_print_cut(const struct buf *b, int width, FILE *f)
{
	for (const char *line = b->data; *line;) {
		size_t n = strcspn(line, "\n");
		size_t shown = n > (size_t)width ? (size_t)width : n;
		fwrite(line, 1, shown, f);
		fputc('\n', f);
		line += n + (line[n] == '\n');
	}
}

void joulet_report_text(const struct joulet_report *r, int width, FILE *f)
{
	assert(r && r->net && r->design && r->result && r->tech && f);
	assert(width > 0);
	struct buf b = {0};
	report_head(r, &b);
	layers(r, width, &b);
	stalls(r, width, &b);
	instructions(r, width, &b);
	energy(r, width, &b);
	memory(r, width, &b);
	resolved(r, width, &b);
	report_print_cut(&b, width, f);
	buf_free(&b);
}
