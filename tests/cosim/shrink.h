/* shrink: the smallest trial that still differs. */
#ifndef COSIM_SHRINK_H
#define COSIM_SHRINK_H

#include "sim/trial.h"

/* The trial runs and is legal, and fast and rtl (or, if !rtl, the naive
 * reference) differ: in COMPARE_TIME, or, their times being equal, in
 * COMPARE_DATA. 0: they do not, or it is not legal. */
int trial_differs(const struct trial *t, const struct accel_opts *opts,
                  bool rtl, char *text, size_t size);

/* Take away jobs, commands, acts and data, make fields and acts smaller, as
 * long as it differs in the same (what trial_differs said); at most `tries`
 * runs. `text`: the difference left. */
void shrink(struct trial *t, const struct accel_opts *opts, bool rtl, int what,
            int tries, char *text, size_t size);

#endif
