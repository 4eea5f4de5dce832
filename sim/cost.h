/* cost: what cost.c and power.c share. Internal to sim. */
#ifndef SIM_COST_H
#define SIM_COST_H

#include "sim/tech.h"

/* The memories of a design under a table: one bank of the scratchpad; data
 * memory, a beat or 32 bits at a time; instruction memory. */
struct memories {
	struct sram_point bank, dma, host, imem;
};
struct memories cost_memories(const struct joulet_tech *t,
                              enum joulet_level level, const struct design *d);

/* Leakage of everything that is there, whether used or not, in uW. */
double cost_leakage_uw(const struct joulet_tech *t, enum joulet_level level,
                       const struct design *d);

#endif
