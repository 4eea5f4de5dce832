/* hypervolume: how much of the space of goals a set of points dominates.
 *
 * Goals are to be minimized. The volume is that of all places which some point
 * is at least as good as in every goal, and which are better than `worst` in
 * every goal; a point that is not better than `worst` everywhere adds nothing.
 * Exact (sums and products of doubles, nothing sampled) for any number of
 * goals: n log n steps for two, n^(goals - 1) in general.
 */
#ifndef EXPLORE_HYPERVOLUME_H
#define EXPLORE_HYPERVOLUME_H

/* goal: n rows of n_goals numbers; worst: n_goals numbers. */
double hypervolume(const double *goal, long n, int n_goals,
                   const double *worst);

#endif
