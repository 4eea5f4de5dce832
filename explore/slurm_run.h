/* slurm_run: the state of a submitter with Slurm. Internal to slurm*.c. */
#ifndef EXPLORE_SLURM_RUN_H
#define EXPLORE_SLURM_RUN_H

#include "explore/merge.h"
#include "explore/slurm.h"
#include "explore/slurm_dir.h"

/* One that has written to alive/. */
struct hand {
	char *name;        /* owned */
	struct pulse last; /* as last read */
	double heard;      /* when its tick changed, in seconds of ours */
	bool gone;         /* ended or dead, and what it had taken care of */
};

struct roster {
	struct hand *hand;
	long n, alive;
};

struct foreman {
	const struct plan *plan; /* NULL when a run is only ended */
	const struct work_opts *opts;
	const struct slurm_opts *slurm; /* NULL: nothing may be submitted */
	const char *sweep;
	struct run_dir dir;
	struct store *store;
	struct roster roster;
	struct slice *slice; /* that somebody has or can take */
	long n_slices, next_slice;
	bool team;       /* plans change: slurm_team */
	bool look_again; /* points may be in no slice */
	bool submitted;  /* Slurm may have jobs of this run */
	struct merge_news news;
	struct work_progress progress;
	double began, renewed, asked, taken; /* seconds */
	struct call query;                   /* what jobs are there */
	double odd_since;    /* Slurm tells of more than we hear; 0: no */
	int submits_in_vain; /* since the last result */
	long merged_then;    /* bytes, at the last submission */
	struct err *err;
};

double foreman_now(void);

/* Bring the store up to date with all logs. */
bool foreman_merge(struct foreman *f);

/* Read signs of life; those that ended or died are dealt with: their logs are
 * merged, a point that killed one is noted, their slices are dropped. *bad has
 * the error of one that could not work, if any. */
bool roster_update(struct foreman *f, struct err *bad);
void roster_free(struct roster *r);

/* Tell all workers to end, wait until they did (not for ever), merge. True if
 * all of them did; then the run's points are open again and its folder gone. */
bool foreman_wind_up(struct foreman *f, bool in_haste, bool *all);

/* A slice is through or will never be. */
void slices_forget(struct foreman *f, long id);

#endif
