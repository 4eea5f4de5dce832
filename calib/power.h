/* power: what the changes of a netlist's nets cost, and how long they take. */
#ifndef CALIB_POWER_H
#define CALIB_POWER_H

#include "calib/netlist.h"

/* What a change of each pin costs in fJ: switched loads (input pins; no wires)
 * and energy inside cells. What has no driver among the cells counts where it
 * is received. The caller frees it. */
double *power_prices(const struct netlist *n, double volts);

/* From a cell's inputs to each of its outputs in ns, by pin, at the loads and
 * transition times of the netlist. The caller frees it. */
double *power_delays(const struct netlist *n);

/* Energy by class, without leakage; count: changes, by net. */
void power_energy(const struct netlist *n, const double *prices,
                  const uint32_t *count, double by_class[NETLIST_CLASSES]);

#endif
