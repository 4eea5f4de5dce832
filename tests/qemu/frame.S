/* frame: what surrounds a random program (generate.py), the same bytes for
 * joulet and for qemu-riscv32.
 *
 * Programs consist of blocks. After each one `hook` counts down; at zero it
 * prints a line: blocks so far, where the block returns to, a hash of all
 * registers and of the data. compare.py sets the words of `control` in the
 * executable: after how many blocks the first line comes, how many blocks
 * later the next ones, how many lines there may be, and whether registers and
 * data are printed in full.
 *
 * gp points to the data; below it are the words of the frame, GP_*. tp is the
 * link of calls into the frame, free in blocks. Everything else belongs to the program. */

/* Below gp. */
#define GP_PLACE	-2048	/* nonzero: Linux is there */
#define GP_COUNT	-2044	/* blocks until the next line */
#define GP_PERIOD	-2040
#define GP_LINES	-2036
#define GP_DUMP		-2032
#define GP_BLOCKS	-2028	/* blocks until the last line */
#define GP_ROUNDS	-2024	/* of the program's loop */
#define GP_STATE	-2020	/* of `fresh` */
#define GP_SAVE		-2016	/* 4 words for hook and fresh */
#define GP_REGS		-2000	/* x1..x31 */
#define GP_SUM		-1876	/* of all results: generate.py */
#define GP_FRESH	-1872	/* 32 words that are new in every round */
#define DATA_WORDS	1552

	.option	norvc
	.text
	.globl	_start
	j	trapped
	.org	0x80
_start:
	lla	gp, data
	/* Zero after reset, a stack under Linux. */
	sw	sp, GP_PLACE(gp)
	.irp	n, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
	li	x\n, 0
	.endr
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	li	x\n, 0
	.endr
	j	program

hook:
	sw	t0, GP_SAVE(gp)
	lw	t0, GP_COUNT(gp)
	addi	t0, t0, -1
	sw	t0, GP_COUNT(gp)
	beqz	t0, check
	lw	t0, GP_SAVE(gp)
	jr	tp

/* Fill GP_FRESH: random words, every other one often a corner case. */
fresh:
	sw	t0, GP_SAVE(gp)
	sw	t1, GP_SAVE+4(gp)
	sw	t2, GP_SAVE+8(gp)
	sw	t3, GP_SAVE+12(gp)
	lw	t0, GP_STATE(gp)
	addi	t1, gp, GP_FRESH
	addi	t2, t1, 128
1:	slli	t3, t0, 13
	xor	t0, t0, t3
	srli	t3, t0, 17
	xor	t0, t0, t3
	slli	t3, t0, 5
	xor	t0, t0, t3
	sw	t0, 0(t1)
	andi	t3, t0, 1
	beqz	t3, 2f
	srli	t3, t0, 20
	andi	t3, t3, 124
	lla	tp, corners
	add	t3, t3, tp
	lw	t3, 0(t3)
	sw	t3, 0(t1)
2:	addi	t1, t1, 4
	bne	t1, t2, 1b
	sw	t0, GP_STATE(gp)
	lw	t0, GP_SAVE(gp)
	lw	t1, GP_SAVE+4(gp)
	lw	t2, GP_SAVE+8(gp)
	lw	t3, GP_SAVE+12(gp)
	/* The only caller: the head of the program's loop. */
	j	program_round

check:
	lw	t0, GP_SAVE(gp)
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
	sw	x\n, GP_REGS+4*\n-4(gp)
	.endr
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	sw	x\n, GP_REGS+4*\n-4(gp)
	.endr
	lw	a0, GP_PERIOD(gp)
	sw	a0, GP_COUNT(gp)
	lla	sp, stack
	lla	s0, line
	lw	a0, GP_BLOCKS(gp)
	call	put_word
	lw	a0, GP_REGS+12(gp)
	call	put_word
	li	a0, 0
	addi	a1, gp, GP_REGS
	addi	a2, a1, 128
	call	hash
	mv	a1, gp
	li	a2, 4 * DATA_WORDS
	add	a2, a2, a1
	call	hash
	call	put_word
	lw	a0, GP_DUMP(gp)
	beqz	a0, 1f
	addi	s1, gp, GP_REGS
	addi	s2, s1, 128
	call	put_words
	mv	s1, gp
	li	s2, 4 * DATA_WORDS
	add	s2, s2, gp
	call	put_words
1:	call	put_line
	lw	a0, GP_BLOCKS(gp)
	lw	a1, GP_PERIOD(gp)
	add	a0, a0, a1
	sw	a0, GP_BLOCKS(gp)
	lw	a0, GP_LINES(gp)
	addi	a0, a0, -1
	sw	a0, GP_LINES(gp)
	beqz	a0, finish
	.irp	n, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
	lw	x\n, GP_REGS+4*\n-4(gp)
	.endr
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	lw	x\n, GP_REGS+4*\n-4(gp)
	.endr
	jr	tp

/* a0: hash so far and result; words in [a1, a2). */
hash:
	li	a4, 0x01000193
1:	lw	a3, 0(a1)
	xor	a0, a0, a3
	mul	a0, a0, a4
	srli	a3, a0, 15
	xor	a0, a0, a3
	addi	a1, a1, 4
	bne	a1, a2, 1b
	ret

/* a0 as eight digits and a space to s0. */
put_word:
	li	a2, 28
1:	srl	a1, a0, a2
	andi	a1, a1, 15
	addi	a1, a1, '0'
	li	a3, '9'
	ble	a1, a3, 2f
	addi	a1, a1, 'a' - '0' - 10
2:	sb	a1, 0(s0)
	addi	s0, s0, 1
	addi	a2, a2, -4
	bgez	a2, 1b
	li	a1, ' '
	sb	a1, 0(s0)
	addi	s0, s0, 1
	ret

/* Words in [s1, s2). */
put_words:
	mv	s3, ra
1:	lw	a0, 0(s1)
	call	put_word
	addi	s1, s1, 4
	bne	s1, s2, 1b
	jr	s3

/* End the line at s0 and print it. */
put_line:
	li	a1, '\n'
	sb	a1, 0(s0)
	addi	s0, s0, 1
	lla	a1, line
	lw	a0, GP_PLACE(gp)
	beqz	a0, 1f
	sub	a2, s0, a1
	li	a0, 1
	li	a7, 64		/* write */
	ecall
	ret
1:	li	a2, 0x20000
2:	lbu	a0, 0(a1)
	sw	a0, 4(a2)
	addi	a1, a1, 1
	bne	a1, s0, 2b
	ret

/* The program is over: one more line, with what is left to count. */
end:
	sw	t0, GP_SAVE(gp)
	lw	t0, GP_COUNT(gp)
	sub	t0, zero, t0
	sw	t0, GP_COUNT(gp)
	sw	t1, GP_SAVE+4(gp)
	lw	t1, GP_BLOCKS(gp)
	add	t0, t0, t1
	sw	t0, GP_BLOCKS(gp)
	lw	t1, GP_SAVE+4(gp)
	li	t0, 1
	sw	t0, GP_LINES(gp)
	j	check
finish:
	li	a0, 0
stop:
	lw	a1, GP_PLACE(gp)
	li	a7, 93		/* exit */
	beqz	a1, 1f
	ecall
1:	li	a1, 0x20000
	sw	a0, 0(a1)
2:	j	2b
trapped:
	csrr	a0, mcause
	addi	a0, a0, 100
	j	stop

	.balign	4
corners:
	.word	0, 1, 2, 3, 4, 5, 7, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff
	.word	0x8000, 0xffff, 0x10000, 0x7ffff800, 0x7ffffffe, 0x7fffffff
	.word	0x80000000, 0x80000001, 0x55555555, 0xaaaaaaaa, 0xffff0000
	.word	0xffff7fff, 0xffff8000, 0xffffff80, 0xfffffffd, 0xfffffffe
	.word	0xffffffff, 0xffffffff

program:
#include "program.inc"

	/* Pages of its own: stores beside code are slow in qemu. */
	.data
	.balign	4096
	.globl	control
control:
	.word	0, 1000, 1000, -1, 0, 1000, ROUNDS, SEED
	.space	2048 - 32
data:
	pattern		/* DATA_WORDS of them */
	.space	256
stack:
line:
	.space	16384
