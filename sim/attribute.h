/* attribute: which cause each cycle of an inference has, from the marks and the
 * command log of a run. Internal to sim; the rules are in docs/explain.md. */
#ifndef SIM_ATTRIBUTE_H
#define SIM_ATTRIBUTE_H

#include "sim/joulet.h"
#include "sim/soc.h"

/* Fill layer[i].cause, i < s->n_layers, zeroed before. `image` is the program
 * that `s` ran, with want_cmds; s->layer has the counts. ERR_BUG if the log is
 * not that of the program. */
bool attribute(const struct design *d, const uint8_t *image,
               const struct soc_result *s, struct joulet_why *layer,
               struct err *err);

#endif
