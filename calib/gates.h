/* gates: cuts of real work on the accelerator's netlist, in Icarus Verilog.
 *
 * No delays: what moves twice in one cycle (glitches) is not seen. The
 * scratchpad's memories are behaviour. What the netlist leaves in SRAM and
 * scratchpad must be what the fast model leaves.
 */
#ifndef CALIB_GATES_H
#define CALIB_GATES_H

#include "calib/toggles.h"
#include "sim/cut.h"

struct gates {
	struct design d;
	const struct cells *cells; /* borrowed */
	char *dir;                 /* of files for Icarus */
	char ram[CELL_NAME];       /* the memory's name in half a bank */
};

struct gates_result {
	char cls[TOGGLES_CLASSES][CELL_NAME];
	int n_classes;
	double fj[TOGGLES_CLASSES]; /* energy of the job, by class */
	uint32_t n_cells;
	uint64_t cycles;
};

/* Prepare a simulation of `netlist` (Verilog of `d`'s accelerator, whose ports
 * are single bits; its memories too) in the folder `dir`, which is
 * made. ERR_TOOL: no iverilog, or what it says. gates_close in any case. */
bool gates_open(struct gates *g, const struct design *d, const char *netlist,
                const struct cells *cells, const char *dir, struct err *err);
void gates_close(struct gates *g);

/* Run all cuts, one after the other, each from reset; r[cuts->n]. ERR_MISMATCH
 * with the first byte or the cycles that differ from the fast model's. */
bool gates_run(const struct gates *g, const struct cuts *cuts,
               struct gates_result *r, struct err *err);

#endif
