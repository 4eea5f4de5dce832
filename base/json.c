/* json: see json.h */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

struct json json_begin(struct buf *to, bool lines)
{
	struct json j = {.to = to, .lines = lines};
	return j;
}

static void new_line(struct json *j)
{
	if (!j->lines)
		return;
	buf_char(j->to, '\n');
	buf_pad(j->to, ' ', 2 * j->depth);
}

/* Bytes of the UTF-8 character at s, or 0 if it is none. */
static int utf8_bytes(const unsigned char *s)
{
	int n = s[0] < 0x80                    ? 1
	        : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
	        : s[0] >= 0xe0 && s[0] <= 0xef ? 3
	        : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
	                                       : 0;
	for (int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	bool overlong =
	        (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
	bool outside = (s[0] == 0xed && s[1] >= 0xa0) ||
	               (s[0] == 0xf4 && s[1] >= 0x90);
	return overlong || outside ? 0 : n;
}

static void quoted(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	buf_char(b, '"');
	while (*s) {
		int n = utf8_bytes(s);
		if (n == 0)
			buf_str(b, "\xef\xbf\xbd");
		else if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if (*s == '\n')
			buf_str(b, "\\n");
		else if (*s == '\t')
			buf_str(b, "\\t");
		else if (*s < ' ' || *s == 0x7f)
			buf_printf(b, "\\u%04x", *s);
		else
			buf_add(b, s, (size_t)n);
		s += n ? n : 1;
	}
	buf_char(b, '"');
}

/* What stands before every value: comma, line, key. */
static void before(struct json *j, const char *key)
{
	if (j->depth == 0) {
		assert(!key);
		return;
	}
	bool list = j->at[j->depth - 1].list;
	assert(list == !key);
	if (j->at[j->depth - 1].filled)
		buf_char(j->to, ',');
	j->at[j->depth - 1].filled = true;
	new_line(j);
	if (list)
		return;
	quoted(j->to, key);
	buf_str(j->to, j->lines ? ": " : ":");
}

static void open_level(struct json *j, const char *key, bool list)
{
	before(j, key);
	assert(j->depth < JSON_MAX_DEPTH);
	j->at[j->depth].list = list;
	j->at[j->depth].filled = false;
	j->depth++;
	buf_char(j->to, list ? '[' : '{');
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, false);
}

void json_list(struct json *j, const char *key)
{
	open_level(j, key, true);
}

void json_close(struct json *j)
{
	assert(j->depth > 0);
	j->depth--;
	if (j->at[j->depth].filled)
		new_line(j);
	buf_char(j->to, j->at[j->depth].list ? ']' : '}');
}

void json_done(struct json *j)
{
	assert(j->depth == 0);
	buf_char(j->to, '\n');
}

void json_string(struct json *j, const char *key, const char *s)
{
	before(j, key);
	if (s)
		quoted(j->to, s);
	else
		buf_str(j->to, "null");
}

void json_int(struct json *j, const char *key, int64_t v)
{
	before(j, key);
	buf_printf(j->to, "%" PRId64, v);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
	before(j, key);
	buf_printf(j->to, "%" PRIu64, v);
}

void json_double(struct json *j, const char *key, double v)
{
	char text[40];
	before(j, key);
	buf_str(j->to,
	        isfinite(v) ? text_of_double(v, text, sizeof text) : "null");
}

void json_fixed(struct json *j, const char *key, double v, int decimals)
{
	before(j, key);
	if (isfinite(v))
		buf_printf(j->to, "%.*f", decimals, v);
	else
		buf_str(j->to, "null");
}

void json_bool(struct json *j, const char *key, bool v)
{
	before(j, key);
	buf_str(j->to, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	before(j, key);
	buf_str(j->to, "null");
}

void json_raw(struct json *j, const char *key, const char *text)
{
	before(j, key);
	buf_str(j->to, text);
}
