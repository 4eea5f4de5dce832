/* mem: memory that is always there.
 *
 * For the small things of which there are many (nodes, strings, buffers). No
 * caller can do better than stop when a few bytes are missing, so these never
 * return NULL: a machine out of memory ends in abort(). What the result needs
 * is freed with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* `n` zeroed elements of `size` bytes; n and size may be 0. */
void *mem_zero(size_t n, size_t size);

/* realloc to n elements of `size` bytes; new bytes are not set. */
void *mem_grow(void *p, size_t n, size_t size);

/* A copy of `s`, and of its first `n` bytes with a NUL behind. */
char *mem_str(const char *s);
char *mem_strn(const char *s, size_t n);

#endif
