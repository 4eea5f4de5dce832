/* text: snprintf and strtol of the library: division, calls, jump tables. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "put.h"

int main(void)
{
	char line[120];
	int bad = 0;

	for (int i = -3; i < 40; i++) {
		int v = i * 48271 + i * i * 7919;

		snprintf(line, sizeof line, "%d %u %08x %-6s|%5c %lld\n", v,
		         (unsigned)v, (unsigned)v, "ab", 'a' + (i & 15),
		         (long long)v * v);
		bad += strtol(line, NULL, 10) != v;
		put(line);
	}
	return bad;
}
