/* rtl_build: verilated libraries, built on demand and cached.
 *
 * Private to accel_rtl.c and soc_rtl.c. A library's name is a hash of
 * everything that goes into it; it appears in the cache by one rename, so that
 * neither processes side by side nor a killed one leave something half made.
 */
#ifndef SIM_RTL_BUILD_H
#define SIM_RTL_BUILD_H

#include "sim/accel.h"

enum { RTL_MAX_PARAMS = 24, RTL_MAX_HEADERS = 4 };

/* What a library is made of: the Verilog of a top module with its parameters,
 * and a wrapper in C++. Strings are borrowed. */
struct rtl_top {
	const char *module;  /* the library's name begins with it too */
	const char *what;    /* for messages: "the RTL of an 8x8 array" */
	const char *wrapper; /* in the source tree, as the headers that wrapper
	                      * and caller share */
	const char *header[RTL_MAX_HEADERS];
	uint32_t abi;
	/* SystemVerilog around the host core, whose RTL is a package of its
	 * own (rtl/ibex). */
	bool host_core;
	bool waves; /* can write waveforms */
	struct rtl_param {
		const char *name;
		int value;
	} param[RTL_MAX_PARAMS];
	int n_params;
};

/* Append a parameter, or all that the accelerator has. */
void rtl_top_param(struct rtl_top *top, const char *name, int value);
void rtl_top_accel(struct rtl_top *top, const struct design *d);

/* Path of the library, built now if the cache has none. NULL: err is ERR_TOOL
 * (verilator, make, a C++ compiler or the host core's RTL is missing, or the
 * build failed: the message names the log), ERR_NOINPUT (Verilog or cache
 * folder). The caller frees it. */
char *rtl_build(const struct rtl_top *top, const struct accel_opts *opts,
                struct err *err);

/* Hash of everything in a library that does not come from parameters: Verilog,
 * headers, wrapper. ERR_NOINPUT, ERR_TOOL. */
bool rtl_sources(const struct rtl_top *top, const struct accel_opts *opts,
                 uint64_t *hash, struct err *err);

#endif
