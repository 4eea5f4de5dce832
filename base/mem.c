/* mem: see mem.h */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_zero(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		abort();
	return p;
}

void *mem_grow(void *p, size_t n, size_t size)
{
	if (size && n > (size_t)-1 / size)
		abort();
	size_t bytes = n * size;
	void *q = realloc(p, bytes ? bytes : 1);
	if (!q)
		abort();
	return q;
}

char *mem_strn(const char *s, size_t n)
{
	char *p = mem_zero(n + 1, 1);
	memcpy(p, s, n);
	return p;
}

char *mem_str(const char *s)
{
	return mem_strn(s, strlen(s));
}
