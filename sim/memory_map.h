/* memory_map: what data memory and scratchpad hold, and when. Internal to sim;
 * see joulet_tensor and joulet_use in joulet.h. */
#ifndef SIM_MEMORY_MAP_H
#define SIM_MEMORY_MAP_H

#include "sim/program.h"
#include "sim/soc.h"

/* Fill x->tensor and x->use; `s` is a run of `p` with want_cmds, x->run is that
 * run's result. ERR_BUG if the log is not that of the program. */
bool memory_map(const struct joulet_program *p, const struct soc_result *s,
                struct joulet_explain *x, struct err *err);

#endif
