/* sweep: run many designs and networks from one file, and compare them. */
#include <string.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/slurm_cmd.h"
#include "explore/sweep.h"

enum { MAX_WORKERS = 1000, MAX_TIMEOUT_S = 1000000 };

struct sweep_args {
	const char *file, *store, *jobs, *csv, *confirm, *progress;
	bool json, durable;
	const char *executor, *workers, *partition, *timeout;
	struct arg_list slurm_opt;
};

static const char example[] =
        "  joulet sweep configs/sweeps/digits_arrays.yaml --csv arrays.csv\n"
        "  joulet sweep configs/sweeps/digits_arrays.yaml --confirm pareto\n";

static bool parse(struct sweep_args *o, int argc, char **argv, bool *help,
                  struct err *err)
{
	const struct option options[] = {
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
	        {"point-timeout", "S",
	         "seconds a point may take, in each of three tries",
	         .value = &o->timeout},
	        {"executor", "local|slurm",
	         "where points are run (default: local)",
	         .value = &o->executor},
	        {"workers", "N",
	         "slurm: elements of the job array (default: 4)",
	         .value = &o->workers},
	        {"partition", "NAME", "slurm: as of sbatch",
	         .value = &o->partition},
	        {"slurm-opt", "OPTION",
	         "slurm: a further option of sbatch; may be repeated",
	         .list = &o->slurm_opt},
	};
	const struct command c = {
	        .name = "sweep",
	        .about = "Run every point of a sweep file that is not in the "
	                 "store yet, then print all\nof them; Pareto-optimal "
	                 "points are marked. Interrupted, it goes on where it\n"
	                 "was when run again. Exit status 3 if a point and the "
	                 "Verilog differ.",
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

/* *slurm is false for the local executor, which knows nothing of the rest. */
static bool read_executor(const struct sweep_args *o, struct slurm_opts *opts,
                          bool *slurm, struct err *err)
{
	long workers = 4;
	const char *name = o->executor ? o->executor : "local";
	*slurm = strcmp(name, "slurm") == 0;
	if (!*slurm && strcmp(name, "local") != 0)
		return err_set(err, ERR_USAGE,
		               "--executor: %s is not one of local, slurm",
		               name);
	if (!*slurm && (o->workers || o->partition || o->slurm_opt.n))
		return err_set(err, ERR_USAGE,
		               "--%s: goes with --executor slurm",
		               o->workers     ? "workers"
		               : o->partition ? "partition"
		                              : "slurm-opt");
	if (*slurm && o->jobs)
		return err_set(err, ERR_USAGE,
		               "--jobs: goes with --executor local; slurm "
		               "has --workers");
	*opts = (struct slurm_opts){.partition = o->partition,
	                            .opt = o->slurm_opt.item,
	                            .n_opts = o->slurm_opt.n};
	bool ok = read_number("workers", o->workers, 1, MAX_WORKERS, &workers,
	                      err);
	opts->workers = (int)workers;
	return ok;
}

static bool print(const struct sweep *s, const struct sweep_args *o,
                  struct err *err)
{
	if (o->csv && !sweep_csv(s, o->csv, err))
		return false;
	if (!o->json)
		sweep_text(s, page_width(), stdout);
	else if (!sweep_json(s, stdout, err))
		return false;
	return finish_stdout(err);
}

static bool run(const struct sweep_args *o, struct err *err)
{
	struct sweep_opts opts = {
	        .durable = o->durable,
	};
	struct slurm_opts slurm;
	bool cluster;
	if (!read_progress(o->progress, &opts, err) ||
	    !read_jobs(o->jobs, &opts.jobs, err) ||
	    !read_confirm(o->confirm, &opts.confirm, err) ||
	    !read_executor(o, &slurm, &cluster, err) ||
	    !read_number("point-timeout", o->timeout, 1, MAX_TIMEOUT_S,
	                 &opts.point_timeout_s, err))
		return false;
	opts.slurm = cluster ? &slurm : NULL;
	struct sweep *s = sweep_open(o->file, o->store, err);
	if (!s)
		return false;
	opts.stop = catch_signals();
	bool ok = sweep_run(s, &opts, err) && print(s, o, err);
	sweep_close(s);
	return ok;
}

int sweep_main(int argc, char **argv)
{
	struct sweep_args o = {0};
	struct err err;
	bool help;

	if (!parse(&o, argc, argv, &help, &err))
		return fail(&err);
	if (help)
		return finish_stdout(&err) ? 0 : fail(&err);
	return run(&o, &err) ? 0 : fail(&err);
}
