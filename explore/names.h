/* names: what conditions of a sweep (where, limits) may name, and their values:
 * every parameter; network, target, backend, tech; and every metric. */
#ifndef EXPLORE_NAMES_H
#define EXPLORE_NAMES_H

#include "explore/expr.h"
#include "explore/plan.h"

/* The words that network and tech may be; borrowed. metrics: known, too, which
 * they are after a run only. */
struct names {
	const char *const *net, *const *tech;
	int n_nets, n_techs;
	bool metrics;
};

/* For expr_parse; borrows s. */
struct expr_names names_in(const struct names *s);

/* Slots: parameters by their place in params, then these. */
enum { NAME_NETWORK, NAME_TARGET, NAME_BACKEND, NAME_TECH };
int names_slot(int name);
/* The slot of a metric. */
int names_metric(int metric);

/* One value that is a whole number or the place of a word. */
void names_set(struct expr_value *v, long i);
/* Values by slot, for expr_true: of what a point is made of, and of its
 * N_METRICS metrics. v has NAMES_MAX_SLOTS. */
enum { NAMES_MAX_SLOTS = 128 };
void names_set_pick(struct expr_value *v, const struct plan_pick *pick);
void names_set_metrics(struct expr_value *v, const double *metric);

#endif
