/* sort: the library's qsort with comparisons through a pointer, and memmove,
 * memcmp, strlen, strcmp on words of all alignments. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "put.h"

enum { N = 300, WORD = 7 };

static uint32_t next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

int main(void)
{
	static int32_t number[N];
	static char word[N][WORD];
	uint32_t x = 2463534242u, bad = 0;

	for (int i = 0; i < N; i++) {
		number[i] = (int32_t)next(&x);
		for (int k = 0; k < WORD - 1; k++)
			word[i][k] = (char)('a' + next(&x) % 26);
	}
	qsort(number, N, sizeof number[0], by_value);
	qsort(word, N, WORD, by_text);
	for (int i = 1; i < N; i++) {
		bad += number[i - 1] > number[i];
		bad += strcmp(word[i - 1], word[i]) > 0;
	}
	memmove(word[1], word[0], sizeof word - WORD);
	bad += strlen(word[5]) != WORD - 1;
	put(word[0]);
	return (int)bad;
}
