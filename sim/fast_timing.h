/* fast_timing: the timing constants of the fast model as T_NAME; the table is
 * fast_timing.def. Constants of the compiler, so that they cost nothing. */
#ifndef SIM_FAST_TIMING_H
#define SIM_FAST_TIMING_H

enum {
#define TIMING(name, value, what, where) T_##name = value,
#include "sim/fast_timing.def"
};

#endif
