/* lines: points of a space as lines of JSON, in and out.
 *
 *     {"id": 7, "network": "kws", "parameters": {"array.rows": 8, ...}}
 *
 * Parameters are axes of the sweep file with one of their values each; those
 * with one value only may be left out, and of axes that move together one is
 * enough. Lines are read by the house rules of YAML (yaml.h), of which JSON is
 * a part. Messages name the line: "stdin:12: ...".
 */
#ifndef EXPLORE_LINES_H
#define EXPLORE_LINES_H

#include "base/json.h"
#include "explore/plan.h"

/* A line that must be an object. The caller drops it. */
struct yaml *line_parse(const char *text, size_t size, const char *file,
                        long number, struct err *err);

/* The index (plan.h) that `network` and `parameters` of a line mean. any_net:
 * no network is wanted, index[0] is 0. */
bool line_index(const struct plan *p, const struct yaml *line, bool any_net,
                int *index, struct err *err);

/* The number or text `node` as it was written; NULL: null. */
void line_echo(struct json *j, const char *key, const struct yaml *node);

/* "network" (unless any_net) and "parameters". */
void line_point(struct json *j, const struct plan *p, const int *index,
                bool any_net);

/* The whole space: networks, axes with their values, zip, objectives. */
void line_space(struct json *j, const struct plan *p);

#endif
