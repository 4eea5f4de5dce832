/* slurm_cmd: Slurm's own commands, run and understood. */
#ifndef EXPLORE_SLURM_CMD_H
#define EXPLORE_SLURM_CMD_H

#include "base/buf.h"
#include "base/err.h"

/* Run a command found in PATH; what it says on stdout and stderr goes to `out`.
 * ERR_TOOL if it cannot be run or ends with another status than 0; the message
 * has the first line of what it said. `out` is the caller's, also then. */
bool command_run(const char *const *argv, struct buf *out, struct err *err);

/* Elements of job arrays of one name. */
struct jobs {
	long pending, running;
	char reason[64]; /* why some are pending, as Slurm says; or "" */
};

struct slurm_opts {
	int workers;           /* elements of the array, >= 1 */
	const char *partition; /* or NULL */
	const char *const *opt;
	int n_opts; /* further options for sbatch, as they are */
};

/* Submit an array of n elements that run `script`. */
bool slurm_submit(const struct slurm_opts *o, const char *name,
                  const char *script, const char *out_folder, long n,
                  struct err *err);
bool slurm_jobs(const char *name, struct jobs *jobs, struct err *err);
bool slurm_cancel(const char *name, struct err *err);

/* A node that gets no work. */
struct bad_node {
	char name[64], state[32], reason[128];
};

/* Nodes that are drained, down or failed; at most `max` are told. */
bool slurm_bad_nodes(struct bad_node *node, int max, int *n, struct err *err);
bool slurm_resume(const char *node, struct err *err);

#endif
