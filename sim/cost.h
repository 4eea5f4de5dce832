/* cost: what cost.c, power.c and supply.c share. Internal to sim. */
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

/* The lines of cost.def, in their order. */
enum {
#define COST(event, share, rule, row) COST_OF_##event##_##rule##_##row,
#include "sim/cost.def"
	N_COST_TERMS
};
struct cost_term {
	const char *event, *share, *rule, *row;
};
struct cost_term cost_term(int i);
/* What one count of each costs in pJ, on a design. Energy is counts times
 * these, summed in this order, and leakage. */
void cost_prices(const struct joulet_tech *t, enum joulet_level level,
                 const struct design *d, double pj[N_COST_TERMS]);

/* How often each row is paid in energy for these counts, those of memories and
 * of leakage apart: energy is these times the rows. */
void cost_amounts(const struct design *d, const struct counts *c,
                  double amount[N_TECH]);

/* What the supply of a design makes of a logic row at that level: supply.c. */
double cost_supply(const struct joulet_tech *t, enum joulet_level level,
                   const struct design *d);
/* A row at that level; one of a group that scales as logic times `supply`. */
double cost_row(const struct joulet_tech *t, enum joulet_level level, int row,
                double supply);

/* Leakage of everything that is there, whether used or not, in uW. */
double cost_leakage_uw(const struct joulet_tech *t, enum joulet_level level,
                       const struct design *d);

#endif
