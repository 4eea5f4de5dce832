/* gates: cuts of real work on the accelerator's netlist.
 *
 * The netlist runs in calib/settle.h; the memories on its ports, and the words
 * in the scratchpad's, are behaviour. It must take the cycles of the fast
 * model, and leave in SRAM and scratchpad what that leaves.
 */
#ifndef CALIB_GATES_H
#define CALIB_GATES_H

#include "calib/settle.h"
#include "sim/cut.h"

struct gates_pins;

struct gates {
	struct design d;
	const struct cells *cells; /* borrowed */
	struct netlist netlist;
	struct settle s;
	struct gates_pins *pins;
	double *prices; /* of a change of each of the netlist's pins */
};

struct gates_result {
	double fj[NETLIST_CLASSES]; /* energy of the job, by netlist.cls */
};

/* The netlist (BLIF: calib/synth.h) of `d`'s accelerator. ERR_NOINPUT;
 * ERR_DATA: not that of such a design. gates_close in any case. */
bool gates_open(struct gates *g, const struct design *d, const char *netlist,
                const struct cells *cells, struct err *err);
void gates_close(struct gates *g);

/* Run a cut from reset. ERR_MISMATCH with the first byte or the cycles that
 * differ from the fast model's. */
bool gates_run(struct gates *g, const struct cut *c, const uint8_t *flash,
               struct gates_result *r, struct err *err);

#endif
