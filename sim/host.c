/* host: life cycle, slices of time, counts. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim/host_priv.h"
#include "sim/mem.h"

/* From the release of reset to the first instruction in ID: one cycle until the
 * clock runs, two of the reset state, one fetch. */
enum { FIRST_CYCLE = 4 };

enum { COST_MAX = 40 }; /* cycles of any instruction with fast memories */

static void map_windows(struct host *h)
{
	memset(h->win, 0, sizeof h->win);
	for (size_t i = 0; i < 4; i++) {
		const struct host_window *w = &h->bus.window[i];
		struct window *fast = &h->win[w->base >> 28];

		if (!w->bytes || fast->bytes)
			continue;
		bool code = w->base <= h->imem_base &&
		            h->imem_base - w->base < w->size;
		fast->base = fast->wbase = w->base;
		fast->bytes = fast->wbytes = w->bytes;
		fast->mem = w->mem;
		/* The last bytes are left to the slow path, so that one
		 * comparison covers every width; so are stores into code. */
		fast->rlimit = w->size < 4 ? 0 : w->size - 3;
		fast->wlimit = w->writable && !code ? fast->rlimit : 0;
		/* Data in instruction memory: only a plain case is fast. */
		if (code && w->writable && w->mem < 0 &&
		    w->base == h->imem_base && w->size == h->imem_bytes)
			h->code = fast;
	}
	if (h->code)
		host_code_end(h);
}

void host_code_end(struct host *h)
{
	struct window *w = h->code;
	/* The operation at hi-1 may be a word. */
	uint32_t from = 2 * (h->hi + 1);

	w->wbase = h->imem_base + from;
	w->wbytes = from < h->imem_bytes ? w->bytes + from : w->bytes;
	w->wlimit = from + 3 < h->imem_bytes ? h->imem_bytes - from - 3 : 0;
}

/* The memories, and what follows from them. */
static bool set_timing(struct host *h, const struct host_timing *t)
{
	struct host_timing *mem = &h->rules.mem;

	*mem = *t;
	mem->instr_latency += mem->instr_latency == 0;
	mem->data_latency += mem->data_latency == 0;
	assert(mem->instr_latency <= 64 && mem->data_latency <= 64);
	h->cost_max = COST_MAX;
	h->waits = mem->instr_latency > 1 || mem->data_latency > 1 ||
	           mem->data_grant > 0 || mem->shared;
	if (!h->waits)
		return true;
	/* Fetches that are under way, two words, both data accesses and the
	 * answer before them. */
	h->cost_max += (uint32_t)(4 * mem->instr_latency + 2 * mem->data_grant +
	                          3 * mem->data_latency);
	h->memo = memo_open(&h->rules);
	return h->memo;
}

struct host *host_open(enum core core, const struct host_bus *bus,
                       uint8_t *imem, uint32_t imem_base, uint32_t imem_bytes)
{
	assert(imem_bytes % 4 == 0 && imem_base % 4 == 0);
	struct host *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->bus = *bus;
	h->imem = imem;
	h->imem_base = imem_base;
	h->imem_bytes = imem_bytes;
	h->n_ops = imem_bytes / 2;
	h->op = calloc(h->n_ops + 2, sizeof *h->op);
	h->live = calloc(h->n_ops / BLOCK + 2, 1);
	h->rules.wb = core == CORE_MAXPERF;
	h->rules.btalu = core != CORE_SMALL;
	h->rules.mul = core == CORE_SMALL ? 3 : 1;
	h->rules.mulh = core == CORE_SMALL ? 4 : 2;
	if (!h->op || !h->live || !set_timing(h, &bus->timing)) {
		host_close(h);
		return NULL;
	}
	host_forget_all(h);
	host_reset(h, imem_base);
	return h;
}

void host_close(struct host *h)
{
	if (!h)
		return;
	free(h->op);
	free(h->live);
	memo_close(h->memo);
	free(h);
}

void host_reset(struct host *h, uint32_t boot_addr)
{
	host_harvest(h); /* leaves no flow behind */
	struct host old = *h;

	*h = (struct host){
	        .op = old.op,
	        .n_ops = old.n_ops,
	        .live = old.live,
	        .lo = old.lo,
	        .hi = old.hi,
	        .rules = old.rules,
	        .cost_max = old.cost_max,
	        .waits = old.waits,
	        .memo = old.memo,
	        .bus = old.bus,
	        .imem = old.imem,
	        .imem_base = old.imem_base,
	        .imem_bytes = old.imem_bytes,
	        .trace = old.trace,
	        .trace_ctx = old.trace_ctx,
	};
	map_windows(h);
	h->csr.mtvec = (boot_addr & ~0xffu) | 1;
	h->csr.st_mpie = true;
	h->csr.priv = 3;
	h->check = HOST_NEVER;
	host_go(h, (boot_addr & ~0xffu) + 0x80);
	h->cyc = FIRST_CYCLE;
	if (h->waits)
		host_wait_reset(h);
	host_turned(h);
	h->now = h->cyc;
}

void host_go(struct host *h, uint32_t pc)
{
	uint32_t i = (pc - h->imem_base) / 2;

	h->at = i < h->n_ops && !(pc & 1) ? &h->op[i] : NULL;
	h->pc_out = pc;
	if (h->at)
		host_code(h, i);
}

uint32_t host_pc(const struct host *h)
{
	return h->at ? h->imem_base + 2 * (uint32_t)(h->at - h->op) : h->pc_out;
}

static bool run_fast(struct host *h, uint64_t limit)
{
	if (h->waits)
		host_wait_ready(h);
	return host_fast(h, limit);
}

enum host_stop host_run(struct host *h, uint64_t limit)
{
	while (!h->asleep && !h->stop && !h->faulted && h->cyc < limit) {
		uint64_t until = limit < h->check ? limit : h->check;

		/* The fast loop keeps away from the deadline by more than an
		 * instruction takes. */
		if (h->trace || !h->at || h->cyc + 2 * h->cost_max > until ||
		    !run_fast(h, until - h->cost_max))
			host_step(h);
		h->now = h->cyc;
	}
	if (h->faulted)
		return HOST_FAULT;
	if (h->stop) {
		h->stop = false;
		return HOST_STOPPED;
	}
	return h->asleep ? HOST_SLEEP : HOST_LIMIT;
}

void host_wake(struct host *h, uint64_t k)
{
	if (!h->asleep || !h->bus.irq)
		return;
	assert(k >= h->sleep_from);
	if (h->bus.irq(h->bus.ctx, k) & h->csr.mie)
		host_rouse(h, k);
}

uint32_t host_irq_mask(const struct host *h)
{
	return h->csr.mie;
}

void host_stop(struct host *h)
{
	h->stop = true;
}

void host_watch(struct host *h, bool on)
{
	h->watch = on;
	for (size_t i = 0; i < 4; i++) {
		const struct host_window *w = &h->bus.window[i];
		struct window *fast = &h->win[w->base >> 28];

		if (!w->bytes || w->mem < 0 || fast->bytes != w->bytes)
			continue;
		fast->rlimit = on || w->size < 4 ? 0 : w->size - 3;
		fast->wlimit = w->writable ? fast->rlimit : 0;
	}
	h->dirty = true;
	h->check = 0;
}

uint64_t host_cycle(const struct host *h)
{
	return h->cyc;
}

uint32_t host_reg(const struct host *h, int i)
{
	return i == 32 ? host_pc(h) : h->x[i];
}

void host_trace(struct host *h, void (*fn)(void *, const struct host_retire *),
                void *ctx)
{
	h->trace = fn;
	h->trace_ctx = ctx;
}

/* ---- Counts ------------------------------------------------------------- */

/* Executions that flow on to the next one or two halfwords are in `next`. */
static void harvest_block(struct host *h, uint32_t from, int64_t next[2])
{
	uint32_t end = from + BLOCK < h->hi ? from + BLOCK : h->hi;

	for (struct op *op = h->op + from; op < h->op + end; op++) {
		int64_t n = next[0] + op->flow;

		next[0] = next[1];
		next[1] = 0;
		op->flow = 0;
		if (n == 0)
			continue;
		assert(n > 0 && op->code != OP_DECODE);
		h->done[op->class] += (uint64_t)n;
		h->retired += (uint64_t)n;
		if (op->class != CLASS_JUMP)
			next[op->len - 1] += n;
	}
}

void host_harvest(struct host *h)
{
	int64_t next[2] = {0, 0};

	for (uint32_t i = h->lo / BLOCK * BLOCK; i < h->hi; i += BLOCK)
		if (h->live[i / BLOCK])
			harvest_block(h, i, next);
}

uint64_t host_retired(struct host *h)
{
	host_harvest(h);
	return h->retired;
}

uint64_t host_faults(const struct host *h)
{
	return h->faults;
}

static uint64_t drain(uint64_t *from)
{
	uint64_t n = *from;

	*from = 0;
	return n;
}

void host_counts(struct host *h, struct counts *c)
{
	uint64_t slept = h->slept - h->slept_given;
	uint64_t cycles = h->now - h->counted_to;

	host_harvest(h);
	c->n[EV_cpu_sleep] += slept;
	c->n[EV_cpu_active] += cycles - slept;
	h->slept_given = h->slept;
	h->counted_to = h->now;
	for (int i = 0; i < N_CLASSES; i++)
		c->n[EV_cpu_alu + i] += drain(&h->done[i]);
	for (int i = 0; i < 16; i++) {
		struct window *w = &h->win[i];
		uint64_t reads = drain(&w->reads), writes = drain(&w->writes);

		if (!w->bytes || w->mem < 0)
			continue;
		c->n[w->mem == MEM_SRAM ? EV_cpu_sram_reads
		                        : EV_cpu_flash_reads] += reads;
		c->n[EV_cpu_sram_writes] += writes;
	}
	c->n[EV_cpu_mmio] += drain(&h->mmio);
}

/* ---- Faults ------------------------------------------------------------- */

static const char *cause_text(uint32_t cause)
{
	switch (cause) {
	case 1:
		return "instruction fetch outside of memory";
	case 2:
		return "illegal instruction";
	case 3:
		return "ebreak";
	case 5:
		return "load access fault";
	case 7:
		return "store access fault";
	}
	return "ecall";
}

void host_exception(const struct host *h, char *buf, size_t size)
{
	if (size > 0)
		buf[0] = '\0';
	if (h->trap.any)
		snprintf(buf, size, "%s at pc 0x%08x, mtval 0x%08x, cycle %llu",
		         cause_text(h->trap.cause), h->trap.pc, h->trap.tval,
		         (unsigned long long)h->trap.cycle);
}

bool host_fault(const struct host *h, struct err *err)
{
	char text[200];

	if (!h->faulted)
		return true;
	host_exception(h, text, sizeof text);
	return err_set(err, ERR_BUG,
	               "host: %s; the handler at 0x%08x traps too", text,
	               h->csr.mtvec & ~0xffu);
}
