/* report: what a sweep found, from the store alone.
 *
 *     struct report *r = report_open("kws.db", NULL, &err);
 *     report_details(r, REPORT_PARETO, &err);   // optional: by layer
 *     report_html(r, "report.html", &err);
 *     report_close(r);
 *
 * The store says what the sweep was (plan_json.h) and has all results, so
 * neither sweep file nor networks are needed. Details of a point (layers,
 * causes, timeline, memory) are not stored: they are had by running it again,
 * for which the network's file must be where it was, with the same bytes.
 *
 * Errors: as store.h; ERR_DATA if the store has no such sweep, or was written
 * before sweeps were described there.
 */
#ifndef EXPLORE_REPORT_H
#define EXPLORE_REPORT_H

#include <stdio.h>

#include "base/err.h"

struct report;

/* sweep: the name of one, or the beginning of its id; NULL: the latest. */
struct report *report_open(const char *store, const char *sweep,
                           struct err *err);
void report_close(struct report *r);

long report_points(const struct report *r);

/* One more limit, as those of a sweep file (docs/sweeps.md). ERR_DATA. */
bool report_limit(struct report *r, const char *text, struct err *err);

/* Cost all points anew by a technology table (joulet_tech_open); of points that
 * differ in the table alone the first stays. Before report_details. Nothing is
 * run, and the store stays as it is. */
bool report_recost(struct report *r, const char *tech, struct err *err);

/* Points whose details are wanted: the best of every network by each
 * objective; with those all Pareto-optimal ones, as far as REPORT_MAX_DETAILS
 * goes; none. */
enum report_which { REPORT_NONE, REPORT_BEST, REPORT_PARETO };
enum { REPORT_MAX_DETAILS = 96 };

/* Run them. What cannot be run (a network is not there any more) is no error:
 * the report says why. `note` is told of every network and may be NULL. */
void report_details(struct report *r, enum report_which which,
                    void (*note)(void *ctx, const char *text), void *ctx);

/* For a terminal of `width` columns. */
void report_text(const struct report *r, int width, FILE *f);

/* Every point, in columns and keys as sweep_csv and sweep_json. */
bool report_csv(const struct report *r, const char *path, struct err *err);
void report_json(const struct report *r, FILE *f);

/* One page that asks nothing of any network: docs/report.md. Leaves no file on
 * failure. */
bool report_html(const struct report *r, const char *path, struct err *err);

#endif
