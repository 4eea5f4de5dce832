/* eval: points that somebody else proposes, evaluated: JSON lines in and out.
 *
 * Every line (lines.h) gets an answer, in the order of the lines:
 *
 *     {"id": 7, "network": "kws", "parameters": {...}, "state": "done",
 *      "breaks": [], "goals": {"latency_us": 12.5, ...}, "metrics": {...}}
 *     {"id": 8, ..., "state": "failed", "error": "why"}
 *     {"id": 9, "state": "error", "error": "stdin:3: ..."}
 *
 * A design that cannot be, a network that does not fit and what `where`
 * excludes have failed: that is a result. A line that cannot be understood is
 * an error. Points run as those of a sweep: same store, keys and workers.
 */
#ifndef EXPLORE_EVAL_H
#define EXPLORE_EVAL_H

#include "base/buf.h"
#include "explore/sweep.h"

enum { EVAL_MAX_LINES = 256 };

struct eval;

/* together: a line is a design, which runs on every network; goals and metrics
 * are totals (result.h). */
struct eval *eval_open(const char *path, const char *store, bool together,
                       struct err *err);
void eval_close(struct eval *e);

/* One more line, without its newline; at most EVAL_MAX_LINES before eval_run.
 * The text is copied. */
void eval_add(struct eval *e, const char *text, size_t size);

/* Evaluate the lines added; their answers are added to `out`. As sweep_run, of
 * which opts are; talk is not used. */
bool eval_run(struct eval *e, const struct sweep_opts *opts, struct buf *out,
              struct err *err);

long eval_waiting(const struct eval *e); /* lines added */
long eval_errors(const struct eval *e);  /* lines not understood, in all */

/* What may be proposed, as one line of JSON. */
void eval_space(const struct eval *e, struct buf *out);

#endif
