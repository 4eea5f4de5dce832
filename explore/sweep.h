/* sweep: many design points of some networks, run and compared.
 *
 *     struct sweep *s = sweep_open("kws.yaml", NULL, &err);
 *     sweep_run(s, &opts, &err);      // goes on where it was interrupted
 *     sweep_text(s, 80, stdout);
 *     sweep_close(s);
 *
 * Results live in a store (store.h), by default beside the sweep file, with
 * the suffix .db. What is in it is never run again, by any sweep. Results do
 * not depend on the number of workers. The file's format is in plan.h.
 */
#ifndef EXPLORE_SWEEP_H
#define EXPLORE_SWEEP_H

#include <signal.h>
#include <stdio.h>

#include "base/err.h"

struct sweep;
struct slurm_opts; /* slurm_cmd.h */
struct slurm_team; /* slurm.h */

/* Read the sweep file. store NULL: the default. */
struct sweep *sweep_open(const char *path, const char *store, struct err *err);
void sweep_close(struct sweep *s);

const char *sweep_store(const struct sweep *s); /* path */
long sweep_points(const struct sweep *s);

/* Which points are compared with the Verilog: the Pareto-optimal ones, all, or
 * the best N > 0 of every network by the first objective. */
enum {
	SWEEP_CONFIRM_NONE = 0,
	SWEEP_CONFIRM_PARETO = -1,
	SWEEP_CONFIRM_ALL = -2
};

struct sweep_opts {
	long confirm; /* N or one of these */
	int jobs;     /* workers; 0: one per CPU */
	bool durable; /* every result survives a power cut; slower */
	const volatile sig_atomic_t *stop; /* nonzero: end soon; or NULL */
	FILE *talk;                        /* progress goes here; or NULL */
	bool terminal;        /* talk is a terminal: one line, redrawn */
	bool json;            /* instead an object a line: docs/sweeps.md */
	long point_timeout_s; /* 0: a point may take for ever */
	const struct slurm_opts *slurm; /* work on a cluster; NULL: here */
	struct slurm_team *team;        /* with workers that stay; or NULL */
};

/* Run what is not in the store yet, then read all results and judge them.
 * ERR_INTERRUPTED after *stop, ERR_AGAIN if the store is locked: rerunning
 * goes on. Points that fail (illegal design, network does not fit) are results
 * as well. Then compare points as joulet_verify does: outputs, every count,
 * start and end of every command. The first that differs ends the sweep with
 * its ERR_MISMATCH (ERR_WATCHDOG, ...); known comparisons are not repeated as
 * long as the Verilog and the program are the same. */
bool sweep_run(struct sweep *s, const struct sweep_opts *opts, struct err *err);

/* Results, after sweep_run. A table for people, at most `width` columns; it
 * shows every point, or if they are many the Pareto-optimal ones. */
void sweep_text(const struct sweep *s, int width, FILE *f);
/* One line a point: design, metrics, energy by share, every count. */
bool sweep_csv(const struct sweep *s, const char *path, struct err *err);
/* The same as one JSON object. */
bool sweep_json(const struct sweep *s, FILE *f, struct err *err);

#endif
