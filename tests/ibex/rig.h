/* rig: the real core with memories of a given timing around it.
 *
 * What the timing means on the bus is said in docs/host.md, "Other memories".
 * The devices and the bytes are the caller's, with the callbacks of the C
 * model's bus (sim/host.h). */
#ifndef TESTS_IBEX_RIG_H
#define TESTS_IBEX_RIG_H

#include "sim/host.h"

struct rig_timing {
	int instr_latency, data_grant, data_latency;
	bool shared;
};

struct rig_bus {
	void *ctx;
	/* False: access fault. */
	bool (*fetch)(void *ctx, uint32_t addr, uint32_t *word);
	bool (*load)(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
	             uint32_t *value);
	bool (*store)(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
	              uint32_t value);
	/* Interrupt lines (mip bits); a store takes effect after its cycle. */
	uint32_t (*irq)(void *ctx, uint64_t cycle);
};

struct rig;

/* `lib` is a library of build.py. NULL, and a line on stderr, if it cannot be
 * opened. In reset; the first rig_cycle is cycle 0. */
struct rig *rig_open(const char *lib, const struct rig_timing *timing,
                     const struct rig_bus *bus, uint32_t boot_addr);
void rig_close(struct rig *r);

/* One cycle. True: `retired` is what rvfi_valid shows in it. */
bool rig_cycle(struct rig *r, struct host_retire *retired);
uint64_t rig_now(const struct rig *r); /* number of the next cycle */
/* Cycles with core_sleep_o from cycle 1 on: in cycle 0 the clock has not
 * started yet. */
uint64_t rig_slept(const struct rig *r);

#endif
