/* kernel_mem: target memory, random numbers and shapes for the tests of the
 * firmware's kernels. A header of functions: each test has its own. */
#ifndef TESTS_KERNEL_MEM_H
#define TESTS_KERNEL_MEM_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "firmware/kernels.h"
#include "isa/numerics.h"

#define MAYBE __attribute__((unused))

enum { MEM_BYTES = 1 << 20, GUARD = 64, GUARD_BYTE = 0xa5 };

MAYBE static _Alignas(16) uint8_t mem[MEM_BYTES];
MAYBE static uint32_t used;

void *kernel_ptr(uint32_t addr)
{
	assert_in_range(addr, 16, MEM_BYTES - 1);
	return mem + addr;
}

MAYBE static void reset(void)
{
	memset(mem, GUARD_BYTE, sizeof mem);
	used = 16; /* address 0 means: none */
}

/* Memory with guards on both sides. Not aligned to more than `align`, as
 * the compiler's placement is not. */
MAYBE static uint32_t take(size_t bytes, uint32_t align)
{
	uint32_t at = used + GUARD;
	at += (align - at % align) % align;
	used = at + (uint32_t)bytes + GUARD;
	assert_true(used <= MEM_BYTES);
	return at;
}

MAYBE static void assert_guards(uint32_t at, size_t bytes)
{
	for (uint32_t i = 1; i <= GUARD; i++) {
		assert_int_equal(mem[at - i], GUARD_BYTE);
		assert_int_equal(mem[at + bytes + i - 1], GUARD_BYTE);
	}
}

MAYBE static uint64_t seed;

MAYBE static uint32_t bits(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 32);
}

/* lo..hi, both included. */
MAYBE static int32_t between(int32_t lo, int32_t hi)
{
	return lo + (int32_t)(bits() % (uint32_t)(hi - lo + 1));
}

MAYBE static uint32_t random_bytes(size_t n, uint32_t align)
{
	uint32_t at = take(n, align);
	for (size_t i = 0; i < n; i++)
		mem[at + i] = (uint8_t)bits();
	return at;
}

MAYBE static int32_t element(uint32_t at, int32_t i, bool wide)
{
	return wide ? ((int16_t *)kernel_ptr(at))[i]
	            : ((int8_t *)kernel_ptr(at))[i];
}

/* Clamp limits: the whole type, or one-sided, or both. */
MAYBE static void limits(int32_t *lo, int32_t *hi, bool wide)
{
	*lo = wide ? INT16_MIN : INT8_MIN;
	*hi = wide ? INT16_MAX : INT8_MAX;
	if (between(0, 1))
		*lo += between(0, 128);
	if (between(0, 3) == 0)
		*hi -= between(0, 100);
}

/* Output size along one axis, padded by `before` and `after`; 0: none. */
MAYBE static int32_t size(int32_t in, int32_t k, int32_t stride, int32_t dil,
                          int32_t before, int32_t after)
{
	int32_t room = in + before + after - (k - 1) * dil - 1;
	return room < 0 ? 0 : room / stride + 1;
}

#endif
