/* devices: timer, serial output and simulation control. */
#include "sim/devices.h"

#include <stddef.h>
#include <string.h>
#include "isa/map.h"

/* MAP_* of isa/map.h as constants that can label a case. */
enum {
#define REGION(name, base, doc) BASE_##name = base,
#include "isa/regs.def"
};

void devices_reset(struct devices *d)
{
	d->compare = d->compare_old = UINT64_MAX;
	d->compare_cycle = 0;
	memset(d->line, 0, sizeof d->line);
	d->line_n = 0;
}

bool devices_read(const struct devices *d, uint64_t cycle, uint32_t addr,
                  uint32_t *value)
{
	switch (addr) {
	case BASE_TIMER + TIMER_MTIME:
		*value = (uint32_t)cycle;
		return true;
	case BASE_TIMER + TIMER_MTIMEH:
		*value = (uint32_t)(cycle >> 32);
		return true;
	case BASE_TIMER + TIMER_MTIMECMP:
		*value = (uint32_t)d->compare;
		return true;
	case BASE_TIMER + TIMER_MTIMECMPH:
		*value = (uint32_t)(d->compare >> 32);
		return true;
	}
	return false;
}

static void set_compare(struct devices *d, uint64_t cycle, uint64_t value)
{
	d->compare_old = d->compare;
	d->compare = value;
	d->compare_cycle = cycle;
}

/* Keep the last line, also after its newline, until the next one begins. */
static void put_char(struct devices *d, char c)
{
	if (d->uart)
		d->uart(d->uart_ctx, c);
	if (c == '\n') {
		d->line_n = 0;
		return;
	}
	if (d->line_n == 0)
		memset(d->line, 0, sizeof d->line);
	if (d->line_n + 1 < (int)sizeof d->line)
		d->line[d->line_n++] = c;
}

bool devices_write(struct devices *d, uint64_t cycle, uint32_t addr,
                   uint32_t value)
{
	const uint64_t low = UINT32_MAX;

	switch (addr) {
	case BASE_TIMER + TIMER_MTIMECMP:
		set_compare(d, cycle, (d->compare & ~low) | value);
		return true;
	case BASE_TIMER + TIMER_MTIMECMPH:
		set_compare(d, cycle,
		            (d->compare & low) | (uint64_t)value << 32);
		return true;
	case BASE_UART + UART_TX:
		put_char(d, (char)value);
		return true;
	case BASE_SIMCTL + SIMCTL_EXIT:
		d->exit(d->ctx, value);
		return true;
	case BASE_SIMCTL + SIMCTL_MARK:
		d->mark(d->ctx, cycle, value);
		return true;
	}
	return false;
}

bool devices_timer_irq(const struct devices *d, uint64_t cycle)
{
	return cycle >=
	       (cycle <= d->compare_cycle ? d->compare_old : d->compare);
}

uint64_t devices_timer_next(const struct devices *d, uint64_t cycle)
{
	if (cycle <= d->compare_cycle)
		return cycle; /* the last write is not effective yet */
	return d->compare > cycle ? d->compare : UINT64_MAX;
}

uint64_t devices_timer_high(const struct devices *d, uint64_t cycle)
{
	if (d->compare == UINT64_MAX)
		return UINT64_MAX;
	return d->compare > cycle ? d->compare : cycle;
}
