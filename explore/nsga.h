/* nsga: which points of a grid to try next, when there are several goals.
 *
 *     struct nsga *s = nsga_new(&grid, seed);
 *     while (...) {
 *             long first = nsga_count(s);
 *             int n = nsga_ask(s, 32);
 *             for (long i = first; i < first + n; i++)
 *                     nsga_tell(s, i, try(nsga_gene(s, i)), 0);
 *     }
 *
 * NSGA-II (non-dominated sorting, crowding, crossover and mutation) on genes
 * that are numbers of values on an axis, with three additions: every point
 * ever told stays a candidate parent; neighbours of the front are candidates
 * beside the offspring; and of many candidates those are proposed that look
 * best to a model of the goals, which is made from what was told.
 *
 * It knows nothing of designs or networks. What it proposes depends on the
 * seed and on the points known, told and open, in the order of their numbers,
 * and on nothing else: not on how they came in batches, or when. So a state
 * need not be kept: known points added again to a new struct give the same.
 *
 * No errors. The caller frees with nsga_free.
 */
#ifndef EXPLORE_NSGA_H
#define EXPLORE_NSGA_H

#include <stdbool.h>
#include <stdint.h>

enum { NSGA_MAX_GENES = 64, NSGA_MAX_GOALS = 16 };

struct nsga_grid {
	int n_genes;
	int size[NSGA_MAX_GENES]; /* of a gene: values 0..size-1 */
	int n_goals;              /* all to be minimized */
	/* May this point be proposed? NULL: every one. */
	bool (*legal)(void *ctx, const int *gene);
	void *ctx;
};

enum nsga_state { NSGA_OPEN, NSGA_DONE, NSGA_FAILED };

struct nsga;

struct nsga *nsga_new(const struct nsga_grid *grid, uint64_t seed);
void nsga_free(struct nsga *s);

/* Make `n` new open points, all different from those known; how many were
 * made: fewer if nothing legal is left (in a grid of more than a million cells:
 * if nothing is found by thousands of draws). */
int nsga_ask(struct nsga *s, int n);

/* A point that the caller chose, open; its number, which is the old one if it
 * is known. */
long nsga_add(struct nsga *s, const int *gene);

/* The goals of a point, finite numbers. excess: how far it is beyond what is
 * allowed, 0 if it is not; of points that are, the one with less is better.
 * goal NULL: it failed, no other number is known. */
void nsga_tell(struct nsga *s, long point, const double *goal, double excess);

long nsga_count(const struct nsga *s);
long nsga_find(const struct nsga *s, const int *gene); /* -1: not known */
const int *nsga_gene(const struct nsga *s, long point);
enum nsga_state nsga_state(const struct nsga *s, long point);
const double *nsga_goal(const struct nsga *s, long point); /* of a done one */
double nsga_excess(const struct nsga *s, long point);

/* Points allowed and not dominated by another one, ascending: *n of them, to
 * be freed. Of equal points all are there. */
long *nsga_front(const struct nsga *s, long *n);

#endif
