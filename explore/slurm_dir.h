/* slurm_dir: the shared folder through which a submitter and its workers talk.
 *
 *     STORE.slurm/run-XXXXXX/
 *         lock      the living submitter holds flock on it
 *         run       what is run: sweep file, its id, the program, limits
 *         script    what Slurm starts: `joulet worker FOLDER`
 *         stop      is there when workers shall end
 *         todo/     00000007: a slice, the numbers and keys of some points
 *         taken/    WORKER.00000007: the same slice, taken by rename(2)
 *         alive/    WORKER: its owner's name and a number that it counts up
 *         log/      WORKER: what it did (merge.h)
 *         out/      what workers said
 *
 * Each file has one writer: todo, taken (but for the rename), run and stop the
 * submitter, alive/WORKER and log/WORKER that worker. Nothing depends on clocks
 * of different machines being equal. A worker whose file in alive/ is gone was
 * taken for dead: it ends.
 *
 * Names and paths in here are owned by the struct that has them.
 */
#ifndef EXPLORE_SLURM_DIR_H
#define EXPLORE_SLURM_DIR_H

#include "explore/plan.h"
#include "explore/tool.h"

struct run_dir {
	char *path;             /* absolute */
	char *name;             /* "run-XXXXXX" */
	char owner[OWNER_SIZE]; /* of its points, in the store */
	int lock;               /* -1: not ours */
};

/* The file `run`. */
struct run_info {
	char *sweep; /* absolute path of the sweep file */
	char id[PLAN_KEY], tool[48];
	bool confirm; /* comparisons, with the Verilog of rtl_hash */
	uint64_t rtl_hash;
	long timeout_s; /* of a point; 0: none */
	bool durable;
	bool cells; /* slices have numbers of cells: plan_by_cell */
};

struct names {
	char **name;
	long n;
};

/* The folder of all runs of a store. */
char *run_base(const char *store);

/* Names of the runs there, or of the files of `folder`; sorted. */
struct names run_names(const char *base);
struct names dir_names(const char *folder);
void names_free(struct names *n);

/* "PATH/NAME/FILE"; file may be NULL. To be freed. */
char *run_path(const struct run_dir *d, const char *name, const char *file);

/* Make a new run and lock it. */
bool run_make(const char *base, struct run_dir *d, struct err *err);

/* Open one that is there. *ours: its submitter is gone, and we have its lock;
 * otherwise d is not open. */
bool run_take(const char *base, const char *name, struct run_dir *d, bool *ours,
              struct err *err);
/* For a worker: without the lock. */
bool run_open(const char *path, struct run_dir *d, struct err *err);
void run_close(struct run_dir *d);
/* Delete it with all that is in it, and the base if it is empty. */
void run_remove(struct run_dir *d);

bool run_write_info(const struct run_dir *d, const struct run_info *i,
                    struct err *err);
bool run_read_info(const struct run_dir *d, struct run_info *i,
                   struct err *err);

bool run_stop(const struct run_dir *d, struct err *err);
bool run_stopped(const struct run_dir *d);

/* ---- Slices ------------------------------------------------------------- */

enum { SLICE_NAME = 9 };

struct slice {
	long id, n;
	long *point;
	char (*key)[PLAN_KEY];
};

/* cells: points are written by the numbers of their cells. */
bool slice_write(const struct run_dir *d, const struct plan *p, bool cells,
                 long id, const long *point, long n, struct err *err);
/* Take one for the worker; *found is false if there is none. */
bool slice_take(const struct run_dir *d, const char *worker, unsigned seed,
                struct slice *s, bool *found, struct err *err);
/* The slice that the file PATH/FOLDER/NAME is. */
bool slice_read(const struct run_dir *d, const char *folder, const char *name,
                struct slice *s, struct err *err);
/* Its worker is through with it, or dead. */
void slice_drop(const struct run_dir *d, const char *worker, long id);
void slice_free(struct slice *s);

/* The number at the end of a slice's file name, or -1. */
long slice_id(const char *name);

/* ---- Signs of life ------------------------------------------------------ */

struct pulse {
	char owner[OWNER_SIZE];
	long tick;
	bool ended;
	struct err err; /* why, if it is not ERR_NONE */
};

/* first: make the file. Otherwise *gone if it is not there any more. It has its
 * full size from the beginning: the last word fits on a full disk. */
bool pulse_write(const struct run_dir *d, const char *worker,
                 const struct pulse *p, bool first, bool *gone,
                 struct err *err);
/* False if there is none, or none that can be read. */
bool pulse_read(const struct run_dir *d, const char *worker, struct pulse *p);

#endif
