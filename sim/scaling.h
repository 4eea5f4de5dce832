/* scaling: energy and area of logic at another process and supply. Internal to
 * sim; the equations and their source are in scaling.def. */
#ifndef SIM_SCALING_H
#define SIM_SCALING_H

#include "sim/joulet.h"

/* Process in nm, supply in V. */
struct process {
	double nm, volt;
};

/* Nodes that the equations cover. */
bool scaling_covers(struct process p);

/* Energy at `to` over that at `from`; 1 if they are the same. Where a node lies
 * between two that the source has, min and max are those two. */
struct joulet_band scaling_energy(struct process from, struct process to);

/* Area at `to` over that at `from`, in the same way. */
struct joulet_band scaling_area(double from_nm, double to_nm);

#endif
