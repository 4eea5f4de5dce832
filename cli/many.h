/* many: what commands that run many points have in common. */
#ifndef CLI_MANY_H
#define CLI_MANY_H

#include <signal.h>

#include "explore/sweep.h"

/* Options as written, NULL if not given. ERR_USAGE. */
bool read_jobs(const char *text, int *jobs, struct err *err);
bool read_confirm(const char *text, long *confirm, struct err *err);
/* A whole number; *value stays if it is not given. */
bool read_number(const char *option, const char *text, long min, long max,
                 long *value, struct err *err);
/* Where and how progress is told. */
bool read_progress(const char *how, struct sweep_opts *opts, struct err *err);

/* The first signal ends the work in order, a second one at once; what is
 * returned is then not zero. */
const volatile sig_atomic_t *catch_signals(void);

#endif
