/* ask: what to try next, for those who evaluate points themselves.
 *
 *     joulet ask s.yaml -n 8      {"id": 0, "network": "kws", "parameters":
 * ...} joulet tell s.yaml          {"id": 0, "goals": {"latency_us": 12.5,
 * ...}}
 *
 * Proposals are those of the search (search.h) as if it had run the points told
 * so far; points asked for and not told yet are never proposed again. What was
 * asked and told is in the store, table `asked`, by space: a hash of networks,
 * axes, where and objectives. The program's version is no part of it, since it
 * did not make the results.
 *
 * A told line (lines.h) is about the point with its "id", or the one with its
 * "network" and "parameters", which need not have been asked for. Its values
 * are in "goals" or "metrics" under the names of the objectives; or "state" is
 * "failed". "excess" says how far it is beyond limits, or "breaks" lists those
 * that it breaks. So the answers of `joulet eval` can be told as they are.
 */
#ifndef EXPLORE_ASK_H
#define EXPLORE_ASK_H

#include "base/buf.h"
#include "explore/store.h"

enum { ASK_MAX = 10000 };

struct ask;

/* together: as for a search. Reads what is known. store NULL: the default. */
struct ask *ask_open(const char *path, const char *store, bool together,
                     struct err *err);
void ask_close(struct ask *a);

/* Propose n points, of all networks together, as lines added to `out`; fewer
 * if the space has no more. */
bool ask_points(struct ask *a, long n, uint64_t seed, struct buf *out,
                struct err *err);

/* The Pareto-optimal points told so far, as lines that could be told. */
bool ask_best(struct ask *a, struct buf *out, struct err *err);

/* Take lines of results, all or none of them: the first that is wrong is the
 * error. */
bool ask_tell(struct ask *a, const char *text, size_t size, struct err *err);

#endif
