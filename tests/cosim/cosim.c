/* cosim: random programs on two backends, which must not differ.
 *
 *     cosim [WHAT] [--only fast] [--coverage [--features]] [--out DIR]
 *           [--cache DIR] [--rtl DIR]
 *
 * WHAT is one of
 *     --plan ci|long [--entry I | --from I --to I] [--progress]   entries of a
 *         plan
 *     --design I | --random S   a fixed or a random design, with
 *         [--seed S] [--count N] [--commands N]
 *     --replay FILE   --write FILE (the first program, as a replay file)
 *     --record DIR, --against DIR   see constants.py
 *     --mutate    with --design, --random or a plan
 *
 * Each program runs on `fast` with data and without, on the naive reference
 * (data only) and on `rtl`. The first difference is made smaller, printed and
 * written to DIR as a replay file. Status 0: no difference; 3: a difference;
 * 69: a tool is missing.
 *
 * --coverage runs each program once more, cycle by cycle, and prints what all
 * of them did; a feature that never happened is a failure, 1.
 * --mutate damages the programs; the fast model alone runs them and must
 * survive (build with sanitizers).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cosim/coverage.h"
#include "tests/cosim/generate.h"
#include "tests/cosim/legal.h"
#include "tests/cosim/naive.h"
#include "tests/cosim/plan.h"
#include "tests/cosim/shrink.h"
#include "tests/cosim/truth.h"

enum { MUTANT_LIMIT = 100000, SHRINK_TRIES = 6000 };

struct args {
	const char *plan, *replay, *record, *against, *out, *write;
	int from, to, design;
	int64_t random;
	struct entry entry; /* of --design or --random */
	bool rtl, mutate, coverage, features, progress;
	char *library; /* of the design at hand; owned */
	struct accel_opts opts;
};

/* Figures of all pairs, for the last line. */
struct sum {
	uint64_t programs, commands, cycles, faults;
	struct coverage *coverage;
};

static int no_backend(const struct err *err)
{
	fprintf(stderr, "cosim: %s\n", err->msg);
	return err->kind ? (int)err->kind : ERR_BUG;
}

/* ------------------------------------------------------------------------
 * One program */

/* Write it as a replay file, and how to run that. */
static void write_smallest(const struct args *o, const struct trial *t,
                           const char *what, bool rtl, const char *text)
{
	/* Only this program knows the naive reference. */
	const char *again = rtl ? "joulet verify" : "cosim --only fast";
	char path[300], note[900];
	int commands = 0;

	snprintf(path, sizeof(path), "%s/cosim-%08x.yaml",
	         o->out ? o->out : ".",
	         (unsigned)(design_elab_hash(&t->d) ^ t->limit ^
	                    (uint64_t)t->n_acts << 8 ^
	                    (t->n_data ? t->data[0].seed : 0)));
	snprintf(note, sizeof(note), "%s\n%s\n%s --replay FILE", what, text,
	         again);
	FILE *f = fopen(path, "w");
	if (!f)
		return;
	trial_write(t, note, f);
	fclose(f);
	for (int j = 0; j < t->n_jobs; j++)
		commands += (int)t->job[j].n;
	printf("smallest: %d jobs, %d commands, %d acts: %s\n"
	       "%s --replay %s\n",
	       t->n_jobs, commands, t->n_acts, text, again, path);
}

/* The program of `what` differs: `text`. Make it small and write it. */
static int report(const struct args *o, struct trial *t, const char *what,
                  bool rtl, char *text, size_t size)
{
	int in = trial_differs(t, &o->opts, rtl, text, size);

	printf("DIFFERENT: %s: %s\n", what, text);
	fflush(stdout);
	if (in)
		shrink(t, &o->opts, rtl, in, SHRINK_TRIES, text, size);
	write_smallest(o, t, what, rtl, text);
	return ERR_MISMATCH;
}

/* Run on `ops` and compare with `a`; what: COMPARE_*. */
static int against(const struct args *o, const struct run *a,
                   const struct accel_ops *ops, const struct accel_opts *opts,
                   struct trial *t, const char *what)
{
	const bool rtl = ops == &accel_rtl;
	char text[500];
	struct err err;
	struct run r;
	int status = 0;

	if (!trial_run(&r, ops, t, opts, &err))
		status = no_backend(&err);
	else if (!run_compare(a, &r, t,
	                      rtl ? COMPARE_TIME | COMPARE_DATA : COMPARE_TIME,
	                      text, sizeof(text)))
		status = report(o, t, what, rtl, text, sizeof(text));
	run_free(&r);
	return status;
}

static int not_legal(const char *what, const char *why)
{
	printf("NOT LEGAL: %s: %s\n", what, why);
	return ERR_BUG;
}

static int against_naive(const struct args *o, const struct run *fast,
                         struct trial *t, const char *what)
{
	char text[500];
	struct run r;
	int status = 0;

	if (!run_naive(&r, t))
		status = not_legal(what, "a parameter block");
	else if (!run_compare(fast, &r, t, COMPARE_DATA, text, sizeof(text)))
		status = report(o, t, what, false, text, sizeof(text));
	run_free(&r);
	return status;
}

/* Once more, cycle by cycle: it must make no difference. */
static int count_features(const struct run *fast, const struct trial *t,
                          const char *what, struct coverage *c)
{
	char text[500];
	struct host h;
	struct run r;
	struct err err;
	int status = 0;

	if (!host_begin(&h, &r, &accel_fast, t, NULL, &err))
		return no_backend(&err);
	h.probe = coverage_probe;
	h.probe_ctx = c;
	for (int i = 0; i < t->n_acts && h.t < t->limit; i++)
		host_act(&h, &t->act[i]);
	host_end(&h);
	coverage_trial(c, t, &r);
	if (!run_compare(fast, &r, t, COMPARE_TIME | COMPARE_DATA, text,
	                 sizeof(text))) {
		printf("DIFFERENT: %s: cycle by cycle: %s\n", what, text);
		status = ERR_MISMATCH;
	}
	run_free(&r);
	return status;
}

static int compare_all(const struct args *o, const struct run *fast,
                       struct trial *t, const char *what, struct sum *sum)
{
	struct accel_opts timing = o->opts;
	char why[100];
	int status;

	timing.timing_only = true;
	if (!fast->done || (fast->faulty && !has_bad_opcode(t)))
		return not_legal(what,
		                 fast->faulty ? fast->fault.msg : "no end");
	if (!trial_legal(t, why, sizeof(why)))
		return not_legal(what, why);
	if ((status = against_naive(o, fast, t, what)) ||
	    (status = against(o, fast, &accel_fast, &timing, t, what)))
		return status;
	if (sum->coverage &&
	    (status = count_features(fast, t, what, sum->coverage)))
		return status;
	return o->rtl ? against(o, fast, &accel_rtl, &o->opts, t, what) : 0;
}

static int one(const struct args *o, struct trial *t, const char *what,
               struct sum *sum)
{
	struct err err;
	struct run fast;

	if (!trial_run(&fast, &accel_fast, t, &o->opts, &err)) {
		run_free(&fast);
		return no_backend(&err);
	}
	sum->programs++;
	sum->commands += fast.log.n_cmd;
	sum->cycles += fast.cycles;
	sum->faults += fast.faulty;
	int status = o->mutate ? 0 : compare_all(o, &fast, t, what, sum);
	run_free(&fast);
	return status;
}

/* ------------------------------------------------------------------------
 * Many */

/* For all programs of the design, instead of once for each run. */
static bool find_library(struct args *o, const struct design *d,
                         struct err *err)
{
	free(o->library);
	o->opts.library = o->library = NULL;
	if (!o->rtl)
		return true;
	o->opts.library = o->library = accel_rtl_library(d, &o->opts, err);
	return o->library;
}

static int run_entry(struct args *o, const struct entry *e, struct sum *sum)
{
	char what[160];
	struct err err;
	int status = 0;

	if (!find_library(o, &e->d, &err))
		return no_backend(&err);
	for (int k = 0; k < e->count && !status; k++) {
		struct trial t;
		uint64_t seed = e->seed + (uint64_t)k;
		generate(&t, &e->d, seed, e->commands);
		if (o->mutate) {
			damage(&t, seed);
			t.limit = MUTANT_LIMIT;
		}
		snprintf(what, sizeof(what),
		         "%s --seed %" PRIu64 " --count 1 --commands %d",
		         e->name, seed, e->commands);
		status = one(o, &t, what, sum);
		trial_free(&t);
	}
	return status;
}

static int run_plan(struct args *o, struct sum *sum)
{
	struct entry e;
	int status = 0;

	for (int i = o->from; i <= o->to && !status; i++) {
		if (!plan_entry(o->plan, i, &e))
			break;
		status = run_entry(o, &e, sum);
		if (o->progress)
			printf("%d %s: %" PRIu64 " programs, %" PRIu64
			       " commands, %" PRIu64 " cycles so far\n",
			       i, e.name, sum->programs, sum->commands,
			       sum->cycles);
		fflush(stdout);
	}
	return status;
}

static int run_replay(struct args *o, struct sum *sum)
{
	struct trial t;
	struct err err;

	if (!trial_load(&t, o->replay, &err))
		return no_backend(&err);
	int status = find_library(o, &t.d, &err) ? one(o, &t, o->replay, sum)
	                                         : no_backend(&err);
	trial_free(&t);
	return status;
}

static int write_first(const struct entry *e, const char *path)
{
	FILE *f = fopen(path, "w");
	struct trial t;

	if (!f)
		return ERR_NOINPUT;
	generate(&t, &e->d, e->seed, e->commands);
	trial_write(&t, e->name, f);
	trial_free(&t);
	return fclose(f) ? ERR_NOINPUT : 0;
}

static int run_all(struct args *o, struct sum *sum)
{
	if (o->replay)
		return run_replay(o, sum);
	if (o->plan)
		return run_plan(o, sum);
	plan_design(&o->entry, o->design, o->random);
	if (o->write)
		return write_first(&o->entry, o->write);
	return run_entry(o, &o->entry, sum);
}

static bool flag(struct args *o, const char *key)
{
	if (!strcmp(key, "--mutate"))
		return o->mutate = true;
	if (!strcmp(key, "--coverage"))
		return o->coverage = true;
	if (!strcmp(key, "--progress"))
		return o->progress = true;
	if (!strcmp(key, "--features"))
		return o->features = true;
	return false;
}

static bool option(struct args *o, const char *key, const char *value)
{
	if (!strcmp(key, "--plan"))
		o->plan = value;
	else if (!strcmp(key, "--entry"))
		o->from = o->to = atoi(value);
	else if (!strcmp(key, "--from"))
		o->from = atoi(value);
	else if (!strcmp(key, "--to"))
		o->to = atoi(value);
	else if (!strcmp(key, "--design"))
		o->design = atoi(value);
	else if (!strcmp(key, "--random"))
		o->random = atoll(value);
	else if (!strcmp(key, "--seed"))
		o->entry.seed = strtoull(value, NULL, 0);
	else if (!strcmp(key, "--count"))
		o->entry.count = atoi(value);
	else if (!strcmp(key, "--commands"))
		o->entry.commands = atoi(value);
	else if (!strcmp(key, "--replay"))
		o->replay = value;
	else if (!strcmp(key, "--write"))
		o->write = value;
	else if (!strcmp(key, "--record"))
		o->record = value;
	else if (!strcmp(key, "--against"))
		o->against = value;
	else if (!strcmp(key, "--out"))
		o->out = value;
	else if (!strcmp(key, "--only"))
		o->rtl = strcmp(value, "fast") != 0;
	else if (!strcmp(key, "--cache"))
		o->opts.cache_dir = value;
	else if (!strcmp(key, "--rtl"))
		o->opts.rtl_dir = value;
	else
		return false;
	return true;
}

static bool parse(int argc, char **argv, struct args *o)
{
	for (int i = 1; i < argc; i++) {
		if (flag(o, argv[i]))
			continue;
		if (i + 1 == argc || !option(o, argv[i], argv[i + 1]))
			return false;
		i++;
	}
	return !o->plan || plan_known(o->plan);
}

int main(int argc, char **argv)
{
	struct args o = {
	        .to = 1000000,
	        .random = -1,
	        .entry = {.seed = 1, .count = 20, .commands = 40},
	        .rtl = true,
	};
	struct sum sum = {0};

	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: see the head of cosim.c\n");
		return ERR_USAGE;
	}
	if (o.record)
		return truth_record(o.record, &o.opts);
	if (o.against)
		return truth_compare(o.against);
	if (o.coverage)
		sum.coverage = coverage_new();
	int status = run_all(&o, &sum);
	int missing = 0;
	if (o.coverage)
		missing = coverage_print(sum.coverage, o.features, stdout);
	coverage_free(sum.coverage);
	free(o.library);
	printf("%" PRIu64 " programs, %" PRIu64 " commands, %" PRIu64
	       " cycles, ",
	       sum.programs, sum.commands, sum.cycles);
	if (o.mutate)
		printf("%" PRIu64 " faults\n", sum.faults);
	else
		printf("%s\n", status ? "see above" : "no difference");
	return status ? status : missing ? 1 : 0;
}
