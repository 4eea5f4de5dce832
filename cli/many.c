/* many: see many.h */
#include "cli/many.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/job.h"

enum { MAX_JOBS = 256, MAX_WORKERS = 1000, MAX_TIMEOUT_S = 1000000 };

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

static bool read_confirm(const char *text, long *confirm, struct err *err)
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

static bool read_progress(const char *how, struct sweep_opts *opts,
                          struct err *err)
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

/* The local executor knows nothing of Slurm's options. */
static bool read_executor(struct many_args *a, struct sweep_opts *opts,
                          struct err *err)
{
	long workers = 4;
	const char *name = a->executor ? a->executor : "local";
	const bool slurm = strcmp(name, "slurm") == 0;
	if (!slurm && strcmp(name, "local") != 0)
		return err_set(err, ERR_USAGE,
		               "--executor: %s is not one of local, slurm",
		               name);
	if (!slurm && (a->workers || a->partition || a->slurm_opt.n))
		return err_set(err, ERR_USAGE,
		               "--%s: goes with --executor slurm",
		               a->workers     ? "workers"
		               : a->partition ? "partition"
		                              : "slurm-opt");
	if (slurm && a->jobs)
		return err_set(err, ERR_USAGE,
		               "--jobs: goes with --executor local; slurm "
		               "has --workers");
	bool ok = read_number("workers", a->workers, 1, MAX_WORKERS, &workers,
	                      err);
	a->slurm = (struct slurm_opts){.workers = (int)workers,
	                               .partition = a->partition,
	                               .opt = a->slurm_opt.item,
	                               .n_opts = a->slurm_opt.n};
	opts->slurm = slurm ? &a->slurm : NULL;
	return ok;
}

bool read_many(struct many_args *a, struct sweep_opts *opts, struct err *err)
{
	opts->durable = a->durable;
	return read_jobs(a->jobs, &opts->jobs, err) &&
	       read_confirm(a->confirm, &opts->confirm, err) &&
	       read_progress(a->progress, opts, err) &&
	       read_executor(a, opts, err) &&
	       read_number("point-timeout", a->timeout, 1, MAX_TIMEOUT_S,
	                   &opts->point_timeout_s, err);
}

bool print_many(const struct many_args *a, const struct sweep *s,
                void (*text)(const void *of, int width, FILE *f),
                const void *of, struct err *err)
{
	if (a->csv && !sweep_csv(s, a->csv, err))
		return false;
	if (!a->json)
		text(of, page_width(), stdout);
	else if (!sweep_json(s, stdout, err))
		return false;
	return finish_stdout(err);
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
