/* explain_json: what joulet_explain found, for programs; keys in
 * docs/explain.md. */
#include <assert.h>

#include "base/buf.h"
#include "base/json.h"
#include "sim/joulet.h"

/* The causes are one line. */
static void put_why(struct json *j, const struct joulet_explain *x,
                    const struct joulet_why *w)
{
	struct buf line = {0};
	struct json k = json_begin(&line, false);

	json_object(&k, NULL);
	for (int c = 0; c < N_CAUSES; c++)
		json_uint(&k, joulet_cause_name[c], w->cause[c]);
	json_close(&k);
	json_raw(j, "spent", line.data);
	buf_free(&line);
	json_string(j, "bound", joulet_cause_name[w->bound]);
	if (w->trial < 0) {
		json_null(j, "better_with");
	} else {
		json_object(j, "better_with");
		json_string(j, "key", x->trial[w->trial].key);
		json_string(j, "value", x->trial[w->trial].to);
		json_close(j);
	}
	json_int(j, "saves", w->saves);
}

static void put_layers(struct json *j, const struct joulet_explain *x)
{
	json_list(j, "layers");
	for (int i = 0; i < x->run.n_layers; i++) {
		const struct joulet_layer *l = &x->run.layer[i];
		json_object(j, NULL);
		json_string(j, "name", l->name);
		json_string(j, "op", l->op);
		json_string(j, "unit", l->unit);
		json_uint(j, "cycles", l->cycles);
		json_int(j, "macs", l->macs);
		put_why(j, x, &x->layer[i]);
		json_close(j);
	}
	json_close(j);
}

static void put_trials(struct json *j, const struct joulet_explain *x,
                       const struct design *d, const struct joulet_tech *tech)
{
	double mm2, more;

	json_list(j, "neighbours");
	for (int i = 0; i < x->n_trials; i++) {
		const struct joulet_trial *t = &x->trial[i];
		json_object(j, NULL);
		json_string(j, "key", t->key);
		json_string(j, "from", t->from);
		json_string(j, "to", t->to);
		if (t->ok)
			json_uint(j, "cycles", t->cycles);
		else
			json_string(j, "error", t->why);
		if (joulet_trial_area(tech, d, t, &mm2, &more)) {
			json_double(j, "area_mm2", mm2);
			json_double(j, "more_um2", 1e6 * more);
		}
		json_close(j);
	}
	json_close(j);
}

void joulet_explain_json(const struct joulet_explain *x,
                         const struct joulet_net *net, const struct design *d,
                         const struct joulet_tech *tech, FILE *f)
{
	assert(x && net && d && f);
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	struct joulet_band mm2;
	struct err none;

	json_object(&j, NULL);
	json_string(&j, "version", JOULET_VERSION);
	json_string(&j, "network", joulet_net_name(net));
	json_string(&j, "design_name", d->name);
	json_uint(&j, "cycles", x->run.cycles);
	if (tech && joulet_area_band(tech, d, &mm2, &none))
		json_double(&j, "area_mm2", mm2.nominal);
	json_object(&j, "at_least");
	json_uint(&j, "macs", x->macs_cycles);
	json_uint(&j, "flash", x->flash_cycles);
	json_uint(&j, "sram", x->sram_cycles);
	json_close(&j);
	json_object(&j, "activations");
	json_uint(&j, "placed_bytes", x->run.arena_bytes);
	json_uint(&j, "least_bytes", x->run.peak_bytes);
	json_close(&j);
	put_why(&j, x, &x->total);
	put_layers(&j, x);
	put_trials(&j, x, d, tech);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, f);
	buf_free(&b);
}
