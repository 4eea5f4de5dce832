/* gates: cuts of real work on the accelerator's netlist.
 *
 * The netlist runs in calib/settle.h; the memories on its ports, and the words
 * in the scratchpad's, are behaviour. It must take the cycles of the fast
 * model, and leave in SRAM and scratchpad what that leaves. Of every cut some
 * edges of the clock are run once more with delays (calib/timed.h).
 */
#ifndef CALIB_GATES_H
#define CALIB_GATES_H

#include "calib/timed.h"
#include "sim/cut.h"

struct gates_pins;

struct gates {
	struct design d;
	const struct cells *cells; /* borrowed */
	struct netlist netlist;
	struct settle s;
	struct gates_pins *pins;
	double *prices; /* of a change of each of the netlist's pins */

	struct timed timed;
	uint8_t *before; /* of nets: before an edge that is timed */
	uint32_t *still; /* ... changes at these edges without delays */
	uint64_t every, until;
	uint32_t random;
	bool unsettled; /* with delays they end elsewhere: a bug */
};

/* By netlist.cls: energy of the job when every net changes at most once in a
 * cycle; and over the edges that were timed, like that and with delays. */
struct gates_result {
	double fj[NETLIST_CLASSES];
	double still[NETLIST_CLASSES], timed[NETLIST_CLASSES];
};

/* The netlist (BLIF: calib/synth.h) of `d`'s accelerator. ERR_NOINPUT;
 * ERR_DATA: not that of such a design. gates_close in any case. */
bool gates_open(struct gates *g, const struct design *d, const char *netlist,
                const struct cells *cells, struct err *err);
void gates_close(struct gates *g);

/* Run a cut from reset; time some `edges` of it. ERR_MISMATCH with the first
 * byte or the cycles that differ from the fast model's. */
bool gates_run(struct gates *g, const struct cut *c, const uint8_t *flash,
               int edges, struct gates_result *r, struct err *err);

#endif
