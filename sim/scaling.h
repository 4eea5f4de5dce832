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

/* Energy at supply `to` over that at `from`, at one node; 1 if they are the
 * same. Where the node lies between two that the source has, min and max are
 * the least and the largest of theirs and of what is between. */
struct joulet_band scaling_supply(double nm, double from, double to);

/* V: above it, up to what scaling_covers, more supply costs more energy at this
 * node and at the two beside it. Below it, the source's parabola of 65 nm rises
 * again, which is a fit's end and not physics. */
double scaling_least_supply(double nm);

/* Area at `to` over that at `from`, in the same way. */
struct joulet_band scaling_area(double from_nm, double to_nm);

#endif
