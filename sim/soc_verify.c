/* soc_verify: whole inferences on the whole system in Verilog, beside the
 * simulation or alone. */
#include <assert.h>
#include <string.h>
#include <stdlib.h>

#include "base/mem.h"
#include "isa/map.h"
#include "sim/program.h"
#include "sim/soc_pair.h"
#include "sim/soc_priv.h"
#include "sim/verify.h"

#define DEFAULT_MAX_CYCLES 20000000000ull

static bool open_pair(struct soc_pair *v, const struct joulet_program *p,
                      const struct joulet_opts *opts, struct err *err)
{
	const struct soc_opts so = {
	        .max_cycles = opts->max_cycles,
	        .accel = {.note = opts->note, .note_ctx = opts->note_ctx},
	};

	return soc_pair_open(v, p->net->name, &p->design, firmware_elf,
	                     firmware_elf_bytes, p->code.image,
	                     p->code.image_bytes, &so, err);
}

static void take_counts(struct joulet_soc_result *r, const struct soc_pair *v,
                        size_t n)
{
	r->inferences = n;
	r->instructions = v->instructions;
	r->commands = v->commands;
}

/* ---- Beside the simulation ---------------------------------------------- */

static bool verify(const struct joulet_program *p,
                   const struct joulet_opts *opts, const uint8_t *in, size_t n,
                   uint8_t *out, struct joulet_soc_result *r, struct err *err)
{
	const size_t in_bytes = joulet_net_in_bytes(p->net);
	const size_t out_bytes = joulet_net_out_bytes(p->net);
	struct soc_pair v;
	struct soc_result s;
	bool ok = true;

	if (!open_pair(&v, p, opts, err))
		return false;
	for (size_t i = 0; ok && i < n; i++) {
		ok = soc_pair_run(&v, in + i * in_bytes, in_bytes,
		                  out + i * out_bytes, out_bytes, &s, err);
		if (ok && i == 0)
			r->cycles = s.cycles;
		if (ok)
			soc_result_free(&s);
	}
	take_counts(r, &v, n);
	soc_pair_close(&v);
	return ok;
}

bool joulet_soc_verify(const struct joulet_program *p,
                       const struct joulet_opts *opts, const void *in, size_t n,
                       const void *expect, struct joulet_soc_result *r,
                       struct err *err)
{
	assert(p && opts && in && n > 0);
	const size_t bytes = n * joulet_net_out_bytes(p->net);
	uint8_t *out = mem_zero(2 * bytes, 1), *ref = out + bytes;

	memset(r, 0, sizeof *r);
	bool ok = verify_reference(p, in, n, ref, err) &&
	          (!expect ||
	           verify_output(p, "reference", ref, "the expected file",
	                         expect, n, err)) &&
	          verify(p, opts, in, n, out, r, err) &&
	          verify_output(p, "rtl", out, "reference", ref, n, err);
	free(out);
	return ok;
}

/* ---- Alone -------------------------------------------------------------- */

/* The firmware's marks around the inference. */
static bool take_cycles(const struct soc_said *said, uint64_t *cycles,
                        struct err *err)
{
	const struct soc_mark *first = said->mark,
	                      *last = first + said->n_marks - 1;

	if (said->exit_code != 0 || said->n_marks < 2 ||
	    first->step != MARK_BEGIN || last->step != MARK_END)
		return err_set(err, ERR_BUG,
		               "firmware: exit status 0x%x, %zu marks",
		               said->exit_code, said->n_marks);
	*cycles = last->cycle - first->cycle;
	return true;
}

static bool run_one(struct soc_pair *v, uint64_t limit, const void *in,
                    void *out, uint64_t *cycles, struct err *err)
{
	const struct mem *mem = &v->soc->mem;
	struct host_retire retire;
	struct soc_said said;

	memset(mem->bytes[MEM_SRAM], 0, mem->size[MEM_SRAM]);
	soc_image_put(v->soc, in);
	soc_rtl_reset(v->rtl, v->soc);
	while (!soc_rtl_ended(v->rtl) && soc_rtl_next(v->rtl, limit, &retire))
		v->instructions++;
	if (!soc_rtl_fault(v->rtl, err))
		return false;
	if (!soc_rtl_ended(v->rtl))
		return err_set(err, ERR_WATCHDOG, "no end after %llu cycles",
		               (unsigned long long)limit);
	soc_rtl_said(v->rtl, &said);
	v->commands += said.log->n_cmd;
	memcpy(mem->bytes[MEM_SRAM], said.sram, mem->size[MEM_SRAM]);
	if (out)
		soc_image_get(v->soc, out);
	return take_cycles(&said, cycles, err);
}

bool joulet_soc_run(const struct joulet_program *p,
                    const struct joulet_opts *opts, const void *in, size_t n,
                    void *out, struct joulet_soc_result *r, struct err *err)
{
	assert(p && opts && in && n > 0);
	const size_t in_bytes = joulet_net_in_bytes(p->net);
	const size_t out_bytes = joulet_net_out_bytes(p->net);
	const uint64_t limit =
	        opts->max_cycles ? opts->max_cycles : DEFAULT_MAX_CYCLES;
	struct soc_pair v;
	bool ok = true;

	memset(r, 0, sizeof *r);
	if (!open_pair(&v, p, opts, err))
		return false;
	for (size_t i = 0; ok && i < n; i++) {
		uint64_t cycles = 0;

		ok = run_one(&v, limit, (const uint8_t *)in + i * in_bytes,
		             out ? (uint8_t *)out + i * out_bytes : NULL,
		             &cycles, err);
		if (i == 0)
			r->cycles = cycles;
	}
	take_counts(r, &v, n);
	soc_pair_close(&v);
	return ok;
}
