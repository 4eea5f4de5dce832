/* toggles: how often each net of a gate-level simulation changed.
 *
 * Reads a waveform in the format VCD as it is written, so that it never lies on
 * a disk. What is in it, its scopes tell: a module has a wire `is_CLASS`, a
 * library cell a wire `is_NAME` (calib/cells.h). So the waveform's header is
 * the netlist: a cell's pins are names of nets, and nets that are one have one
 * code. While the variable `job_on` is 1, a job runs; jobs are counted apart.
 */
#ifndef CALIB_TOGGLES_H
#define CALIB_TOGGLES_H

#include <stdint.h>
#include <stdio.h>
#include "calib/cells.h"

enum { TOGGLES_CLASSES = 64 };

struct toggles_cell {
	const struct cell *cell; /* borrowed */
	int cls;
	uint32_t pin; /* first of cell->n_pins entries of toggles.net */
};

struct toggles {
	char cls[TOGGLES_CLASSES][CELL_NAME];
	int n_classes;
	struct toggles_cell *cell;
	uint32_t n_cells;
	uint32_t *net; /* of pins; 0: not connected */
	uint32_t n_pins;
	uint32_t n_nets;
	uint32_t **count; /* by job and net, transitions between 0 and 1 */
	int n_jobs;
};

/* Until the end of `f`. ERR_DATA if it is no such waveform. toggles_free in any
 * case. */
bool toggles_read(struct toggles *t, const struct cells *cells, FILE *f,
                  const char *name, struct err *err);
void toggles_free(struct toggles *t);

/* Energy of a job by class in fJ, without leakage: switched loads (input pins;
 * no wires) and energy inside cells. What has no driver among the cells counts
 * where it is received. */
void toggles_energy(const struct toggles *t, int job, double volts,
                    double by_class[TOGGLES_CLASSES]);

#endif
