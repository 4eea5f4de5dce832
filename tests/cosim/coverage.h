/* coverage: what random trials did, counted feature by feature.
 *
 * The features are those of coverage.def, for every opcode of commands.def that
 * they fit; every legal flag and pair of flags of an opcode; every register
 * written in every state of the fetch unit and read with and without a job;
 * every set of those who want one memory in a cycle; every event; both ends of
 * every elaboration parameter. A new row of isa/ is a new feature that no
 * program has: the generator must learn it.
 */
#ifndef COSIM_COVERAGE_H
#define COSIM_COVERAGE_H

#include "sim/trial.h"

struct coverage;

struct coverage *coverage_new(void);
void coverage_free(struct coverage *c);

/* For struct host: counts what the fast model does in this cycle. */
void coverage_probe(void *coverage, const struct host *h);
/* Count a trial whose run on the fast model, cycle by cycle, was `r`. */
void coverage_trial(struct coverage *c, const struct trial *t,
                    const struct run *r);

/* A line a feature if `all`, else a line a group; those that never happened in
 * any case. Returns how many these are. */
int coverage_print(const struct coverage *c, bool all, FILE *f);

#endif
