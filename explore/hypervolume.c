/* hypervolume: see hypervolume.h */
#include "explore/hypervolume.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A point, and by which goal points are put in order. */
struct corner {
	const double *goal;
	int by;
};

static int by_goal(const void *a, const void *b)
{
	const struct corner *x = a, *y = b;
	const double p = x->goal[x->by], q = y->goal[y->by];
	return p < q ? -1 : p > q;
}

static double at_most(double a, double b)
{
	return a < b ? a : b;
}

/* Best in the first goal among the points. */
static double length(const struct corner *c, long n, double worst)
{
	double best = worst;
	for (long i = 0; i < n; i++)
		best = at_most(best, c[i].goal[0]);
	return worst - best;
}

/* Points in the order of the last goal: between one and the next the volume is
 * that of all points so far in the other goals, times the step. */
static double slices(struct corner *c, long n, int n_goals, const double *worst)
{
	if (n_goals == 1)
		return length(c, n, worst[0]);
	const int last = n_goals - 1;
	struct corner *low = mem_zero((size_t)n, sizeof *low);
	double sum = 0, best = worst[0];

	for (long i = 0; i < n; i++)
		c[i].by = last;
	qsort(c, (size_t)n, sizeof *c, by_goal);
	for (long i = 0; i < n; i++) {
		double from = c[i].goal[last];
		double to = i + 1 < n ? c[i + 1].goal[last] : worst[last];
		best = at_most(best, c[i].goal[0]);
		if (to == from)
			continue;
		if (n_goals == 2) {
			sum += (to - from) * (worst[0] - best);
			continue;
		}
		memcpy(low, c, (size_t)(i + 1) * sizeof *low);
		sum += (to - from) * slices(low, i + 1, last, worst);
	}
	free(low);
	return sum;
}

double hypervolume(const double *goal, long n, int n_goals, const double *worst)
{
	assert(n >= 0 && n_goals >= 1 && (goal || n == 0) && worst);
	struct corner *c = mem_zero((size_t)n, sizeof *c);
	long used = 0;

	for (long i = 0; i < n; i++) {
		const double *g = goal + i * n_goals;
		int k = 0;
		while (k < n_goals && g[k] < worst[k])
			k++;
		if (k == n_goals)
			c[used++].goal = g;
	}
	double v = slices(c, used, n_goals, worst);
	free(c);
	return v;
}
