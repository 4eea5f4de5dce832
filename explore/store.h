/* store: results of points in one SQLite file.
 *
 * A point is known by its key (plan.h) and is in one of four states:
 *
 *     open    nobody works on it
 *     run     a process works on it: `owner`, until `lease_until`
 *     done    result stored
 *     failed  cannot be: `error` says why in one line (illegal design, network
 *             does not fit); as final as done
 *
 * Every change is one transaction; several processes may use one file (not
 * over NFS). WAL with synchronous=NORMAL: a kill loses nothing, a power cut at
 * worst the last commits, never the file. A connection must not be carried
 * over fork: open the store after it.
 *
 * Errors: ERR_AGAIN if another process holds the lock for long, ERR_NOINPUT if
 * the file cannot be opened or written, ERR_DATA if it is no store of this
 * version.
 *
 * Tables, for those who ask SQL: points (one row a result, with its resolved
 * design as YAML and its counts as JSON), sweeps (the latest has the highest
 * rowid), members (which points a sweep has, in order), costs (energy of a
 * point by technology table), refusals (points whose clock their design does
 * not reach by a table, and why), confirmed (points that the Verilog agrees
 * with, by its hash), accuracies (accuracy.h). The comparisons of plan_confirm
 * are points of the backend "verify".
 */
#ifndef EXPLORE_STORE_H
#define EXPLORE_STORE_H

#include "explore/plan.h"

struct store;

/* What a run of a point gave. */
struct outcome {
	bool ok; /* else error and kind */
	enum err_kind kind;
	char error[512];
	uint64_t cycles, boot_cycles, out_hash;
	double latency_us, utilization;
	uint32_t arena_bytes, peak_bytes, spad_bytes, image_bytes;
	struct counts counts;
};

struct tally {
	long total, open, run, done, failed;
};

/* Make the file if there is none. durable: every commit survives a power cut
 * (slower). */
struct store *store_open(const char *path, bool durable, struct err *err);
void store_close(struct store *s);

/* Put the sweep and all its points into the store; those that are there keep
 * their state. */
bool store_add_plan(struct store *s, const struct plan *p, struct err *err);

/* Give back points of this sweep whose owner is gone; *n of them. */
bool store_reap(struct store *s, const struct plan *p, long *n,
                struct err *err);

/* Take the next open point of the sweep, from point `from` on, for `owner`, for
 * `lease_s` seconds; *point is -1 if there is none. */
bool store_claim(struct store *s, const struct plan *p, const char *owner,
                 int lease_s, long from, long *point, struct err *err);

/* Take all open points of the sweep at once, *n of them. This is no attempt:
 * attempts are counted where points are run (merge.h). */
bool store_claim_all(struct store *s, const struct plan *p, const char *owner,
                     int lease_s, long *n, struct err *err);

/* The points of the sweep that the owner works on, ascending; free it. */
bool store_owned(struct store *s, const struct plan *p, const char *owner,
                 long **point, long *n, struct err *err);

/* The owner's points stay its own for another `lease_s` seconds. */
bool store_renew(struct store *s, const char *owner, int lease_s,
                 struct err *err);

/* Store the outcome of a claimed point. If the claim was lost meanwhile, the
 * outcome is dropped: whoever has it now gets the same one. A comparison that
 * ended well confirms its point. */
bool store_finish(struct store *s, const struct plan *p, long point,
                  const char *owner, const struct outcome *o, struct err *err);

/* The owner's points are open again. `crashed`: the owner died of them; after
 * the third time a point is failed, with `why`. */
bool store_release(struct store *s, const char *owner, bool crashed,
                   const char *why, struct err *err);

/* How many points the owner works on. */
bool store_held(struct store *s, const char *owner, long *n, struct err *err);

bool store_tally(struct store *s, const struct plan *p, struct tally *t,
                 struct err *err);

/* Outcome of a point that is done or failed; *found is false otherwise. */
bool store_get(struct store *s, const struct plan *p, long point,
               struct outcome *o, bool *found, struct err *err);

/* Did the Verilog of that hash agree with the point's result? */
bool store_confirmed(struct store *s, const struct plan *p, long point,
                     uint64_t rtl_hash, bool *yes, struct err *err);

/* Keep the energy of points by technology table: begin, any number, end. */
bool store_begin(struct store *s, struct err *err);
bool store_cost(struct store *s, const struct plan *p, long point,
                const struct joulet_tech *tech, const double share_pj[N_SHARES],
                struct err *err);
/* Keep why the table refuses the point; NULL: it does not. */
bool store_refuse(struct store *s, const struct plan *p, long point,
                  const struct joulet_tech *tech, const char *why,
                  struct err *err);
bool store_end(struct store *s, struct err *err);

#endif
