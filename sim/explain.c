/* explain: what bounds each layer, and what neighbouring designs would take;
 * see joulet.h and docs/explain.md. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/design.h"
#include "sim/attribute.h"
#include "sim/memory_map.h"
#include "sim/program.h"
#include "sim/soc.h"

const char *const joulet_cause_name[N_CAUSES] = {
#define CAUSE(name, doc) #name,
#include "sim/causes.def"
};

/* ---- one run ---- */

static void set_bound(struct joulet_why *w)
{
	w->trial = -1;
	for (int c = 1; c < N_CAUSES; c++)
		if (w->cause[c] > w->cause[w->bound])
			w->bound = (enum joulet_cause)c;
}

/* One inference on the fast model, with its marks and commands. */
static bool run_soc(const struct joulet_program *p, const void *in,
                    struct soc_result *s, struct err *err)
{
	const struct joulet_opts opts = {.backend = "fast"};
	uint8_t *out = mem_zero(joulet_net_out_bytes(p->net), 1);
	struct soc *soc = program_soc(p, &opts, true, false, err);

	bool ok = soc && soc_run(soc, in, joulet_net_in_bytes(p->net), out,
	                         joulet_net_out_bytes(p->net), s, err);
	soc_close(soc);
	free(out);
	return ok;
}

static bool explain_run(const struct joulet_program *p, const void *in,
                        struct joulet_explain *x, struct err *err)
{
	const struct joulet_opts opts = {.backend = "fast", .timeline = true};
	struct soc_result s;

	if (!joulet_run(p, &opts, in, 1, NULL, &x->run, err) ||
	    !run_soc(p, in, &s, err))
		return false;
	x->layer = mem_zero((size_t)x->run.n_layers, sizeof *x->layer);
	bool ok = attribute(&p->design, p->code.image, &s, x->layer, err);
	for (int i = 0; ok && i < x->run.n_layers; i++) {
		uint64_t sum = 0;
		set_bound(&x->layer[i]);
		for (int c = 0; c < N_CAUSES; c++) {
			x->total.cause[c] += x->layer[i].cause[c];
			sum += x->layer[i].cause[c];
		}
		if (sum != x->run.layer[i].cycles)
			ok = err_set(err, ERR_BUG,
			             "explain: layer %d: not all its cycles "
			             "have a cause",
			             i);
	}
	set_bound(&x->total);
	ok = ok && memory_map(p, &s, x, err);
	soc_result_free(&s);
	return ok;
}

static uint64_t div_up(uint64_t n, int d)
{
	return (n + (uint64_t)d - 1) / (uint64_t)d;
}

static void set_bounds(struct joulet_explain *x, const struct design *d)
{
	const uint64_t *n = x->run.total.n;
	uint64_t macs = 0;

	for (int i = 0; i < x->run.n_layers; i++)
		macs += (uint64_t)x->run.layer[i].macs;
	x->macs_cycles = div_up(macs, d->rows * d->cols);
	x->flash_cycles =
	        div_up(n[EV_ld_flash_bytes], d->dma_bytes) + n[EV_fe_beats];
	x->sram_cycles =
	        div_up(n[EV_ld_sram_bytes] + n[EV_st_sram_bytes], d->dma_bytes);
}

/* ---- neighbours ---- */

/* Parameters that change cycles. */
static const char *const keys[] = {
        "array.rows",        "array.cols",     "scratchpad.kib",
        "scratchpad.banks",  "requant.lanes",  "dma.bytes_per_cycle",
        "accel.queue_depth", "array.split",    "weights.narrow",
        "weights.sparse",    "weights.unpack", "cpu.core",
};
enum { N_KEYS = sizeof keys / sizeof keys[0], MAX_TRIALS = 2 * N_KEYS };

/* The neighbour's value: twice or half as much, inside the range; with an
 * option or without; a core that is faster or slower. False: there is none. */
static bool neighbour(const struct design *d, const struct param *p, bool up,
                      struct joulet_trial *t)
{
	const int now = *(const int *)((const char *)d + p->offset);
	long value = up ? (now ? 2 * now : 1) : now / 2;

	if (p->rule == RULE_CORE)
		value = up ? now - 1 : now + 1;
	if (value > p->max && p->rule == RULE_ANY)
		value = p->max;
	if (value < p->min && p->rule == RULE_ANY)
		value = p->min;
	if (value == now || value < p->min || value > p->max)
		return false;
	struct design other = *d;
	*(int *)((char *)&other + p->offset) = (int)value;
	*t = (struct joulet_trial){.key = p->key, .up = up};
	design_get(d, p, t->from, sizeof t->from);
	design_get(&other, p, t->to, sizeof t->to);
	return true;
}

static bool try_design(const struct joulet_net *net, const struct design *d,
                       enum joulet_target target, const void *in,
                       struct joulet_trial *t, struct err *err)
{
	const struct joulet_opts opts = {.backend = "fast"};
	struct joulet_result r;
	struct design other = *d;

	if (!design_set(&other, t->key, t->to, (struct src){NULL, 0}, err))
		return false;
	struct joulet_program *p =
	        joulet_compile(net, &other, target, NULL, err);
	bool ok = p && joulet_run(p, &opts, in, 1, NULL, &r, err);
	joulet_program_close(p);
	if (!ok)
		return false;
	t->cycles = r.cycles;
	t->layer_cycles = mem_zero((size_t)r.n_layers, sizeof *t->layer_cycles);
	for (int i = 0; i < r.n_layers; i++)
		t->layer_cycles[i] = r.layer[i].cycles;
	joulet_result_free(&r);
	return true;
}

static void keep_best(struct joulet_why *w, int trial, uint64_t now,
                      uint64_t then)
{
	const int64_t saves = (int64_t)now - (int64_t)then;

	if (saves > w->saves) {
		w->trial = trial;
		w->saves = saves;
	}
}

static void try_neighbours(const struct joulet_net *net, const struct design *d,
                           enum joulet_target target, const void *in,
                           struct joulet_explain *x)
{
	x->trial = mem_zero(MAX_TRIALS, sizeof *x->trial);
	for (int i = 0; i < MAX_TRIALS; i++) {
		const struct param *p = param_find(keys[i % N_KEYS]);
		struct joulet_trial *t = &x->trial[x->n_trials];
		struct err err = {0};
		assert(p);
		if (!neighbour(d, p, i < N_KEYS, t))
			continue;
		t->ok = try_design(net, d, target, in, t, &err);
		if (!t->ok)
			snprintf(t->why, sizeof t->why, "%.120s", err.msg);
		for (int l = 0; t->ok && t->up && l < x->run.n_layers; l++)
			keep_best(&x->layer[l], x->n_trials,
			          x->run.layer[l].cycles, t->layer_cycles[l]);
		if (t->ok && t->up)
			keep_best(&x->total, x->n_trials, x->run.cycles,
			          t->cycles);
		x->n_trials++;
	}
}

/* ---- public ---- */

bool joulet_explain_alone(const struct joulet_net *net, const struct design *d,
                          enum joulet_target target, const void *in,
                          struct joulet_explain *x, struct err *err)
{
	assert(net && d && in && x);
	memset(x, 0, sizeof *x);
	struct joulet_program *p = joulet_compile(net, d, target, NULL, err);
	if (!p)
		return false;
	bool ok = explain_run(p, in, x, err);
	joulet_program_close(p);
	if (ok)
		set_bounds(x, d);
	else
		joulet_explain_free(x);
	return ok;
}

bool joulet_explain(const struct joulet_net *net, const struct design *d,
                    enum joulet_target target, const void *in,
                    struct joulet_explain *x, struct err *err)
{
	if (!joulet_explain_alone(net, d, target, in, x, err))
		return false;
	try_neighbours(net, d, target, in, x);
	return true;
}

void joulet_explain_free(struct joulet_explain *x)
{
	for (int i = 0; i < x->n_trials; i++)
		free(x->trial[i].layer_cycles);
	free(x->trial);
	free(x->tensor);
	free(x->use);
	free(x->layer);
	joulet_result_free(&x->run);
	memset(x, 0, sizeof *x);
}
