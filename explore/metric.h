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
	M(energy_min_uj, "the same with every row of the table at its least")  \
	M(energy_max_uj, "the same with every row at its most")                \
	M(edp, "energy times delay, microjoules times microseconds")           \
	M(power_mw, "milliwatts on average during the inference")              \
	M(utilization, "useful MACs / (cycles * cells)")                       \
	M(peak_bytes, "bytes of SRAM in use at the same time")                 \
	M(arena_bytes, "bytes of SRAM for tensors")                            \
	M(sram_bytes, "bytes of SRAM that must be there: arena, firmware")     \
	M(spad_bytes, "bytes of scratchpad in use")                            \
	M(image_bytes, "bytes of flash for the program image")                 \
	M(accuracy, "share of right outputs over the network's data set")      \
	M(area_mm2, "square millimetres of logic and memories, without flash") \
	M(fmax_mhz, "the fastest clock, in MHz, at the point's voltage")

/* Metrics in other units: A(name, metric, times, over): metric * times / over.
 * They have no columns; objectives and limits may use them. */
#define METRIC_UNITS(A)                                                        \
	A(latency_ms, latency_us, 1, 1000)                                     \
	A(latency_s, latency_us, 1, 1000000)                                   \
	A(energy_pj, energy_uj, 1000000, 1)                                    \
	A(energy_nj, energy_uj, 1000, 1)                                       \
	A(energy_mj, energy_uj, 1, 1000)                                       \
	A(power_uw, power_mw, 1000, 1)                                         \
	A(peak_kib, peak_bytes, 1, 1024)                                       \
	A(arena_kib, arena_bytes, 1, 1024)                                     \
	A(image_kib, image_bytes, 1, 1024)                                     \
	A(area_um2, area_mm2, 1000000, 1)

enum metric {
#define M(name, doc) METRIC_##name,
	METRICS(M)
#undef M
	        N_METRICS
};
extern const char *const metric_name[N_METRICS];
extern const char *const metric_doc[N_METRICS];

enum metric_unit {
#define A(name, metric, times, over) UNIT_##name,
	METRIC_UNITS(A)
#undef A
	        N_METRIC_UNITS
};
extern const char *const metric_unit_name[N_METRIC_UNITS];

/* Index of a metric by name (in other units: of that metric), N_METRICS + i for
 * params[i], or -1. */
int metric_find(const char *name);

/* The value of a metric in other units, from all metrics of a point. */
double metric_unit_value(enum metric_unit unit, const double *metric);

/* The name that was probably meant, or NULL. */
const char *metric_nearest(const char *name);

/* Why a name that one may expect is no metric, or NULL. */
const char *metric_refusal(const char *name);

#endif
