/* crt0: from reset to main, and what leads into the trap handlers.
 *
 * Ibex has vectored interrupts only: the entry for cause n is at
 * mtvec + 4*n, exceptions are at entry 0; it boots at mtvec + 0x80. */
#include "consts.h"

	.section .vectors, "ax"
	.option push
	.option norvc           /* entries are 4 bytes */
vectors:
	j trap_entry
	.rept FW_IRQ_TIMER - 1
	j irq_unexpected
	.endr
	j irq_timer
	.rept FW_IRQ_ACCEL - FW_IRQ_TIMER - 1
	j irq_unexpected
	.endr
	j irq_accel
	.rept 31 - FW_IRQ_ACCEL
	j irq_unexpected
	.endr
	.org vectors + FW_BOOT
	.option pop

	.globl _start
_start:
	la sp, fw_stack_top
	la a0, vectors + 1      /* vectored */
	csrw mtvec, a0

	la a0, fw_data_start    /* all three are aligned to 16 */
	la a1, fw_data_end
	la a2, fw_data_load
	j 2f
1:	lw a3, 0(a2)
	lw a4, 4(a2)
	lw a5, 8(a2)
	lw a6, 12(a2)
	sw a3, 0(a0)
	sw a4, 4(a0)
	sw a5, 8(a0)
	sw a6, 12(a0)
	addi a0, a0, 16
	addi a2, a2, 16
2:	bltu a0, a1, 1b

	la a0, fw_bss_start
	la a1, fw_bss_end
	j 4f
3:	sw zero, 0(a0)
	sw zero, 4(a0)
	sw zero, 8(a0)
	sw zero, 12(a0)
	addi a0, a0, 16
4:	bltu a0, a1, 3b

	call main
	/* main ends the simulation; it cannot come here. */

	/* A fresh stack: the fault may be that there is none left. Nothing is
	 * saved, because nothing returns. */
trap_entry:
irq_unexpected:
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	la sp, fw_stack_top
	j trap
