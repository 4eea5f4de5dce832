/* accel_rtl: the accelerator as verilated Verilog.
 *
 * The library (rtl_wrap.cpp) simulates cycles; this file keeps the caller's
 * side of time. What the hardware did is in rtl_log.
 */
#include <assert.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/map.h"
#include "sim/accel_rtl.h"
#include "sim/rtl_build.h"
#include "sim/rtl_log.h"

struct accel {
	const struct accel_ops *ops;
	const struct design *d;
	struct mem *mem;
	struct accel_log *log;
	const struct rtl_api *api;
	struct rtl_model *model;
	uint64_t stall, stalled; /* cycles allowed; when it happened */

	uint64_t now;        /* cycles before this one are simulated */
	struct rtl_input in; /* what the host does in cycle `now` */
	bool in_used;

	struct rtl_log did;
};

/* ------------------------------------------------------------------------
 * What the library tells */

static void on_trace(void *ctx, const struct rtl_trace *t)
{
	struct accel *a = ctx;

	rtl_log_take(&a->did, t);
}

static void on_outside(void *ctx, uint64_t cycle, int mem, uint32_t addr)
{
	struct accel *a = ctx;

	if (a->did.fault.kind != ERR_NONE)
		return;
	err_set(&a->did.fault, ERR_DATA,
	        "cycle %" PRIu64 ", job %u: access to %s offset 0x%x, which "
	        "has only 0x%x bytes",
	        cycle, a->did.job, mem == MEM_SRAM ? "SRAM" : "flash", addr,
	        a->mem->size[mem]);
}

/* ------------------------------------------------------------------------
 * Time as the caller sees it */

/* After a stall time passes without being simulated. */
static void stalled(struct accel *a, uint64_t cycle)
{
	if (a->did.fault.kind == ERR_NONE)
		err_set(&a->did.fault, ERR_WATCHDOG,
		        "no progress in the %" PRIu64
		        " cycles before cycle %" PRIu64,
		        a->stall, a->now);
	a->stalled = a->now < a->stalled ? a->now : a->stalled;
	a->in = (struct rtl_input){0};
	a->in_used = false;
	a->now = cycle;
}

static uint64_t rtl_stalled(const struct accel *a)
{
	return a->stalled;
}

static uint64_t run(struct accel *a, uint64_t cycle, bool stop_at_irq)
{
	/* The present cycle's input must not be skipped by a line that is
	 * high already. */
	if (a->in_used && a->now < cycle) {
		a->in_used = false;
		a->now = a->api->run(a->model, a->now + 1, 0, &a->in);
		a->in = (struct rtl_input){0};
	}
	if (a->now < cycle)
		a->now = a->api->run(a->model, cycle, stop_at_irq, NULL);
	if (a->now < cycle && a->api->stalled(a->model))
		stalled(a, cycle);
	return a->now;
}

static void rtl_advance(struct accel *a, uint64_t cycle)
{
	run(a, cycle, false);
}

static bool rtl_irq(const struct accel *a)
{
	return a->api->irq(a->model);
}

static uint64_t rtl_until_irq(struct accel *a, uint64_t limit)
{
	if (rtl_irq(a))
		return a->now;
	run(a, limit, true);
	return rtl_irq(a) ? a->now : limit;
}

static uint32_t rtl_read(struct accel *a, uint64_t cycle, uint32_t offset)
{
	rtl_advance(a, cycle);
	return offset < 0x1000 ? a->api->read(a->model, offset) : 0;
}

static void rtl_write(struct accel *a, uint64_t cycle, uint32_t offset,
                      uint32_t value)
{
	rtl_advance(a, cycle);
	assert(a->now == cycle && !a->in.write);
	if (offset >= 0x1000)
		return;
	a->in.write = 1;
	a->in.addr = (uint16_t)offset;
	a->in.data = value;
	a->in_used = true;
}

static void rtl_host_access(struct accel *a, uint64_t cycle, int mem)
{
	rtl_advance(a, cycle);
	assert(a->now == cycle);
	a->in.busy[mem] = 1;
	a->in_used = true;
}

static bool rtl_busy(const struct accel *a)
{
	return a->api->read(a->model, ACCEL_STATUS) & 1;
}

static bool rtl_fault(const struct accel *a, struct err *err)
{
	if (a->did.fault.kind == ERR_NONE)
		return true;
	*err = a->did.fault;
	return false;
}

static void rtl_queue(const struct accel *a, int q, struct accel_queue *to)
{
	const struct rtl_pending *p = &a->did.queue[q];

	*to = (struct accel_queue){.n = p->n};
	if (p->n)
		to->first = p->cmd[p->first];
}

static bool rtl_waves(struct accel *a, const struct accel_waves *w,
                      struct err *err)
{
	assert(a->api->waves);
	if (!w)
		return a->api->waves(a->model, NULL, 0, 0, 0);
	assert(w->from >= a->now && w->zero <= w->from);
	return a->api->waves(a->model, w->path, w->from, w->to, w->zero) ||
	       err_set(err, ERR_NOINPUT, "%s: cannot write", w->path);
}

/* ------------------------------------------------------------------------
 * Open and close */

/* Counters that do not count waiting. */
static uint32_t progress(void)
{
	static const enum event waits[] = {
	        EV_ex_busy,       EV_ex_wait_fetch, EV_ex_wait_load,
	        EV_ex_wait_store, EV_ex_stall_read, EV_ex_stall_drain,
	        EV_ld_busy,       EV_ld_wait_mem,   EV_st_busy,
	        EV_st_wait_mem,   EV_job_cycles};
	uint32_t mask = (uint32_t)((1ull << N_ACCEL_EVENTS) - 1);

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		mask &= ~(1u << waits[i]);
	return mask;
}

static void open_model(struct accel *a)
{
	const struct rtl_host host = {
	        .mem = {a->mem->bytes[MEM_SRAM], a->mem->bytes[MEM_FLASH]},
	        .size = {a->mem->size[MEM_SRAM], a->mem->size[MEM_FLASH]},
	        .ctx = a,
	        .trace = on_trace,
	        .outside = on_outside,
	        .stall = a->stall,
	        .progress = progress(),
	        .status = ACCEL_STATUS,
	};

	a->model = a->api->open(&host);
	rtl_log_reset(&a->did, a->log, a->api->counts(a->model));
}

static void rtl_reset(struct accel *a)
{
	const struct accel zero = {.ops = a->ops,
	                           .d = a->d,
	                           .mem = a->mem,
	                           .log = a->log,
	                           .api = a->api,
	                           .stall = a->stall,
	                           .stalled = UINT64_MAX};

	a->api->close(a->model);
	*a = zero;
	open_model(a);
}

static void rtl_close(struct accel *a)
{
	if (!a)
		return;
	a->api->close(a->model);
	free(a);
}

static const struct rtl_top accel_top = {
        .module = "accel",
        .what = "the RTL of an array",
        .wrapper = "sim/rtl_wrap.cpp",
        .header = {"sim/accel_rtl.h"},
        .abi = RTL_ABI,
};

char *accel_rtl_library(const struct design *d, const struct accel_opts *opts,
                        struct err *err)
{
	struct rtl_top top = accel_top;
	char what[80];

	snprintf(what, sizeof(what), "the RTL of a %dx%d array", d->rows,
	         d->cols);
	top.what = what;
	top.waves = opts->waves;
	rtl_top_accel(&top, d);
	return rtl_build(&top, opts, err);
}

bool accel_rtl_sources(const struct accel_opts *opts, uint64_t *hash,
                       struct err *err)
{
	return rtl_sources(&accel_top, opts, hash, err);
}

static const struct rtl_api *load(const char *path, struct err *err)
{
	/* Stays loaded: the next run of the design will want it again. */
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct rtl_api *api = lib ? dlsym(lib, "joulet_rtl_api") : NULL;

	if (!api) {
		err_set(err, ERR_TOOL, "%s: cannot be loaded: %s", path,
		        dlerror());
		return NULL;
	}
	if (api->abi != RTL_ABI || api->n_events != N_ACCEL_EVENTS) {
		err_set(err, ERR_BUG, "%s: was built for another joulet", path);
		return NULL;
	}
	return api;
}

static struct accel *rtl_open(const struct design *d, struct mem *mem,
                              struct accel_log *log,
                              const struct accel_opts *opts, struct err *err)
{
	static const struct accel_opts none;
	char *path = opts && opts->library
	                     ? mem_str(opts->library)
	                     : accel_rtl_library(d, opts ? opts : &none, err);
	const struct rtl_api *api = path ? load(path, err) : NULL;

	free(path);
	if (!api)
		return NULL;
	struct accel *a = mem_zero(1, sizeof(*a));
	a->ops = &accel_rtl;
	a->d = d;
	a->mem = mem;
	a->log = log;
	a->api = api;
	a->stall = opts ? opts->stall : 0;
	a->stalled = UINT64_MAX;
	open_model(a);
	return a;
}

const struct accel_ops accel_rtl = {
        .name = "rtl",
        .open = rtl_open,
        .close = rtl_close,
        .reset = rtl_reset,
        .read = rtl_read,
        .write = rtl_write,
        .host_access = rtl_host_access,
        .advance = rtl_advance,
        .until_irq = rtl_until_irq,
        .irq = rtl_irq,
        .busy = rtl_busy,
        .fault = rtl_fault,
        .queue = rtl_queue,
        .stalled = rtl_stalled,
        .waves = rtl_waves,
};
