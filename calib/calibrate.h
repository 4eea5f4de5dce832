/* calibrate: a technology table out of gates.
 *
 * Synthesizes designs, runs the layers of networks on their netlists, counts
 * how often each net changes, and fits the energies of events to that.
 * docs/calibration.md has the method. Netlists are kept (calib/synth.h).
 */
#ifndef CALIB_CALIBRATE_H
#define CALIB_CALIBRATE_H

#include <stdio.h>
#include "calib/energy.h"
#include "calib/synth.h"

/* Edges of the clock that are timed (calib/timed.h) in each layer. */
enum { CALIBRATE_DESIGNS = 5, CALIBRATE_SAMPLES = 96, CALIBRATE_EDGES = 250 };

/* A network and an input of it. */
struct calibrate_net {
	const char *name, *path, *input;
	bool fit; /* its layers may be fitted; else they are for validation */
};

struct calibrate_opts {
	const char *liberty;   /* NULL: liberty_nangate */
	const char *cache_dir; /* NULL or "": folder_cache */
	const struct calibrate_net *net;
	int n_nets;
	int designs; /* the first so many of ours; the last of all is kept for
	              * validation */
	void (*note)(void *ctx, const char *text); /* or NULL */
	void *note_ctx;
};

struct calibration {
	struct energy_sample sample[CALIBRATE_SAMPLES];
	int n;
	struct energy_model model;
	struct synth synth[CALIBRATE_DESIGNS];
	struct design design[CALIBRATE_DESIGNS];
	int n_designs;
	double volts;
};

/* ERR_TOOL: yosys or the liberty file is missing; ERR_MISMATCH: a netlist
 * computes something else than the fast model. calibrate_free in any case. */
bool calibrate(struct calibration *c, const struct calibrate_opts *opts,
               struct err *err);
void calibrate_free(struct calibration *c);

/* The designs: number i of CALIBRATE_DESIGNS. */
bool calibrate_design(struct design *d, int i, struct err *err);

/* Gates and model for each piece, over the samples that are for fitting and
 * over those that are not; the array layer by layer. Markdown. */
void calibrate_errors(const struct calibration *c, FILE *f);
/* The technology table; `liberty` names the cells in its sources. */
void calibrate_table(const struct calibration *c, const char *name,
                     const char *liberty, FILE *f);

#endif
