/* accel_rtl: what the backend `rtl` (C) and a verilated library (C++) say to
 * each other; private to accel_rtl*.c and rtl_wrap.cpp.
 *
 * A library is the Verilog of one set of elaboration parameters together with
 * rtl_wrap.cpp, which owns the clock: one call simulates many cycles. It models
 * the two memories on borrowed bytes and tells what happened.
 */
#ifndef SIM_ACCEL_RTL_H
#define SIM_ACCEL_RTL_H

#include <stdint.h>

/* Part of the libraries' cache key: raise it when this page changes. */
enum { RTL_ABI = 2 };

/* A cycle in which a command was fetched, started or ended, a job ended or two
 * ports met in a bank. Told after the cycle, so that the counters hold what it
 * counted. Bits of start and end: 1 << enum queue. */
struct rtl_trace {
	uint64_t cycle;
	uint8_t push; /* a command left the fetch unit: opcode, layer */
	uint8_t opcode;
	uint16_t layer;
	uint8_t start, end, job_end, clash;
};

/* What a library borrows until close. */
struct rtl_host {
	uint8_t *mem[2]; /* MEM_SRAM, MEM_FLASH */
	uint32_t size[2];
	void *ctx;
	void (*trace)(void *ctx, const struct rtl_trace *t);
	/* An access outside a memory; reads give zero, writes are dropped. */
	void (*outside)(void *ctx, uint64_t cycle, int mem, uint32_t addr);
	/* Cycles without progress of a busy accelerator after which it stalls;
	 * 0: never. Counters whose change is progress, by bits; offset of the
	 * register with bit 0 = busy. */
	uint64_t stall;
	uint32_t progress, status;
};

/* What the host does in one cycle. */
struct rtl_input {
	uint8_t busy[2]; /* it uses the memory */
	uint8_t write;   /* it writes a register */
	uint16_t addr;
	uint32_t data;
};

struct rtl_model;

/* The library's only symbol. */
struct rtl_api {
	uint32_t abi, n_events;
	struct rtl_model *(*open)(const struct rtl_host *);
	void (*close)(struct rtl_model *);
	/* Simulate cycles until `cycle` is the present one, or until the
	 * interrupt line is high if stop_at_irq, or until it stalls. `in` is
	 * for the first cycle; NULL: the host does nothing. Returns the present
	 * cycle. */
	uint64_t (*run)(struct rtl_model *, uint64_t cycle, int stop_at_irq,
	                const struct rtl_input *in);
	uint32_t (*read)(struct rtl_model *, uint32_t offset);
	int (*irq)(const struct rtl_model *);
	/* The event counters at the present cycle, n_events of them. */
	const uint32_t *(*counts)(const struct rtl_model *);
	int (*stalled)(const struct rtl_model *);
	/* Write the cycles [from, to) to an FST file, as times from - zero on.
	 * path NULL: no longer; the file is complete. False if the file cannot
	 * be made. NULL: the library was built without. */
	int (*waves)(struct rtl_model *, const char *path, uint64_t from,
	             uint64_t to, uint64_t zero);
};

#endif
