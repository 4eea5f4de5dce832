/* truth: what the Verilog did, kept in files, so that many changed fast models
 * can be held against it (constants.py). */
#ifndef COSIM_TRUTH_H
#define COSIM_TRUTH_H

#include "sim/accel.h"

/* Run a fixed set of random programs on the Verilog; each leaves DIR/N.yaml, a
 * replay file, and DIR/N.truth. Returns an exit status. */
int truth_record(const char *dir, const struct accel_opts *opts);

/* Run them on this program's fast model, without data, until one differs: it is
 * printed, and the status is 3. */
int truth_compare(const char *dir);

#endif
