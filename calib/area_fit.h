/* area_fit: the area model (sim/area.def) against synthesis.
 *
 * The designs are those of area_designs.def. Synthesis takes some minutes the
 * first time (calib/synth.h).
 */
#ifndef CALIB_AREA_FIT_H
#define CALIB_AREA_FIT_H

#include "base/buf.h"
#include "calib/synth.h"
#include "sim/joulet.h"

enum { MAX_AREA_DESIGNS = 32 };

/* Where the figures are from. */
struct area_library {
	const char *name, *node_nm; /* as the table is to say it */
	double voltage, nand2_um2;  /* the host cores are so many of these */
};

struct area_design {
	struct design design;
	double block_um2[N_AREA_BLOCKS]; /* synthesized */
	double um2;                      /* their sum */
};

/* Synthesize the designs of a list into a[MAX_AREA_DESIGNS]; the number of
 * them, or -1. Of opts group and netlist are set here. ERR_BUG: a module is in
 * no block of area.def. */
int area_fit_designs(struct area_design *a, const struct synth_opts *opts,
                     struct err *err);
int area_check_designs(struct area_design *a, const struct synth_opts *opts,
                       struct err *err);

/* um2 of one of each term (joulet_area_terms), by least squares of the relative
 * error of the whole design, block by block; none is negative. */
void area_fit(const struct area_design *a, int n, double *um2);

/* What the terms give, for each block; their sum. */
double area_model(const struct design *d, const double *um2,
                  double block_um2[N_AREA_BLOCKS]);

/* Section area of a technology table, with a band of 3 %, or more if one
 * of the designs is off by more. */
void area_fit_yaml(const struct area_design *a, int n, const double *um2,
                   const struct area_library *library, struct buf *to);

#endif
