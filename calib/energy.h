/* energy: the accelerator's energy as a sum of events, fitted to gates.
 *
 * Pieces, and the rows of a technology table that each pays, are in energy.def.
 * A sample is one job on one design: what the gates took, by piece, and what
 * the fast model counted.
 */
#ifndef CALIB_ENERGY_H
#define CALIB_ENERGY_H

#include "calib/gates.h"

/* What moves in the array, and the clock of its cells. */
enum energy_move {
	MOVE_cell_cycle,
	MOVE_wgt,
	MOVE_idle,
	MOVE_prod,
	MOVE_add,
	MOVE_sum,
	N_MOVES
};

enum energy_piece {
#define PIECE(name, modules, doc) PIECE_##name,
#include "calib/energy.def"
	N_PIECES
};
enum energy_fit {
#define FIT(piece, row) FIT_##piece##_##row,
#include "calib/energy.def"
	N_FITS
};
extern const char *const energy_piece_name[N_PIECES];
extern const enum energy_piece energy_fit_piece[N_FITS];
extern const enum cut_row energy_fit_row[N_FITS];

struct energy_sample {
	struct design d;
	char net[32], layer[64];
	bool fit; /* false: kept for validation */
	uint64_t cycles;
	struct counts counts;
	struct joulet_activity activity;
	double fj[N_PIECES];     /* by the gates */
	double glitch[N_PIECES]; /* times what it is without glitches: in fj */
};

struct energy_model {
	double fj[N_FITS];    /* coefficients */
	double move[N_MOVES]; /* of the array, by its activity */
};

/* Fill in what the gates took. */
void energy_take(struct energy_sample *s, const struct netlist *n,
                 const struct gates_result *r);
/* Has the sample what the piece's rows can tell? What pooling gives, a lane
 * only passes on: it costs a tenth, and counts do not tell such values apart.
 */
bool energy_told(const struct energy_sample *s, enum energy_piece piece);
/* Non-negative coefficients with the least relative squared errors over the
 * samples that are for fitting. Those of the array: a cell's cycle and
 * flips first; then, with that cycle, what typical operands make of a step, a
 * MAC and a pooling operation. */
void energy_fit(struct energy_model *m, const struct energy_sample *s, int n);
/* What the rows of a table give for a sample, by piece, in fJ. */
void energy_by_rows(const struct energy_model *m, const struct energy_sample *s,
                    double fj[N_PIECES]);
/* The same, but of the array what flips. */
void energy_by_activity(const struct energy_model *m,
                        const struct energy_sample *s, double fj[N_PIECES]);
/* The rows, in fJ; 0 for those that are not fitted. */
void energy_rows(const struct energy_model *m, double fj[N_ROWS]);

#endif
