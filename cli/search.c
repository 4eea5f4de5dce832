/* search: the best designs of a space that is too large to run. */
#include <limits.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/search.h"

struct search_args {
	const char *file, *budget, *seed;
	bool together;
	struct many_args many;
};

static const char example[] =
        "  joulet search configs/sweeps/digits_space.yaml --budget 200\n";

static bool parse(struct search_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"budget", "N", "runs of one network on one design",
	         .value = &o->budget, .needed = true},
	        {"seed", "S", "start elsewhere (default: 1)",
	         .value = &o->seed},
	        {"together", NULL, "one design for all networks: totals count",
	         .flag = &o->together},
	        MANY_OPTIONS(o->many),
	};
	const struct command c = {
	        .name = "search",
	        .about = "Look for the Pareto-optimal designs of a sweep file "
	                 "with a given number of runs.\nThe same seed and "
	                 "budget give the same result. Interrupted, it goes "
	                 "on where it\nwas when run again.",
	        .operand = "SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

static bool read_opts(struct search_args *a, struct search_opts *o,
                      struct err *err)
{
	long seed = 1;
	if (!read_number("budget", a->budget, 1, SEARCH_MAX_BUDGET, &o->budget,
	                 err) ||
	    !read_number("seed", a->seed, 0, LONG_MAX, &seed, err) ||
	    !read_many(&a->many, &o->sweep, err))
		return false;
	o->seed = (uint64_t)seed;
	o->together = a->together;
	return true;
}

static void print_text(const void *search, int width, FILE *f)
{
	search_text(search, width, f);
}

static bool run(struct search_args *o, struct err *err)
{
	struct search_opts opts = {.budget = 0};
	if (!read_opts(o, &opts, err))
		return false;
	struct search *s = search_open(o->file, o->many.store, err);
	if (!s)
		return false;
	opts.sweep.stop = catch_signals();
	bool ok = search_run(s, &opts, err) &&
	          print_many(&o->many, search_sweep(s), print_text, s, err);
	search_close(s);
	return ok;
}

int search_main(int argc, char **argv)
{
	struct search_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
