/* map: memory map and register offsets from regs.def, as integer constants.
 * Plain C without libc: firmware includes it too. */
#ifndef ISA_MAP_H
#define ISA_MAP_H

#define MAP_UNUSED __attribute__((unused))
enum {
#define REG(dev, name, offset, access, doc) dev##_##name = offset,
#include "isa/regs.def"
	ACCEL_COUNTERS = 0x100, /* events.def order, 4 bytes each */
};

#define REGION(name, base, doc)                                                \
	MAP_UNUSED static const unsigned MAP_##name = base;
#include "isa/regs.def"

enum {
	IMEM_BYTES = 256 * 1024,
	BOOT_OFFSET = 0x80, /* first instruction: MAP_IMEM + 0x80 (Ibex) */
	FW_SRAM_BYTES = 16 * 1024, /* SRAM kept for the firmware: data, bss,
	                            * ring, stack; the arena begins after it */
	IRQ_TIMER = 7,             /* mip bits */
	IRQ_ACCEL = 11,
	REGION_SHIFT = 28, /* addr >> 28 selects SRAM (2), FLASH (4) ... */
};
#define ACCEL_ID_VALUE 0x4a4c0001u
#define MARK_BEGIN 0xffffffffu
#define MARK_END 0xfffffffeu

#endif
