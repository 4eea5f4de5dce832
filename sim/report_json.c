/* report_json: what a run cost, for programs; keys in docs/reference/json.md.
 *
 * Long lists of numbers (outputs, counts) are one line each, so that the rest
 * can still be read.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
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

static void put_shares(struct json *j, const struct joulet_report *r)
{
	double share[N_SHARES];
	joulet_cost(r->tech, r->design, &r->result->total, r->result->cycles,
	            share);
	json_object(j, "energy_by_unit_uj");
	for (int i = 0; i < N_SHARES; i++)
		json_double(j, joulet_share_name[i], share[i] * 1e-6);
	json_close(j);
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
	json_string(j, "design_name", r->design->name);
	hex(j, "design_hash", design_hash(r->design));
	design_json(r->design, j);
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
	const struct joulet_band uj =
	        joulet_energy_band(r->tech, r->design, &x->total, x->cycles);
	json_double(j, "energy_uj", uj.nominal);
	json_double(j, "energy_min_uj", uj.min);
	json_double(j, "energy_max_uj", uj.max);
	put_shares(j, r);
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
