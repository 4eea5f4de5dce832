/* string: the memory functions of <string.h>, by words.
 *
 * The library's take 5 to 8 cycles a byte. The compiler calls these on its own
 * too, so they must not be compiled into calls of themselves:
 * -fno-tree-loop-distribute-patterns (CMakeLists.txt).
 */
#include <stdint.h>
#include <string.h>

typedef uint32_t word __attribute__((may_alias));

enum { WORD = 4, LINE = 16 };

void *memset(void *to, int value, size_t n)
{
	uint8_t *d = to, *end = d + n;
	uint32_t bits = (uint8_t)value * 0x01010101u;

	while (d != end && (uintptr_t)d % WORD)
		*d++ = (uint8_t)value;
	for (; end - d >= LINE; d += LINE) {
		word *w = (word *)(void *)d;
		w[0] = bits;
		w[1] = bits;
		w[2] = bits;
		w[3] = bits;
	}
	for (; end - d >= WORD; d += WORD)
		*(word *)(void *)d = bits;
	while (d != end)
		*d++ = (uint8_t)value;
	return to;
}

/* The word at any address: the core splits such a load in two, which GCC would
 * make four of. */
static inline uint32_t load(const uint8_t *s)
{
	uint32_t x;
	__asm__("lw %0, %1" : "=r"(x) : "m"(*(const word *)(const void *)s));
	return x;
}

/* Stores are aligned; loads are if the two differ by a multiple of 4. The two
 * may overlap if the target is below the source. */
static void copy_up(uint8_t *d, const uint8_t *s, size_t n)
{
	uint8_t *end = d + n;

	while (d != end && (uintptr_t)d % WORD)
		*d++ = *s++;
	for (; end - d >= LINE; d += LINE, s += LINE) {
		word *w = (word *)(void *)d;
		uint32_t w0 = load(s), w1 = load(s + WORD);
		uint32_t w2 = load(s + 2 * WORD), w3 = load(s + 3 * WORD);
		w[0] = w0;
		w[1] = w1;
		w[2] = w2;
		w[3] = w3;
	}
	for (; end - d >= WORD; d += WORD, s += WORD)
		*(word *)(void *)d = load(s);
	while (d != end)
		*d++ = *s++;
}

static void copy_down(uint8_t *d, const uint8_t *s, size_t n)
{
	while (n && (uintptr_t)(d + n) % WORD) {
		n--;
		d[n] = s[n];
	}
	for (; n >= WORD; n -= WORD)
		*(word *)(void *)(d + n - WORD) = load(s + n - WORD);
	while (n) {
		n--;
		d[n] = s[n];
	}
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	copy_up(to, from, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	/* Behind the source's start and inside of it? */
	if ((uintptr_t)to - (uintptr_t)from < n)
		copy_down(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}
