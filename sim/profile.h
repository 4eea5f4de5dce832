/* profile: where the host core spends its cycles, function by function.
 *
 * Drives the core instruction by instruction, which changes nothing but the
 * time it takes here, and follows calls, returns and interrupts on a stack of
 * its own. What it counts is one inference, from MARK_BEGIN to MARK_END: its
 * cycles and CPU_EVENTs, exactly.
 */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include "sim/joulet.h"
#include "sim/soc.h"

struct profile;

/* Functions are those of this executable. */
struct profile *profile_open(const void *elf, size_t elf_bytes,
                             struct err *err);
/* Drive this system from now on. */
void profile_drive(struct profile *p, struct soc *s);
/* The stacks of the inference that has ended; free each `frames`, then the
 * array. */
struct joulet_stack *profile_take(const struct profile *p, size_t *n);
void profile_close(struct profile *p);

#endif
