/* report_json: what a run cost, for programs; keys in docs/reference/json.md.
 *
 * Long lists of numbers (outputs, counts) are one line each, so that the rest
 * can still be read.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "sim/cost.h"
#include "sim/report.h"

static void hex(struct json *j, const char *key, uint64_t hash)
{
	char text[17];
	snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
	json_string(j, key, text);
}

static void put_counts(struct json *j, const struct counts *c)
{
	struct buf line = {0};
	struct json k = json_begin(&line, false);
	json_object(&k, NULL);
	for (int i = 0; i < N_EVENTS; i++)
		json_uint(&k, event_name[i], c->n[i]);
	json_close(&k);
	json_raw(j, "counts", line.data);
	buf_free(&line);
}

static void put_bytes(struct json *j, const struct design *d,
                      const struct counts *c)
{
	const struct traffic t = report_traffic(d, c);
	json_object(j, "bytes");
	json_uint(j, "sram_read", t.sram_read);
	json_uint(j, "sram_written", t.sram_written);
	json_uint(j, "flash_read", t.flash_read);
	json_close(j);
}

static void put_shares(struct json *j, const struct joulet_report *r,
                       enum joulet_level level, const char *key,
                       const struct counts *c, uint64_t cycles)
{
	double share[N_SHARES];
	joulet_cost_at(r->tech, level, r->design, c, cycles, share);
	json_object(j, key);
	for (int i = 0; i < N_SHARES; i++)
		json_double(j, joulet_share_name[i], share[i] * 1e-6);
	json_close(j);
}

static void put_band(struct json *j, const char *key, struct joulet_band v)
{
	json_object(j, key);
	json_double(j, "min", v.min);
	json_double(j, "nominal", v.nominal);
	json_double(j, "max", v.max);
	json_close(j);
}

/* Null if the table says nothing of sleep. */
static void put_power(struct json *j, const struct joulet_report *r)
{
	struct joulet_power p;
	struct err err;
	if (!joulet_power(r->tech, r->design, &p, &err)) {
		json_null(j, "power");
		return;
	}
	json_object(j, "power");
	put_band(j, "idle_uw", p.idle_uw);
	put_band(j, "sleep_uw", p.sleep_uw);
	put_band(j, "off_uw", p.off_uw);
	put_band(j, "wake_us", p.wake_us);
	put_band(j, "wake_uj", p.wake_uj);
	json_close(j);
}

/* What one count of each event costs: the whole energy can be computed again
 * from these. */
static void put_prices(struct json *j, const struct joulet_report *r)
{
	double pj[N_LEVELS][N_COST_TERMS];
	for (int l = 0; l < N_LEVELS; l++)
		cost_prices(r->tech, (enum joulet_level)l, r->design, pj[l]);
	json_list(j, "prices");
	for (int i = 0; i < N_COST_TERMS; i++) {
		const struct cost_term t = cost_term(i);
		struct buf line = {0};
		struct json k = json_begin(&line, false);
		json_object(&k, NULL);
		json_string(&k, "event", t.event);
		json_string(&k, "unit", t.share);
		json_string(&k, "rule", t.rule);
		json_string(&k, "row", t.row);
		for (int l = 0; l < N_LEVELS; l++)
			json_double(&k, joulet_level_name[l], pj[l][i]);
		json_close(&k);
		json_raw(j, NULL, line.data);
		buf_free(&line);
	}
	json_close(j);
}

/* Of every block, when it is on. */
static void put_leakage(struct json *j, const struct joulet_report *r)
{
	struct joulet_band uw = {0};
	struct err err;
	json_object(j, "leakage_uw");
	for (int i = 0; i < N_BLOCKS; i++) {
		joulet_leakage_uw(r->tech, r->design, (enum joulet_block)i,
		                  STATE_ON, &uw, &err);
		put_band(j, joulet_block_name[i], uw);
	}
	json_close(j);
}

static void put_energy(struct json *j, const struct joulet_report *r)
{
	const struct joulet_result *x = r->result;
	const struct efficiency e = report_efficiency(r);
	json_double(j, "energy_uj", e.uj.nominal);
	json_double(j, "energy_min_uj", e.uj.min);
	json_double(j, "energy_max_uj", e.uj.max);
	put_shares(j, r, JOULET_NOMINAL, "energy_by_unit_uj", &x->total,
	           x->cycles);
	put_shares(j, r, JOULET_MIN, "energy_by_unit_min_uj", &x->total,
	           x->cycles);
	put_shares(j, r, JOULET_MAX, "energy_by_unit_max_uj", &x->total,
	           x->cycles);
	json_double(j, "edp_uj_us", e.edp);
	put_band(j, "pj_per_mac", e.pj_mac);
	put_band(j, "tops_per_w", e.tops_w);
	json_bool(j, "beyond_silicon", e.beyond);
	put_power(j, r);
	put_leakage(j, r);
	put_prices(j, r);
}

static void put_memory(struct json *j, const struct joulet_result *x)
{
	json_object(j, "memory");
	json_uint(j, "arena_bytes", x->arena_bytes);
	json_uint(j, "peak_bytes", x->peak_bytes);
	json_uint(j, "scratchpad_bytes", x->spad_bytes);
	json_uint(j, "image_bytes", x->image_bytes);
	json_close(j);
}

static void put_numbers(struct json *j, const int8_t *v, size_t n)
{
	json_list(j, NULL);
	for (size_t i = 0; i < n; i++)
		json_int(j, NULL, v[i]);
	json_close(j);
}

/* One inference: a list of numbers; several: a list of such lists. */
static void put_output(struct json *j, const struct joulet_report *r)
{
	if (!r->out)
		return;
	const size_t n = r->result->inferences;
	const size_t each = n ? r->out_bytes / n : 0;
	const int8_t *v = r->out;
	struct buf line = {0};
	struct json k = json_begin(&line, false);

	if (n != 1)
		json_list(&k, NULL);
	for (size_t i = 0; i < n; i++)
		put_numbers(&k, v + i * each, each);
	if (n != 1)
		json_close(&k);
	json_raw(j, "output", line.data);
	buf_free(&line);
}

static void put_layer(struct json *j, const struct joulet_report *r,
                      const struct joulet_layer *l)
{
	json_object(j, NULL);
	json_string(j, "name", l->name);
	json_string(j, "op", l->op);
	json_string(j, "unit", l->unit);
	json_uint(j, "cycles", l->cycles);
	json_int(j, "macs", l->macs);
	json_double(j, "utilization", l->utilization);
	json_double(j, "energy_uj", report_uj(r, &l->counts, l->cycles));
	put_shares(j, r, JOULET_NOMINAL, "energy_by_unit_uj", &l->counts,
	           l->cycles);
	json_uint(j, "instructions", report_instructions(&l->counts));
	put_bytes(j, r->design, &l->counts);
	put_counts(j, &l->counts);
	json_close(j);
}

static void put_what_ran(struct json *j, const struct joulet_report *r)
{
	json_string(j, "version", JOULET_VERSION);
	json_string(j, "backend", r->backend);
	json_string(j, "target", r->target);
	json_string(j, "network", joulet_net_name(r->net));
	hex(j, "network_hash", joulet_net_hash(r->net));
	json_string(j, "tech", joulet_tech_name(r->tech));
	hex(j, "tech_hash", joulet_tech_hash(r->tech));
	json_string(j, "tech_scope", joulet_tech_scope(r->tech));
	json_double(j, "voltage", joulet_supply(r->tech, r->design));
	put_band(j, "voltage_factor", joulet_supply_factor(r->tech, r->design));
	json_string(j, "design_name", r->design->name);
	hex(j, "design_hash", design_hash(r->design));
	design_json(r->design, j);
}

/* null: the table says nothing of areas. */
static void put_area(struct json *j, const struct joulet_report *r)
{
	double part[N_AREA_PARTS];
	struct joulet_band mm2;
	struct err none;

	if (!joulet_area_band(r->tech, r->design, &mm2, &none) ||
	    !joulet_area(r->tech, JOULET_NOMINAL, r->design, part, &none)) {
		json_null(j, "area_mm2");
		return;
	}
	json_double(j, "area_mm2", mm2.nominal);
	json_double(j, "area_min_mm2", mm2.min);
	json_double(j, "area_max_mm2", mm2.max);
	json_object(j, "area_by_part_mm2");
	for (int i = 0; i < N_AREA_PARTS; i++)
		json_double(j, joulet_part_name[i], part[i]);
	json_close(j);
}

/* null: the table says nothing of timing. */
static void put_timing(struct json *j, const struct joulet_report *r)
{
	struct joulet_timing m;
	struct err none;

	if (!joulet_timing(r->tech, r->design, &m, &none)) {
		json_null(j, "fmax_mhz");
		return;
	}
	json_double(j, "fmax_mhz", m.fmax_mhz.nominal);
	json_double(j, "fmax_min_mhz", m.fmax_mhz.min);
	json_double(j, "fmax_max_mhz", m.fmax_mhz.max);
	json_string(j, "fmax_path", joulet_path_name[m.limit]);
	json_object(j, "path_ns");
	for (int i = 0; i < N_PATHS; i++)
		json_double(j, joulet_path_name[i], m.ns[i]);
	json_close(j);
}

static void put_totals(struct json *j, const struct joulet_report *r)
{
	const struct joulet_result *x = r->result;
	json_uint(j, "inferences", x->inferences);
	json_uint(j, "cycles", x->cycles);
	json_uint(j, "cycles_min", x->cycles_min);
	json_uint(j, "cycles_max", x->cycles_max);
	json_uint(j, "boot_cycles", x->boot_cycles);
	json_double(j, "latency_us", joulet_latency_us(r->design, x->cycles));
	put_energy(j, r);
	put_area(j, r);
	put_timing(j, r);
	json_int(j, "macs", report_macs(x));
	json_double(j, "utilization", x->utilization);
	json_uint(j, "instructions", report_instructions(&x->total));
	put_bytes(j, r->design, &x->total);
	put_memory(j, x);
}

void joulet_report_json(const struct joulet_report *r, FILE *f)
{
	assert(r && r->net && r->design && r->result && r->tech && f);
	struct buf b = {0};
	struct json j = json_begin(&b, true);

	json_object(&j, NULL);
	put_what_ran(&j, r);
	put_totals(&j, r);
	put_output(&j, r);
	hex(&j, "output_hash", r->result->out_hash);
	put_counts(&j, &r->result->total);
	json_list(&j, "layers");
	for (int i = 0; i < r->result->n_layers; i++)
		put_layer(&j, r, &r->result->layer[i]);
	json_close(&j);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}
