/* soc_rtl: see soc_rtl.h. */
#include "sim/soc_rtl.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "isa/map.h"
#include "sim/rtl_build.h"
#include "sim/rtl_log.h"
#include "sim/soc_rtl_lib.h"

struct soc_rtl {
	const struct design *d;
	const struct soc_rtl_api *api;
	struct soc_rtl_model *model;
	struct accel_log commands;
	struct rtl_log log;
	struct soc_mark *mark;
	size_t n_marks, cap_marks;
	struct buf uart;
	bool ended;
	uint32_t exit_code;
};

/* ---- What it says ------------------------------------------------------- */

static void on_trace(void *ctx, const struct rtl_trace *t)
{
	struct soc_rtl *r = ctx;

	rtl_log_take(&r->log, t);
}

static void on_mark(void *ctx, uint64_t cycle, uint32_t step)
{
	struct soc_rtl *r = ctx;

	if (r->n_marks == r->cap_marks) {
		r->cap_marks = r->cap_marks ? 2 * r->cap_marks : 64;
		r->mark = mem_grow(r->mark, r->cap_marks, sizeof *r->mark);
	}
	r->mark[r->n_marks++] = (struct soc_mark){cycle, step};
}

static void on_uart(void *ctx, char c)
{
	struct soc_rtl *r = ctx;

	buf_char(&r->uart, c);
}

static void on_exit_write(void *ctx, uint32_t status)
{
	struct soc_rtl *r = ctx;

	/* The core goes on; only the first one counts. */
	if (r->ended)
		return;
	r->ended = true;
	r->exit_code = status;
}

/* ---- Life cycle --------------------------------------------------------- */

static char *build(const struct design *d, const struct accel_opts *opts,
                   struct err *err)
{
	char what[120];
	struct rtl_top top = {
	        .module = "soc",
	        .what = what,
	        .wrapper = "sim/soc_wrap.cpp",
	        .header = {"sim/soc_rtl_lib.h", "sim/accel_rtl.h"},
	        .abi = SOC_RTL_ABI,
	        .host_core = true,
	};

	snprintf(what, sizeof what,
	         "the RTL of a whole system, %s and a %dx%d array",
	         core_name[d->core], d->rows, d->cols);
	rtl_top_param(&top, "BTALU", d->core != CORE_SMALL);
	rtl_top_param(&top, "WRITEBACK", d->core == CORE_MAXPERF);
	rtl_top_param(&top, "MUL1", d->core != CORE_SMALL);
	rtl_top_accel(&top, d);
	rtl_top_param(&top, "SRAM_KIB", d->sram_kib);
	rtl_top_param(&top, "FLASH_KIB", d->flash_kib);
	return rtl_build(&top, opts, err);
}

static const struct soc_rtl_api *load(const char *path, struct err *err)
{
	/* Stays loaded: the next run of the design will want it again. */
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct soc_rtl_api *api = lib ? dlsym(lib, SOC_RTL_SYMBOL) : NULL;

	if (!api) {
		err_set(err, ERR_TOOL, "%s: cannot be loaded: %s", path,
		        dlerror());
		return NULL;
	}
	if (api->abi != SOC_RTL_ABI || api->n_events != N_ACCEL_EVENTS) {
		err_set(err, ERR_BUG, "%s: was built for another joulet", path);
		return NULL;
	}
	return api;
}

struct soc_rtl *soc_rtl_open(const struct design *d, uint32_t n_layers,
                             const struct accel_opts *opts, struct err *err)
{
	char *path = build(d, opts, err);
	const struct soc_rtl_api *api = path ? load(path, err) : NULL;

	free(path);
	if (!api)
		return NULL;
	struct soc_rtl *r = mem_zero(1, sizeof *r);
	r->d = d;
	r->api = api;
	r->commands.n_layers = n_layers;
	r->commands.layer = mem_zero(n_layers, sizeof *r->commands.layer);
	r->commands.want_cmds = true;
	return r;
}

static void close_model(struct soc_rtl *r)
{
	if (r->model)
		r->api->close(r->model);
	r->model = NULL;
}

void soc_rtl_close(struct soc_rtl *r)
{
	if (!r)
		return;
	close_model(r);
	free(r->commands.layer);
	free(r->commands.cmd);
	free(r->mark);
	buf_free(&r->uart);
	free(r);
}

static void fill(struct soc_rtl *r, struct soc *s, enum soc_rtl_mem which,
                 uint32_t addr)
{
	size_t bytes;
	void *to = r->api->memory(r->model, which, &bytes);
	const void *from = soc_memory(s, addr, (uint32_t)bytes);

	assert(from);
	memcpy(to, from, bytes);
}

void soc_rtl_reset(struct soc_rtl *r, struct soc *s)
{
	const struct soc_rtl_ears ears = {
	        .ctx = r,
	        .trace = on_trace,
	        .mark = on_mark,
	        .uart = on_uart,
	        .exit = on_exit_write,
	};

	close_model(r);
	r->model = r->api->open(&ears);
	fill(r, s, SOC_RTL_SRAM, MAP_SRAM);
	fill(r, s, SOC_RTL_FLASH, MAP_FLASH);
	fill(r, s, SOC_RTL_IMEM, MAP_IMEM);
	memset(r->commands.layer, 0,
	       r->commands.n_layers * sizeof *r->commands.layer);
	r->commands.n_cmd = 0;
	rtl_log_reset(&r->log, &r->commands, r->api->counts(r->model));
	r->n_marks = 0;
	r->ended = false;
	buf_clear(&r->uart);
}

bool soc_rtl_next(struct soc_rtl *r, uint64_t last, struct host_retire *retire)
{
	struct soc_rtl_retire from;

	if (!r->api->next(r->model, last + 1, &from))
		return false;
	*retire = (struct host_retire){
	        .cycle = from.cycle,
	        .pc = from.pc,
	        .insn = from.insn,
	        .rd = from.rd,
	        .value = from.value,
	        .trap = from.trap,
	};
	return true;
}

bool soc_rtl_ended(const struct soc_rtl *r)
{
	return r->ended;
}

void soc_rtl_said(const struct soc_rtl *r, struct soc_said *to)
{
	size_t bytes;

	*to = (struct soc_said){
	        .log = &r->commands,
	        .mark = r->mark,
	        .n_marks = r->n_marks,
	        .uart = r->uart.data,
	        .uart_bytes = r->uart.len,
	        .ended = r->ended,
	        .exit_code = r->exit_code,
	        .slept = r->api->slept(r->model),
	        .sram = r->api->memory(r->model, SOC_RTL_SRAM, &bytes),
	};
	to->sram_bytes = bytes;
}

bool soc_rtl_fault(const struct soc_rtl *r, struct err *err)
{
	if (r->log.fault.kind == ERR_NONE)
		return true;
	*err = r->log.fault;
	return false;
}
