/* spawn: other programs, run and waited for.
 *
 * Arguments end with NULL; argv[0] is looked for in PATH. Safe from several
 * threads at once.
 */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include "base/buf.h"
#include "base/err.h"

/* Is there such a program in PATH? */
bool spawn_found(const char *tool);

/* The same as an error, ERR_TOOL: who needs it, and which Debian package has
 * it. */
bool spawn_need(const char *who, const char *tool, const char *package,
                struct err *err);

/* The first line that a command prints; NULL if it fails. The caller frees
 * it. */
char *spawn_line(char *const argv[]);

/* Run with both outputs in the file `log`; env NULL: ours. Exit status 0? */
bool spawn_run(char *const argv[], char *const env[], const char *log);

/* What a program that failed said last: up to two lines of its log, for a
 * message of one line; "" if there are none. */
void spawn_tail(const char *log, struct buf *to);

#endif
