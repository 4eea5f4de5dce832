/* plan: which designs, and how many programs on each. */
#ifndef COSIM_PLAN_H
#define COSIM_PLAN_H

#include "sim/trial.h"

struct entry {
	struct design d;
	char name[40]; /* options of cosim that give this design */
	uint64_t seed; /* of the first program */
	int count, commands;
};

/* "ci": the fixed designs and a few random ones. "long": 100,000 programs over
 * random designs. */
bool plan_known(const char *plan);
/* Entry i, or false behind the last. */
bool plan_entry(const char *plan, int i, struct entry *e);

/* Fixed design `i`, or, if random >= 0, that random one; sets d and name. */
void plan_design(struct entry *e, int i, int64_t random);

#endif
