/* slurm: a sweep's points, run by workers that Slurm starts.
 *
 * The submitter claims the open points, lays them into a folder beside the
 * store in slices, and has Slurm start an array of workers, each of which takes
 * slice after slice and writes what it finds to a log of its own (slurm_dir.h,
 * merge.h). The submitter merges the logs into the store; it alone opens it.
 *
 * What is done is decided by what is in the logs, who is alive by what workers
 * write, never by Slurm's view of its jobs. A dead worker's slices are given to
 * others. If the submitter dies, the workers go on; the same command finds
 * their folder and takes over.
 */
#ifndef EXPLORE_SLURM_H
#define EXPLORE_SLURM_H

#include "explore/slurm_cmd.h"
#include "explore/work.h"

/* As work_run, with Slurm. `sweep` is the path of the plan's file. */
bool slurm_run(const struct plan *p, const char *sweep,
               const struct work_opts *opts, const struct slurm_opts *slurm,
               struct err *err);

/* The same for plans that follow each other, each of cells of the file `sweep`
 * (plan_of_cells): the workers stay. `sweep` and slurm are borrowed. */
struct slurm_team;
struct slurm_team *slurm_team_new(const char *sweep,
                                  const struct slurm_opts *slurm);
bool slurm_team_run(struct slurm_team *t, const struct plan *p,
                    const struct work_opts *opts, struct err *err);
/* The workers end, in_haste: at once; what they did is merged. Not freed. */
bool slurm_team_end(struct slurm_team *t, bool in_haste, struct err *err);
/* After slurm_team_end, or if slurm_team_run was never called; also NULL. */
void slurm_team_free(struct slurm_team *t);

/* End the runs that submitters of this store left behind, and merge what is in
 * their folders; but not the run that slurm_run(p, ...) would take over, if p
 * is not NULL. Waits for the workers of such runs to end. */
bool slurm_tidy(const char *store, const struct plan *p,
                const struct work_opts *opts, struct err *err);

/* Be a worker: `joulet worker FOLDER`. Ends when the run does, when nothing was
 * to be done for a while, or after *stop. */
bool slurm_work(const char *folder, const volatile sig_atomic_t *stop,
                struct err *err);

#endif
