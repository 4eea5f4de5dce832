/* mmio: device registers by the names of isa/regs.def.
 *
 *     REG(ACCEL, TAIL) = 1;  x = REG(ACCEL, HEAD);
 */
#ifndef FIRMWARE_MMIO_H
#define FIRMWARE_MMIO_H

#include <stdint.h>
#include "isa/map.h"

#define REG(dev, name) (*(volatile uint32_t *)(MAP_##dev + dev##_##name))

#endif
