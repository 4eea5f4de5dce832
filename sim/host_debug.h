/* host_debug: a stopped core, for debuggers and profiles.
 *
 * Looking changes nothing and takes no time. Call only outside of host_run.
 */
#ifndef SIM_HOST_DEBUG_H
#define SIM_HOST_DEBUG_H

#include "sim/host.h"

/* The instruction that host_run would execute next, if no interrupt comes
 * first. */
struct host_next {
	uint32_t pc;
	uint32_t insn;  /* compressed ones in their 32-bit form; 0: illegal */
	uint32_t bytes; /* 2, 4; 0: it cannot be fetched */
	bool load, store;
	uint32_t addr, size; /* what it loads or stores */
};

void host_peek(const struct host *h, struct host_next *n);

/* A machine-mode CSR that can be read without asking the bus; false: there is
 * no such. */
bool host_peek_csr(struct host *h, uint32_t number, uint32_t *value);

/* Cycles asleep since reset. */
uint64_t host_slept(const struct host *h);

/* Set x1..x31, or the pc (32). */
void host_poke_reg(struct host *h, int i, uint32_t value);

/* Bytes of instruction memory have been changed from outside. */
void host_poked(struct host *h, uint32_t addr, uint32_t bytes);

#endif
