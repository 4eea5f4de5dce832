/* slurm_cmd: Slurm's own commands, run and understood. */
#ifndef EXPLORE_SLURM_CMD_H
#define EXPLORE_SLURM_CMD_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* A command under way, found in PATH; what it says on stdout and stderr is in
 * `out`. Ends with call_drop, which kills it if it has not ended. */
struct call {
	const char *name; /* NULL: none */
	pid_t pid;        /* 0: ended */
	int fd;
	struct buf out;
};

/* ERR_TOOL if it cannot be started, or ends with another status than 0; the
 * message has the first line of what it said. wait_ms: -1 for ever. */
bool call_start(struct call *c, const char *const *argv, struct err *err);
bool call_poll(struct call *c, int wait_ms, bool *ended, struct err *err);
void call_drop(struct call *c);

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
/* Asked without waiting: slurmctld may take long to answer, or never do. */
bool slurm_ask(struct call *c, const char *name, struct err *err);
struct jobs slurm_answer(const struct call *c); /* when it has ended */
bool slurm_cancel(const char *name, struct err *err);

/* A node that gets no work. */
struct bad_node {
	char name[64], state[32], reason[128];
};

/* Nodes that are drained, down or failed; at most `max` are told. */
bool slurm_bad_nodes(struct bad_node *node, int max, int *n, struct err *err);
bool slurm_resume(const char *node, struct err *err);

#endif
