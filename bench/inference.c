/* inference: CPU time of one inference in steady state, backend by backend.
 *
 *     bench_inference [NET.tflite [DESIGN.yaml]]
 *
 * Everything is measured in one process, one after the other: compiling; an
 * inference with its simulator opened for it, which is what a sweep pays for a
 * point; inferences that follow each other in one simulator, as timing only,
 * with data, through the Verilog of the accelerator, and on the whole system in
 * Verilog, real host core included. A figure is the median of several batches,
 * in CPU time: wall-clock time would measure the neighbours. Without the RTL of
 * the host core its line is left out.
 *
 * The layers that the accelerator runs must take the same cycles each time,
 * else the exit status is 3. Kernels on the CPU may not: their time depends on
 * data, and a run of timing only has none. The whole system must take as many
 * cycles in all as the simulation with data.
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
	const char *name, *backend; /* NULL: the whole system in Verilog */
	bool timing_only;
	int batches, batch;
};

struct figures {
	double ms;
	uint64_t accel; /* cycles of the accelerator's layers; 0: not known */
	uint64_t cycles;
	bool missing;
};

static const struct way ways[] = {
        {"timing only, one run", "fast", true, 15, 1},
        {"timing only", "fast", true, 15, 100},
        {"with data, one run", "fast", false, 15, 1},
        {"with data", "fast", false, 9, 10},
        {"Verilog", "rtl", false, 3, 2},
        {"whole SoC in Verilog", NULL, false, 3, 2},
};
enum { TIMING = 1, DATA = 3, RTL = 4, SOC = 5, N_WAYS = 6, MOST_INPUTS = 100 };

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

static bool run_soc(struct bench *b, const struct way *w, struct figures *f,
                    struct err *err)
{
	const struct joulet_opts opts = {.note = say};
	struct joulet_soc_result r;

	if (!joulet_soc_run(b->program, &opts, b->in, (size_t)w->batch, NULL,
	                    &r, err))
		return false;
	f->cycles = r.cycles;
	return true;
}

static bool run_batch(struct bench *b, const struct way *w, struct figures *f,
                      struct err *err)
{
	const struct joulet_opts opts = {
	        .backend = w->backend,
	        .timing_only = w->timing_only,
	        .note = say,
	};
	struct joulet_result r;

	if (!w->backend)
		return run_soc(b, w, f, err);
	if (!joulet_run(b->program, &opts, b->in, (size_t)w->batch, NULL, &r,
	                err))
		return false;
	f->accel = accel_cycles(&r);
	f->cycles = r.cycles;
	joulet_result_free(&r);
	return true;
}

/* The first batch is not counted: it may build the Verilog. */
static bool measure(struct bench *b, const struct way *w, struct figures *f,
                    struct err *err)
{
	for (int i = -1; i < w->batches; i++) {
		double begin = cpu_ms();
		if (!run_batch(b, w, f, err)) {
			f->missing = !w->backend && err->kind == ERR_TOOL;
			return f->missing;
		}
		if (i >= 0)
			b->ms[i] = (cpu_ms() - begin) / w->batch;
	}
	f->ms = median(b->ms, w->batches);
	return true;
}

static bool same_cycles(const char *a, uint64_t n, const char *b, uint64_t m,
                        struct err *err)
{
	return n == m ||
	       err_set(err, ERR_MISMATCH,
	               "%s: %" PRIu64 " cycles, %s: %" PRIu64, a, n, b, m);
}

static bool one_way(struct bench *b, int i, struct figures f[N_WAYS],
                    struct err *err)
{
	const struct way *w = &ways[i];

	if (!measure(b, w, &f[i], err))
		return false;
	if (f[i].missing) {
		printf("%-22s %10s\n", w->name, "-");
		fprintf(stderr, "bench_inference: %s\n", err->msg);
		return true;
	}
	printf("%-22s %10.3f\n", w->name, f[i].ms);
	fflush(stdout);
	if (!w->backend)
		return same_cycles(ways[DATA].name, f[DATA].cycles, w->name,
		                   f[i].cycles, err);
	return same_cycles(ways[0].name, f[0].accel, w->name, f[i].accel, err);
}

static bool run(struct bench *b, struct err *err)
{
	struct figures f[N_WAYS] = {{0}};
	double compiled;

	if (!compile(b, &compiled, err))
		return false;
	printf("%s on %s, %dx%d: CPU time, ms per inference\n\n",
	       joulet_net_name(b->net), b->design.name, b->design.rows,
	       b->design.cols);
	printf("%-22s %10.3f\n", "compile", compiled);
	for (int i = 0; i < N_WAYS; i++)
		if (!one_way(b, i, f, err))
			return false;
	printf("\n%" PRIu64 " cycles of the accelerator each time\n"
	       "Verilog / timing only: %.0f, Verilog / with data: %.1f\n",
	       f[0].accel, f[RTL].ms / f[TIMING].ms, f[RTL].ms / f[DATA].ms);
	if (!f[SOC].missing)
		printf("whole SoC in Verilog / timing only: %.0f, / with data: "
		       "%.1f\n",
		       f[SOC].ms / f[TIMING].ms, f[SOC].ms / f[DATA].ms);
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
