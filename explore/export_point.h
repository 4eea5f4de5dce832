/* export_point: a point as a line of CSV or an object of JSON, the same from a
 * sweep that has just run and from a store. Columns and keys: docs/sweeps.md.
 */
#ifndef EXPLORE_EXPORT_POINT_H
#define EXPLORE_EXPORT_POINT_H

#include "base/json.h"
#include "explore/store.h"

/* Everything is borrowed. */
struct export_point {
	long number;
	const char *network, *tech;
	const struct plan_pick *pick;
	bool ok; /* else only error */
	bool best, confirmed;
	const char *error;
	const double *metric; /* N_METRICS */
	const struct outcome *out;
	const double *share_pj;    /* N_SHARES */
	const char *const *breaks; /* limits, as written */
	int n_breaks;
};

void export_csv_head(struct buf *b);
void export_csv(const struct export_point *p, struct buf *b);
void export_json(const struct export_point *p, struct json *j);

/* Lines that say why points failed: the first few different reasons. why_failed
 * gives that of point i, or NULL. */
void export_reasons(const char *(*why_failed)(const void *ctx, long i),
                    const void *ctx, long n_points, struct buf *b);

#endif
