/* compile: CPU time of compiling, network by network, search included.
 *
 *     bench_compile NET.tflite...
 *
 * On the default design. A figure is the median of several compilations; the
 * time to read the file is apart. Prints the hash of each image too, so that
 * two versions of the compiler can be compared.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/file.h"
#include "compiler/compiler.h"

enum { TIMES = 9 };

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

static bool measure(const char *path, const struct design *d, struct err *err)
{
	const struct compile_opts opts = {.target = TARGET_ACCEL};
	struct program p = {0};
	struct graph g;
	double ms[TIMES], begin = cpu_ms();

	if (!graph_load(&g, path, err))
		return false;
	double load = cpu_ms() - begin;
	bool ok = true;
	for (int i = 0; ok && i < TIMES; i++) {
		program_free(&p);
		begin = cpu_ms();
		ok = compile(&p, &g, d, &opts, err);
		ms[i] = cpu_ms() - begin;
	}
	if (ok) {
		char *name = path_stem(path);
		qsort(ms, TIMES, sizeof *ms, by_size);
		printf("%-20s %8.3f %8.3f %8" PRIu32 "  %016" PRIx64 "\n", name,
		       load, ms[TIMES / 2], p.image_bytes, p.hash);
		free(name);
	}
	program_free(&p);
	graph_free(&g);
	return ok;
}

int main(int argc, char **argv)
{
	const struct design d = design_default();
	struct err err = {0};

	printf("%-20s %8s %8s %8s  %s\n", "network", "read ms", "ms", "bytes",
	       "image");
	for (int i = 1; i < argc; i++)
		if (!measure(argv[i], &d, &err)) {
			fprintf(stderr, "bench_compile: %s\n", err.msg);
			return (int)err.kind;
		}
	return 0;
}
