/* host: the microcontroller core, RV32IMC machine mode, timed as Ibex.
 *
 * Every instruction retires in the cycle in which the real core retires it
 * (rules: docs/host.md). The core reaches memory and devices through host_bus;
 * instruction memory is an array of its own.
 *
 * The caller runs it in slices: host_run executes until `limit`, until it
 * sleeps in WFI with no interrupt pending, or until an access asked to stop.
 * Time is in cycles since the release of reset.
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "isa/design.h"
#include "isa/event.h"

#define HOST_NEVER UINT64_MAX

/* How long memories and devices make the core wait, in cycles. All zero: as 1,
 * 0, 1, which is SRAM with a port for instructions and one for data. */
struct host_timing {
	int instr_latency; /* from grant to answer, 1..64; granted at once */
	int data_grant;    /* from request to grant, 0..64 */
	int data_latency;  /* from grant to answer, 1..64 */
	/* One port: no fetch is granted in a cycle that grants an access. */
	bool shared;
};

/* What lies outside the core. Called in the grant cycle of the access (an
 * access that crosses a word is split into two calls, as on the real bus).
 * addr is aligned to 4; mask has a bit for each byte lane of the word.
 *
 * Cycles never decrease from call to call. A store takes effect after its
 * cycle: an `irq` for that same cycle still sees the state before it. */
struct host_bus {
	void *ctx;
	struct host_timing timing;
	/* Memory that the core may read and write itself, without a call:
	 * [base, base+size), both multiples of 4; at most one in each 2^28
	 * bytes is fast. NULL bytes: none. A window may show instruction
	 * memory. */
	struct host_window {
		uint32_t base, size;
		uint8_t *bytes;
		bool writable;
		int mem; /* MEM_SRAM, MEM_FLASH: for counting; -1: not */
	} window[4];
	/* Called before window accesses with mem >= 0 while `watch` is set by
	 * host_watch: an accelerator job runs and its arbiter must know. */
	void (*touch)(void *ctx, uint64_t cycle, int mem);
	/* Device registers. False: no device there (access fault). */
	bool (*load)(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
	             uint32_t *value);
	bool (*store)(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
	              uint32_t value);
	/* Interrupt lines (mip bits) as level in this cycle. */
	uint32_t (*irq)(void *ctx, uint64_t cycle);
	/* First cycle >= `cycle` in which the lines may differ from what they
	 * are in `cycle`, if the core stores nothing; `cycle` itself: ask in
	 * every cycle; HOST_NEVER. */
	uint64_t (*irq_next)(void *ctx, uint64_t cycle);
};

struct host;

/* One retired instruction, for traces. */
struct host_retire {
	uint64_t cycle; /* in which the real core's rvfi_valid shows it */
	uint32_t pc, insn;
	uint8_t rd; /* 0: none */
	uint32_t value;
	bool trap;
};

enum host_stop { HOST_LIMIT, HOST_SLEEP, HOST_STOPPED, HOST_FAULT };

/* NULL only when memory is exhausted. `bus` is copied, `imem` borrowed: from
 * now on only the core itself may change it, through a window. imem_bytes is a
 * multiple of 4. */
struct host *host_open(enum core core, const struct host_bus *bus,
                       uint8_t *imem, uint32_t imem_base, uint32_t imem_bytes);
void host_close(struct host *h);
/* Registers, counts and time start anew. The first instruction is at
 * (boot_addr & ~0xff) + 0x80. */
void host_reset(struct host *h, uint32_t boot_addr);

/* Run while the current instruction begins before `limit`. */
enum host_stop host_run(struct host *h, uint64_t limit);

/* Sleeping: tell that the lines may be high in cycle `k`. The core wakes if an
 * enabled one is; the time in between counts as sleep. */
void host_wake(struct host *h, uint64_t k);

/* mip bits that would wake the core (mie). */
uint32_t host_irq_mask(const struct host *h);

/* Ask the running core to stop after the present instruction (from a bus
 * callback: end of simulation). */
void host_stop(struct host *h);

/* Call `touch` on window accesses from now on, or no longer. */
void host_watch(struct host *h, bool on);

/* Of the next instruction; with wait states, from where on it may begin. */
uint64_t host_cycle(const struct host *h);
uint64_t host_retired(struct host *h);
/* Exceptions that are not in host_retired: all but ecall and ebreak. */
uint64_t host_faults(const struct host *h);
/* Adds the CPU_EVENTs since the last call to `c`. From a bus callback: up to
 * the cycle of that access. */
void host_counts(struct host *h, struct counts *c);
void host_trace(struct host *h, void (*fn)(void *, const struct host_retire *),
                void *ctx);                     /* NULL: off */
uint32_t host_reg(const struct host *h, int i); /* 32: pc */
/* The last exception (not interrupt) since reset as text, "" if none. */
void host_exception(const struct host *h, char *buf, size_t size);
/* False and a message after HOST_FAULT: two exceptions with no instruction
 * between them, so that the core would trap for ever. */
bool host_fault(const struct host *h, struct err *err);

#endif
