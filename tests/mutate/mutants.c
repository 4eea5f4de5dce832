/* mutants: programs on an accelerator that carries many seeded bugs.
 *
 *     mutants --rtl DIR --cache DIR [--part PART] [--seed S] [--count N]
 *             [--design ROWS,COLS,SPAD_KIB,BANKS,LANES,DMA_BYTES,QUEUE[,SPLIT,
 *                       NARROW,SPARSE,UNPACK]]
 *
 * DIR/accel.v takes the number of the bug to switch on from the environment
 * (MUTANT; 0: none); mutate.py writes it. Programs run on `fast` and on that
 * Verilog until they differ. A run is cut when it takes LATE cycles more than
 * the fast model's: that is a difference, too. Status 0: no difference; 3: a
 * difference, and the seed that shows it; else something else went wrong.
 *
 * PART: random, long: programs of tests/cosim, of 40 and 160 commands; memory,
 * list: wide.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trial.h"
#include "tests/cosim/generate.h"
#include "tests/mutate/wide.h"

enum { LATE = 200, SHORT = 40, LONG = 160 };

struct args {
	uint64_t seed;
	int count;
	const char *part;
	struct design d;
	struct accel_opts opts;
	char *library; /* owned; what opts has, too */
};

static bool parse_design(const char *text, struct design *d)
{
	int n = sscanf(text, "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d", &d->rows,
	               &d->cols, &d->spad_kib, &d->banks, &d->lanes,
	               &d->dma_bytes, &d->queue, &d->split, &d->narrow,
	               &d->sparse, &d->unpack);

	return n == 7 || n == 11;
}

static bool parse(int argc, char **argv, struct args *o)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *key = argv[i], *value = argv[i + 1];
		if (!strcmp(key, "--rtl"))
			o->opts.rtl_dir = value;
		else if (!strcmp(key, "--cache"))
			o->opts.cache_dir = value;
		else if (!strcmp(key, "--part"))
			o->part = value;
		else if (!strcmp(key, "--seed"))
			o->seed = strtoull(value, NULL, 0);
		else if (!strcmp(key, "--count"))
			o->count = atoi(value);
		else if (strcmp(key, "--design") || !parse_design(value, &o->d))
			return false;
	}
	return argc % 2 && o->opts.rtl_dir;
}

/* One program of tests/cosim. 0: equal; ERR_MISMATCH; else err says why not
 * run. */
static int one_random(const struct args *o, uint64_t seed, char *text,
                      size_t size, struct err *err)
{
	const int what = COMPARE_TIME | COMPARE_DATA;
	struct trial t;
	struct run fast = {0}, rtl = {0};
	int status = 0;

	generate(&t, &o->d, seed, !strcmp(o->part, "long") ? LONG : SHORT);
	bool ok = trial_run(&fast, &accel_fast, &t, &o->opts, err);
	t.limit = fast.cycles + LATE;
	if (!ok || !trial_run(&rtl, &accel_rtl, &t, &o->opts, err))
		status = ERR_TOOL;
	else if (!run_compare(&fast, &rtl, &t, what, text, size))
		status = ERR_MISMATCH;
	run_free(&fast);
	run_free(&rtl);
	trial_free(&t);
	return status;
}

static int one(const struct args *o, uint64_t seed, struct err *err)
{
	char text[1400] = "";
	int status;

	if (!strcmp(o->part, "memory") || !strcmp(o->part, "list"))
		status = wide_pair(&o->d, &o->opts,
		                   *o->part == 'm' ? WIDE_MEMORY : WIDE_LIST,
		                   seed, text, sizeof(text), err);
	else
		status = one_random(o, seed, text, sizeof(text), err);
	if (status == ERR_MISMATCH)
		printf("seed %" PRIu64 ": %s\n", seed, text);
	else if (status)
		fprintf(stderr, "mutants: %s\n", err->msg);
	return status;
}

int main(int argc, char **argv)
{
	struct args o = {.seed = 1, .count = 20, .part = "random"};
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
	o.opts.library = o.library = accel_rtl_library(&o.d, &o.opts, &err);
	if (!o.library) {
		fprintf(stderr, "mutants: %s\n", err.msg);
		return ERR_TOOL;
	}
	for (int k = 0; k < o.count && !status; k++)
		status = one(&o, o.seed + (uint64_t)k, &err);
	free(o.library);
	return status;
}
