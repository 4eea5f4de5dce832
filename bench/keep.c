/* keep: what it saves that tensors stay in the scratchpad from layer to layer.
 *
 *     bench_keep NET.tflite...
 *
 * On 8x8 and 16x16 cells. Cycles of an inference and bytes of SRAM that the
 * accelerator loads and stores, if every layer's output goes there, and as it
 * is compiled.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "sim/job_clock.h"
#include "sim/program.h"

struct cost {
	uint64_t cycles, bytes;
};

static bool jobs(void *ctx, const struct program *p, uint64_t *cycles,
                 struct err *err)
{
	return job_clock(ctx, p->image, cycles, err);
}

static bool measure(const struct joulet_net *net, struct design d, bool apart,
                    struct cost *cost, struct err *err)
{
	const struct compile_clock clock = {jobs, &d};
	const struct compile_opts opts = {
	        .target = TARGET_ACCEL, .clock = &clock, .apart = apart};
	const struct joulet_opts how = {.backend = "fast", .timing_only = true};
	struct joulet_program p = {
	        .net = net, .design = d, .graph = &net->graph};
	struct joulet_result r;

	if (!compile(&p.code, p.graph, &d, &opts, err))
		return false;
	uint8_t *in = mem_zero(joulet_net_in_bytes(net), 1);
	bool ok = joulet_run(&p, &how, in, 1, NULL, &r, err);
	if (ok) {
		cost->cycles = r.cycles;
		cost->bytes = r.total.n[EV_ld_sram_bytes] +
		              r.total.n[EV_st_sram_bytes];
		joulet_result_free(&r);
	}
	free(in);
	program_free(&p.code);
	return ok;
}

static bool show(const char *path, struct err *err)
{
	struct joulet_net *net = joulet_net_open(path, err);
	bool ok = net != NULL;

	for (int cells = 8; ok && cells <= 16; cells *= 2) {
		struct design d = design_default();
		struct cost apart, kept;
		d.rows = d.cols = cells;
		d.lanes = cells / 2;
		ok = measure(net, d, true, &apart, err) &&
		     measure(net, d, false, &kept, err);
		if (ok)
			printf("%-20s %2dx%-2d %8" PRIu64 " %8" PRIu64
			       " %6.1f %% %8" PRIu64 " %8" PRIu64 "\n",
			       joulet_net_name(net), cells, cells, apart.cycles,
			       kept.cycles,
			       100 * ((double)kept.cycles /
			                      (double)apart.cycles -
			              1),
			       apart.bytes, kept.bytes);
	}
	joulet_net_close(net);
	return ok;
}

int main(int argc, char **argv)
{
	struct err err = {0};

	printf("%-20s %5s %8s %8s %8s %8s %8s\n", "", "", "apart", "kept", "",
	       "apart", "kept");
	printf("%-20s %5s %8s %8s %8s %8s %8s\n", "network", "cells", "cycles",
	       "cycles", "change", "bytes", "bytes");
	for (int i = 1; i < argc; i++)
		if (!show(argv[i], &err)) {
			fprintf(stderr, "bench_keep: %s\n", err.msg);
			return (int)err.kind;
		}
	return 0;
}
