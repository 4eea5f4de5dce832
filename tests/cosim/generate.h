/* generate: random, legal trials of the accelerator, and random designs.
 * Equal arguments give equal trials on every machine. */
#ifndef COSIM_GENERATE_H
#define COSIM_GENERATE_H

#include "sim/trial.h"

/* Design point number `i` of the fixed set, or false. */
bool design_fixed(int i, struct design *d);
enum { N_FIXED = 13 };

/* Any legal design; every elaboration parameter, its ends often. */
void design_random(struct design *d, uint64_t seed);

/* Make the trial of `seed`, of about so many commands. Sizes of memories are
 * the trial's own, the rest of `d` is copied. */
void generate(struct trial *t, const struct design *d, uint64_t seed,
              int commands);

/* Change a few words of the lists: most likely no longer legal. */
void damage(struct trial *t, uint64_t seed);

/* Does it have a command that is none? Then it ends with a fault. */
bool has_bad_opcode(const struct trial *t);

#endif
