/* verify: what all comparisons of whole programs share. Internal to sim. */
#ifndef SIM_VERIFY_H
#define SIM_VERIFY_H

#include "sim/joulet.h"

/* `n` inferences by the compiler's reference. */
bool verify_reference(const struct joulet_program *p, const uint8_t *in,
                      size_t n, uint8_t *out, struct err *err);
/* Equal outputs of `n` inferences; else ERR_MISMATCH with the first byte. */
bool verify_output(const struct joulet_program *p, const char *who,
                   const uint8_t *got, const char *than, const uint8_t *want,
                   size_t n, struct err *err);

#endif
