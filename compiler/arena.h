/* arena: memory that is freed all at once.
 *
 * Blocks are zeroed and aligned for any type. Never returns NULL: as in
 * base/mem.h, a machine out of memory ends in abort().
 */
#ifndef COMPILER_ARENA_H
#define COMPILER_ARENA_H

#include <stddef.h>

/* NULL is an empty arena. */
struct arena;

void *arena_zero(struct arena **a, size_t n, size_t size);
/* A copy of the first n bytes of s, with a NUL behind. */
char *arena_strn(struct arena **a, const char *s, size_t n);
void arena_free(struct arena *a);

#endif
