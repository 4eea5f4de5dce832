/* doctor: what is wrong with a store and the cluster, and how to repair it.
 *
 * Looked for: damage of the file; sweeps that are not whole; points claimed by
 * nobody alive; runs on a cluster whose submitter is gone; files that a killed
 * process left beside the store; nodes of Slurm that get no work; points that
 * were given up because their process died or took too long.
 */
#ifndef EXPLORE_DOCTOR_H
#define EXPLORE_DOCTOR_H

#include "base/err.h"

struct finding {
	const char *kind; /* "lease", "run", ... */
	char what[512];   /* one sentence */
	char fix[512];    /* what repairs it, as a command or a sentence */
	bool note;        /* nothing is broken: it does not count */
	bool fixed;
};

struct diagnosis {
	struct finding *finding;
	long n;
};

struct doctor_opts {
	const char *store; /* or NULL: only Slurm */
	bool fix;          /* repair what can be repaired */
	bool retry;        /* points that were given up are open again */
};

/* False only if nothing can be said: no such file, or no store. */
bool doctor_look(const struct doctor_opts *o, struct diagnosis *d,
                 struct err *err);
void doctor_free(struct diagnosis *d);

/* Findings that count and are not repaired. */
long doctor_left(const struct diagnosis *d);

#endif
