/* legal: may the commands of a trial run as they are ordered? */
#ifndef COSIM_LEGAL_H
#define COSIM_LEGAL_H

#include "sim/trial.h"

/* Every wait names commands earlier in the list; no two commands that may run
 * at once use one bank, or the same bytes of SRAM if one writes. Knows nothing
 * of how the trial was made. What one command alone must obey is checked by the
 * fast model. False: text says which. */
bool trial_legal(const struct trial *t, char *text, size_t size);

#endif
