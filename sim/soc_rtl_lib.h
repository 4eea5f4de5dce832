/* soc_rtl_lib: what soc_rtl.c (C) and a verilated library (C++) say to each
 * other; private to soc_rtl.c and soc_wrap.cpp.
 *
 * A library is rtl/soc.sv with one set of elaboration parameters, and
 * soc_wrap.cpp, which owns the clock: one call simulates many cycles.
 */
#ifndef SIM_SOC_RTL_LIB_H
#define SIM_SOC_RTL_LIB_H

#include <stddef.h>
#include "sim/accel_rtl.h"

/* Part of the libraries' cache key: raise it when this page changes. */
enum { SOC_RTL_ABI = 2 };

enum soc_rtl_mem { SOC_RTL_SRAM, SOC_RTL_FLASH, SOC_RTL_IMEM };

/* Told in the cycle in which it happens; trace: after it. */
struct soc_rtl_ears {
	void *ctx;
	void (*trace)(void *ctx, const struct rtl_trace *t);
	void (*mark)(void *ctx, uint64_t cycle, uint32_t step);
	void (*uart)(void *ctx, char c);
	void (*exit)(void *ctx, uint32_t status);
};

/* As struct host_retire of sim/host.h. */
struct soc_rtl_retire {
	uint64_t cycle;
	uint32_t pc, insn, value;
	uint8_t rd, trap;
};

struct soc_rtl_model;

/* The library's only symbol. */
struct soc_rtl_api {
	uint32_t abi, n_events;
	/* In reset, memories zero. */
	struct soc_rtl_model *(*open)(const struct soc_rtl_ears *);
	void (*close)(struct soc_rtl_model *);
	/* The bytes of a memory, for as long as the model is there. */
	void *(*memory)(struct soc_rtl_model *, enum soc_rtl_mem,
	                size_t *bytes);
	/* Simulate cycles until one retires an instruction (1), or until
	 * `cycle` is the present one (0). */
	int (*next)(struct soc_rtl_model *, uint64_t cycle,
	            struct soc_rtl_retire *);
	uint64_t (*slept)(const struct soc_rtl_model *); /* cycles, so far */
	/* The accelerator's event counters, n_events of them; as `memory`. */
	const uint32_t *(*counts)(const struct soc_rtl_model *);
};

#define SOC_RTL_SYMBOL "joulet_soc_rtl_api"

#endif
