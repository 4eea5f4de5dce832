/* wide: programs that the generator of tests/cosim does not make: memories of
 * 256 MiB, strides and tags of full width, jobs of tens of thousands of
 * commands, a ring that moves, registers read and written at random.
 */
#ifndef MUTATE_WIDE_H
#define MUTATE_WIDE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/accel.h"

enum wide { WIDE_MEMORY, WIDE_LIST };

/* Run the program of `seed` on both backends. 0: equal; ERR_MISMATCH: `text`
 * says what differs; else `err` says why it could not run. */
int wide_pair(const struct design *d, const struct accel_opts *opts,
              enum wide kind, uint64_t seed, char *text, size_t size,
              struct err *err);

#endif
