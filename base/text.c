/* text: see text.h */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 63 };

enum text_number text_long(const char *s, long *value)
{
	const char *digits = s + (*s == '-');
	size_t n = strspn(digits, "0123456789");
	if (n == 0 || digits[n] != '\0')
		return TEXT_NOT_A_NUMBER;
	if (digits[0] == '0' && (n > 1 || digits != s))
		return TEXT_NOT_A_NUMBER;
	errno = 0;
	long v = strtol(s, NULL, 10);
	if (errno == ERANGE)
		return TEXT_TOO_BIG;
	*value = v;
	return TEXT_OK;
}

bool text_double(const char *s, double *value)
{
	/* strtod alone would take blanks, hexadecimal, nan and inf. */
	if (*s == '\0' || strspn(s, "0123456789+-.eE") != strlen(s))
		return false;
	char *end;
	double v = strtod(s, &end);
	if (*end != '\0' || !isfinite(v))
		return false;
	*value = v;
	return true;
}

const char *text_of_double(double value, char *buf, size_t size)
{
	if (fabs(value) < 1e15 && value == floor(value)) {
		snprintf(buf, size, "%.0f", value); /* 20, not 2e+01 */
		return buf;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(buf, size, "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	return buf;
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

int text_distance(const char *a, const char *b)
{
	int na = (int)strnlen(a, MAX_WORD), nb = (int)strnlen(b, MAX_WORD);
	int d[3][MAX_WORD + 1]; /* rows i-2, i-1, i of the edit matrix */

	for (int j = 0; j <= nb; j++)
		d[0][j] = j;
	for (int i = 1; i <= na; i++) {
		int *now = d[i % 3], *up = d[(i + 2) % 3];
		const int *upup = d[(i + 1) % 3];
		now[0] = i;
		for (int j = 1; j <= nb; j++) {
			int same = a[i - 1] == b[j - 1];
			now[j] = min(min(up[j], now[j - 1]) + 1,
			             up[j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = min(now[j], upup[j - 2] + 1);
		}
	}
	return d[na % 3][nb];
}

const char *text_nearest(const char *word, const char *const *first, int n,
                         size_t stride)
{
	const char *best = NULL;
	int least = (int)strnlen(word, MAX_WORD) / 2 + 1;
	for (int i = 0; i < n; i++) {
		const char *const *at =
		        (const char *const *)((const char *)first +
		                              (size_t)i * stride);
		int far = text_distance(word, *at);
		if (far < least) {
			least = far;
			best = *at;
		}
	}
	return best;
}
