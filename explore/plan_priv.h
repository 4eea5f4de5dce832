/* plan_priv: what the parts of a plan's reader know of each other. plan.c reads
 * the file, plan_axes.c its axes, plan_cells.c makes points of them. */
#ifndef EXPLORE_PLAN_PRIV_H
#define EXPLORE_PLAN_PRIV_H

#include "explore/plan.h"

extern const char *const plan_target_names[]; /* by enum joulet_target */
extern const char *const plan_backend_names[];
enum { N_PLAN_TARGETS = 2, N_PLAN_BACKENDS = 2 };

/* Add a technology table, named relative to the sweep file. Its index. */
int plan_add_tech(struct plan *p, const char *name);

/* Put the place of y in front of a message about what it names. False. */
bool plan_blame(const struct yaml *y, struct err *err);

/* axes; then zip, which with networks makes the dimensions. */
bool plan_read_axes(struct plan *p, struct err *err);
bool plan_read_zips(struct plan *p, struct err *err);

/* where and limits, after networks and axes. */
bool plan_read_rules(struct plan *p, struct err *err);

/* Make points of the cells that where allows. */
bool plan_make_points(struct plan *p, struct err *err);

#endif
