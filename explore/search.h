/* search: the best designs of a space too large to run all of it.
 *
 *     struct search *s = search_open("kws.yaml", NULL, &err);
 *     search_run(s, &opts, &err);     // goes on where it was interrupted
 *     search_text(s, 80, stdout);
 *     search_close(s);
 *
 * The space is that of a sweep file (plan.h), also one with too many points
 * for a sweep; where, limits and objectives mean the same. Points are proposed
 * by nsga.h in batches, and every batch is run as a sweep is: same store, same
 * keys, same workers. What the store knows is not run again, but it is not
 * used before the search itself comes to it: the result depends on the file,
 * the seed, the budget and the program, on nothing else.
 *
 * Combinations that no design may have, or that `where` excludes, are never
 * proposed. A point that fails (network does not fit) costs a run.
 */
#ifndef EXPLORE_SEARCH_H
#define EXPLORE_SEARCH_H

#include <stdint.h>

#include "explore/sweep.h"

enum { SEARCH_BATCH = 32, SEARCH_MAX_BUDGET = 100000 };

struct search;

struct search_opts {
	long budget; /* runs, of all networks together; known ones count */
	uint64_t seed;
	/* One design for all networks: goals are totals (result.h). Otherwise
	 * every network is searched for by itself, with an equal part of the
	 * budget. */
	bool together;
	struct sweep_opts sweep; /* confirm: when the search is done */
};

/* Read the sweep file. store NULL: the default. */
struct search *search_open(const char *path, const char *store,
                           struct err *err);
void search_close(struct search *s);

/* ERR_USAGE if the budget is too small for one design; otherwise as
 * sweep_run. */
bool search_run(struct search *s, const struct search_opts *opts,
                struct err *err);

/* After search_run: all points that were run, as a sweep of these points
 * alone, for sweep_csv and sweep_json. Belongs to the search. */
const struct sweep *search_sweep(const struct search *s);

/* The Pareto-optimal ones for people, and what was searched. */
void search_text(const struct search *s, int width, FILE *f);

#endif
