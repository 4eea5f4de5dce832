/* tech: a technology table in memory. Internal to sim; see joulet.h. */
#ifndef SIM_TECH_H
#define SIM_TECH_H

#include <stdint.h>
#include "sim/joulet.h"

enum tech_row {
#define TECH(row, unit, doc) TECH_##row,
#include "sim/tech.def"
	N_TECH
};

/* One characterized SRAM macro. */
struct sram_point {
	double kib, bits, read_pj, write_pj, leak_uw;
};

enum { MAX_SRAM_POINTS = 64 };

struct joulet_tech {
	char name[64];
	double value[N_TECH];
	struct sram_point sram[MAX_SRAM_POINTS];
	int n_sram;
	uint64_t hash; /* of the file's bytes */
};

/* An SRAM of this capacity and word width, from the table's points: the width
 * nearest to `bits` (energy scaled by the ratio of widths), between sizes a
 * power law through the two neighbours, outside them the nearest pair's. A
 * width with one point alone follows the sizes of the nearest width that has
 * several. */
struct sram_point tech_sram(const struct joulet_tech *t, double kib,
                            double bits);

#endif
