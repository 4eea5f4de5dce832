/* plan_json: what a sweep was, as one line of JSON for the store.
 *
 * A report is made from the store alone, so the store keeps what the sweep
 * file said. Written by store_add_plan into sweeps.plan, read by report.c.
 * Paths are absolute where the file system says so.
 */
#ifndef EXPLORE_PLAN_JSON_H
#define EXPLORE_PLAN_JSON_H

#include "base/buf.h"
#include "explore/plan.h"

/* Adds to `to`, without a newline at the end. */
void plan_json(const struct plan *p, struct buf *to);

/* A key "objectives": metric and direction of each. */
struct json;
void plan_json_goals(const struct plan *p, struct json *j);

#endif
