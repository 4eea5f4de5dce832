/* sweep: run many designs and networks from one file, and compare them. */
#include <string.h>

#include "cli/job.h"
#include "cli/many.h"
#include "explore/slurm_cmd.h"
#include "explore/sweep.h"

enum { MAX_WORKERS = 1000, MAX_TIMEOUT_S = 1000000 };

struct sweep_args {
	const char *file;
	struct many_args many;
	const char *executor, *workers, *partition, *timeout;
	struct arg_list slurm_opt;
};

static const char example[] =
        "  joulet sweep configs/sweeps/digits_arrays.yaml --csv arrays.csv\n"
        "  joulet sweep configs/sweeps/digits_arrays.yaml --confirm pareto\n";

static bool parse(struct sweep_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        MANY_OPTIONS(o->many),
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
	return command_begin(&c, argc, argv, &o->file, status);
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
	if (*slurm && o->many.jobs)
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

static void print_text(const void *sweep, int width, FILE *f)
{
	sweep_text(sweep, width, f);
}

static bool run(const struct sweep_args *o, struct err *err)
{
	struct sweep_opts opts = {.confirm = SWEEP_CONFIRM_NONE};
	struct slurm_opts slurm;
	bool cluster;
	if (!read_many(&o->many, &opts, err) ||
	    !read_executor(o, &slurm, &cluster, err) ||
	    !read_number("point-timeout", o->timeout, 1, MAX_TIMEOUT_S,
	                 &opts.point_timeout_s, err))
		return false;
	opts.slurm = cluster ? &slurm : NULL;
	struct sweep *s = sweep_open(o->file, o->many.store, err);
	if (!s)
		return false;
	opts.stop = catch_signals();
	bool ok = sweep_run(s, &opts, err) &&
	          print_many(&o->many, s, print_text, s, err);
	sweep_close(s);
	return ok;
}

int sweep_main(int argc, char **argv)
{
	struct sweep_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
