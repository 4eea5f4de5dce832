/* nsga_rank: non-dominated sorting and crowding; see nsga_parts.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "explore/nsga_parts.h"

struct ranked {
	const double *goal;
	int n_goals;
	int by; /* goal that by_one sorts by */
	long row;
	double crowding;
};

bool nsga_dominates(const double *x, const double *y, int n_goals)
{
	bool better = false;
	for (int i = 0; i < n_goals; i++) {
		if (x[i] > y[i])
			return false;
		better = better || x[i] < y[i];
	}
	return better;
}

static int by_row(const struct ranked *x, const struct ranked *y)
{
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_all(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	for (int i = 0; i < x->n_goals; i++)
		if (x->goal[i] != y->goal[i])
			return x->goal[i] < y->goal[i] ? -1 : 1;
	return by_row(x, y);
}

static int by_one(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	const double p = x->goal[x->by], q = y->goal[y->by];
	return p != q ? (p < q ? -1 : 1) : by_row(x, y);
}

static int by_crowding(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->crowding != y->crowding)
		return x->crowding > y->crowding ? -1 : 1;
	return by_row(x, y);
}

/* The sum over goals of the distance between a point's neighbours, as part of
 * the front's extent; without end for the ends. */
static void crowd(struct ranked *r, long n)
{
	const int n_goals = n ? r[0].n_goals : 0;
	for (int k = 0; k < n_goals; k++) {
		for (long i = 0; i < n; i++)
			r[i].by = k;
		qsort(r, (size_t)n, sizeof *r, by_one);
		double extent = r[n - 1].goal[k] - r[0].goal[k];
		r[0].crowding = r[n - 1].crowding = INFINITY;
		for (long i = 1; extent > 0 && i + 1 < n; i++)
			r[i].crowding +=
			        (r[i + 1].goal[k] - r[i - 1].goal[k]) / extent;
	}
	qsort(r, (size_t)n, sizeof *r, by_crowding);
}

/* Move the rows that none of the n dominates to the front of the list, both
 * parts in the order of by_all; how many. In this order only an earlier row can
 * dominate a later one, and then one that has stayed does. */
static long peel(struct ranked *r, long n, struct ranked *rest)
{
	long stay = 0, others = 0;
	for (long i = 0; i < n; i++) {
		bool best = true;
		for (long k = stay - 1; best && k >= 0; k--)
			best = !nsga_dominates(r[k].goal, r[i].goal,
			                       r[i].n_goals);
		if (best)
			r[stay++] = r[i];
		else
			rest[others++] = r[i];
	}
	for (long i = 0; i < others; i++)
		r[stay + i] = rest[i];
	return stay;
}

long nsga_order(const double *const *goal, long n, int n_goals, long want,
                long *order, int *front)
{
	assert(n >= 0 && want >= 0);
	struct ranked *r = mem_zero((size_t)n, sizeof *r);
	struct ranked *rest = mem_zero((size_t)n, sizeof *rest);
	long found = 0, done = 0;

	for (long i = 0; i < n; i++)
		r[i] = (struct ranked){
		        .goal = goal[i], .n_goals = n_goals, .row = i};
	qsort(r, (size_t)n, sizeof *r, by_all);
	for (int f = 0; found < want && done < n; f++) {
		long here = peel(r + done, n - done, rest);
		crowd(r + done, here);
		for (long i = 0; i < here && found < want; i++) {
			if (front)
				front[r[done + i].row] = f;
			order[found++] = r[done + i].row;
		}
		done += here;
	}
	free(rest);
	free(r);
	return found;
}
