/* requant: sum -> int8, as fast as RV32IM does it.
 *
 * Equals num_requant of isa/numerics.h bit for bit; here because that one
 * takes 64-bit sums and a shift of either sign, 25 cycles against 12. */
#ifndef FIRMWARE_REQUANT_H
#define FIRMWARE_REQUANT_H

#include <stdint.h>
#include "isa/numerics.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A multiplier and shift made ready. */
struct scale {
	uint32_t mult2; /* twice the multiplier, which is not negative */
	int32_t down;   /* shift to the right - 1; negative: none, or left */
};

INLINE struct scale scale_make(int32_t mult, int32_t shift)
{
	return (struct scale){(uint32_t)mult << 1, -shift - 1};
}

/* High word of a * b. GCC makes three instructions of it where b is used
 * twice. */
INLINE int32_t mulhsu(int32_t a, uint32_t b)
{
#ifdef __riscv
	int32_t high;
	__asm__("mulhsu %0, %1, %2" : "=r"(high) : "r"(a), "r"(b));
	return high;
#else
	return (int32_t)((int64_t)a * (int64_t)(uint64_t)b >> 32);
#endif
}

/* The high word of x * 2m and the bit below it are x*m/2^31, rounded. It does
 * not overflow: |u| < 2^31 - 1 because m < 2^31. */
INLINE int32_t scale_high(const struct scale *s, int32_t x)
{
	uint32_t low = (uint32_t)x * s->mult2;
	return mulhsu(x, s->mult2) + (int32_t)(low >> 31);
}

/* Then half away from zero, where down >= 0: the -1 of a negative number turns
 * its ties. */
INLINE int32_t scale_down(const struct scale *s, int32_t x)
{
	int32_t u = scale_high(s, x);
	u += u >> 31;
	return ((u >> s->down) + 1) >> 1;
}

/* Every shift. */
INLINE int32_t scale_apply(const struct scale *s, int32_t x)
{
	if (unlikely(s->down < 0))
		return scale_high(s, num_shl(x, -1 - s->down));
	return scale_down(s, x);
}

/* num_clamp. Below: two cycles either way, because after a ReLU half of all
 * values are; above: one, since few are. */
INLINE int32_t clamp(int32_t x, int32_t lo, int32_t hi)
{
	if (x < lo)
		x = lo;
	if (unlikely(x > hi))
		x = hi;
	return x;
}

#endif
