/* cut_activity: what an execute command makes move in the array. */
#ifndef SIM_CUT_ACTIVITY_H
#define SIM_CUT_ACTIVITY_H

#include "sim/accel_fast.h"
#include "sim/cut.h"

/* What the array's nets were last. */
struct array_state;

/* All zero; the caller's, freed with free(). */
struct array_state *array_state_new(const struct design *d);

/* Before the command has changed the scratchpad; adds to *to. CONV and DWCONV
 * with plain weights of all formats, and pools; others add nothing. */
void cut_activity(struct array_state *s, struct accel *a,
                  const struct command *c, struct joulet_activity *to);

#endif
