/* progress: how far a sweep is, for people or as JSON lines. Internal.
 *
 *     struct progress talk = {.to = stderr, .style = PROGRESS_LINE};
 *     progress_begin(&talk, "points", n, &tally, path);
 *     ... progress_show is a work_opts.progress with &talk as ctx ...
 *     progress_end(&talk);
 *
 * `to` NULL: nothing is said.
 */
#ifndef EXPLORE_PROGRESS_H
#define EXPLORE_PROGRESS_H

#include <stdio.h>

#include "explore/sweep.h"
#include "explore/work.h"

enum progress_style {
	PROGRESS_PLAIN, /* lines, few of them */
	PROGRESS_LINE,  /* one line, redrawn */
	PROGRESS_JSON,  /* an object a line: docs/sweeps.md */
};

struct progress {
	FILE *to;
	enum progress_style style;
	/* The rest is its own. */
	const char *phase; /* "points", "accuracy", "confirm", "search" */
	long points, known_failed;
	bool drawn, told; /* told: now is what was shown last */
	double last;      /* seconds into the run, when it was shown */
	long last_all;
	struct work_progress now;
};

/* How a sweep's options want it. */
enum progress_style sweep_style(const struct sweep_opts *opts);

/* A phase begins: so many points, of which those of the tally are finished. */
void progress_begin(struct progress *t, const char *phase, long points,
                    const struct tally *known, const char *store);
void progress_show(void *ctx, const struct work_progress *p);
void progress_end(struct progress *t);

#endif
