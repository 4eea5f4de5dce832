/* metric: numbers of a finished point that a sweep can be judged by. */
#ifndef EXPLORE_METRIC_H
#define EXPLORE_METRIC_H

#include <stdbool.h>

#include "isa/design.h"

/* Columns of the tables, in this order. Every key of params.def is a metric
 * too, so that a sweep can ask for the smallest scratchpad. */
#define METRICS(M)                                                             \
	M(cycles, "cycles of one inference")                                   \
	M(latency_us, "microseconds of one inference")                         \
	M(energy_uj, "microjoules of one inference")                           \
	M(edp, "energy times delay, microjoules times microseconds")           \
	M(utilization, "useful MACs / (cycles * cells)")                       \
	M(peak_bytes, "bytes of SRAM in use at the same time")                 \
	M(arena_bytes, "bytes of SRAM for tensors")                            \
	M(spad_bytes, "bytes of scratchpad in use")                            \
	M(image_bytes, "bytes of flash for the program image")

enum metric {
#define M(name, doc) METRIC_##name,
	METRICS(M)
#undef M
	        N_METRICS
};
extern const char *const metric_name[N_METRICS];

/* Index of a metric by name, N_METRICS + i for params[i], or -1. */
int metric_find(const char *name);

/* The name that was probably meant, or NULL. */
const char *metric_nearest(const char *name);

#endif
