/* search: how much of a space's Pareto front `joulet search` finds.
 *
 *     bench_search SWEEP.yaml [PERCENT [SEEDS [AT_LEAST]]]
 *
 * Every point of the sweep is run. Then for each seed a search has PERCENT (10)
 * of the runs, and as many random points are drawn from those that did not
 * fail. Both are measured by the hypervolume of their goals, as percent of that
 * of all points: goals are scaled to the extent of the true front, and counted
 * up to a tenth beyond its worst values, so that what no front point is near to
 * adds nothing. Exit status 1 if a search finds less than AT_LEAST (95)
 * percent.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "explore/hypervolume.h"
#include "explore/result.h"
#include "explore/search.h"

enum { MAX_SEEDS = 100, MAX_GOALS = 8 };

struct bench {
	const char *path, *store;
	struct sweep *all;
	int n_goals;
	double low[MAX_GOALS], high[MAX_GOALS]; /* of the true front */
	double least[MAX_GOALS];                /* of all points */
	double whole;                           /* its hypervolume */
	long n_ok, n_front;
};

static void goals_of(const struct sweep *s, long point, double *goal)
{
	double excess;
	result_goals(s, &point, 1, goal, &excess);
}

static bool counts(const struct sweep *s, long point)
{
	return s->row[point].ok && s->row[point].broken == 0;
}

/* Of these points of a sweep. */
static double volume(const struct bench *b, const struct sweep *s,
                     const long *point, long n)
{
	double worst[MAX_GOALS];
	double *goal = mem_zero((size_t)(n * b->n_goals), sizeof *goal);
	long used = 0;
	for (long i = 0; i < n; i++) {
		double *g = goal + used * b->n_goals;
		if (!counts(s, point[i]))
			continue;
		goals_of(s, point[i], g);
		for (int k = 0; k < b->n_goals; k++)
			if (b->high[k] > b->low[k])
				g[k] = (g[k] - b->low[k]) /
				       (b->high[k] - b->low[k]);
			else
				g[k] -= b->low[k];
		used++;
	}
	for (int k = 0; k < b->n_goals; k++)
		worst[k] = 1.1;
	double v = hypervolume(goal, used, b->n_goals, worst);
	free(goal);
	return v;
}

static long *all_points(const struct sweep *s, bool ok_only, long *n)
{
	long *point = mem_zero((size_t)sweep_points(s), sizeof *point);
	*n = 0;
	for (long i = 0; i < sweep_points(s); i++)
		if (!ok_only || s->row[i].ok)
			point[(*n)++] = i;
	return point;
}

static bool run_all(struct bench *b, struct err *err)
{
	const struct sweep_opts opts = {.jobs = 0};
	b->all = sweep_open(b->path, b->store, err);
	if (!b->all || !sweep_run(b->all, &opts, err))
		return false;
	b->n_goals = b->all->plan->n_goals;
	if (b->n_goals > MAX_GOALS || b->all->plan->n_nets > 1)
		return err_set(err, ERR_DATA,
		               "%s: one network, at most %d goals", b->path,
		               MAX_GOALS);
	for (int k = 0; k < b->n_goals; k++) {
		b->low[k] = INFINITY;
		b->high[k] = -INFINITY;
	}
	for (long i = 0; i < sweep_points(b->all); i++) {
		double g[MAX_GOALS];
		b->n_ok += b->all->row[i].ok;
		if (!b->all->row[i].best)
			continue;
		b->n_front++;
		goals_of(b->all, i, g);
		for (int k = 0; k < b->n_goals; k++) {
			b->low[k] = fmin(b->low[k], g[k]);
			b->high[k] = fmax(b->high[k], g[k]);
		}
	}
	long n;
	long *point = all_points(b->all, true, &n);
	b->whole = volume(b, b->all, point, n);
	free(point);
	return true;
}

static bool searched(const struct bench *b, uint64_t seed, long budget,
                     double *part, struct err *err)
{
	const struct search_opts opts = {.budget = budget, .seed = seed};
	struct search *s = search_open(b->path, b->store, err);
	bool ok = s && search_run(s, &opts, err);
	if (ok) {
		long n;
		long *point = all_points(search_sweep(s), false, &n);
		*part = volume(b, search_sweep(s), point, n) / b->whole;
		free(point);
	}
	search_close(s);
	return ok;
}

static double drawn(const struct bench *b, uint64_t seed, long budget)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15u + 1; /* splitmix64 */
	long n;
	long *point = all_points(b->all, true, &n);
	for (long i = 0; i < budget && i < n; i++) {
		uint64_t z = x += 0x9e3779b97f4a7c15u;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		z ^= z >> 31;
		long k = i + (long)(z % (uint64_t)(n - i)), was = point[i];
		point[i] = point[k];
		point[k] = was;
	}
	double part = volume(b, b->all, point, budget < n ? budget : n);
	free(point);
	return part / b->whole;
}

/* ---- A cheaper model first? ---------------------------------------------- */

/* What is known of a point without running it: latency from MACs and cells,
 * of the other goals no more than what the best of all points has. */
static void bound(const struct bench *b, long point, double *goal)
{
	const double *m = b->all->row[point].metric;
	const struct plan *p = b->all->plan;
	for (int k = 0; k < b->n_goals; k++)
		goal[k] = b->least[k];
	for (int k = 0; k < b->n_goals; k++)
		if (metric_find(p->goal[k].metric) == METRIC_latency_us)
			goal[k] = m[METRIC_latency_us] * m[METRIC_utilization];
}

/* Is the bound of a point at least as bad as some point of the front? Then
 * nobody needs to run it. */
static bool ruled_out(const struct bench *b, long point)
{
	double low[MAX_GOALS], best[MAX_GOALS];
	bound(b, point, low);
	for (long i = 0; i < sweep_points(b->all); i++) {
		int k = 0;
		if (!b->all->row[i].best || i == point)
			continue;
		goals_of(b->all, i, best);
		while (k < b->n_goals && best[k] <= low[k])
			k++;
		if (k == b->n_goals)
			return true;
	}
	return false;
}

static void try_bounds(struct bench *b)
{
	long n = 0;
	for (int k = 0; k < b->n_goals; k++)
		b->least[k] = b->low[k]; /* the front has the least of each */
	for (long i = 0; i < sweep_points(b->all); i++)
		n += b->all->row[i].ok && ruled_out(b, i);
	printf("lower bounds rule out %ld of %ld points\n\n", n, b->n_ok);
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void summary(const char *name, double *part, int n)
{
	qsort(part, (size_t)n, sizeof *part, by_value);
	double median = (part[(n - 1) / 2] + part[n / 2]) / 2;
	printf("%-7s  min %6.2f  median %6.2f  max %6.2f\n", name,
	       100 * part[0], 100 * median, 100 * part[n - 1]);
}

static bool compare(struct bench *b, long budget, int seeds, double *least,
                    struct err *err)
{
	double found[MAX_SEEDS], chance[MAX_SEEDS];
	printf("%ld points, %ld of them run, %ld Pareto-optimal; "
	       "%ld runs a search\n",
	       sweep_points(b->all), b->n_ok, b->n_front, budget);
	try_bounds(b);
	printf("percent of the hypervolume\nseed  search  random\n");
	for (int i = 0; i < seeds; i++) {
		const uint64_t seed = (uint64_t)i + 1;
		if (!searched(b, seed, budget, &found[i], err))
			return false;
		chance[i] = drawn(b, seed, budget);
		printf("%4d  %6.2f  %6.2f\n", i + 1, 100 * found[i],
		       100 * chance[i]);
	}
	printf("\n");
	summary("search", found, seeds);
	summary("random", chance, seeds);
	*least = 100 * found[0];
	return true;
}

/* The number in argv[at], or what it is by default. */
static long number(int argc, char **argv, int at, long otherwise)
{
	return argc > at ? strtol(argv[at], NULL, 10) : otherwise;
}

static void remove_store(const char *dir, const char *store)
{
	static const char *const suffix[] = {"", "-wal", "-shm"};
	for (int i = 0; i < 3; i++) {
		char name[100];
		snprintf(name, sizeof name, "%s%s", store, suffix[i]);
		unlink(name);
	}
	rmdir(dir);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/joulet-search-XXXXXX", store[64];
	const long percent = number(argc, argv, 2, 10);
	const long seeds = number(argc, argv, 3, 10);
	const long at_least = number(argc, argv, 4, 95);
	if (argc < 2 || percent < 1 || seeds < 1 || seeds > MAX_SEEDS ||
	    !mkdtemp(dir)) {
		fprintf(stderr, "usage: bench_search SWEEP.yaml [PERCENT "
		                "[SEEDS [AT_LEAST]]]\n");
		return 2;
	}
	snprintf(store, sizeof store, "%s/x.db", dir);
	struct bench b = {.path = argv[1], .store = store};
	struct err err = {0};
	double least = 0;
	bool ok = run_all(&b, &err) &&
	          compare(&b, b.n_ok * percent / 100, (int)seeds, &least, &err);
	sweep_close(b.all);
	remove_store(dir, store);
	if (!ok) {
		fprintf(stderr, "bench_search: %s\n", err.msg);
		return (int)err.kind;
	}
	return least < (double)at_least;
}
