/* err: how a function says that its input was wrong.
 *
 * A fallible function returns bool (or a pointer, NULL on failure) and takes
 * `struct err *err` last. On failure the message is complete: it names the
 * file, the line and the field. Only the command line prints. A broken
 * invariant is not an err: it is an assert.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/* What kind of failure it was; the values are the exit status of the command
 * line (docs/reference: exit status). */
enum err_kind {
	ERR_NONE = 0,
	ERR_MISMATCH = 3,   /* rtl, fast or reference disagree */
	ERR_USAGE = 2,      /* wrong command line */
	ERR_DATA = 65,      /* bad input: a key, a value, a network */
	ERR_NOINPUT = 66,   /* a file cannot be opened or read */
	ERR_TOOL = 69,      /* a needed tool (verilator, ...) is missing */
	ERR_BUG = 70,       /* our bug: a state that should not be */
	ERR_AGAIN = 75,     /* try again: the store is locked */
	ERR_WATCHDOG = 124, /* a simulation made no progress */
	ERR_INTERRUPTED = 130,
};

struct err {
	enum err_kind kind;
	char msg[512];
};

/* Where a value was written; line is 0 when the whole file is meant. */
struct src {
	const char *file; /* borrowed */
	int line;
};

/* Set the message to "file:line: " and the text, and kind ERR_DATA. Returns
 * false, so that callers write `return err_at(err, src, ...)`. */
bool err_at(struct err *err, struct src src, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

/* Set kind and message without a place. Returns false. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

#endif
