"""frame: what stands around the test programs: vectors, traps, interrupts.

A program begins at the boot address with memory for data in sp, gp and tp, and
ends with a store to 0x20000. Registers that its text leaves alone:

    s11         the area of the handlers; their state is in there
    t3          loop counter
    t4          jump target
    t5, t6      the handlers'
"""

TEXT = 0x100000

# Exceptions: go on behind the instruction, in machine mode. A fetch fault goes
# on where ra says (jumps out of memory are calls).
HANDLER = """
	.balign 4
	.option push
	.option norvc
exception:
	sw t5, 0(s11)
	sw t6, 4(s11)
	csrr t6, mcause
	addi t5, t6, -1
	csrr t6, mepc
	beqz t5, fetch_fault
	lhu t5, 0(t6)
	andi t5, t5, 3
	addi t5, t5, -3
	seqz t5, t5
	slli t5, t5, 1
	addi t5, t5, 2
	add t6, t6, t5
1:	csrw mepc, t6
	li t6, 0x1800
	csrs mstatus, t6
	lw t5, 0(s11)
	lw t6, 4(s11)
	mret
fetch_fault:
	mv t6, ra
	j 1b
	.option pop
"""

# Interrupts lower their line. The timer's may arm it anew, after a delay that
# a linear congruence gives: then there is always one to come.
INTERRUPTS = """
timer:
	sw t5, 8(s11)
	sw t6, 12(s11)
	lui t6, 0x30
	lw t5, 16(s11)
	beqz t5, 1f
	sw t5, 20(s11)
	li t6, 1103515245
	mul t5, t5, t6
	addi t5, t5, 1013
	sw t5, 16(s11)
	srli t5, t5, 21
	addi t5, t5, 40
	lui t6, 0x30
	sw t5, 0(t6)
	j 2f
1:	sw zero, 4(t6)
2:	li t6, 0x1800
	csrs mstatus, t6
	lw t5, 8(s11)
	lw t6, 12(s11)
	mret
external:
	sw t5, 8(s11)
	li t5, -1
	sw t6, 12(s11)
	lui t6, 0x40
	sw t5, 0(t6)
	j 2b
software:
	sw t6, 12(s11)
	lui t6, 0x40
	sw t5, 8(s11)
	li t5, -1
	sw t5, 4(t6)
	j 2b
"""

VECTORS = """
	.text
	.option norvc
	.globl _start
	j exception
	.rept 2
	j bad
	.endr
	j software
	.rept 3
	j bad
	.endr
	j timer
	.rept 3
	j bad
	.endr
	j external
	.rept 20
	j bad
	.endr
	.option rvc
_start:
	lui sp, 0x180
	lui gp, 0x190
	lui tp, 0x1a0
	lui s11, 0x1b0
"""

END = """
	.option rvc
end:
	lui a5, 0x20
	sw a0, 0(a5)
1:	j 1b
bad:
	lui a5, 0x20
	li a0, 0xbad
	sw a0, 0(a5)
1:	j 1b
"""


def program(body):
    return VECTORS + body + END + HANDLER + INTERRUPTS
