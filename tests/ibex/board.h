/* board: the platform of `joulet host` (docs/host.md, "On its own") for the
 * tests: RAM and devices, written a second time, and two more interrupt lines.
 *
 * A store of HIGH << 16 | DELAY to BOARD_EXTERNAL or BOARD_SOFTWARE makes the
 * line high from DELAY cycles after its grant on, for HIGH cycles (0: until the
 * next store to it); 0xffffffff makes it low for good. Only the tests' own
 * model of the platform (model.c) has them; `joulet host` faults there. */
#ifndef TESTS_IBEX_BOARD_H
#define TESTS_IBEX_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

enum {
	BOARD_BASE = 0x00100000,
	BOARD_BYTES = 1 << 20,
	BOARD_EXIT = 0x20000,
	BOARD_PUT = 0x20004,
	BOARD_TIMER_ON = 0x30000,
	BOARD_TIMER_OFF = 0x30004,
	BOARD_CYCLE = 0x30008,
	BOARD_EXTERNAL = 0x40000,
	BOARD_SOFTWARE = 0x40004,
};

/* A line is high in [on, off). */
struct board_line {
	uint64_t on, off;
};

enum { BOARD_LINES = 3 }; /* timer, external, software */

struct board {
	uint8_t *ram;
	bool more_lines;
	struct board_line line[BOARD_LINES], before[BOARD_LINES];
	uint64_t changed; /* cycle of the last store to a line */
	bool any_change;
	struct buf output;
	bool end;
	uint64_t ended; /* cycle of the store to BOARD_EXIT */
	uint32_t exit_code;
};

bool board_open(struct board *b, const char *elf, bool more_lines,
                struct err *err);
void board_close(struct board *b);

/* The callbacks of struct rig_bus and struct host_bus; ctx is the board. */
bool board_fetch(void *ctx, uint32_t addr, uint32_t *word);
bool board_load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                uint32_t *value);
bool board_store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                 uint32_t value);
uint32_t board_irq(void *ctx, uint64_t cycle);
/* The first cycle >= `cycle` in which a line may change; `cycle`: unknown. */
uint64_t board_irq_next(void *ctx, uint64_t cycle);

#endif
