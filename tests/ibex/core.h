/* core: the verilated Ibex as a shared library (core_wrap.cpp), built by
 * build.py, one library per core.
 *
 * A cycle is two calls: core_low with the answers and interrupt lines of this
 * cycle, which shows the requests; core_high with the grants, which ends it.
 */
#ifndef TESTS_IBEX_CORE_H
#define TESTS_IBEX_CORE_H

#include <stdbool.h>
#include <stdint.h>

struct core_pins {
	/* For core_low. */
	bool instr_rvalid, instr_err, data_rvalid, data_err;
	bool irq_software, irq_timer, irq_external;
	uint32_t instr_rdata, data_rdata;
	/* From core_low. */
	bool instr_req, data_req, data_we, sleep;
	uint8_t data_be;
	uint32_t instr_addr, data_addr, data_wdata;
	/* From core_low: the instruction that rvfi_valid shows. */
	bool valid, trap;
	uint8_t rd;
	uint32_t insn, pc, value;
	/* For core_high. */
	bool instr_gnt, data_gnt;
};

struct core_api {
	/* After reset: the first core_low is cycle 0. */
	void *(*open)(uint32_t boot_addr);
	void (*low)(void *core, struct core_pins *p);
	void (*high)(void *core, struct core_pins *p);
	void (*close)(void *core);
};

#define CORE_SYMBOL "joulet_test_core" /* a struct core_api */

#endif
