/* merge: what a worker without a store did, as a log, and into the store.
 *
 * SQLite is not safe over NFS. So a worker on another machine has one file of
 * its own in a shared folder, which it alone writes and only appends to: its
 * log. The submitter alone reads the logs into the store. A line of a log is
 * fields between tabs, the last one a hash of all before it:
 *
 *     begin  POINT KEY           the worker began with a point
 *     done   POINT KEY OF_KEY RTL_HASH RESULT...
 *     failed POINT KEY KIND TEXT
 *     crash  POINT KEY TEXT      the process that ran the point died
 *     slice  NUMBER              the worker is through with a slice
 *
 * OF_KEY and RTL_HASH are "-" and 0, or say which point the Verilog of which
 * hash agrees with (plan_confirm). What a kill or a full disk left of a line
 * has no valid hash and counts as not written; the next line begins anew.
 *
 * How many bytes of a log are in the store is kept in the store, in the same
 * transaction: whatever dies when, each line is merged exactly once.
 */
#ifndef EXPLORE_MERGE_H
#define EXPLORE_MERGE_H

#include "explore/store.h"

struct log {
	int fd;
	char *path; /* owned */
	bool durable;
	double synced; /* when, in seconds */
};

/* Make the file, which must not be there, or go on with it. */
bool log_create(struct log *l, const char *path, bool durable, struct err *err);
bool log_open(struct log *l, const char *path, bool durable, struct err *err);
void log_close(struct log *l);

bool log_begin(struct log *l, const struct plan *p, long point,
               struct err *err);
bool log_finish(struct log *l, const struct plan *p, long point,
                const struct outcome *o, struct err *err);
bool log_crash(struct log *l, const struct plan *p, long point, const char *why,
               struct err *err);
bool log_slice(struct log *l, long slice, struct err *err);

enum log_kind {
	LOG_BEGIN,
	LOG_DONE,
	LOG_FAILED,
	LOG_CRASH,
	LOG_SLICE,
	N_LOG_KINDS
};

struct log_line {
	enum log_kind kind;
	long number; /* point or slice */
	char key[PLAN_KEY], of_key[PLAN_KEY];
	uint64_t rtl_hash;
	struct outcome o; /* error and kind also of crash */
};

/* One line without its newline; false if it is not whole. */
bool log_parse(const char *text, size_t size, struct log_line *line);

/* What merging found; counts add up. */
struct merge_news {
	long bytes;        /* read */
	long done, failed; /* points that this put into the store */
	long again;        /* results of points that had one already */
	long bad_lines;
	struct log_line differs; /* of a comparison, if any: kind is */
	void (*slice)(void *ctx, long slice); /* one is through; or NULL */
	void *ctx;
};

/* Bring the store up to date with the whole lines of a log. `name` is the log's
 * in the store. A log that is not there has no lines. */
bool merge_log(struct store *s, const char *path, const char *name,
               struct merge_news *news, struct err *err);

/* How much of the log is in the store already, in bytes. */
bool merge_done(struct store *s, const char *name, long *bytes,
                struct err *err);

/* Forget the logs whose names begin with `prefix`. */
bool merge_forget(struct store *s, const char *prefix, struct err *err);

/* The point that the log began last and did not end, or -1. */
long merge_open_point(const char *path, char key[PLAN_KEY]);

/* A worker died of a point: as store_release, but the claim stays. */
bool merge_crash(struct store *s, const char *key, const char *why,
                 struct err *err);

#endif
