/* legal: may the commands of a trial run as they are ordered, and does the
 * host keep to what a driver may do? */
#ifndef COSIM_LEGAL_H
#define COSIM_LEGAL_H

#include "sim/trial.h"

/* Every wait names commands earlier in the list; no two commands that may run
 * at once use one bank, or the same bytes of SRAM if one writes; none uses the
 * ring; the host is legal. Knows nothing of how the trial was made. What one
 * command alone must obey is checked by the fast model. False: text says
 * which. */
bool trial_legal(const struct trial *t, char *text, size_t size);

/* legal_host.c: every job is posted, once its entry is there; an entry is not
 * written over before it has been read; the ring does not move while a job is
 * to be looked for in it. The fast model runs along: it knows what has been
 * read. False: text says which act. */
bool host_legal(const struct trial *t, char *text, size_t size);

/* Offset in SRAM of the entry of `job`, with these registers. */
int64_t entry_offset(uint32_t base, uint32_t mask, uint32_t job);

#endif
