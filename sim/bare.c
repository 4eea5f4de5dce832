/* bare: the host core on its own, with memory and a few devices
 * (joulet_host_run).
 *
 * So that anyone can compare the model with the real core: a program of theirs,
 * and a trace with the cycle in which each instruction retires. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "sim/elf.h"
#include "sim/host.h"
#include "sim/joulet.h"

#define DEFAULT_MAX_CYCLES 20000000000ull

enum {
	RAM_BASE = 0x00100000,
	RAM_BYTES = 1 << 20,
	MAX_FILE_BYTES = 64 << 20,
	TIMER_BIT = 7,
	DEV_EXIT = 0x20000,
	DEV_PUT = 0x20004,
	DEV_TIMER_ON = 0x30000,
	DEV_TIMER_OFF = 0x30004,
	DEV_CYCLE = 0x30008,
};

struct bare {
	const struct joulet_host_opts *opts;
	struct host *host;
	uint8_t *ram;
	FILE *trace;
	/* The timer's line is high from `at` on. A store of cycle `changed`
	 * takes effect after it; until then it is high from `before` on. */
	uint64_t at, before, changed;
	uint64_t ended; /* cycle of the store to DEV_EXIT */
	bool end;
	uint32_t exit_code;
};

/* ---- Devices ------------------------------------------------------------ */

static bool dev_load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                     uint32_t *value)
{
	(void)ctx, (void)mask;
	*value = addr == DEV_CYCLE ? (uint32_t)cycle : 0;
	return addr == DEV_CYCLE || addr == DEV_EXIT || addr == DEV_PUT ||
	       addr == DEV_TIMER_ON || addr == DEV_TIMER_OFF;
}

static void set_timer(struct bare *b, uint64_t cycle, uint64_t at)
{
	b->before = b->at;
	b->at = at;
	b->changed = cycle;
}

/* Lanes that are not stored are zero. */
static uint32_t lanes(uint32_t value, uint32_t mask)
{
	for (int lane = 0; lane < 4; lane++)
		if (!(mask >> lane & 1))
			value &= ~(0xffu << 8 * lane);
	return value;
}

static bool dev_store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                      uint32_t value)
{
	struct bare *b = ctx;

	value = lanes(value, mask);
	switch (addr) {
	case DEV_EXIT:
		b->exit_code = value;
		b->ended = cycle;
		b->end = true;
		host_stop(b->host);
		return true;
	case DEV_PUT:
		if ((mask & 1) && b->opts->put)
			b->opts->put(b->opts->put_ctx, (char)value);
		return true;
	case DEV_TIMER_ON:
		set_timer(b, cycle, cycle + value);
		return true;
	case DEV_TIMER_OFF:
		set_timer(b, cycle, HOST_NEVER);
		return true;
	}
	return addr == DEV_CYCLE;
}

static uint32_t dev_irq(void *ctx, uint64_t cycle)
{
	const struct bare *b = ctx;

	return (uint32_t)(cycle >= (cycle <= b->changed ? b->before : b->at))
	       << TIMER_BIT;
}

static uint64_t dev_irq_next(void *ctx, uint64_t cycle)
{
	const struct bare *b = ctx;

	if (cycle <= b->changed)
		return cycle;
	return b->at > cycle ? b->at : HOST_NEVER;
}

/* ---- Trace -------------------------------------------------------------- */

static char *put_hex(char *p, uint32_t v)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	return p;
}

static char *put_decimal(char *p, uint64_t v)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

/* CYCLE PC INSN xRD=VALUE[ T]. By hand: printf would take most of the time. */
static void trace_line(void *ctx, const struct host_retire *r)
{
	const struct bare *b = ctx;
	char line[80], *p = put_decimal(line, r->cycle);

	*p++ = ' ';
	p = put_hex(p, r->pc);
	*p++ = ' ';
	p = put_hex(p, r->insn);
	*p++ = ' ';
	*p++ = 'x';
	p = put_decimal(p, r->rd);
	*p++ = '=';
	p = put_hex(p, r->value);
	if (r->trap) {
		*p++ = ' ';
		*p++ = 'T';
	}
	*p++ = '\n';
	fwrite(line, 1, (size_t)(p - line), b->trace);
}

static bool open_trace(struct bare *b, struct err *err)
{
	const char *path = b->opts->trace;

	if (!path)
		return true;
	b->trace = fopen(path, "wb");
	if (!b->trace)
		return err_set(err, ERR_NOINPUT, "%s: cannot create: %s", path,
		               strerror(errno));
	host_trace(b->host, trace_line, b);
	return true;
}

/* What was written stays, also when the run failed: it shows why. */
static bool close_trace(struct bare *b, struct err *err)
{
	if (!b->trace)
		return true;
	bool ok = !ferror(b->trace);
	if (fclose(b->trace) != 0 || !ok)
		return err_set(err, ERR_NOINPUT, "%s: cannot write",
		               b->opts->trace);
	return true;
}

/* ---- Life cycle --------------------------------------------------------- */

static bool load_program(struct bare *b, const char *path, struct err *err)
{
	const struct elf_place ram = {
	        .what = path,
	        .bytes = b->ram,
	        .base = RAM_BASE,
	        .size = RAM_BYTES,
	};
	size_t size;
	char *file = file_read(path, MAX_FILE_BYTES, &size, err);

	bool ok = file && elf_load(file, size, &ram, err);
	free(file);
	return ok;
}

static bool open_core(struct bare *b, struct err *err)
{
	const struct host_bus bus = {
	        .ctx = b,
	        .timing = {.instr_latency = b->opts->instr_latency,
	                   .data_grant = b->opts->data_grant,
	                   .data_latency = b->opts->data_latency,
	                   .shared = b->opts->shared},
	        .window = {{RAM_BASE, RAM_BYTES, b->ram, true, -1}},
	        .load = dev_load,
	        .store = dev_store,
	        .irq = dev_irq,
	        .irq_next = dev_irq_next,
	};
	b->host = host_open(b->opts->core, &bus, b->ram, RAM_BASE, RAM_BYTES);
	return b->host || err_set(err, ERR_BUG, "simulation: out of memory");
}

/* ---- The run ------------------------------------------------------------ */

static bool stuck(struct bare *b, const char *what, struct err *err)
{
	return err_set(err, ERR_WATCHDOG,
	               "no end after %llu cycles: the host %s at pc 0x%08x",
	               (unsigned long long)host_cycle(b->host), what,
	               host_reg(b->host, 32));
}

static bool wake(struct bare *b, uint64_t limit, struct err *err)
{
	bool timer = host_irq_mask(b->host) >> TIMER_BIT & 1;
	uint64_t now = host_cycle(b->host);
	uint64_t k = !timer ? HOST_NEVER : b->at < now ? now : b->at;

	if (k == HOST_NEVER)
		return stuck(b, "sleeps with nothing to wake it", err);
	if (k >= limit)
		return stuck(b, "sleeps", err);
	host_wake(b->host, k);
	return true;
}

static bool run(struct bare *b, struct err *err)
{
	uint64_t limit =
	        b->opts->max_cycles ? b->opts->max_cycles : DEFAULT_MAX_CYCLES;

	while (!b->end) {
		switch (host_run(b->host, limit)) {
		case HOST_STOPPED:
			break;
		case HOST_SLEEP:
			if (!wake(b, limit, err))
				return false;
			break;
		case HOST_LIMIT:
			return stuck(b, "is", err);
		case HOST_FAULT:
			host_fault(b->host, err);
			err->kind = ERR_DATA; /* not our program */
			return false;
		}
	}
	return true;
}

static void take_result(struct bare *b, struct joulet_host_result *r)
{
	r->cycles = b->end ? b->ended + 1 : host_cycle(b->host);
	r->retired = host_retired(b->host) + host_faults(b->host);
	r->exit_code = b->exit_code;
}

bool joulet_host_run(const char *elf, const struct joulet_host_opts *opts,
                     struct joulet_host_result *r, struct err *err)
{
	assert(elf && opts && r);
	struct bare b = {.opts = opts, .at = HOST_NEVER, .before = HOST_NEVER};

	memset(r, 0, sizeof *r);
	b.ram = mem_zero(RAM_BYTES, 1);
	bool ok = load_program(&b, elf, err) && open_core(&b, err) &&
	          open_trace(&b, err);
	if (ok) {
		ok = run(&b, err);
		take_result(&b, r);
		struct err late;
		if (!close_trace(&b, &late) && ok) {
			*err = late;
			ok = false;
		}
	}
	host_close(b.host);
	free(b.ram);
	return ok;
}
