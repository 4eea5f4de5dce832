/* verify: rtl, fast and the compiler's reference must agree in everything.
 *
 * Order of comparison: outputs first (they say what broke), then start and end
 * of every command in order of end, then every count of every layer, then the
 * total cycles.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/command.h"
#include "sim/program.h"
#include "sim/verify.h"

bool verify_output(const struct joulet_program *p, const char *who,
                   const uint8_t *got, const char *than, const uint8_t *want,
                   size_t n, struct err *err)
{
	const size_t bytes = joulet_net_out_bytes(p->net);
	for (size_t i = 0; i < n * bytes; i++)
		if (got[i] != want[i])
			return err_set(err, ERR_MISMATCH,
			               "%s: inference %zu, output byte %zu: %s "
			               "gives %d, %s %d",
			               p->net->name, i / bytes, i % bytes, who,
			               (int8_t)got[i], than, (int8_t)want[i]);
	return true;
}

static bool same_command(const struct joulet_program *p, size_t i,
                         const struct joulet_command *f,
                         const struct joulet_command *r, struct err *err)
{
	if (f->queue == r->queue && f->opcode == r->opcode &&
	    f->layer == r->layer && f->start == r->start && f->end == r->end)
		return true;
	return err_set(
	        err, ERR_MISMATCH,
	        "%s: command %zu: fast: %s of layer %d (%s) in cycles "
	        "%llu..%llu; rtl: %s of layer %d in %llu..%llu",
	        p->net->name, i, opcode_name(f->opcode), f->layer,
	        f->layer < p->code.n_layers ? p->code.layer[f->layer].name
	                                    : "?",
	        (unsigned long long)f->start, (unsigned long long)f->end,
	        opcode_name(r->opcode), r->layer, (unsigned long long)r->start,
	        (unsigned long long)r->end);
}

static bool same_commands(const struct joulet_program *p,
                          const struct joulet_result *f,
                          const struct joulet_result *r, struct err *err)
{
	for (size_t i = 0; i < f->n_cmds && i < r->n_cmds; i++)
		if (!same_command(p, i, &f->cmd[i], &r->cmd[i], err))
			return false;
	if (f->n_cmds != r->n_cmds)
		return err_set(err, ERR_MISMATCH,
		               "%s: fast ran %zu commands, rtl %zu",
		               p->net->name, f->n_cmds, r->n_cmds);
	return true;
}

static bool same_counts(const struct joulet_program *p,
                        const struct joulet_result *f,
                        const struct joulet_result *r, struct err *err)
{
	for (int i = 0; i < f->n_layers; i++)
		for (int e = 0; e < N_EVENTS; e++)
			if (f->layer[i].counts.n[e] != r->layer[i].counts.n[e])
				return err_set(
				        err, ERR_MISMATCH,
				        "%s: layer %d (%s): %s: fast %llu, rtl "
				        "%llu",
				        p->net->name, i, f->layer[i].name,
				        event_name[e],
				        (unsigned long long)f->layer[i]
				                .counts.n[e],
				        (unsigned long long)r->layer[i]
				                .counts.n[e]);
	if (f->cycles != r->cycles || f->boot_cycles != r->boot_cycles)
		return err_set(err, ERR_MISMATCH,
		               "%s: fast takes %llu cycles, rtl %llu",
		               p->net->name, (unsigned long long)f->cycles,
		               (unsigned long long)r->cycles);
	return true;
}

bool verify_reference(const struct joulet_program *p, const uint8_t *in,
                      size_t n, uint8_t *out, struct err *err)
{
	const size_t in_bytes = joulet_net_in_bytes(p->net);
	const size_t out_bytes = joulet_net_out_bytes(p->net);
	for (size_t i = 0; i < n; i++)
		if (!graph_run(p->graph, in + i * in_bytes, out + i * out_bytes,
		               err))
			return false;
	return true;
}

static bool run_backend(const struct joulet_program *p,
                        const struct joulet_opts *opts, const char *backend,
                        const void *in, size_t n, uint8_t *out,
                        struct joulet_result *r, struct err *err)
{
	struct joulet_opts o = *opts;
	o.backend = backend;
	o.timing_only = false;
	o.timeline = true;
	return joulet_run(p, &o, in, n, out, r, err);
}

bool joulet_verify(const struct joulet_program *p,
                   const struct joulet_opts *opts, const void *in, size_t n,
                   const void *expect, struct joulet_result *r, struct err *err)
{
	const size_t bytes = n * joulet_net_out_bytes(p->net);
	uint8_t *out = mem_zero(3 * bytes, 1);
	uint8_t *ref = out, *fast = out + bytes, *rtl = fast + bytes;
	struct joulet_result rr = {0};

	memset(r, 0, sizeof *r);
	const bool ok =
	        verify_reference(p, in, n, ref, err) &&
	        run_backend(p, opts, "fast", in, n, fast, r, err) &&
	        run_backend(p, opts, "rtl", in, n, rtl, &rr, err) &&
	        (!expect ||
	         verify_output(p, "reference", ref, "the expected file", expect,
	                       n, err)) &&
	        verify_output(p, "rtl", rtl, "reference", ref, n, err) &&
	        verify_output(p, "fast", fast, "rtl", rtl, n, err) &&
	        same_commands(p, r, &rr, err) && same_counts(p, r, &rr, err);
	free(out);
	joulet_result_free(&rr);
	if (!ok)
		joulet_result_free(r);
	return ok;
}
