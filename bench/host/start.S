/* start: a kernel on the bare core; its checksum is the exit code.
 *
 * END is the address of the store that ends the run, END_VALUE what is stored
 * there; without END_VALUE the checksum itself. The image is at BASE, its entry
 * at BASE + 0x80 (qemu begins at BASE), the stack at the end of the first MiB. */
	.text
	j	_start
	.org	0x80
	.globl _start
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	sp, BASE + 0x100000
	la	t0, __bss_start
	la	t1, _end
1:	bgeu	t0, t1, 2f
	sw	zero, 0(t0)
	addi	t0, t0, 4
	j	1b
2:	call	kernel
	li	t0, END
#ifdef END_VALUE
	li	a0, END_VALUE
#endif
	sw	a0, 0(t0)
3:	j	3b
