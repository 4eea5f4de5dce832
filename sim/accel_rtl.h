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
enum { RTL_ABI = 1 };

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
	 * interrupt line is high if stop_at_irq. `in` is for the first cycle;
	 * NULL: the host does nothing. Returns the present cycle. */
	uint64_t (*run)(struct rtl_model *, uint64_t cycle, int stop_at_irq,
	                const struct rtl_input *in);
	uint32_t (*read)(struct rtl_model *, uint32_t offset);
	int (*irq)(const struct rtl_model *);
	/* The event counters at the present cycle, n_events of them. */
	const uint32_t *(*counts)(const struct rtl_model *);
};

#endif
