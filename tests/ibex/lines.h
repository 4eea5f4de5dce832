/* lines: the trace of the C model, record by record, from a pipe.
 *
 * The model runs in a process of its own, with the options of `joulet host`:
 * what is compared is what that command writes. */
#ifndef TESTS_IBEX_LINES_H
#define TESTS_IBEX_LINES_H

#include <stdio.h>
#include <sys/types.h>
#include "sim/host.h"

struct lines {
	FILE *trace, *out, *err; /* the process's trace, stdout and stderr */
	pid_t pid;
};

/* Start argv[0] with "--trace" and a pipe added. False: it cannot be. */
bool lines_open(struct lines *l, char *const argv[], int argc);
/* The next line. False: the trace has ended. A line that is not of the trace's
 * form ends this process. */
bool lines_next(struct lines *l, struct host_retire *r);
/* Read the rest, wait. Exit status of the process; 128 + n after signal n. */
int lines_close(struct lines *l);

#endif
