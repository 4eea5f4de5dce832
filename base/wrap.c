/* wrap: see wrap.h */
#include "base/wrap.h"

#include <stdbool.h>
#include <string.h>

/* One line, broken between words where it is too wide. */
static void wrap(struct buf *to, const char *line, size_t n, int width)
{
	enum { INDENT = 4 };
	size_t spaces = strspn(line, " ");
	int at = (int)spaces;
	buf_add(to, line, spaces < n ? spaces : n);
	for (size_t i = spaces; i < n;) {
		size_t word = strcspn(line + i, " \n");
		bool first = i == spaces;
		if (!first && width > 0 && at + 1 + (int)word > width) {
			buf_char(to, '\n');
			buf_pad(to, ' ', INDENT);
			at = INDENT;
		} else if (!first) {
			buf_char(to, ' ');
			at++;
		}
		buf_add(to, line + i, word);
		at += (int)word;
		i += word;
		i += strspn(line + i, " ");
	}
	buf_char(to, '\n');
}

void wrap_lines(struct buf *to, const char *text, int width)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		if ((int)n <= width || width <= 0) {
			buf_add(to, text, n);
			buf_char(to, '\n');
		} else {
			wrap(to, text, n, width);
		}
		text += n + (text[n] == '\n');
	}
}
