/* compile: CPU time of compiling, network by network, search included.
 *
 *     bench_compile NET.tflite...
 *
 * On the default design. A figure is the median of several compilations, exact
 * timing of what the search compares included; the time to read the file is
 * apart. Prints the hash of each image too, so that
 * two versions of the compiler can be compared.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "sim/program.h"

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
	struct joulet_program *p = NULL;
	double ms[TIMES], begin = cpu_ms();
	struct joulet_net *net = joulet_net_open(path, err);

	if (!net)
		return false;
	double load = cpu_ms() - begin;
	for (int i = 0; i < TIMES; i++) {
		joulet_program_close(p);
		begin = cpu_ms();
		p = joulet_compile(net, d, JOULET_ACCEL, NULL, err);
		ms[i] = cpu_ms() - begin;
		if (!p)
			break;
	}
	if (p) {
		qsort(ms, TIMES, sizeof *ms, by_size);
		printf("%-20s %8.3f %8.3f %8" PRIu32 "  %016" PRIx64 "\n",
		       joulet_net_name(net), load, ms[TIMES / 2],
		       p->code.image_bytes, p->code.hash);
	}
	bool ok = p != NULL;
	joulet_program_close(p);
	joulet_net_close(net);
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
