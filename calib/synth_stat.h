/* synth_stat: yosys' table of cells, added up. Private to calib. */
#ifndef CALIB_SYNTH_STAT_H
#define CALIB_SYNTH_STAT_H

#include "calib/liberty.h"
#include "calib/synth.h"

/* Read what `stat` printed, from the module `top` down, into classes and total
 * of s. ERR_NOINPUT, ERR_DATA. */
bool synth_stat_read(const char *path, const char *top, const struct liberty *l,
                     struct synth *s, struct err *err);

#endif
