/* energy: the accelerator's energy as a sum of events, fitted to gates.
 *
 * Parts and terms are in energy.def. A sample is one job on one design: what
 * the gates took, by part, and what the fast model counted.
 */
#ifndef CALIB_ENERGY_H
#define CALIB_ENERGY_H

#include "calib/gates.h"

/* Flips of a weight's bit at a cell, of a sum's bit before its register and in
 * it: what one of them costs, in flips of a partial product's bit (an
 * activation's bit costs one). By the netlist of rtl/mac_row.v alone, operands
 * moved one at a time: docs/calibration.md. Fitting them to layers would not
 * tell them apart: in most layers they move together. */
enum { FLIP_WGT = 4, FLIP_ADD = 3, FLIP_SUM = 2 };

enum energy_part {
#define PIECE(name, modules, doc) PIECE_##name,
#include "calib/energy.def"
	N_PIECES
};
enum energy_term {
#define TERM(part, name, amount, doc) TERM_##part##_##name,
#include "calib/energy.def"
	N_TERMS
};
extern const char *const energy_part_name[N_PIECES];
extern const char *const energy_term_name[N_TERMS];
extern const enum energy_part energy_term_part[N_TERMS];

struct energy_sample {
	struct design d;
	char net[32], layer[64];
	bool fit; /* false: kept for validation */
	uint64_t cycles;
	struct counts counts;
	struct activity activity;
	double fj[N_PIECES]; /* by the gates */
};

struct energy_model {
	double fj[N_TERMS]; /* coefficients */
};

/* Fill in what the gates took. */
void energy_take(struct energy_sample *s, const struct gates_result *r);
/* The amounts of all terms. */
void energy_amounts(const struct energy_sample *s, double amount[N_TERMS]);
/* Non-negative coefficients with the least relative squared errors over the
 * samples that are for fitting. */
void energy_fit(struct energy_model *m, const struct energy_sample *s, int n);
/* What the model says of a sample, by part, in fJ. */
void energy_model(const struct energy_model *m, const struct energy_sample *s,
                  double fj[N_PIECES]);

#endif
