/* soc: the bus between host, memories, devices and accelerator, and the run.
 *
 * Who owns time: the host core. While a job is active the accelerator follows
 * it cycle by cycle (host_watch); while the host sleeps, the accelerator runs
 * ahead to its next interrupt; while the accelerator is idle, nobody asks it.
 *
 * Memory map: isa/map.h. The host may read instruction memory as data, but not
 * write it. Device registers take whole words only. */
#include "sim/soc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "isa/exits.h"
#include "isa/map.h"
#include "sim/elf.h"
#include "sim/soc_priv.h"

#define DEFAULT_MAX_CYCLES 20000000000ull

/* The accelerator is asked in portions, so that one that never ends is seen. */
enum { SLEEP_PORTION = 1 << 20, CHECK_CYCLES = 1 << 12 };

/* ---- Bus ---------------------------------------------------------------- */

/* The host's accesses must be told to the accelerator while it is busy. */
static void watch(struct soc *s, uint64_t cycle)
{
	bool busy = s->opts.backend->busy(s->accel);

	if (cycle > s->seen)
		s->seen = cycle;
	/* A host that polls would not notice. */
	if (cycle - s->checked >= CHECK_CYCLES) {
		s->checked = cycle;
		if (!s->opts.backend->fault(s->accel, &(struct err){0}))
			host_stop(s->host);
	}
	if (busy == s->watching)
		return;
	s->watching = busy;
	host_watch(s->host, busy);
}

static bool is_accel(uint32_t addr)
{
	return addr - MAP_ACCEL < 0x1000;
}

static bool bus_load(void *soc, uint64_t cycle, uint32_t addr, uint32_t mask,
                     uint32_t *value)
{
	struct soc *s = soc;

	if (mask != 15)
		return false;
	if (!is_accel(addr))
		return devices_read(&s->dev, cycle, addr, value);
	*value = s->opts.backend->read(s->accel, cycle, addr - MAP_ACCEL);
	watch(s, cycle);
	return true;
}

static bool bus_store(void *soc, uint64_t cycle, uint32_t addr, uint32_t mask,
                      uint32_t value)
{
	struct soc *s = soc;
	const struct accel_ops *ops = s->opts.backend;

	if (mask != 15)
		return false;
	if (!is_accel(addr))
		return devices_write(&s->dev, cycle, addr, value);
	ops->advance(s->accel, cycle);
	s->accel_before = ops->irq(s->accel);
	s->accel_write = cycle;
	ops->write(s->accel, cycle, addr - MAP_ACCEL, value);
	ops->advance(s->accel, cycle + 1);
	watch(s, cycle + 1);
	return true;
}

static void bus_touch(void *soc, uint64_t cycle, int mem)
{
	struct soc *s = soc;

	s->opts.backend->host_access(s->accel, cycle, mem);
	watch(s, cycle);
}

static bool accel_irq(struct soc *s, uint64_t cycle)
{
	const struct accel_ops *ops = s->opts.backend;

	if (cycle <= s->accel_write)
		return s->accel_before;
	if (s->watching) {
		ops->advance(s->accel, cycle);
		watch(s, cycle);
	}
	return ops->irq(s->accel);
}

static uint32_t bus_irq(void *soc, uint64_t cycle)
{
	struct soc *s = soc;

	return (uint32_t)devices_timer_irq(&s->dev, cycle) << IRQ_TIMER |
	       (uint32_t)accel_irq(s, cycle) << IRQ_ACCEL;
}

static uint64_t bus_irq_next(void *soc, uint64_t cycle)
{
	struct soc *s = soc;

	if (s->watching || cycle <= s->accel_write)
		return cycle;
	return devices_timer_next(&s->dev, cycle);
}

static void on_exit_write(void *soc, uint32_t status)
{
	struct soc *s = soc;

	s->r->exit_code = status;
	s->ended = true;
	host_stop(s->host);
}

/* ---- Life cycle --------------------------------------------------------- */

static uint8_t *zeroed(size_t bytes)
{
	uint8_t *p = aligned_alloc(64, bytes);

	if (p)
		memset(p, 0, bytes);
	return p;
}

static bool load_image(struct soc *s, const void *image, size_t bytes,
                       struct err *err)
{
	if (bytes > s->mem.size[MEM_FLASH])
		return err_set(err, ERR_DATA,
		               "image: %zu bytes; flash.kib = %d holds %u",
		               bytes, s->design->flash_kib,
		               s->mem.size[MEM_FLASH]);
	if (s->image_bytes > bytes)
		memset(s->mem.bytes[MEM_FLASH] + bytes, 0,
		       s->image_bytes - bytes);
	memcpy(s->mem.bytes[MEM_FLASH], image, bytes);
	s->image_bytes = bytes;
	return soc_image_open(&s->image, s->design, &s->mem, bytes, err);
}

static bool open_memories(struct soc *s, struct err *err)
{
	s->mem.size[MEM_SRAM] = (uint32_t)s->design->sram_kib * 1024;
	s->mem.size[MEM_FLASH] = (uint32_t)s->design->flash_kib * 1024;
	s->imem = zeroed(IMEM_BYTES);
	s->mem.bytes[MEM_SRAM] = zeroed(s->mem.size[MEM_SRAM]);
	s->mem.bytes[MEM_FLASH] = zeroed(s->mem.size[MEM_FLASH]);
	if (!s->imem || !s->mem.bytes[MEM_SRAM] || !s->mem.bytes[MEM_FLASH])
		return err_set(err, ERR_BUG, "simulation: out of memory");
	return true;
}

static bool load_firmware(struct soc *s, const void *fw, size_t bytes,
                          struct err *err)
{
	const struct elf_place imem = {
	        .what = "firmware",
	        .bytes = s->imem,
	        .base = MAP_IMEM,
	        .size = IMEM_BYTES,
	        .entry = MAP_IMEM + BOOT_OFFSET,
	};
	return elf_load(fw, bytes, &imem, err);
}

static bool open_host(struct soc *s, struct err *err)
{
	const struct host_bus bus = {
	        .ctx = s,
	        .window = {{MAP_SRAM, s->mem.size[MEM_SRAM],
	                    s->mem.bytes[MEM_SRAM], true, MEM_SRAM},
	                   {MAP_FLASH, s->mem.size[MEM_FLASH],
	                    s->mem.bytes[MEM_FLASH], false, MEM_FLASH},
	                   {MAP_IMEM, IMEM_BYTES, s->imem, false, -1}},
	        .touch = bus_touch,
	        .load = bus_load,
	        .store = bus_store,
	        .irq = bus_irq,
	        .irq_next = bus_irq_next,
	};
	s->host = host_open((enum core)s->design->core, &bus, s->imem, MAP_IMEM,
	                    IMEM_BYTES);
	return s->host || err_set(err, ERR_BUG, "simulation: out of memory");
}

static bool open_accel(struct soc *s, struct err *err)
{
	uint32_t n = s->image.header.n_layers;

	s->log.n_layers = n;
	s->log.layer = calloc(n, sizeof *s->log.layer);
	s->log.want_cmds = true; /* for the cycles of layers */
	if (!s->log.layer)
		return err_set(err, ERR_BUG, "simulation: out of memory");
	s->accel = s->opts.backend->open(s->design, &s->mem, &s->log,
	                                 &s->opts.accel, err);
	return s->accel != NULL;
}

struct soc *soc_open(const struct design *d, const void *fw, size_t fw_bytes,
                     const void *image, size_t image_bytes,
                     const struct soc_opts *opts, struct err *err)
{
	assert(d && fw && image && opts && opts->backend);
	struct soc *s = calloc(1, sizeof *s);
	if (!s) {
		err_set(err, ERR_BUG, "simulation: out of memory");
		return NULL;
	}
	s->design = d;
	s->core = d->core;
	s->opts = *opts;
	if (s->opts.max_cycles == 0)
		s->opts.max_cycles = DEFAULT_MAX_CYCLES;
	s->dev.uart = opts->uart;
	s->dev.uart_ctx = opts->uart_ctx;
	s->dev.exit = on_exit_write;
	s->dev.mark = soc_result_mark;
	s->dev.ctx = s;
	if (open_memories(s, err) && load_firmware(s, fw, fw_bytes, err) &&
	    load_image(s, image, image_bytes, err) && open_host(s, err) &&
	    open_accel(s, err))
		return s;
	soc_close(s);
	return NULL;
}

bool soc_fits(const struct soc *s, const struct design *d)
{
	return (uint32_t)d->sram_kib * 1024 == s->mem.size[MEM_SRAM] &&
	       (uint32_t)d->flash_kib * 1024 == s->mem.size[MEM_FLASH] &&
	       d->core == s->core;
}

bool soc_reload(struct soc *s, const struct design *d, const void *image,
                size_t image_bytes, struct err *err)
{
	assert(soc_fits(s, d));
	s->opts.backend->close(s->accel);
	s->accel = NULL;
	free(s->log.layer);
	s->log.layer = NULL;
	s->design = d;
	return load_image(s, image, image_bytes, err) && open_accel(s, err);
}

void soc_close(struct soc *s)
{
	if (!s)
		return;
	if (s->accel)
		s->opts.backend->close(s->accel);
	host_close(s->host);
	free(s->log.layer);
	free(s->log.cmd);
	free(s->imem);
	free(s->mem.bytes[MEM_SRAM]);
	free(s->mem.bytes[MEM_FLASH]);
	free(s);
}

static void reset(struct soc *s)
{
	memset(s->mem.bytes[MEM_SRAM], 0, s->mem.size[MEM_SRAM]);
	memset(s->log.layer, 0, s->log.n_layers * sizeof *s->log.layer);
	s->log.n_cmd = 0;
	s->watching = s->accel_before = false;
	s->accel_write = s->seen = s->checked = 0;
	s->next_feed = 0;
	s->opts.backend->reset(s->accel);
	devices_reset(&s->dev);
	host_reset(s->host, MAP_IMEM);
}

/* ---- What went wrong ---------------------------------------------------- */

/* "; LD: 3 commands, LOAD 12 of layer 1 waits" for queues that hold some. */
static void queues_text(const struct soc *s, char *buf, size_t size)
{
	static const char *const name[N_QUEUES] = {
	        [QUEUE_LD] = "LD", [QUEUE_EX] = "EX", [QUEUE_ST] = "ST"};
	size_t used = 0;

	buf[0] = '\0';
	for (int q = 0; q < N_QUEUES && used < size; q++) {
		struct accel_queue state;
		s->opts.backend->queue(s->accel, q, &state);
		if (state.n == 0)
			continue;
		used += (size_t)snprintf(
		        buf + used, size - used,
		        "; %s: %u command%s, %s %u of layer %u %s", name[q],
		        state.n, state.n == 1 ? "" : "s",
		        opcode_name(state.first.opcode), state.first.seq,
		        state.first.layer,
		        state.first.start == UINT64_MAX ? "waits" : "at work");
	}
}

static bool stuck(struct soc *s, const char *what, struct err *err)
{
	const struct accel_ops *ops = s->opts.backend;
	const struct soc_result *r = s->r;
	uint64_t cycle = host_cycle(s->host), end = UINT64_MAX;
	char queues[200], head[100];

	if (cycle < s->seen)
		cycle = s->seen;
	if (ops->stalled)
		end = ops->stalled(s->accel);
	s->stuck_cycle = end < cycle ? end : cycle;
	s->stuck_begin = r->n_marks ? r->mark[0].cycle : 0;
	if (end == UINT64_MAX)
		snprintf(head, sizeof head, "no end after %llu cycles",
		         (unsigned long long)cycle);
	else
		snprintf(head, sizeof head,
		         "no progress in %llu cycles, at cycle %llu of the "
		         "inference",
		         (unsigned long long)s->opts.accel.stall,
		         (unsigned long long)(end - s->stuck_begin));
	queues_text(s, queues, sizeof queues);
	return err_set(err, ERR_WATCHDOG,
	               "%s: the host %s at pc 0x%08x; accelerator: HEAD %u, "
	               "TAIL %u, STATUS 0x%x%s",
	               head, what, host_reg(s->host, 32),
	               ops->read(s->accel, cycle, ACCEL_HEAD),
	               ops->read(s->accel, cycle, ACCEL_TAIL),
	               ops->read(s->accel, cycle, ACCEL_STATUS), queues);
}

/* False and a message after a fault of the accelerator. */
static bool legal(struct soc *s, const char *what, struct err *err)
{
	if (s->opts.backend->fault(s->accel, err))
		return true;
	return err->kind == ERR_WATCHDOG ? stuck(s, what, err) : false;
}

/* The meaning of an exit status; causes are added to the last two. */
static const char *exit_text(uint32_t status)
{
	switch (status >= FW_EXIT_TRAP ? status & ~0xffu : status) {
#define FW_EXIT(name, value, doc)                                              \
	case value:                                                            \
		return doc;
		FW_EXITS(FW_EXIT)
#undef FW_EXIT
	}
	return "not a status of joulet's firmware";
}

static bool check_end(struct soc *s, struct err *err)
{
	uint32_t status = s->r->exit_code;
	char text[160];

	if (!legal(s, "is", err))
		return false;
	if (status == 0)
		return true;
	host_exception(s->host, text, sizeof text);
	return err_set(err, ERR_BUG, "firmware: exit status 0x%x (%s)%s%s%s%s",
	               status, exit_text(status), text[0] ? "; " : "", text,
	               s->dev.line[0] ? "; it said: " : "", s->dev.line);
}

/* ---- The run ------------------------------------------------------------ */

/* The first cycle in which something wakes the sleeping host; UINT64_MAX if
 * nothing will. */
static uint64_t next_wake(struct soc *s)
{
	const struct accel_ops *ops = s->opts.backend;
	uint32_t mask = host_irq_mask(s->host);
	uint64_t now = host_cycle(s->host), limit = UINT64_MAX;

	if (mask >> IRQ_TIMER & 1)
		limit = devices_timer_high(&s->dev, now);
	if (!(mask >> IRQ_ACCEL & 1))
		return limit;
	uint64_t end = limit < s->opts.max_cycles ? limit : s->opts.max_cycles;
	/* The Verilog would simulate that nothing happens. */
	uint64_t portion = ops->stalled && s->opts.accel.stall
	                           ? s->opts.accel.stall
	                           : SLEEP_PORTION;
	ops->advance(s->accel, now);
	while (!ops->irq(s->accel) && ops->busy(s->accel) && now < end &&
	       ops->fault(s->accel, &(struct err){0})) {
		uint64_t to = end - now < portion ? end : now + portion;
		now = ops->until_irq(s->accel, to);
		s->seen = now;
	}
	return ops->irq(s->accel) ? now : limit;
}

static bool wake(struct soc *s, struct err *err)
{
	uint64_t k = next_wake(s);

	if (!legal(s, "sleeps", err))
		return false;
	if (k >= s->opts.max_cycles)
		return stuck(s,
		             k == UINT64_MAX && !s->opts.backend->busy(s->accel)
		                     ? "sleeps with nothing to wake it"
		                     : "sleeps",
		             err);
	host_wake(s->host, k);
	return true;
}

static bool run_host(struct soc *s, enum host_stop *stop, struct err *err)
{
	const struct soc_driver *d = &s->driver;

	if (d->run)
		return d->run(d->ctx, s->host, s->opts.max_cycles, stop, err);
	*stop = host_run(s->host, s->opts.max_cycles);
	return true;
}

static bool run(struct soc *s, struct err *err)
{
	while (!s->ended) {
		enum host_stop stop;

		if (!run_host(s, &stop, err))
			return false;
		switch (stop) {
		case HOST_STOPPED:
			if (!legal(s, "is", err))
				return false;
			break;
		case HOST_SLEEP:
			if (!wake(s, err))
				return false;
			break;
		case HOST_LIMIT:
			return stuck(s, "is", err);
		case HOST_FAULT:
			return host_fault(s->host, err);
		}
	}
	return check_end(s, err) && soc_result_end(s, err);
}

void soc_drive(struct soc *s, const struct soc_driver *driver)
{
	s->driver = driver ? *driver : (struct soc_driver){0};
}

void soc_feed(struct soc *s, const struct soc_feed *feed, size_t n)
{
	s->feed = feed;
	s->n_feeds = n;
}

void soc_waves(struct soc *s, const struct accel_waves *w)
{
	assert(s->opts.backend->waves && s->opts.accel.waves);
	s->waves = *w;
}

void soc_where(const struct soc *s, uint64_t *begin, uint64_t *cycle)
{
	*begin = s->stuck_begin;
	*cycle = s->stuck_cycle;
}

/* The run with its waveforms, if it has some. */
static bool run_shown(struct soc *s, struct err *err)
{
	const struct accel_ops *ops = s->opts.backend;

	if (!s->waves.path)
		return run(s, err);
	bool ok = ops->waves(s->accel, &s->waves, err);
	if (!ok)
		return false;
	ok = run(s, err);
	if (ok || err->kind == ERR_WATCHDOG)
		ops->advance(s->accel, s->waves.to);
	ops->waves(s->accel, NULL, NULL);
	s->waves.path = NULL;
	return ok;
}

uint8_t *soc_memory(struct soc *s, uint32_t addr, uint32_t bytes)
{
	const struct {
		uint32_t base, size;
		uint8_t *bytes;
	} part[] = {
	        {MAP_SRAM, s->mem.size[MEM_SRAM], s->mem.bytes[MEM_SRAM]},
	        {MAP_FLASH, s->mem.size[MEM_FLASH], s->mem.bytes[MEM_FLASH]},
	        {MAP_IMEM, IMEM_BYTES, s->imem},
	};
	for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
		uint32_t at = addr - part[i].base;

		if (at < part[i].size && bytes <= part[i].size - at)
			return part[i].bytes + at;
	}
	return NULL;
}

bool soc_run(struct soc *s, const void *in, size_t in_bytes, void *out,
             size_t out_bytes, struct soc_result *r, struct err *err)
{
	const struct image_header *h = &s->image.header;
	size_t need_in = soc_image_bytes(s->image.in, h->n_inputs);
	size_t need_out = soc_image_bytes(s->image.out, h->n_outputs);

	memset(r, 0, sizeof *r);
	if (in_bytes != need_in)
		return err_set(err, ERR_DATA,
		               "input: %zu bytes, the network takes %zu",
		               in_bytes, need_in);
	if (out_bytes != need_out)
		return err_set(err, ERR_DATA,
		               "output: room for %zu bytes, the network gives "
		               "%zu",
		               out_bytes, need_out);
	reset(s);
	if (!soc_result_begin(s, r)) {
		soc_result_free(r);
		return err_set(err, ERR_BUG, "simulation: out of memory");
	}
	soc_image_put(s, in);
	if (!run_shown(s, err)) {
		soc_result_free(r);
		return false;
	}
	soc_image_get(s, out);
	return true;
}
