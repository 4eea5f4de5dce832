/* accel: the accelerator behind one interface with two backends.
 *
 * `fast` is C, event by event; `rtl` is the verilated Verilog. Both obey
 * docs/accelerator.md, so that for equal calls they give equal memories,
 * registers, counts and log.
 *
 * Time: the caller owns the clock. `advance(a, t)` simulates all cycles before
 * t; then state is "at the start of cycle t". Calls carry non-decreasing cycle
 * numbers. In one cycle the caller first reports host accesses and MMIO, then
 * advances past it.
 *
 * Ownership: the backend borrows the design, the memories and the log until
 * close. Nothing prints or exits. Errors that only a running simulation can
 * find (bank clash, address outside a memory) are kept and told by `fault`.
 */
#ifndef SIM_ACCEL_H
#define SIM_ACCEL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "isa/command.h"
#include "isa/design.h"
#include "isa/event.h"
#include "sim/mem.h"

/* What one command did; in order of end, ties LD, EX, ST. */
struct cmd_log {
	uint8_t queue, opcode;
	uint16_t layer;
	uint32_t seq; /* number of the command in its job's list, from 0 */
	uint64_t start, end; /* docs/accelerator.md */
};

/* A queue as it is now, its unit included. */
struct accel_queue {
	unsigned n;           /* commands fetched and not ended */
	struct cmd_log first; /* of these; start is UINT64_MAX before it */
};

/* Waveforms of the cycles [from, to), into a file of the format FST. Cycle
 * `zero` is time 0 of the file. */
struct accel_waves {
	const char *path; /* borrowed */
	uint64_t from, to, zero;
};

/* What a run leaves behind. The owner makes it empty and frees it. */
struct accel_log {
	struct counts
	        *layer; /* n_layers entries; tags >= n_layers are a fault */
	uint32_t n_layers;
	struct cmd_log *cmd; /* grown with realloc */
	size_t n_cmd, cap_cmd;
	bool want_cmds; /* false: keep counts only */
};

struct accel_opts {
	bool timing_only;      /* fast: touch no tensor data */
	const char *cache_dir; /* rtl: where built libraries are kept */
	const char *rtl_dir;   /* rtl: where the Verilog is */
	bool waves;            /* rtl: a library that can write waveforms */
	/* rtl: the library, from accel_rtl_library for this design; NULL: look
	 * for it, which takes longer than a short run. Borrowed. */
	const char *library;
	/* rtl: a busy accelerator in which so many cycles pass without progress
	 * is a fault, ERR_WATCHDOG; 0: never. Progress: a command is fetched,
	 * starts or ends, a unit gets a beat, an access to the scratchpad, a
	 * step of the array, a register write. */
	uint64_t stall;
	void (*note)(void *ctx,
	             const char *text); /* progress of a build; or NULL */
	void *note_ctx;
};

struct accel; /* a backend's state; first member is `const struct accel_ops
               *ops` */

struct accel_ops {
	const char *name; /* "fast", "rtl" */
	/* NULL and err on failure (rtl: ERR_TOOL when verilator is missing). */
	struct accel *(*open)(const struct design *, struct mem *,
	                      struct accel_log *, const struct accel_opts *,
	                      struct err *);
	void (*close)(struct accel *);
	void (*reset)(
	        struct accel *); /* cycle 0, registers and queues cleared */
	/* Register at `offset` of the ACCEL region, in cycle `cycle` (the
	 * backend advances to it first). */
	uint32_t (*read)(struct accel *, uint64_t cycle, uint32_t offset);
	void (*write)(struct accel *, uint64_t cycle, uint32_t offset,
	              uint32_t value);
	/* The host uses memory MEM_* in this cycle: its port is taken. At most
	 * one call a cycle. Data is the caller's business, done before. */
	void (*host_access)(struct accel *, uint64_t cycle, int mem);
	void (*advance)(struct accel *, uint64_t cycle);
	/* Advance until the interrupt line is high, at most to `limit`. Returns
	 * the first cycle >= now in which the line is high, or `limit`. */
	uint64_t (*until_irq)(struct accel *, uint64_t limit);
	bool (*irq)(const struct accel *); /* level at the current cycle */
	bool (*busy)(
	        const struct accel *); /* fetch unit not IDLE or HEAD != TAIL */
	/* False and a message if the program was not legal. */
	bool (*fault)(const struct accel *, struct err *);
	void (*queue)(const struct accel *, int q, struct accel_queue *);
	/* rtl: after a fault of accel_opts.stall the first cycle that was not
	 * simulated; UINT64_MAX before. NULL: never stalls. */
	uint64_t (*stalled)(const struct accel *);
	/* Write waveforms from now on (before their first cycle); NULL: no
	 * longer, and the file is complete. NULL op: cannot. */
	bool (*waves)(struct accel *, const struct accel_waves *, struct err *);
};

extern const struct accel_ops accel_fast, accel_rtl;

/* Hash of what the backend rtl reads that does not come from the design:
 * Verilog and wrapper. ERR_NOINPUT. */
bool accel_rtl_sources(const struct accel_opts *opts, uint64_t *hash,
                       struct err *err);

/* The verilated library of a design, built if need be. The caller's; NULL and
 * err as for open. */
char *accel_rtl_library(const struct design *d, const struct accel_opts *opts,
                        struct err *err);

/* "fast" or "rtl", else NULL. */
const struct accel_ops *accel_find(const char *name);

#endif
