/* area_designs: a design of area_designs.def or timing_designs.def. */
#ifndef CALIB_AREA_DESIGNS_H
#define CALIB_AREA_DESIGNS_H

#include "isa/design.h"

/* All other parameters at their defaults. */
struct design area_design_of(int rows, int cols, int spad_kib, int banks,
                             int lanes, int dma_bytes, int queue, int split,
                             int narrow, int sparse, int unpack);

#endif
