/* plan: see plan.h. */
#include "tests/cosim/plan.h"

#include <inttypes.h>
#include <string.h>

#include "tests/cosim/generate.h"

/* Seeds of random designs, chosen so that, with the fixed ones, as many pairs
 * of ends of parameters as possible are in one design; and programs on each. */
static const struct {
	int seed, count;
} ci_random[] = {{1609, 80},  {4678, 80}, {18298, 80}, {9492, 80},
                 {10674, 60}, {7218, 20}, {17123, 12}};

enum {
	CI_COUNT = 170, /* programs on a fixed design */
	CI_RANDOM = sizeof(ci_random) / sizeof(ci_random[0]),
	LONG_DESIGNS = 50,
	LONG_COUNT = 2000,
	LONG_COMMANDS = 6,
};

void plan_design(struct entry *e, int i, int64_t random)
{
	if (random < 0) {
		if (!design_fixed(i, &e->d))
			design_fixed(0, &e->d);
		snprintf(e->name, sizeof(e->name), "--design %d", i);
		return;
	}
	design_random(&e->d, (uint64_t)random);
	snprintf(e->name, sizeof(e->name), "--random %" PRId64, random);
}

bool plan_known(const char *plan)
{
	return !strcmp(plan, "ci") || !strcmp(plan, "long");
}

bool plan_entry(const char *plan, int i, struct entry *e)
{
	bool ci = !strcmp(plan, "ci");

	if (i < 0 || i >= (ci ? N_FIXED + CI_RANDOM : LONG_DESIGNS))
		return false;
	e->seed = 1;
	e->commands = 40;
	if (ci && i < N_FIXED) {
		e->count = CI_COUNT;
		plan_design(e, i, -1);
	} else if (ci) {
		e->count = ci_random[i - N_FIXED].count;
		plan_design(e, 0, ci_random[i - N_FIXED].seed);
	} else {
		e->count = LONG_COUNT;
		e->commands = LONG_COMMANDS;
		e->seed = 1000 + (uint64_t)i * LONG_COUNT;
		plan_design(e, 0, 1000 + i);
	}
	return true;
}
