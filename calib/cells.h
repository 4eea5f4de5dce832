/* cells: what switching costs in a standard cell library.
 *
 * Of a liberty file: pins with their capacitance, logic functions, energy
 * inside a cell for one transition of a pin, when an output then moves, how
 * fast.
 *
 * Units: fF, ns, fJ, V. Rise and fall are averaged, and so are the states of
 * the other pins (`when`) and the pins that may have caused a transition.
 */
#ifndef CALIB_CELLS_H
#define CALIB_CELLS_H

#include <stdio.h>
#include "base/err.h"

enum { CELL_NAME = 32 };

/* Values over one or two axes; n2 is 1 for one axis. */
struct cell_table {
	int n1, n2;
	double *x1, *x2, *v;
	bool load_first; /* the first axis is the load */
};

struct cell_pin {
	char name[CELL_NAME];
	bool out;
	double cap_ff;
	const char *function; /* of an output; in the tree */
	struct cell_table *energy, *slew, *delay;
	int n_energy, n_slew, n_delay;
};

struct cell {
	char name[CELL_NAME];
	struct cell_pin *pin;
	int n_pins;
	const struct lib_node *node;
};

struct cells {
	struct lib_node *tree;
	struct cell *cell;
	int n;
	double volts;
};

/* ERR_NOINPUT, ERR_DATA. cells_free in any case. */
bool cells_read(struct cells *c, const char *path, struct err *err);
void cells_free(struct cells *c);
const struct cell *cells_find(const struct cells *c, const char *name);

/* Energy inside the cell for a transition of this pin, in fJ. */
double cell_energy(const struct cell_pin *p, double slew_ns, double load_ff);
/* From an input, or the clock, to this output, in ns. */
double cell_delay(const struct cell_pin *p, double slew_ns, double load_ff);
/* Transition time of an output, in ns. */
double cell_slew(const struct cell_pin *p, double slew_ns, double load_ff);

#endif
