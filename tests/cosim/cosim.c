/* cosim: random programs on two backends, which must not differ.
 *
 *     cosim [--designs N|--design I] [--seed S] [--count N] [--commands N]
 *           [--only fast] [--cache DIR] [--rtl DIR] [--print] [--mutate]
 *           [--events]
 *
 * Each program runs on `fast` with data and without, on the naive reference
 * (data only) and on `rtl`. The first difference is printed with its seed;
 * `--design I --seed S --count 1 --print` repeats it. Status 0: no
 * difference; 3: a difference; 69: a tool is missing.
 *
 * --events prints what the programs did, event by event.
 * --mutate damages the programs; the fast model alone runs them and must
 * survive (build with sanitizers).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cosim/pair.h"

enum { LIMIT = 3000000, MUTANT_LIMIT = 100000 };

struct args {
	int first, designs, count, commands;
	uint64_t seed;
	bool rtl, print, mutate, events;
	struct accel_opts opts;
};

/* Figures of all pairs, for the last line. */
struct sum {
	uint64_t programs, commands, cycles, faults;
	struct counts events;
};

static void print_program(const struct program *p)
{
	char text[500];

	for (int j = 0; j < p->n_jobs; j++)
		for (uint32_t k = 0; k < p->job[j].n; k++) {
			command_print(&p->job[j].c[k], text, sizeof(text));
			printf("job %d %4u %s\n", j, k, text);
		}
}

/* Run `b` and compare it with `a`; what: COMPARE_*. */
static int against(const struct run *a, struct run *b, const struct program *p,
                   int what, int design)
{
	char text[1400];
	bool same = run_compare(a, b, p, what, text, sizeof(text));

	run_free(b);
	if (same)
		return 0;
	printf("DIFFERENT: --design %d --seed %" PRIu64 ": %s\n", design,
	       p->seed, text);
	return ERR_MISMATCH;
}

static int no_backend(const struct err *err)
{
	fprintf(stderr, "cosim: %s\n", err->msg);
	return err->kind ? (int)err->kind : ERR_BUG;
}

static int compare_all(const struct args *o, const struct program *p,
                       const struct run *fast, int design)
{
	struct accel_opts timing = o->opts;
	struct err err = {0};
	struct run r;
	int status;

	timing.timing_only = true;
	run_naive(&r, p);
	if ((status = against(fast, &r, p, COMPARE_DATA, design)))
		return status;
	if (!run_program(&r, &accel_fast, p, &timing, LIMIT, &err))
		return no_backend(&err);
	if ((status = against(fast, &r, p, COMPARE_TIME, design)))
		return status;
	if (!o->rtl)
		return 0;
	if (!run_program(&r, &accel_rtl, p, &o->opts, LIMIT, &err))
		return no_backend(&err);
	return against(fast, &r, p, COMPARE_TIME | COMPARE_DATA, design);
}

static int one(const struct args *o, const struct design *d, int design,
               uint64_t seed, struct sum *sum)
{
	struct program p;
	struct run fast;
	struct err err = {0};

	program_make(&p, d, seed, o->commands);
	if (o->print)
		print_program(&p);
	if (!run_program(&fast, &accel_fast, &p, &o->opts, LIMIT, &err))
		return no_backend(&err);
	int status = 0;
	if (!fast.done || (fast.faulty && !p.bad_opcode)) {
		printf("NOT LEGAL: --design %d --seed %" PRIu64 ": %s\n",
		       design, seed, fast.faulty ? fast.fault.msg : "no end");
		status = ERR_BUG;
	}
	if (!status)
		status = compare_all(o, &p, &fast, design);
	sum->programs++;
	sum->commands += fast.log.n_cmd;
	sum->cycles += fast.cycles;
	for (int l = 0; l < N_LAYERS; l++)
		for (int ev = 0; ev < N_ACCEL_EVENTS; ev++)
			sum->events.n[ev] += fast.log.layer[l].n[ev];
	run_free(&fast);
	program_free(&p);
	return status;
}

/* A damaged program, on the fast model only. */
static int one_mutant(const struct args *o, const struct design *d,
                      uint64_t seed, struct sum *sum)
{
	struct program p;
	struct run r;
	struct err err = {0};

	program_make(&p, d, seed, o->commands);
	program_mutate(&p, seed);
	if (!run_program(&r, &accel_fast, &p, &o->opts, MUTANT_LIMIT, &err))
		return no_backend(&err);
	sum->programs++;
	sum->faults += r.faulty;
	sum->commands += r.log.n_cmd;
	sum->cycles += r.cycles;
	run_free(&r);
	program_free(&p);
	return 0;
}

static bool parse(int argc, char **argv, struct args *o)
{
	for (int i = 1; i < argc; i++) {
		const char *key = argv[i];
		if (!strcmp(key, "--print")) {
			o->print = true;
			continue;
		}
		if (!strcmp(key, "--events")) {
			o->events = true;
			continue;
		}
		if (!strcmp(key, "--mutate")) {
			o->mutate = true;
			continue;
		}
		if (++i == argc)
			return false;
		if (!strcmp(key, "--designs"))
			o->designs = atoi(argv[i]);
		else if (!strcmp(key, "--design"))
			o->first = atoi(argv[i]), o->designs = 1;
		else if (!strcmp(key, "--seed"))
			o->seed = strtoull(argv[i], NULL, 0);
		else if (!strcmp(key, "--count"))
			o->count = atoi(argv[i]);
		else if (!strcmp(key, "--commands"))
			o->commands = atoi(argv[i]);
		else if (!strcmp(key, "--only"))
			o->rtl = strcmp(argv[i], "fast") != 0;
		else if (!strcmp(key, "--cache"))
			o->opts.cache_dir = argv[i];
		else if (!strcmp(key, "--rtl"))
			o->opts.rtl_dir = argv[i];
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct args o = {
	        .designs = 3,
	        .count = 20,
	        .commands = 40,
	        .seed = 1,
	        .rtl = true,
	};
	struct sum sum = {0};
	int status = 0;

	if (!parse(argc, argv, &o)) {
		fprintf(stderr, "usage: see the head of cosim.c\n");
		return ERR_USAGE;
	}
	for (int i = o.first; i < o.first + o.designs && !status; i++) {
		struct design d;
		struct err err = {0};
		struct src at = {"cosim design", 0};
		if (!program_design(i, &d))
			break;
		if (!design_check(&d, at, &err))
			return no_backend(&err);
		for (int k = 0; k < o.count && !status; k++) {
			uint64_t seed = o.seed + (uint64_t)k;
			status = o.mutate ? one_mutant(&o, &d, seed, &sum)
			                  : one(&o, &d, i, seed, &sum);
		}
	}
	for (int ev = 0; o.events && ev < N_ACCEL_EVENTS; ev++)
		printf("%-15s %12" PRIu64 "\n", event_name[ev],
		       sum.events.n[ev]);
	printf("%" PRIu64 " programs, %" PRIu64 " commands, %" PRIu64
	       " cycles, ",
	       sum.programs, sum.commands, sum.cycles);
	if (o.mutate)
		printf("%" PRIu64 " faults\n", sum.faults);
	else
		printf("%s\n", status ? "see above" : "no difference");
	return status;
}
