/* accel_rtl_build: verilated libraries, built on demand and cached.
 *
 * Private to accel_rtl.c. A library's name is a hash of everything that goes
 * into it; it appears in the cache by one rename, so that neither processes
 * side by side nor a killed one leave something half made.
 */
#ifndef SIM_ACCEL_RTL_BUILD_H
#define SIM_ACCEL_RTL_BUILD_H

#include "sim/accel.h"

/* Path of the library for the design's elaboration parameters, built now if
 * the cache has none. NULL: err is ERR_TOOL (verilator, make or a C++ compiler
 * is missing, or the build failed: the message names the log), ERR_NOINPUT
 * (Verilog or cache folder). The caller frees it. */
char *rtl_library(const struct design *d, const struct accel_opts *opts,
                  struct err *err);

/* Hash of everything in a library that does not come from the design: Verilog
 * and wrapper. ERR_NOINPUT. */
bool rtl_sources(const struct accel_opts *opts, uint64_t *hash,
                 struct err *err);

#endif
