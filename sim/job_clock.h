/* job_clock: the exact cycles of an image's jobs on the fast model, without
 * host core, data and the steps that the host core runs itself. Some ten
 * microseconds an image; for the compiler's search. Internal to sim. */
#ifndef SIM_JOB_CLOCK_H
#define SIM_JOB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "isa/design.h"

/* `image` lies at the start of flash; it is only read. Errors: ERR_BUG and
 * ERR_WATCHDOG, of an image that is not legal for the design. */
bool job_clock(const struct design *d, uint8_t *image, uint64_t *cycles,
               struct err *err);

#endif
