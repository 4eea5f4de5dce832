# start: from the boot address to main, and out with its result.
	.section .text.init, "ax"
	.option norvc
	.option norelax
	.rept 32
	j fault
	.endr
	.globl _start
_start:
	la sp, 0x00200000
	la gp, __global_pointer$
	la tp, __tls_base
	call main
fault_exit:
	lui a1, 0x20
	sw a0, 0(a1)
1:	j 1b
fault:
	li a0, 0xbad
	j fault_exit
