/* rig: see rig.h. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/ibex/core.h"
#include "tests/ibex/rig.h"

enum { MAX_IN_FLIGHT = 8 };

/* Answers on their way, in the order of their grants. */
struct answers {
	struct answer {
		uint64_t cycle; /* of rvalid */
		uint32_t data;
		bool err;
	} queue[MAX_IN_FLIGHT];
	unsigned first, n;
};

struct rig {
	void *lib, *core;
	const struct core_api *api;
	struct rig_timing timing;
	struct rig_bus bus;
	struct core_pins pins;
	struct answers instr, data;
	int waited; /* cycles that the present data request has waited */
	uint64_t cycle, slept;
};

static void push(struct answers *a, uint64_t cycle, uint32_t data, bool err)
{
	if (a->n == MAX_IN_FLIGHT) {
		fprintf(stderr, "ibex: too many accesses in flight\n");
		abort();
	}
	a->queue[(a->first + a->n++) % MAX_IN_FLIGHT] =
	        (struct answer){cycle, data, err};
}

/* The answer of this cycle on the pins, if there is one. */
static void pop(struct answers *a, uint64_t cycle, bool *valid, uint32_t *data,
                bool *err)
{
	const struct answer *at = &a->queue[a->first];

	*valid = a->n > 0 && at->cycle == cycle;
	if (!*valid)
		return;
	*data = at->data;
	*err = at->err;
	a->first = (a->first + 1) % MAX_IN_FLIGHT;
	a->n--;
}

struct rig *rig_open(const char *lib, const struct rig_timing *timing,
                     const struct rig_bus *bus, uint32_t boot_addr)
{
	void *handle = dlopen(lib, RTLD_NOW | RTLD_LOCAL);
	const struct core_api *api = handle ? dlsym(handle, CORE_SYMBOL) : NULL;

	if (!api) {
		fprintf(stderr, "ibex: %s\n", dlerror());
		return NULL;
	}
	struct rig *r = mem_zero(1, sizeof *r);
	r->lib = handle;
	r->api = api;
	r->timing = *timing;
	r->bus = *bus;
	r->core = api->open(boot_addr);
	return r;
}

void rig_close(struct rig *r)
{
	if (!r)
		return;
	r->api->close(r->core);
	dlclose(r->lib);
	free(r);
}

/* The data port in this cycle: granted once it has waited long enough. */
static bool data_port(struct rig *r)
{
	const struct core_pins *p = &r->pins;

	if (!p->data_req) {
		r->waited = 0;
		return false;
	}
	if (r->waited < r->timing.data_grant) {
		r->waited++;
		return false;
	}
	r->waited = 0;
	uint32_t word = 0;
	bool ok = p->data_we ? r->bus.store(r->bus.ctx, r->cycle, p->data_addr,
	                                    p->data_be, p->data_wdata)
	                     : r->bus.load(r->bus.ctx, r->cycle, p->data_addr,
	                                   p->data_be, &word);
	push(&r->data, r->cycle + (uint64_t)r->timing.data_latency, word, !ok);
	return true;
}

static bool instr_port(struct rig *r, bool data_granted)
{
	if (!r->pins.instr_req || (r->timing.shared && data_granted))
		return false;
	uint32_t word = 0;
	bool ok = r->bus.fetch(r->bus.ctx, r->pins.instr_addr, &word);
	push(&r->instr, r->cycle + (uint64_t)r->timing.instr_latency, word,
	     !ok);
	return true;
}

bool rig_cycle(struct rig *r, struct host_retire *retired)
{
	struct core_pins *p = &r->pins;
	uint32_t lines = r->bus.irq(r->bus.ctx, r->cycle);

	pop(&r->instr, r->cycle, &p->instr_rvalid, &p->instr_rdata,
	    &p->instr_err);
	pop(&r->data, r->cycle, &p->data_rvalid, &p->data_rdata, &p->data_err);
	p->irq_software = lines >> 3 & 1;
	p->irq_timer = lines >> 7 & 1;
	p->irq_external = lines >> 11 & 1;
	r->api->low(r->core, p);

	/* The fetch sees what was in memory before a store of this cycle. */
	bool valid = p->valid;
	bool data_granted = p->data_req && r->waited >= r->timing.data_grant;
	p->instr_gnt = instr_port(r, data_granted);
	p->data_gnt = data_port(r);
	/* In cycle 0 the clock has not started yet. */
	r->slept += p->sleep && r->cycle > 0;
	*retired = (struct host_retire){
	        .cycle = r->cycle,
	        .pc = p->pc,
	        .insn = p->insn,
	        .rd = p->rd,
	        .value = p->rd ? p->value : 0,
	        .trap = p->trap,
	};
	r->api->high(r->core, p);
	r->cycle++;
	return valid;
}

uint64_t rig_now(const struct rig *r)
{
	return r->cycle;
}

uint64_t rig_slept(const struct rig *r)
{
	return r->slept;
}
