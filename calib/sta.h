/* sta: how fast a design's gates are, by OpenSTA.
 *
 * One ideal clock, no wires; typical corner of the liberty file. Timed are
 * paths between registers, and to and from the scratchpad's memories; ports of
 * the accelerator (registers, data memory, flash) are not: what is behind them
 * is no part of it.
 */
#ifndef CALIB_STA_H
#define CALIB_STA_H

#include "calib/synth.h"
#include "sim/joulet.h"

/* A path: instances of registers or memories, "exec/array/row[0].cells". */
struct sta_path {
	double ns; /* the shortest clock period that it allows */
	char from[96], to[96];
};

struct sta {
	struct sta_path logic; /* the longest of all, memories read at once */
	/* The longest that begins with a read of the scratchpad, when its
	 * memories take sram_ns from the clock to their data. */
	struct sta_path read;
	double fmax_mhz; /* by the longer one */
	/* The longest of each kind of sim/timing.def, in ns; of `read` with
	 * sram_ns. 0: there is none. */
	double path_ns[N_LOGIC_PATHS];
};

/* Synthesizes the design for speed and times it, if the cache does not have it:
 * opts as for synth_designs. ERR_TOOL: yosys or sta is missing or failed;
 * others as there.
 */
bool sta_design(const struct design *d, const struct synth_opts *opts,
                double sram_ns, struct sta *s, struct err *err);

#endif
