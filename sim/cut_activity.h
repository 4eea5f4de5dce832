/* cut_activity: what an execute command makes move in the array. */
#ifndef SIM_CUT_ACTIVITY_H
#define SIM_CUT_ACTIVITY_H

#include "sim/accel_fast.h"
#include "sim/cut.h"

/* Before the command has changed the scratchpad; adds to *to. CONV and DWCONV
 * with plain weights of all formats; others add nothing. */
void cut_activity(struct accel *a, const struct command *c,
                  struct activity *to);

#endif
