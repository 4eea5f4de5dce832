/* work: run the open points of a sweep in worker processes.
 *
 * With a plan of plan_confirm the first point that differs ends the run.
 *
 * The caller becomes the submitter: it forks workers, which claim points from
 * the store one by one, and looks after them. A worker that dies gives its
 * point back; three times, and the point is failed. Workers die with their
 * submitter (Linux: parent death signal), and the next run finds that their
 * claims have no living owner. Another submitter may work on the same store at
 * the same time: each point goes to one of them.
 *
 * No signal handler is installed here: the caller sets *stop from its own.
 */
#ifndef EXPLORE_WORK_H
#define EXPLORE_WORK_H

#include <signal.h>

#include "explore/store.h"

struct work_progress {
	long total, done, failed; /* points; done and failed are finished */
	long known;               /* finished before this run */
	int workers;              /* at work now */
	bool waiting;             /* for points that another run has */
	double seconds;           /* since the run began */
	char queue[64]; /* why workers wait in Slurm's queue, in its words */
};

struct work_opts {
	const char *store; /* path */
	bool durable;
	int jobs;                          /* workers, >= 1 */
	long point_timeout_s;              /* 0: a point may take for ever */
	const volatile sig_atomic_t *stop; /* nonzero: end soon; or NULL */
	void (*progress)(void *ctx, const struct work_progress *p);
	void *ctx; /* for progress, which may be NULL */
};

/* True when every point is done or failed. ERR_INTERRUPTED after *stop: what
 * is finished is in the store, the rest is open. Other errors (a tool is
 * missing, the disk is full) end the run in the same state. */
bool work_run(const struct plan *p, const struct work_opts *opts,
              struct err *err);

/* The error for a comparison that did not end well, of its kind. False. */
bool work_differs(const struct plan *p, long point, const struct outcome *o,
                  struct err *err);

/* Why a point was not finished, from the status of the process that had it, and
 * if it took more than its time. */
void work_death(int status, char *why, size_t size);
void work_too_slow(long limit_s, char *why, size_t size);

#endif
