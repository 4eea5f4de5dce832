/* devices: timer, serial output and simulation control (isa/regs.def).
 *
 * Registers are accessed as whole words. A write in cycle t is effective from
 * t+1 on, so that questions about cycle t still see the state before it. */
#ifndef SIM_DEVICES_H
#define SIM_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

struct devices {
	uint64_t compare, compare_old; /* mtimecmp; before `compare_cycle`+1 */
	uint64_t compare_cycle;        /* of the last write */
	/* The last characters of serial output, for messages. */
	char line[128];
	int line_n;

	void (*uart)(void *ctx, char c); /* or NULL */
	void *uart_ctx;
	void (*exit)(void *ctx, uint32_t status);
	void (*mark)(void *ctx, uint64_t cycle, uint32_t number);
	void *ctx;
};

/* Registers and line as after reset; the callbacks stay. */
void devices_reset(struct devices *d);
/* False: there is no such register, or it cannot be read (written). */
bool devices_read(const struct devices *d, uint64_t cycle, uint32_t addr,
                  uint32_t *value);
bool devices_write(struct devices *d, uint64_t cycle, uint32_t addr,
                   uint32_t value);
/* Level of the timer's interrupt in this cycle. */
bool devices_timer_irq(const struct devices *d, uint64_t cycle);
/* First cycle >= `cycle` in which that level may differ; UINT64_MAX: never. */
uint64_t devices_timer_next(const struct devices *d, uint64_t cycle);
/* First cycle >= `cycle` in which it is high; UINT64_MAX: never. */
uint64_t devices_timer_high(const struct devices *d, uint64_t cycle);

#endif
