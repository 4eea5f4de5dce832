/* soc_pair: see soc_pair.h. */
#include "sim/soc_pair.h"

#include <string.h>

#include "base/buf.h"
#include "sim/soc_priv.h"

struct soc_pair_run {
	struct soc_compare compare;
	struct buf uart; /* what the simulation prints */
	bool begun;
};

/* ---- Life cycle --------------------------------------------------------- */

static void on_uart(void *ctx, char c)
{
	struct soc_pair *p = ctx;

	buf_char(&p->run->uart, c);
}

bool soc_pair_open(struct soc_pair *p, const char *who, const struct design *d,
                   const void *fw, size_t fw_bytes, const void *image,
                   size_t image_bytes, const struct soc_opts *opts,
                   struct err *err)
{
	struct soc_opts so = {
	        .backend = &accel_fast,
	        .want_cmds = true,
	        .max_cycles = opts->max_cycles,
	        .uart = on_uart,
	        .uart_ctx = p,
	};

	*p = (struct soc_pair){.who = who};
	p->soc = soc_open(d, fw, fw_bytes, image, image_bytes, &so, err);
	if (p->soc)
		p->rtl = soc_rtl_open(d, p->soc->image.header.n_layers,
		                      &opts->accel, err);
	if (p->rtl)
		return true;
	soc_pair_close(p);
	return false;
}

void soc_pair_close(struct soc_pair *p)
{
	soc_close(p->soc);
	soc_rtl_close(p->rtl);
	memset(p, 0, sizeof *p);
}

/* ---- In step ------------------------------------------------------------ */

static uint64_t slept(const struct soc_result *r)
{
	uint64_t cycles = 0;

	for (uint32_t l = 0; l <= r->n_layers; l++)
		cycles += r->layer[l].n[EV_cpu_sleep];
	return cycles;
}

static void sim_said(const struct soc_pair *p, const struct soc_result *r,
                     struct soc_said *to)
{
	*to = (struct soc_said){
	        .log = &p->soc->log,
	        .mark = r->mark,
	        .n_marks = r->n_marks,
	        .uart = p->run->uart.data,
	        .uart_bytes = p->run->uart.len,
	        .ended = p->soc->ended,
	        .exit_code = r->exit_code,
	        .slept = slept(r),
	        .sram = p->soc->mem.bytes[MEM_SRAM],
	        .sram_bytes = p->soc->mem.size[MEM_SRAM],
	};
}

static bool next(void *ctx, uint64_t last, struct host_retire *r)
{
	return soc_rtl_next(ctx, last, r);
}

static void on_retire(void *ctx, const struct host_retire *r)
{
	struct soc_pair *p = ctx;
	struct soc_compare *c = &p->run->compare;

	if (!c->differs && !soc_compare_retire(c, r))
		host_stop(p->soc->host);
}

static bool verdict(struct soc_pair *p, struct err *err)
{
	return soc_rtl_fault(p->rtl, err) &&
	       soc_compare_result(&p->run->compare, p->who, err);
}

/* An instruction differs; a command or a mark may have before it. */
static bool tell(struct soc_pair *p, struct err *err)
{
	struct soc_said sim, rtl;

	sim_said(p, p->soc->r, &sim);
	soc_rtl_said(p->rtl, &rtl);
	soc_compare_begun(&p->run->compare, &sim, &rtl);
	return verdict(p, err);
}

/* Instead of host_run. The memories are filled when it is first called. */
static bool drive(void *ctx, struct host *h, uint64_t limit,
                  enum host_stop *stop, struct err *err)
{
	struct soc_pair *p = ctx;

	if (!p->run->begun) {
		p->run->begun = true;
		soc_rtl_reset(p->rtl, p->soc);
		host_trace(h, on_retire, p);
	}
	*stop = host_run(h, limit);
	return !p->run->compare.differs || tell(p, err);
}

static bool finish(struct soc_pair *p, const struct soc_result *r,
                   struct err *err)
{
	struct soc_said sim, rtl;

	sim_said(p, r, &sim);
	soc_rtl_said(p->rtl, &rtl);
	soc_compare_ended(&p->run->compare, &sim, &rtl);
	if (!verdict(p, err))
		return false;
	p->instructions += p->run->compare.equal;
	p->commands += sim.log->n_cmd;
	return true;
}

bool soc_pair_run(struct soc_pair *p, const void *in, size_t in_bytes,
                  void *out, size_t out_bytes, struct soc_result *r,
                  struct err *err)
{
	const struct soc_driver driver = {p, drive};
	struct soc_pair_run run = {.compare = {.other = {"rtl", p->rtl, next}}};

	p->run = &run;
	soc_drive(p->soc, &driver);
	bool ok = soc_run(p->soc, in, in_bytes, out, out_bytes, r, err);
	if (ok && !finish(p, r, err)) {
		soc_result_free(r);
		ok = false;
	}
	soc_drive(p->soc, NULL);
	host_trace(p->soc->host, NULL, NULL);
	buf_free(&run.uart);
	p->run = NULL;
	return ok;
}
