/* area_model: fit and check the models of area and timing. Internal to cli. */
#ifndef CLI_AREA_MODEL_H
#define CLI_AREA_MODEL_H

#include "base/table.h"
#include "calib/synth.h"

/* Print section area, or timing, of a technology table, fitted anew; or put it
 * into the table `out`. */
bool model_fit(bool timing, const char *out, const struct synth_opts *opts,
               struct err *err);
/* Compare a table's model with designs that it was not fitted to. */
bool model_check(bool timing, const char *tech, const struct synth_opts *opts,
                 struct err *err);

/* Print it at the width of the page, and free it. */
void print_table(struct table *t);
double percent_off(double model, double real);

#endif
