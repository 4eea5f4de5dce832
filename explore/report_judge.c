/* report_judge: which points are best, and what each axis does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/report_priv.h"

double report_metric(const struct report_point *p, int metric)
{
	if (metric < N_METRICS)
		return p->metric[metric];
	const struct param *param = &params[metric - N_METRICS];
	return *(const int *)((const char *)&p->pick.design + param->offset);
}

/* A goal, to be minimized. */
static double goal_of(const struct report *r, const struct report_point *p,
                      int goal)
{
	const struct report_goal *g = &r->goal[goal];
	double v = report_metric(p, g->metric);

	return g->maximize ? -v : v;
}

/* At least as good everywhere and better somewhere. */
static bool dominates(const struct report *r, const struct report_point *x,
                      const struct report_point *y)
{
	bool better = false;

	for (int g = 0; g < r->n_goals; g++) {
		double a = goal_of(r, x, g), b = goal_of(r, y, g);
		if (a > b)
			return false;
		better = better || a < b;
	}
	return better;
}

static bool competes(const struct report *r, const struct report_point *p,
                     int contest)
{
	return r->alternatives || p->pick.net == contest;
}

int report_contests(const struct report *r)
{
	return r->alternatives ? 1 : r->n_nets;
}

/* One pass keeps a front: who is dominated by one of it leaves, or is not let
 * in. Equal points stay all. */
static void mark_front(struct report *r, int contest)
{
	long *front = mem_zero((size_t)r->n_points, sizeof *front);
	long n = 0;

	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		bool in = p->within && competes(r, p, contest);
		for (long k = 0; in && k < n; k++)
			in = !dominates(r, &r->point[front[k]], p);
		if (!in)
			continue;
		long kept = 0;
		for (long k = 0; k < n; k++)
			if (!dominates(r, p, &r->point[front[k]]))
				front[kept++] = front[k];
		front[kept++] = i;
		n = kept;
	}
	for (long k = 0; k < n; k++)
		r->point[front[k]].best = true;
	r->n_best += n;
	free(front);
}

/* Limits as rules; those that are rules already stay. */
static bool read_limits(struct report *r, struct err *err)
{
	const char **net = mem_zero((size_t)r->n_nets, sizeof *net);
	const char **tech = mem_zero((size_t)r->n_techs, sizeof *tech);
	const struct names names = {net, tech, r->n_nets, r->n_techs, true};
	const struct expr_names in = names_in(&names);
	bool ok = true;

	for (int i = 0; i < r->n_nets; i++)
		net[i] = r->net[i].name;
	for (int i = 0; i < r->n_techs; i++)
		tech[i] = r->tech[i].name;
	if (!r->rule)
		r->rule = mem_zero((size_t)r->n_limits, sizeof *r->rule);
	for (int i = 0; ok && i < r->n_limits; i++) {
		if (!r->rule[i])
			r->rule[i] = expr_parse(r->limit[i],
			                        (struct src){r->store, 0}, 0,
			                        "limit", &in, err);
		ok = r->rule[i] != NULL;
	}
	free(net);
	free(tech);
	return ok;
}

static bool set_within(const struct report *r, struct report_point *p,
                       struct err *err)
{
	struct expr_value v[NAMES_MAX_SLOTS];

	p->within = p->ok;
	p->broken = 0;
	p->excess = 0;
	if (!p->ok || r->n_limits == 0)
		return true;
	names_set_pick(v, &p->pick);
	names_set_metrics(v, p->metric);
	for (int i = 0; i < r->n_limits; i++) {
		double by;
		if (!expr_excess(r->rule[i], v, &by, err))
			return false;
		p->broken |= by > 0 ? UINT32_C(1) << i : 0;
		p->excess += by;
	}
	p->within = p->broken == 0;
	return true;
}

bool report_judge(struct report *r, struct err *err)
{
	if (!read_limits(r, err))
		return false;
	r->n_done = r->n_within = r->n_best = r->n_confirmed = 0;
	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		p->best = false;
		if (!set_within(r, p, err))
			return false;
		r->n_done += p->ok;
		r->n_within += p->within;
		r->n_confirmed += p->confirmed;
	}
	for (int i = 0; i < report_contests(r); i++)
		mark_front(r, i);
	return true;
}

long report_best(const struct report *r, int contest, int goal)
{
	long best = -1;

	for (long i = 0; i < r->n_points; i++) {
		const struct report_point *p = &r->point[i];
		if (!p->ok || !p->best || !competes(r, p, contest))
			continue;
		if (best < 0 ||
		    goal_of(r, p, goal) < goal_of(r, &r->point[best], goal))
			best = i;
	}
	return best;
}

long report_nearest(const struct report *r, int contest)
{
	long best = -1;

	for (long i = 0; i < r->n_points; i++) {
		const struct report_point *p = &r->point[i];
		if (p->ok && competes(r, p, contest) &&
		    (best < 0 || p->excess < r->point[best].excess))
			best = i;
	}
	return best;
}

enum joulet_cause report_bound(const struct report_point *p)
{
	const uint64_t *cause = p->detail ? p->detail->total.cause : p->cause;
	int most = 0;

	for (int c = 1; c < N_CAUSES; c++)
		if (cause[c] > cause[most])
			most = c;
	return (enum joulet_cause)most;
}

/* ---- effects ------------------------------------------------------------ */

const struct report_axis *report_group(const struct report *r, int group)
{
	for (int i = 0; i < r->n_axes; i++)
		if (r->axis[i].group == group)
			return &r->axis[i];
	return NULL;
}

/* A point by what it has in the other axes. */
struct other {
	const struct report *r;
	const struct report_point *p;
	int group, value;
	double log;
};

static int by_others(const void *pa, const void *pb)
{
	const struct other *a = pa, *b = pb;

	for (int i = 0; i < a->r->n_axes; i++)
		if (a->r->axis[i].group != a->group &&
		    a->p->value[i] != b->p->value[i])
			return a->p->value[i] < b->p->value[i] ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

static bool same_others(const struct other *a, const struct other *b)
{
	for (int i = 0; i < a->r->n_axes; i++)
		if (a->r->axis[i].group != a->group &&
		    a->p->value[i] != b->p->value[i])
			return false;
	return true;
}

/* Points of a network with a positive metric, sorted by the other axes. */
static struct other *collect(const struct report *r, int net, int group,
                             int metric, long *n)
{
	const struct report_axis *axis = report_group(r, group);
	struct other *list = mem_zero((size_t)r->n_points, sizeof *list);

	*n = 0;
	for (long i = 0; i < r->n_points; i++) {
		const struct report_point *p = &r->point[i];
		double v = p->ok ? report_metric(p, metric) : 0;
		if (!p->ok || p->pick.net != net || !(v > 0))
			continue;
		list[(*n)++] = (struct other){r, p, group,
		                              p->value[axis - r->axis], log(v)};
	}
	qsort(list, (size_t)*n, sizeof *list, by_others);
	return list;
}

/* Points that differ in the axis alone: list[i..] up to the one returned. */
static long end_of_group(const struct other *list, long i, long n)
{
	long k = i;

	while (k < n && same_others(&list[i], &list[k]))
		k++;
	return k;
}

void report_effects(const struct report *r, int net, int group, int metric,
                    struct report_effect *to)
{
	const int values = report_group(r, group)->n;
	long n, full = 0;
	struct other *list = collect(r, net, group, metric, &n);

	/* Where a value failed, the mean would be of others: only groups that
	 * have the most values count. */
	for (long i = 0, k; i < n; i = k) {
		k = end_of_group(list, i, n);
		full = k - i > full ? k - i : full;
	}
	memset(to, 0, (size_t)values * sizeof *to);
	for (long i = 0, k; i < n; i = k) {
		double mean = 0;
		k = end_of_group(list, i, n);
		if (k - i < 2 || k - i < full)
			continue;
		for (long j = i; j < k; j++)
			mean += list[j].log / (double)(k - i);
		for (long j = i; j < k; j++) {
			to[list[j].value].ratio += list[j].log - mean;
			to[list[j].value].n++;
		}
	}
	for (int v = 0; v < values; v++)
		if (to[v].n)
			to[v].ratio = exp(to[v].ratio / (double)to[v].n);
	free(list);
}
