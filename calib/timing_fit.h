/* timing_fit: the model of a design's longest paths (sim/timing.def) against
 * OpenSTA on its netlist.
 *
 * The designs are those of timing_designs.def. Each is synthesized for speed,
 * which takes minutes the first time (calib/synth.h).
 */
#ifndef CALIB_TIMING_FIT_H
#define CALIB_TIMING_FIT_H

#include "base/buf.h"
#include "calib/area_fit.h"
#include "calib/sta.h"

enum { MAX_TIMING_DESIGNS = 32 };

struct timing_design {
	struct design design;
	double ns[N_LOGIC_PATHS]; /* the scratchpad's access time is not in it
	                           */
};

/* Time the designs of a list into t[MAX_TIMING_DESIGNS]; the number of them, or
 * -1: errors as of sta_design. */
int timing_fit_designs(struct timing_design *t, const struct synth_opts *opts,
                       struct err *err);
int timing_check_designs(struct timing_design *t, const struct synth_opts *opts,
                         struct err *err);

/* ns of one of each term (joulet_timing_terms), by least squares of the
 * relative error, path by path; none is negative. */
void timing_fit(const struct timing_design *t, int n, double *ns);

/* What the terms give for each path. */
void timing_model(const struct design *d, const double *ns,
                  double path_ns[N_LOGIC_PATHS]);

/* The longest period of the paths when the scratchpad's memories take sram_ns;
 * *limit: which. */
double timing_period(const double path_ns[N_LOGIC_PATHS], double sram_ns,
                     enum joulet_path *limit);

/* Section timing of a technology table. Its band is that of the worst of the
 * designs' periods, at least 5 %. */
void timing_fit_yaml(const struct timing_design *t, int n, const double *ns,
                     const struct area_library *library, struct buf *to);

#endif
