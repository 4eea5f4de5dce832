/* many: what commands that run many points have in common. */
#ifndef CLI_MANY_H
#define CLI_MANY_H

#include <signal.h>

#include "cli/args.h"
#include "explore/slurm_cmd.h"
#include "explore/sweep.h"

/* As written on the command line; NULL: not given. */
struct many_args {
	const char *store, *jobs, *confirm, *csv, *progress;
	bool json, durable;
	const char *timeout, *executor, *workers, *partition;
	struct arg_list slurm_opt;
	struct slurm_opts slurm; /* of read_many */
};

/* Rows of a table of options (args.h) that fill a struct many_args. */
/* clang-format off */
#define STORE_OPTION(to)                                                       \
	{"store", "FILE.db", "where results are kept (default: SWEEP.db)",     \
	 .value = &(to)}
#define JOBS_OPTION(to)                                                        \
	{"jobs", "N", "worker processes (default: one per CPU)",               \
	 .value = &(to)}
#define DURABLE_OPTION(to)                                                     \
	{"durable", NULL, "every result survives a power cut (slower)",        \
	 .flag = &(to)}
#define MANY_OPTIONS(m)                                                        \
	STORE_OPTION((m).store),                                               \
	JOBS_OPTION((m).jobs),                                                 \
	{"confirm", "WHICH",                                                   \
	 "compare with the Verilog: pareto, all, or the N best",               \
	 .value = &(m).confirm},                                               \
	{"csv", "FILE", "write all results there, one line a point",           \
	 .value = &(m).csv},                                                   \
	{"json", NULL, "print JSON instead of a table", .flag = &(m).json},    \
	{"progress", "HOW",                                                    \
	 "line, plain, json or none (default: line, on a terminal)",           \
	 .value = &(m).progress},                                              \
	DURABLE_OPTION((m).durable),                                           \
	{"point-timeout", "S",                                                 \
	 "seconds a point may take, in each of three tries",                   \
	 .value = &(m).timeout},                                               \
	{"executor", "local|slurm", "where points are run (default: local)",   \
	 .value = &(m).executor},                                              \
	{"workers", "N", "slurm: elements of the job array (default: 4)",      \
	 .value = &(m).workers},                                               \
	{"partition", "NAME", "slurm: as of sbatch", .value = &(m).partition}, \
	{"slurm-opt", "OPTION",                                                \
	 "slurm: a further option of sbatch; may be repeated",                 \
	 .list = &(m).slurm_opt}
/* clang-format on */

/* ERR_USAGE. */
bool read_jobs(const char *text, int *jobs, struct err *err);
/* All but what print_many and the stores need. opts then points into `a`. */
bool read_many(struct many_args *a, struct sweep_opts *opts, struct err *err);

/* Print a finished sweep: CSV and JSON as asked for; text is the table. */
bool print_many(const struct many_args *a, const struct sweep *s,
                void (*text)(const void *of, int width, FILE *f),
                const void *of, struct err *err);

/* The first signal ends the work in order, a second one at once; what is
 * returned is then not zero. */
const volatile sig_atomic_t *catch_signals(void);

#endif
