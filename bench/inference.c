/* inference: CPU time of one inference in steady state, backend by backend.
 *
 *     bench_inference [NET.tflite [DESIGN.yaml]]
 *
 * Everything is measured in one process, one after the other: compiling; an
 * inference with its simulator opened for it, which is what a sweep pays for a
 * point; inferences that follow each other in one simulator, as timing only,
 * with data, and through the Verilog. A figure is the median of several
 * batches, in CPU time: wall-clock time would measure the neighbours.
 *
 * The layers that the accelerator runs must take the same cycles each time,
 * else the exit status is 3. Kernels on the CPU may not: their time depends on
 * data, and a run of timing only has none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "sim/joulet.h"

enum { MAX_BATCHES = 15 };

struct bench {
	struct design design;
	struct joulet_net *net;
	struct joulet_program *program;
	uint8_t *in; /* as many inputs as the largest batch has */
	double ms[MAX_BATCHES];
};

/* One line of the output: how it is run, and how often. */
struct way {
	const char *name, *backend;
	bool timing_only;
	int batches, batch;
};

static const struct way ways[] = {
        {"timing only, one run", "fast", true, 15, 1},
        {"timing only", "fast", true, 15, 100},
        {"with data, one run", "fast", false, 15, 1},
        {"with data", "fast", false, 9, 10},
        {"Verilog", "rtl", false, 3, 2},
};
enum { TIMING = 1, DATA = 3, RTL = 4, N_WAYS = 5, MOST_INPUTS = 100 };

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_size);
	return v[n / 2];
}

/* The last of them stays for the runs. */
static bool compile(struct bench *b, double *ms, struct err *err)
{
	int n = 5;
	for (int i = 0; i < n; i++) {
		joulet_program_close(b->program);
		double begin = cpu_ms();
		b->program = joulet_compile(b->net, &b->design, JOULET_ACCEL,
		                            NULL, err);
		b->ms[i] = cpu_ms() - begin;
		if (!b->program)
			return false;
	}
	*ms = median(b->ms, n);
	return true;
}

static void say(void *unused, const char *text)
{
	(void)unused;
	fprintf(stderr, "bench_inference: %s\n", text);
}

/* Cycles of all layers that do not run on the CPU. */
static uint64_t accel_cycles(const struct joulet_result *r)
{
	uint64_t sum = 0;

	for (int i = 0; i < r->n_layers; i++)
		if (strcmp(r->layer[i].unit, "cpu") != 0)
			sum += r->layer[i].cycles;
	return sum;
}

/* The first batch is not counted: it may build the Verilog. */
static bool measure(struct bench *b, const struct way *w, double *ms,
                    uint64_t *cycles, struct err *err)
{
	const struct joulet_opts opts = {
	        .backend = w->backend,
	        .timing_only = w->timing_only,
	        .note = say,
	};
	for (int i = -1; i < w->batches; i++) {
		struct joulet_result r;
		double begin = cpu_ms();
		if (!joulet_run(b->program, &opts, b->in, (size_t)w->batch,
		                NULL, &r, err))
			return false;
		*cycles = accel_cycles(&r);
		joulet_result_free(&r);
		if (i >= 0)
			b->ms[i] = (cpu_ms() - begin) / w->batch;
	}
	*ms = median(b->ms, w->batches);
	return true;
}

static bool run(struct bench *b, struct err *err)
{
	double compiled, ms[N_WAYS];
	uint64_t cycles[N_WAYS];

	if (!compile(b, &compiled, err))
		return false;
	printf("%s on %s, %dx%d: CPU time, ms per inference\n\n",
	       joulet_net_name(b->net), b->design.name, b->design.rows,
	       b->design.cols);
	printf("%-22s %10.3f\n", "compile", compiled);
	for (int i = 0; i < N_WAYS; i++) {
		if (!measure(b, &ways[i], &ms[i], &cycles[i], err))
			return false;
		printf("%-22s %10.3f\n", ways[i].name, ms[i]);
		fflush(stdout);
		if (cycles[i] != cycles[0])
			return err_set(err, ERR_MISMATCH,
			               "%s: %" PRIu64 " cycles, %s: %" PRIu64,
			               ways[0].name, cycles[0], ways[i].name,
			               cycles[i]);
	}
	printf("\n%" PRIu64 " cycles of the accelerator each time\nVerilog / "
	       "timing only: %.0f, Verilog / "
	       "with data: %.1f\n",
	       cycles[0], ms[RTL] / ms[TIMING], ms[RTL] / ms[DATA]);
	return true;
}

static bool prepare(struct bench *b, int argc, char **argv, struct err *err)
{
	b->design = design_default();
	if (argc > 2 && !design_load(&b->design, argv[2], err))
		return false;
	b->net = joulet_net_open(
	        argc > 1 ? argv[1] : "models/digits_cnn.tflite", err);
	if (!b->net)
		return false;
	size_t bytes = joulet_net_in_bytes(b->net) * MOST_INPUTS;
	b->in = mem_zero(bytes, 1);
	for (size_t i = 0; i < bytes; i++)
		b->in[i] = (uint8_t)(i * 2654435761u >> 24);
	return true;
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	struct err err = {0};

	bool ok = prepare(&b, argc, argv, &err) && run(&b, &err);
	if (!ok)
		fprintf(stderr, "bench_inference: %s\n", err.msg);
	joulet_program_close(b.program);
	joulet_net_close(b.net);
	free(b.in);
	return ok ? 0 : (int)err.kind;
}
