/* result: the finished points of a sweep, costed and compared. Internal. */
#ifndef EXPLORE_RESULT_H
#define EXPLORE_RESULT_H

#include "explore/metric.h"
#include "explore/store.h"
#include "explore/sweep.h"

struct row {
	bool ok;         /* else error */
	bool refused;    /* a result is there, but the clock is not reached */
	bool best;       /* within limits, and no other point of its network (or
	                  * design, if judged together) that is within them is
	                  * better everywhere */
	uint32_t broken; /* bit i: breaks limit i of the plan */
	double excess;   /* by how much it breaks them: plan_broken */
	bool confirmed;  /* the present Verilog agrees */
	char *error;     /* owned; NULL if ok */
	double metric[N_METRICS];
};

/* The search whose points these are. */
struct searched {
	uint64_t seed;
	long budget;
	double combinations;
};

struct sweep {
	struct plan *plan;
	char *path, *store;
	struct joulet_tech **techs; /* as plan.tech_path */
	struct joulet_tech *tech;   /* the first of them */
	struct row *row;            /* by point; NULL before sweep_run */
	bool have_rtl; /* the Verilog can be read; else nothing is confirmed */
	uint64_t rtl_hash;
	bool durable;
	long known;    /* points that an earlier run had finished */
	bool together; /* points of a design are judged by their totals */
	const struct searched *found_by; /* a search; or NULL */
};

/* As sweep_open, of a plan that may be large: for plan_of_cells. */
struct sweep *sweep_open_space(const char *path, const char *store,
                               struct err *err);

/* Read every point from the store, cost it, keep its cost in the store. Of
 * opts: what is told of the accuracy that is measured meanwhile, and its end.
 */
bool result_read(struct sweep *s, const struct sweep_opts *opts,
                 struct err *err);
void result_free(struct sweep *s);

/* One point with everything, for export; share_pj as joulet_cost gives it. */
bool result_full(const struct sweep *s, struct store *store, long point,
                 struct outcome *o, double share_pj[N_SHARES], struct err *err);

/* The N_METRICS metrics of an outcome that is ok. t NULL: what only a table can
 * say is NAN. */
void result_metrics(const struct outcome *o, const struct joulet_tech *t,
                    const struct design *d, double energy_uj, double *metric);

/* Can the table give this metric of the design? Area and fmax only some can.
 * ERR_DATA. */
bool result_says(const struct joulet_tech *t, int metric,
                 const struct design *d, struct err *err);

/* The technology table of a point. */
const struct joulet_tech *result_tech(const struct sweep *s, long point);

/* Value of a metric or parameter (metric_find) of a point that is ok. */
double result_metric(const struct sweep *s, long point, int metric);

/* The points to be confirmed, ascending: sweep_opts.confirm. To be freed. */
long *result_choose(const struct sweep *s, long confirm, long *n);

/* The same of the points of one design on n networks. Time, energy and bytes
 * of flash are sums; bytes of memory that one network after another uses are
 * those of the largest, accuracy that of the least accurate; power, utilization
 * and edp are those of all inferences one after another. Of one point: the
 * metric. */
double result_total(const struct sweep *s, const long *point, int n,
                    int metric);

/* The plan's goals of these points as one, all to be minimized. *excess: by
 * how much they break limits. False if one failed. */
bool result_goals(const struct sweep *s, const long *point, int n, double *goal,
                  double *excess);

/* Mark the Pareto-optimal rows, by the plan's goals: of every network, or if
 * they are judged together, of designs. */
void result_judge(struct sweep *s);

#endif
