/* result: see result.h */
#include "explore/result.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/accuracy.h"
#include "explore/nsga_parts.h"
#include "explore/progress.h"
#include "isa/map.h"

bool result_full(const struct sweep *s, struct store *store, long point,
                 struct outcome *o, double share_pj[N_SHARES], struct err *err)
{
	bool found;
	if (!store_get(store, s->plan, point, o, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_BUG, "%s: point %ld has no result",
		               s->store, point);
	if (!o->ok)
		return true;
	const struct plan_pick pick = plan_pick(s->plan, point);
	const struct joulet_tech *t = s->techs[pick.tech];
	if (!joulet_supply_check(t, &pick.design, (struct src){s->path, 0},
	                         err))
		return false;
	joulet_cost(t, &pick.design, &o->counts, o->cycles, share_pj);
	return true;
}

const struct joulet_tech *result_tech(const struct sweep *s, long point)
{
	return s->techs[plan_pick(s->plan, point).tech];
}

/* NaN: the table does not say. */
static double area_mm2(const struct joulet_tech *t, const struct design *d)
{
	struct joulet_band mm2;
	struct err none;

	return t && joulet_area_band(t, d, &mm2, &none) ? mm2.nominal : NAN;
}

/* NaN: the table does not say. */
static double fmax_mhz(const struct joulet_tech *t, const struct design *d)
{
	struct joulet_timing m;
	struct err none;

	return t && joulet_timing(t, d, &m, &none) ? m.fmax_mhz.nominal : NAN;
}

bool result_says(const struct joulet_tech *t, int metric,
                 const struct design *d, struct err *err)
{
	double part[N_AREA_PARTS];
	struct joulet_timing m;

	if (metric == METRIC_area_mm2)
		return joulet_area(t, JOULET_NOMINAL, d, part, err);
	return metric != METRIC_fmax_mhz || joulet_timing(t, d, &m, err);
}

void result_metrics(const struct outcome *o, const struct joulet_tech *t,
                    const struct design *d, double energy_uj, double *metric)
{
	struct joulet_band uj = {NAN, NAN, NAN};
	if (t)
		uj = joulet_energy_band(t, d, &o->counts, o->cycles);
	metric[METRIC_cycles] = (double)o->cycles;
	metric[METRIC_latency_us] = o->latency_us;
	metric[METRIC_energy_uj] = energy_uj;
	metric[METRIC_energy_min_uj] = uj.min;
	metric[METRIC_energy_max_uj] = uj.max;
	metric[METRIC_edp] = energy_uj * o->latency_us;
	metric[METRIC_power_mw] = 1000 * energy_uj / o->latency_us;
	metric[METRIC_utilization] = o->utilization;
	metric[METRIC_peak_bytes] = o->peak_bytes;
	metric[METRIC_arena_bytes] = o->arena_bytes;
	metric[METRIC_sram_bytes] = (double)o->arena_bytes + FW_SRAM_BYTES;
	metric[METRIC_spad_bytes] = o->spad_bytes;
	metric[METRIC_image_bytes] = o->image_bytes;
	metric[METRIC_accuracy] = NAN;
	metric[METRIC_area_mm2] = area_mm2(t, d);
	metric[METRIC_fmax_mhz] = fmax_mhz(t, d);
}

/* A design cannot have just any clock, if the table knows and nobody says
 * otherwise. */
static bool reached(const struct sweep *s, const struct plan_pick *pick,
                    struct err *err)
{
	return s->plan->any_clock ||
	       joulet_clock_check(s->techs[pick->tech], &pick->design,
	                          plan_src(s->plan, "clock.mhz"), err);
}

static void fill_row(const struct sweep *s, long point, const struct outcome *o,
                     double energy_uj, double accuracy)
{
	struct row *r = &s->row[point];
	const struct plan_pick pick = plan_pick(s->plan, point);

	struct err why;

	r->ok = o->ok && reached(s, &pick, &why);
	if (o->ok && !r->ok) {
		r->refused = true;
		r->error = mem_str(why.msg);
	} else if (o->ok) {
		result_metrics(o, s->techs[pick.tech], &pick.design, energy_uj,
		               r->metric);
		r->metric[METRIC_accuracy] = accuracy;
	} else {
		r->error = mem_str(o->error);
	}
}

/* A limit that has no value at a point is an error that names the point. */
static bool find_broken(struct sweep *s, long point, struct err *err)
{
	const struct plan_pick pick = plan_pick(s->plan, point);
	struct row *r = &s->row[point];
	char name[160];
	if (plan_broken(s->plan, &pick, r->metric, &r->broken, &r->excess, err))
		return true;
	struct err inner = *err;
	plan_name(s->plan, point, name, sizeof name);
	return err_set(err, inner.kind, "%.300s: %s", inner.msg, name);
}

static bool read_rows(struct sweep *s, struct store *store,
                      const struct accuracy_list *right, struct err *err)
{
	for (long i = 0; i < s->plan->n_points; i++) {
		struct outcome o;
		double share[N_SHARES];
		if (!result_full(s, store, i, &o, share, err))
			return false;
		const struct plan_pick pick = plan_pick(s->plan, i);
		fill_row(s, i, &o, o.ok ? joulet_energy_uj(share) : 0,
		         accuracy_of(right, &pick));
		if (s->row[i].ok && !find_broken(s, i, err))
			return false;
		if (s->have_rtl &&
		    !store_confirmed(store, s->plan, i, s->rtl_hash,
		                     &s->row[i].confirmed, err))
			return false;
		if (o.ok &&
		    !(store_cost(store, s->plan, i, result_tech(s, i), share,
		                 err) &&
		      store_refuse(store, s->plan, i, result_tech(s, i),
		                   s->row[i].refused ? s->row[i].error : NULL,
		                   err)))
			return false;
	}
	return true;
}

bool result_read(struct sweep *s, const struct sweep_opts *opts,
                 struct err *err)
{
	struct progress talk = {.to = opts->talk, .style = sweep_style(opts)};
	struct store *store = store_open(s->store, s->durable, err);
	if (!store)
		return false;
	struct err ignored;
	result_free(s);
	s->have_rtl = joulet_backend_hash("rtl", &s->rtl_hash, &ignored);
	s->row = mem_zero((size_t)s->plan->n_points, sizeof *s->row);
	struct accuracy_list right;
	bool ok =
	        accuracy_list(&right, s->plan, store, opts->stop, &talk, err) &&
	        store_begin(store, err) && read_rows(s, store, &right, err) &&
	        store_end(store, err);
	accuracy_list_free(&right);
	store_close(store);
	if (ok)
		result_judge(s);
	return ok;
}

void result_free(struct sweep *s)
{
	for (long i = 0; s->row && i < s->plan->n_points; i++)
		free(s->row[i].error);
	free(s->row);
	s->row = NULL;
}

double result_metric(const struct sweep *s, long point, int metric)
{
	assert(metric >= 0);
	if (metric < N_METRICS)
		return s->row[point].metric[metric];
	struct design d = plan_design(s->plan, point);
	const struct param *p = &params[metric - N_METRICS];
	return *(const int *)((const char *)&d + p->offset);
}

/* ---- Totals ------------------------------------------------------------- */

static double sum_of(const struct sweep *s, const long *point, int n,
                     int metric)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += result_metric(s, point[i], metric);
	return sum;
}

static double most_of(const struct sweep *s, const long *point, int n,
                      int metric)
{
	double most = 0;
	for (int i = 0; i < n; i++)
		most = fmax(most, result_metric(s, point[i], metric));
	return most;
}

double result_total(const struct sweep *s, const long *point, int n, int metric)
{
	double v = 0;
	if (n == 1)
		return result_metric(s, point[0], metric);
	switch (metric) {
	case METRIC_cycles:
	case METRIC_latency_us:
	case METRIC_energy_uj:
	case METRIC_energy_min_uj:
	case METRIC_energy_max_uj:
	case METRIC_image_bytes:
		return sum_of(s, point, n, metric);
	case METRIC_edp:
		return sum_of(s, point, n, METRIC_energy_uj) *
		       sum_of(s, point, n, METRIC_latency_us);
	case METRIC_power_mw:
		return 1000 * sum_of(s, point, n, METRIC_energy_uj) /
		       sum_of(s, point, n, METRIC_latency_us);
	case METRIC_utilization:
		for (int i = 0; i < n; i++)
			v += s->row[point[i]].metric[METRIC_utilization] *
			     s->row[point[i]].metric[METRIC_cycles];
		return v / sum_of(s, point, n, METRIC_cycles);
	case METRIC_fmax_mhz:
	case METRIC_accuracy: /* of the network that is worst at its task */
		for (int i = 0; i < n; i++) {
			double one = result_metric(s, point[i], metric);
			v = i == 0 ? one : fmin(v, one);
		}
		return v;
	default: /* memory, and parameters, which are all the same */
		return most_of(s, point, n, metric);
	}
}

/* ---- Pareto ------------------------------------------------------------ */

/* A point and its goals, all to be minimized. */
struct candidate {
	long point;
	int n;
	const double *goal;
};

static int by_goals(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	for (int i = 0; i < x->n; i++) {
		if (x->goal[i] != y->goal[i])
			return x->goal[i] < y->goal[i] ? -1 : 1;
	}
	return x->point < y->point ? -1 : 1;
}

/* In the order of by_goals only an earlier candidate can dominate a later one,
 * and then one of those that stayed does. */
static void mark_front(struct sweep *s, struct candidate *c, long n)
{
	long front = 0;
	qsort(c, (size_t)n, sizeof *c, by_goals);
	for (long i = 0; i < n; i++) {
		bool best = true;
		for (long k = 0; best && k < front; k++)
			best = !nsga_dominates(c[k].goal, c[i].goal, c[i].n);
		if (!best)
			continue;
		s->row[c[i].point].best = true;
		c[front++] = c[i];
	}
}

/* A goal of a point, or of several as one, to be minimized. */
static double goal_of(const struct sweep *s, const long *point, int n, int k)
{
	const struct plan_goal *g = &s->plan->goal[k];
	double v = result_total(s, point, n, metric_find(g->metric));
	return g->maximize ? -v : v;
}

bool result_goals(const struct sweep *s, const long *point, int n, double *goal,
                  double *excess)
{
	*excess = 0;
	for (int i = 0; i < n; i++) {
		const struct row *r = &s->row[point[i]];
		if (!r->ok)
			return false;
		*excess += r->excess;
	}
	for (int k = 0; k < s->plan->n_goals; k++)
		goal[k] = goal_of(s, point, n, k);
	return true;
}

/* Judged against others: done, and within limits. */
static bool counts(const struct row *r)
{
	return r->ok && r->broken == 0;
}

/* Lists of points that are compared with each other: a network's, or those of
 * alternatives. */
static int n_contests(const struct plan *p)
{
	return p->alternatives ? 1 : p->n_nets;
}

static void contest_points(const struct plan *p, int contest, long *first,
                           long *n)
{
	*first = 0;
	*n = p->n_points;
	if (!p->alternatives)
		plan_net_points(p, contest, first, n);
}

/* Candidates of a contest by the first n_goals goals; *n of them. To be freed,
 * goals first. */
static struct candidate *candidates(const struct sweep *s, int contest,
                                    int n_goals, long *n, double **goals)
{
	long first, all;
	contest_points(s->plan, contest, &first, &all);
	struct candidate *c = mem_zero((size_t)all, sizeof *c);
	*goals = mem_zero((size_t)all * (size_t)n_goals, sizeof **goals);
	*n = 0;
	for (long i = first; i < first + all; i++) {
		double *g = *goals + *n * n_goals;
		if (!counts(&s->row[i]))
			continue;
		for (int k = 0; k < n_goals; k++)
			g[k] = goal_of(s, &i, 1, k);
		c[(*n)++] = (struct candidate){i, n_goals, g};
	}
	return c;
}

/* The points of all networks that have the design of a point of the first. */
static bool same_design(const struct sweep *s, long of, long *point)
{
	const struct plan *p = s->plan;
	int index[PLAN_MAX_DIMS];
	bool all = true;
	plan_index(p, p->cell ? p->cell[of] : of, index);
	for (int net = 0; net < p->n_nets; net++) {
		index[0] = net;
		point[net] = plan_point_at(p, index);
		all = all && point[net] >= 0;
	}
	return all;
}

static void judge_together(struct sweep *s)
{
	const struct plan *p = s->plan;
	const size_t n_goals = (size_t)p->n_goals;
	long all, n = 0, unused;
	plan_net_points(p, 0, &unused, &all);
	struct candidate *c = mem_zero((size_t)all, sizeof *c);
	double *goals = mem_zero((size_t)all * n_goals, sizeof *goals);
	long *point = mem_zero((size_t)p->n_nets, sizeof *point);
	double excess;
	for (long i = 0; i < all; i++) {
		double *g = goals + (size_t)n * n_goals;
		if (same_design(s, i, point) &&
		    result_goals(s, point, p->n_nets, g, &excess) &&
		    excess <= 0)
			c[n++] = (struct candidate){i, p->n_goals, g};
	}
	mark_front(s, c, n);
	for (long i = 0; i < all; i++)
		if (s->row[i].best && same_design(s, i, point))
			for (int net = 1; net < p->n_nets; net++)
				s->row[point[net]].best = true;
	free(point);
	free(goals);
	free(c);
}

void result_judge(struct sweep *s)
{
	if (s->together) {
		judge_together(s);
		return;
	}
	for (int i = 0; i < n_contests(s->plan); i++) {
		double *goals;
		long n;
		struct candidate *c =
		        candidates(s, i, s->plan->n_goals, &n, &goals);
		mark_front(s, c, n);
		free(goals);
		free(c);
	}
}

/* ---- What is to be confirmed -------------------------------------------- */

static int by_point(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;
	return x < y ? -1 : x > y;
}

/* Put the best of a contest's points, by the first goal, at `to`; at most n. */
static long choose_best(const struct sweep *s, int contest, long n, long *to)
{
	double *goals;
	long found, k;
	struct candidate *c = candidates(s, contest, 1, &found, &goals);

	qsort(c, (size_t)found, sizeof *c, by_goals);
	for (k = 0; k < found && k < n; k++)
		to[k] = c[k].point;
	free(goals);
	free(c);
	return k;
}

long *result_choose(const struct sweep *s, long confirm, long *n)
{
	const struct plan *p = s->plan;
	long *part = mem_zero((size_t)p->n_points, sizeof *part);

	*n = 0;
	if (confirm > 0) {
		for (int i = 0; i < n_contests(p); i++)
			*n += choose_best(s, i, confirm, part + *n);
		qsort(part, (size_t)*n, sizeof *part, by_point);
		return part;
	}
	for (long i = 0; i < p->n_points; i++)
		if (confirm == SWEEP_CONFIRM_ALL ? s->row[i].ok
		                                 : s->row[i].best)
			part[(*n)++] = i;
	return part;
}
