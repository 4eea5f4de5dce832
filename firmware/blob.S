/* blob: the firmware as bytes of the library (sim/soc.h). FW_ELF is its path,
 * relative to an include folder. */
	.section .rodata
	.globl firmware_elf
	.type firmware_elf, @object
	.balign 16
firmware_elf:
	.incbin FW_ELF
1:	.size firmware_elf, 1b - firmware_elf

	.globl firmware_elf_bytes
	.type firmware_elf_bytes, @object
	.balign 8
firmware_elf_bytes:
#if __SIZEOF_SIZE_T__ == 8
	.quad 1b - firmware_elf
#else
	.long 1b - firmware_elf
#endif
	.size firmware_elf_bytes, . - firmware_elf_bytes

	.section .note.GNU-stack, "", @progbits
