/* consts: the numbers of isa/map.h that assembly and the linker script need.
 *
 * Never linked: this is compiled to assembly, and the lines that begin with
 * @ become `#define`s of consts.h (firmware/CMakeLists.txt). */
#include "isa/map.h"

#define CONST(name, value)                                                     \
	__asm__ volatile("\n@#define " #name " %0" ::"i"(value))

void consts(void);

void consts(void)
{
	CONST(FW_IMEM, MAP_IMEM);
	CONST(FW_IMEM_BYTES, IMEM_BYTES);
	CONST(FW_BOOT, BOOT_OFFSET);
	CONST(FW_SRAM, MAP_SRAM);
	CONST(FW_SRAM_BYTES, FW_SRAM_BYTES);
	CONST(FW_IRQ_TIMER, IRQ_TIMER);
	CONST(FW_IRQ_ACCEL, IRQ_ACCEL);
}
