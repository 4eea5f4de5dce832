/* search: the best designs of a space that is too large to run. */
#include <limits.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/search.h"

struct search_args {
	const char *file, *budget, *seed, *store, *jobs, *csv, *confirm;
	const char *progress;
	bool together, json, durable;
};

static const char example[] =
        "  joulet search configs/sweeps/digits_space.yaml --budget 200\n";

static bool parse(struct search_args *o, int argc, char **argv, bool *help,
                  struct err *err)
{
	const struct option options[] = {
	        {"budget", "N", "runs of one network on one design",
	         .value = &o->budget, .needed = true},
	        {"seed", "S", "start elsewhere (default: 1)",
	         .value = &o->seed},
	        {"together", NULL, "one design for all networks: totals count",
	         .flag = &o->together},
	        {"store", "FILE.db",
	         "where results are kept (default: SWEEP.db)",
	         .value = &o->store},
	        {"jobs", "N", "worker processes (default: one per CPU)",
	         .value = &o->jobs},
	        {"confirm", "WHICH",
	         "compare with the Verilog: pareto, all, or the N best",
	         .value = &o->confirm},
	        {"csv", "FILE", "write all results there, one line a point",
	         .value = &o->csv},
	        {"json", NULL, "print JSON instead of a table",
	         .flag = &o->json},
	        {"progress", "HOW",
	         "line, plain, json or none (default: line, on a terminal)",
	         .value = &o->progress},
	        {"durable", NULL, "every result survives a power cut (slower)",
	         .flag = &o->durable},
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
	if (!args_parse(&c, argc, argv, &o->file, help, err))
		return false;
	if (*help)
		args_help(&c, stdout);
	return true;
}

static bool read_opts(const struct search_args *a, struct search_opts *o,
                      struct err *err)
{
	long seed = 1;
	if (!read_number("budget", a->budget, 1, SEARCH_MAX_BUDGET, &o->budget,
	                 err) ||
	    !read_number("seed", a->seed, 0, LONG_MAX, &seed, err) ||
	    !read_jobs(a->jobs, &o->sweep.jobs, err) ||
	    !read_confirm(a->confirm, &o->sweep.confirm, err) ||
	    !read_progress(a->progress, &o->sweep, err))
		return false;
	o->seed = (uint64_t)seed;
	o->together = a->together;
	o->sweep.durable = a->durable;
	return true;
}

static bool print(const struct search *s, const struct search_args *o,
                  struct err *err)
{
	if (o->csv && !sweep_csv(search_sweep(s), o->csv, err))
		return false;
	if (!o->json)
		search_text(s, page_width(), stdout);
	else if (!sweep_json(search_sweep(s), stdout, err))
		return false;
	return finish_stdout(err);
}

static bool run(const struct search_args *o, struct err *err)
{
	struct search_opts opts = {.budget = 0};
	if (!read_opts(o, &opts, err))
		return false;
	struct search *s = search_open(o->file, o->store, err);
	if (!s)
		return false;
	opts.sweep.stop = catch_signals();
	bool ok = search_run(s, &opts, err) && print(s, o, err);
	search_close(s);
	return ok;
}

int search_main(int argc, char **argv)
{
	struct search_args o = {0};
	struct err err;
	bool help;

	if (!parse(&o, argc, argv, &help, &err))
		return fail(&err);
	if (help)
		return finish_stdout(&err) ? 0 : fail(&err);
	return run(&o, &err) ? 0 : fail(&err);
}
