/* board: see board.h. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "sim/elf.h"
#include "tests/ibex/board.h"

enum { MAX_FILE_BYTES = 64 << 20 };

static const uint8_t line_bit[BOARD_LINES] = {7, 11, 3};

bool board_open(struct board *b, const char *elf, bool more_lines,
                struct err *err)
{
	size_t size;

	*b = (struct board){.more_lines = more_lines,
	                    .ram = mem_zero(BOARD_BYTES, 1)};
	for (int i = 0; i < BOARD_LINES; i++)
		b->line[i].on = b->line[i].off = UINT64_MAX;
	const struct elf_place ram = {.what = elf,
	                              .bytes = b->ram,
	                              .base = BOARD_BASE,
	                              .size = BOARD_BYTES};
	char *file = file_read(elf, MAX_FILE_BYTES, &size, err);
	bool ok = file && elf_load(file, size, &ram, err);
	free(file);
	return ok;
}

void board_close(struct board *b)
{
	free(b->ram);
	free(b->output.data);
}

bool board_fetch(void *ctx, uint32_t addr, uint32_t *word)
{
	const struct board *b = ctx;

	if (addr - BOARD_BASE >= BOARD_BYTES)
		return false;
	memcpy(word, b->ram + (addr - BOARD_BASE), 4);
	return true;
}

static bool device(const struct board *b, uint32_t addr)
{
	switch (addr) {
	case BOARD_EXIT:
	case BOARD_PUT:
	case BOARD_TIMER_ON:
	case BOARD_TIMER_OFF:
	case BOARD_CYCLE:
		return true;
	case BOARD_EXTERNAL:
	case BOARD_SOFTWARE:
		return b->more_lines;
	}
	return false;
}

bool board_load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                uint32_t *value)
{
	const struct board *b = ctx;

	(void)mask;
	if (board_fetch(ctx, addr, value))
		return true;
	*value = addr == BOARD_CYCLE ? (uint32_t)cycle : 0;
	return device(b, addr);
}

static void set_line(struct board *b, int line, uint64_t cycle, uint64_t on,
                     uint64_t off)
{
	memcpy(b->before, b->line, sizeof b->before);
	b->line[line].on = on;
	b->line[line].off = off;
	b->changed = cycle;
	b->any_change = true;
}

static void set_pulse(struct board *b, int line, uint64_t cycle, uint32_t value)
{
	uint64_t on = cycle + (value & 0xffff), high = value >> 16;

	if (value == UINT32_MAX)
		set_line(b, line, cycle, UINT64_MAX, UINT64_MAX);
	else
		set_line(b, line, cycle, on, high ? on + high : UINT64_MAX);
}

static void store_word(struct board *b, uint32_t addr, uint32_t mask,
                       uint32_t value)
{
	for (unsigned lane = 0; lane < 4; lane++)
		if (mask >> lane & 1)
			b->ram[addr - BOARD_BASE + lane] =
			        (uint8_t)(value >> 8 * lane);
}

bool board_store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                 uint32_t value)
{
	struct board *b = ctx;

	if (addr - BOARD_BASE < BOARD_BYTES) {
		store_word(b, addr, mask, value);
		return true;
	}
	for (unsigned lane = 0; lane < 4; lane++)
		if (!(mask >> lane & 1))
			value &= ~(0xffu << 8 * lane);
	switch (addr) {
	case BOARD_EXIT:
		b->end = true;
		b->ended = cycle;
		b->exit_code = value;
		break;
	case BOARD_PUT:
		if (mask & 1)
			buf_printf(&b->output, "%c", (char)value);
		break;
	case BOARD_TIMER_ON:
		set_line(b, 0, cycle, cycle + value, UINT64_MAX);
		break;
	case BOARD_TIMER_OFF:
		set_line(b, 0, cycle, UINT64_MAX, UINT64_MAX);
		break;
	case BOARD_EXTERNAL:
	case BOARD_SOFTWARE:
		if (b->more_lines)
			set_pulse(b, addr == BOARD_EXTERNAL ? 1 : 2, cycle,
			          value);
		break;
	}
	return device(b, addr);
}

uint32_t board_irq(void *ctx, uint64_t cycle)
{
	const struct board *b = ctx;
	bool old = b->any_change && cycle <= b->changed;
	const struct board_line *l = old ? b->before : b->line;
	uint32_t lines = 0;

	for (int i = 0; i < BOARD_LINES; i++)
		if (cycle >= l[i].on && cycle < l[i].off)
			lines |= 1u << line_bit[i];
	return lines;
}

static void earlier(uint64_t *next, uint64_t cycle, uint64_t at)
{
	if (at > cycle && at < *next)
		*next = at;
}

uint64_t board_irq_next(void *ctx, uint64_t cycle)
{
	const struct board *b = ctx;
	uint64_t next = UINT64_MAX;

	if (b->any_change && cycle <= b->changed)
		return cycle;
	for (int i = 0; i < BOARD_LINES; i++) {
		earlier(&next, cycle, b->line[i].on);
		earlier(&next, cycle, b->line[i].off);
	}
	return next;
}
