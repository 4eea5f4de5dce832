/* report_html: the page: explore/report/page.* with the data in it.
 *
 * The page may load nothing (default-src 'none'), and run no script or style
 * but its own two, which are known by their hashes. The data are no script:
 * in them '<' is written \u003c, so that nothing ends the element.
 */
#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "explore/report_page.h"
#include "explore/report_priv.h"

static void put_part(struct buf *b, enum report_part part)
{
	buf_add(b, report_part[part].text, report_part[part].bytes);
}

static void put_escaped(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			buf_str(b, "&lt;");
		else if (*s == '&')
			buf_str(b, "&amp;");
		else
			buf_char(b, *s);
	}
}

static int hex_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* 64 hex digits as base64. */
static void put_base64(struct buf *b, const char *hex)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0;
	int n = 0;

	assert(strlen(hex) == 64);
	for (int i = 0; i < 64; i++) {
		bits = bits << 4 | (unsigned)hex_digit(hex[i]);
		n += 4;
		if (n >= 6) {
			n -= 6;
			buf_char(b, digit[bits >> n & 63]);
		}
	}
	buf_char(b, digit[bits << (6 - n) & 63]); /* 256 bits: 42 * 6 + 4 */
	buf_char(b, '=');
}

static void put_hash(struct buf *b, const char *what, enum report_part part)
{
	buf_printf(b, "; %s 'sha256-", what);
	put_base64(b, report_part[part].sha256);
	buf_char(b, '\'');
}

static void put_data(const struct report *r, struct buf *b)
{
	struct buf data = {0};

	report_data(r, &data);
	for (size_t i = 0, k; i < data.len; i = k + 1) {
		const char *at = memchr(data.data + i, '<', data.len - i);
		k = at ? (size_t)(at - data.data) : data.len;
		buf_add(b, data.data + i, k - i);
		if (at)
			buf_str(b, "\\u003c");
	}
	buf_free(&data);
}

bool report_html(const struct report *r, const char *path, struct err *err)
{
	struct buf b = {0};

	buf_str(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	            "<meta charset=\"utf-8\">\n"
	            "<meta http-equiv=\"Content-Security-Policy\" "
	            "content=\"default-src 'none'");
	put_hash(&b, "style-src", PART_CSS);
	put_hash(&b, "script-src", PART_JS);
	buf_str(&b,
	        "\">\n<meta name=\"viewport\" content=\"width=device-width, "
	        "initial-scale=1\">\n<title>");
	put_escaped(&b, r->name);
	buf_str(&b, " - joulet report</title>\n<style>");
	put_part(&b, PART_CSS);
	buf_str(&b, "</style>\n</head>\n");
	put_part(&b, PART_BODY);
	buf_str(&b, "<script type=\"application/json\" id=\"data\">");
	put_data(r, &b);
	buf_str(&b, "</script>\n<script>");
	put_part(&b, PART_JS);
	buf_str(&b, "</script>\n</html>\n");
	bool ok = file_write(path, b.data, b.len, err);
	buf_free(&b);
	return ok;
}
