/* drill_start: vectors and handlers of the drill (drill.c).
 *
 * Exceptions go on behind the instruction, which has 4 bytes. */
#include "consts.h"

	.equ TIMER, 0x80010000
	.equ ACCEL, 0x80000000

	.section .vectors, "ax"
	.option push
	.option norvc
vectors:
	j exception
	.rept FW_IRQ_TIMER - 1
	j vectors
	.endr
	j timer
	.rept FW_IRQ_ACCEL - FW_IRQ_TIMER - 1
	j vectors
	.endr
	j accel
	.rept 31 - FW_IRQ_ACCEL
	j vectors
	.endr
	.org vectors + FW_BOOT
	.option pop

	.globl _start
_start:
	la sp, fw_stack_top
	la a0, vectors + 1
	csrw mtvec, a0
	la a0, fw_data_start
	la a1, fw_data_end
	la a2, fw_data_load
1:	bgeu a0, a1, 2f
	lw a3, 0(a2)
	sw a3, 0(a0)
	addi a0, a0, 4
	addi a2, a2, 4
	j 1b
2:	call drill

exception:
	csrw mscratch, t0
	csrr t0, mcause
	csrr t0, mtval
	csrr t0, mepc
	addi t0, t0, 4
	csrw mepc, t0
	csrr t0, mscratch
	mret

/* It rings again, so that nothing sleeps for ever. */
timer:
	addi sp, sp, -16
	sw t0, 0(sp)
	sw t1, 4(sp)
	li t0, TIMER
	lw t1, 0(t0)
	addi t1, t1, 1777
	sw t1, 8(t0)
	sw zero, 12(t0)
	lw t0, 0(sp)
	lw t1, 4(sp)
	addi sp, sp, 16
	mret

/* IRQ_ACK, then HEAD */
accel:
	addi sp, sp, -16
	sw t0, 0(sp)
	sw t1, 4(sp)
	li t0, ACCEL
	sw zero, 12(t0)
	lw t1, 24(t0)
	lw t0, 0(sp)
	lw t1, 4(sp)
	addi sp, sp, 16
	mret
