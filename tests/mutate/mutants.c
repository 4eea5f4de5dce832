/* mutants: random programs on an accelerator that carries many seeded bugs.
 *
 *     mutants --rtl DIR --cache DIR [--seed S] [--count N] [--commands N]
 *             [--design ROWS,COLS,SPAD_KIB,BANKS,LANES,DMA_BYTES,QUEUE]
 *
 * DIR/accel.v takes the number of the bug to switch on from the environment
 * (MUTANT; 0: none); mutate.py writes it. Programs run on `fast` and on that
 * Verilog until they differ. A run is cut when it takes LATE cycles more than
 * the fast model's: that is a difference, too. Status 0: no difference; 3: a
 * difference, and how many programs it took; else something else went wrong.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cosim/pair.h"

enum { LIMIT = 3000000, LATE = 200 };

struct args {
	uint64_t seed;
	int count, commands;
	struct design d;
	struct accel_opts opts;
};

static bool parse_design(const char *text, struct design *d)
{
	return sscanf(text, "%d,%d,%d,%d,%d,%d,%d", &d->rows, &d->cols,
	              &d->spad_kib, &d->banks, &d->lanes, &d->dma_bytes,
	              &d->queue) == 7;
}

static bool parse(int argc, char **argv, struct args *o)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *key = argv[i], *value = argv[i + 1];
		if (!strcmp(key, "--rtl"))
			o->opts.rtl_dir = value;
		else if (!strcmp(key, "--cache"))
			o->opts.cache_dir = value;
		else if (!strcmp(key, "--seed"))
			o->seed = strtoull(value, NULL, 0);
		else if (!strcmp(key, "--count"))
			o->count = atoi(value);
		else if (!strcmp(key, "--commands"))
			o->commands = atoi(value);
		else if (strcmp(key, "--design") || !parse_design(value, &o->d))
			return false;
	}
	return argc % 2 && o->opts.rtl_dir;
}

/* One program on both. 0: equal; ERR_MISMATCH; else err says why not run. */
static int one(const struct args *o, uint64_t seed, struct err *err)
{
	const int what = COMPARE_TIME | COMPARE_DATA;
	char text[1400];
	struct program p;
	struct run fast, rtl;
	int status = 0;

	program_make(&p, &o->d, seed, o->commands);
	if (!run_program(&fast, &accel_fast, &p, &o->opts, LIMIT, err) ||
	    !run_program(&rtl, &accel_rtl, &p, &o->opts, fast.cycles + LATE,
	                 err)) {
		fprintf(stderr, "mutants: %s\n", err->msg);
		return ERR_TOOL;
	}
	if (!rtl.done) {
		printf("seed %" PRIu64 ": not at its end in time\n", seed);
		status = ERR_MISMATCH;
	} else if (!run_compare(&fast, &rtl, &p, what, text, sizeof(text))) {
		printf("seed %" PRIu64 ": %s\n", seed, text);
		status = ERR_MISMATCH;
	}
	run_free(&fast);
	run_free(&rtl);
	program_free(&p);
	return status;
}

int main(int argc, char **argv)
{
	struct args o = {.seed = 1, .count = 20, .commands = 40};
	struct src at = {"mutants", 0};
	struct err err = {0};
	int status = 0;

	o.d = design_default();
	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: see the head of mutants.c\n");
		return ERR_USAGE;
	}
	if (!design_check(&o.d, at, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return ERR_USAGE;
	}
	for (int k = 0; k < o.count && !status; k++)
		status = one(&o, o.seed + (uint64_t)k, &err);
	return status;
}
