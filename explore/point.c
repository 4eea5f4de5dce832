/* point: see point.h */
#include "explore/point.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { KNOWN = 1 << 10 }; /* results that are kept; a power of two */

/* A design's outcome but for clock and voltage. */
struct known {
	bool any;
	struct plan_pick pick; /* at the least clock, no voltage */
	struct outcome outcome;
};

struct bench {
	const struct plan *plan;
	struct joulet_stopwatch **watch; /* by network; NULL: not yet */
	struct known *known;
};

struct bench *bench_open(const struct plan *p)
{
	struct bench *b = mem_zero(1, sizeof *b);
	b->plan = p;
	b->watch = mem_zero((size_t)p->n_nets, sizeof *b->watch);
	b->known = mem_zero(KNOWN, sizeof *b->known);
	return b;
}

void bench_close(struct bench *b)
{
	if (!b)
		return;
	for (int i = 0; i < b->plan->n_nets; i++)
		joulet_stopwatch_close(b->watch[i]);
	free(b->watch);
	free(b->known);
	free(b);
}

/* Kinds of failure that are a property of the point, not of the machine. */
static bool belongs_to_point(enum err_kind kind)
{
	return kind == ERR_DATA || kind == ERR_BUG || kind == ERR_WATCHDOG ||
	       kind == ERR_MISMATCH;
}

static void take_result(struct outcome *o, const struct design *d,
                        const struct joulet_result *r)
{
	o->ok = true;
	o->cycles = r->cycles;
	o->boot_cycles = r->boot_cycles;
	o->out_hash = r->out_hash;
	o->latency_us = joulet_latency_us(d, r->cycles);
	o->utilization = r->utilization;
	o->arena_bytes = r->arena_bytes;
	o->peak_bytes = r->peak_bytes;
	o->spad_bytes = r->spad_bytes;
	o->image_bytes = r->image_bytes;
	o->counts = r->total;
}

/* The fast model needs no data to be exact. */
static bool measure(struct bench *b, const struct plan_pick *pick,
                    const struct joulet_program *program,
                    struct joulet_result *r, struct err *err)
{
	const struct plan_net *net = &b->plan->net[pick->net];
	struct joulet_opts opts = {0};

	if (b->plan->of)
		return joulet_verify(program, &opts, net->input, 1, NULL, r,
		                     err);
	opts.backend = pick->backend;
	if (strcmp(pick->backend, "fast") != 0)
		return joulet_run(program, &opts, net->input, 1, NULL, r, err);
	struct joulet_stopwatch **w = &b->watch[pick->net];
	if (!*w)
		*w = joulet_stopwatch_open(net->net, net->input);
	return joulet_stopwatch_run(*w, program, r, err);
}

static bool simulate(struct bench *b, const struct plan_pick *pick,
                     struct outcome *o, struct err *err)
{
	struct joulet_result r;
	struct joulet_program *program =
	        joulet_compile(b->plan->net[pick->net].net, &pick->design,
	                       pick->target, NULL, err);

	if (!program)
		return false;
	const bool ok = measure(b, pick, program, &r, err);
	if (ok) {
		take_result(o, &pick->design, &r);
		joulet_result_free(&r);
	}
	joulet_program_close(program);
	return ok;
}

/* Where the outcome of a design is, or is to be. */
static struct known *known_place(struct bench *b, const struct plan_pick *pick)
{
	const uint64_t h = design_hash(&pick->design) + (uint64_t)pick->net;
	return &b->known[(h ^ h >> 32) % KNOWN];
}

/* But for the technology table, with which nothing is run. */
static bool same_run(const struct plan_pick *a, const struct plan_pick *b)
{
	return a->net == b->net && a->target == b->target &&
	       strcmp(a->backend, b->backend) == 0 &&
	       memcmp(&a->design, &b->design, sizeof a->design) == 0;
}

/* Everything is counted in cycles, so the clock changes only their length, and
 * the voltage nothing here. */
static bool run(struct bench *b, const struct plan_pick *pick,
                struct outcome *o, struct err *err)
{
	struct plan_pick same = *pick;
	same.design.clock_mhz = (int)param_find("clock.mhz")->min;
	same.design.supply_mv = 0;
	struct known *k = known_place(b, &same);

	if (!b->plan->of && k->any && same_run(&k->pick, &same)) {
		*o = k->outcome;
		o->latency_us = joulet_latency_us(&pick->design, o->cycles);
		return true;
	}
	if (!simulate(b, pick, o, err))
		return false;
	*k = (struct known){true, same, *o};
	return true;
}

bool bench_point(struct bench *b, long point, struct outcome *o,
                 struct err *err)
{
	const struct plan_pick pick = plan_pick(b->plan, point);
	memset(o, 0, sizeof *o);
	if (design_check(&pick.design, (struct src){NULL, 0}, err) &&
	    run(b, &pick, o, err))
		return true;
	if (!belongs_to_point(err->kind))
		return false;
	o->kind = err->kind;
	snprintf(o->error, sizeof o->error, "%s", err->msg);
	/* One line, also in a CSV. */
	for (char *s = o->error; *s; s++)
		if (*s == '\n' || *s == '\r')
			*s = ' ';
	return true;
}
