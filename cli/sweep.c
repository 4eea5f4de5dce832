/* sweep: run many designs and networks from one file, and compare them. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/job.h"
#include "cli/many.h"
#include "explore/slurm_cmd.h"
#include "explore/sweep.h"

enum { MAX_JOBS = 256, MAX_WORKERS = 1000, MAX_TIMEOUT_S = 1000000 };

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

bool read_number(const char *option, const char *text, long min, long max,
                 long *value, struct err *err)
{
	if (!text)
		return true;
	if (text_long(text, value) != TEXT_OK || *value < min || *value > max)
		return err_set(err, ERR_USAGE, "--%s: %s is not in %ld..%ld",
		               option, text, min, max);
	return true;
}

/* Zero if not given: one per CPU. */
bool read_jobs(const char *text, int *jobs, struct err *err)
{
	long n = 0;
	*jobs = 0;
	if (!text)
		return true;
	if (text_long(text, &n) != TEXT_OK || n < 1 || n > MAX_JOBS)
		return err_set(err, ERR_USAGE, "--jobs: %s is not in 1..%d",
		               text, MAX_JOBS);
	*jobs = (int)n;
	return true;
}

/* A whole number of at least 1; *value stays if it is not given. */
static bool read_count(const char *option, const char *text, long max,
                       long *value, struct err *err)
{
	if (!text)
		return true;
	if (text_long(text, value) != TEXT_OK || *value < 1 || *value > max)
		return err_set(err, ERR_USAGE, "--%s: %s is not in 1..%ld",
		               option, text, max);
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
	bool ok = read_count("workers", o->workers, MAX_WORKERS, &workers, err);
	opts->workers = (int)workers;
	return ok;
}

bool read_confirm(const char *text, long *confirm, struct err *err)
{
	*confirm = SWEEP_CONFIRM_NONE;
	if (!text)
		return true;
	if (strcmp(text, "pareto") == 0)
		*confirm = SWEEP_CONFIRM_PARETO;
	else if (strcmp(text, "all") == 0)
		*confirm = SWEEP_CONFIRM_ALL;
	else if (text_long(text, confirm) != TEXT_OK || *confirm < 1)
		return err_set(err, ERR_USAGE,
		               "--confirm: %s is not pareto, all or a number "
		               "of points",
		               text);
	return true;
}

/* Where and how progress is told. */
bool read_progress(const char *how, struct sweep_opts *opts, struct err *err)
{
	static const char *const known[] = {"none", "plain", "line", "json"};
	int i = isatty(2) == 1 ? 2 : 0;
	if (how)
		for (i = 0; i < 4 && strcmp(known[i], how) != 0; i++)
			;
	if (i == 4)
		return err_set(err, ERR_USAGE,
		               "--progress: %s is not line, plain, json or "
		               "none",
		               how);
	opts->talk = i > 0 ? stderr : NULL;
	opts->terminal = i == 2;
	opts->json = i == 3;
	return true;
}

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

const volatile sig_atomic_t *catch_signals(void)
{
	struct sigaction a = {.sa_handler = on_signal};
	a.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	return &stop;
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
	        .stop = &stop,
	};
	struct slurm_opts slurm;
	bool cluster;
	if (!read_progress(o->progress, &opts, err) ||
	    !read_jobs(o->jobs, &opts.jobs, err) ||
	    !read_confirm(o->confirm, &opts.confirm, err) ||
	    !read_executor(o, &slurm, &cluster, err) ||
	    !read_count("point-timeout", o->timeout, MAX_TIMEOUT_S,
	                &opts.point_timeout_s, err))
		return false;
	opts.slurm = cluster ? &slurm : NULL;
	struct sweep *s = sweep_open(o->file, o->store, err);
	if (!s)
		return false;
	catch_signals();
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
