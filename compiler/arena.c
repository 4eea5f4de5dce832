/* arena: see arena.h */
#include "compiler/arena.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

struct arena {
	struct arena *next;
	max_align_t bytes[];
};

void *arena_zero(struct arena **a, size_t n, size_t size)
{
	if (size && n > ((size_t)-1 / 2) / size)
		abort();
	struct arena *block = mem_zero(1, sizeof *block + n * size);
	block->next = *a;
	*a = block;
	return block->bytes;
}

char *arena_strn(struct arena **a, const char *s, size_t n)
{
	char *copy = arena_zero(a, n + 1, 1);
	memcpy(copy, s, n);
	return copy;
}

void arena_free(struct arena *a)
{
	while (a) {
		struct arena *next = a->next;
		free(a);
		a = next;
	}
}
