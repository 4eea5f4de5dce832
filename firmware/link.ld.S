/* link: where the firmware lies. Run through the C preprocessor.
 *
 * Code and the initial values of data are in instruction memory. Constants are
 * data too: the kernels read them from SRAM, and the only reads of instruction
 * memory as data are those of the start-up code. The stack is at the very
 * start of SRAM, so that a stack that grows too far leaves SRAM and traps
 * instead of overwriting data. */
#include "consts.h"

ENTRY(_start)

MEMORY {
	imem (rx) : ORIGIN = FW_IMEM, LENGTH = FW_IMEM_BYTES
	sram (rw) : ORIGIN = FW_SRAM, LENGTH = FW_SRAM_BYTES
}

STACK_BYTES = 8 * 1024;

SECTIONS {
	.text : {
		KEEP(*(.vectors))
		*(.text.hot .text.hot.*)
		*(.text .text.*)
		*(.late)
		. = ALIGN(16);
	} > imem

	.stack (NOLOAD) : {
		. += STACK_BYTES;
		fw_stack_top = .;
	} > sram

	.data : ALIGN(16) {
		fw_data_start = .;
		*(.data .data.* .sdata .sdata.*)
		*(.rodata .rodata.* .srodata .srodata.*)
		. = ALIGN(16);
		fw_data_end = .;
	} > sram AT > imem
	fw_data_load = LOADADDR(.data);

	.bss (NOLOAD) : ALIGN(16) {
		fw_bss_start = .;
		*(.bss .bss.* .sbss .sbss.* COMMON)
		. = ALIGN(16);
		fw_bss_end = .;
	} > sram

	/DISCARD/ : { *(.comment) *(.riscv.attributes) *(.eh_frame*) }
}

ASSERT(_start == FW_IMEM + FW_BOOT, "the core boots elsewhere")
