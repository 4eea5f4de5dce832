/* report_priv: a report in memory. Internal to explore/report*.c. */
#ifndef EXPLORE_REPORT_PRIV_H
#define EXPLORE_REPORT_PRIV_H

#include "base/json.h"
#include "base/yaml.h"
#include "explore/names.h"
#include "explore/metric.h"
#include "explore/report.h"
#include "explore/store.h"

/* What a sweep went over: a parameter, or "tech", "target", "backend". */
struct report_axis {
	char *key;
	const struct param *param; /* NULL: none */
	char **value;              /* as text, in the order of the sweep file */
	int n;
	int group; /* axes of one group move together */
};

struct report_net {
	char *name, *path, *input; /* input NULL: made up */
	uint64_t hash, input_hash;
	char *data; /* labelled data set; NULL: none */
	uint64_t data_hash;
	long data_size;
	struct joulet_net *net; /* open while details are made, or NULL */
	char *absent;           /* why there are no details; NULL: there are */
};

/* A technology table. Without its file, energies are those that the store
 * keeps. */
struct report_tech {
	char *name, *path; /* path NULL: the default table */
	struct joulet_tech *table;
	char *absent; /* why there is none; NULL: there is one */
};

struct report_goal {
	int metric; /* metric_find */
	bool maximize;
	const char *name; /* of that metric */
};

struct report_point {
	long number;
	bool ok;         /* else outcome.error; false, too, of an outcome that
	                  * is ok if its clock is refused */
	bool within;     /* breaks no limit; only those can be best */
	uint32_t broken; /* bit i: breaks limit[i] */
	double excess;   /* by how much in all: expr_excess */
	bool best, confirmed;
	int *value; /* by axis: index of its value, or -1 */
	struct plan_pick pick;
	struct outcome out;
	double metric[N_METRICS];
	double share_pj[N_SHARES];
	uint64_t cause[N_CAUSES];      /* by the counters: docs/explain.md */
	struct joulet_explain *detail; /* or NULL */
};

/* How much one axis changes one metric: the geometric mean, over all designs
 * that differ in this axis alone, of the metric at a value over the mean of
 * its values there. n: designs compared; 0: none. */
struct report_effect {
	double ratio;
	long n;
};

struct report {
	char *store;
	char *name, *file, *target, *backend, *tool, *id;
	struct report_tech *tech;
	int n_techs;
	char *tech_of; /* plan_json.c */
	struct report_axis *axis;
	int n_axes, n_groups;
	struct report_net *net;
	int n_nets;
	bool alternatives, any_clock; /* of plan.h */
	struct report_goal *goal;
	int n_goals;
	char **limit, **where; /* as written */
	int n_limits, n_where;
	struct expr **rule; /* of each limit */
	struct report_point *point;
	long n_points, n_done, n_within, n_best, n_confirmed;
	bool have_rtl; /* the Verilog can be read; else nothing is confirmed */
	uint64_t rtl_hash;
};

/* report_plan.c: take names, axes ... from a row of sweeps. */
bool report_plan(struct report *r, const char *json, struct err *err);
void report_plan_free(struct report *r);

/* report_judge.c: which points are within the limits, and best of those. */
bool report_judge(struct report *r, struct err *err);
double report_metric(const struct report_point *p, int metric);
/* Networks whose points are compared with each other: a list for each network,
 * or one for all of them. */
int report_contests(const struct report *r);
/* The best point of such a list by a goal, of those that are ok; -1: none. */
long report_best(const struct report *r, int contest, int goal);
/* The point of such a list that breaks limits by the least; -1: none is ok. */
long report_nearest(const struct report *r, int contest);
/* What most cycles of a point are spent on. */
enum joulet_cause report_bound(const struct report_point *p);
/* The effects of axes `group` on `metric` for one network: one for every value
 * of the group's first axis. */
void report_effects(const struct report *r, int net, int group, int metric,
                    struct report_effect *to);
/* The first axis of a group, and how many values it has. */
const struct report_axis *report_group(const struct report *r, int group);

/* report_read.c: share_pj of a point by a table. ERR_DATA, with the point, if
 * its voltage is none for the table. */
bool report_price(const struct report *r, const struct joulet_tech *t,
                  struct report_point *p, struct err *err);
/* Is the point's clock reached, by the table? Else ok is false, out.error says
 * why. */
void report_refuse(const struct report *r, const struct joulet_tech *t,
                   struct report_point *p);

/* report_detail.c: the details of one point, without neighbours; none twice.
 * ERR_DATA if it cannot be run again. */
bool report_explain(struct report *r, struct report_point *p, struct err *err);

/* "array.rows=8 requant.lanes=4": axes with more than one value. */
void report_design_text(const struct report *r, const struct report_point *p,
                        struct buf *to);
/* The arguments after `joulet run` that give the point again. */
void report_arguments(const struct report *r, const struct report_point *p,
                      struct buf *to);

/* report_text.c: what a metric is measured in; "" if it is a plain number. */
const char *report_unit(int metric);

/* report_json.c: all that the page shows, as JSON. */
void report_data(const struct report *r, struct buf *to);

#endif
