/* section: see section.h */
#include "calib/section.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { MAX_TABLE = 1 << 20 };

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end ? end + 1 : at + strlen(at);
}

static const char *find(const char *text, const char *key)
{
	const size_t n = strlen(key);

	for (const char *at = text; *at; at = next_line(at))
		if (strncmp(at, key, n) == 0 && at[n] == ':')
			return at;
	return NULL;
}

/* Up to the last line that belongs to it: blank ones behind do not. */
static const char *end_of(const char *from)
{
	const char *end = next_line(from);

	for (const char *at = end; *at == ' ' || *at == '\n';) {
		const bool blank = *at == '\n';
		at = next_line(at);
		if (!blank)
			end = at;
	}
	return end;
}

void section_get(const char *text, const char *key, struct buf *to)
{
	const char *at = find(text, key);

	if (at)
		buf_add(to, at, (size_t)(end_of(at) - at));
}

void section_put(const char *text, const char *key, const char *section,
                 struct buf *to)
{
	const char *at = find(text, key);

	if (!at) {
		buf_printf(to, "%s\n%s", text, section);
		return;
	}
	buf_add(to, text, (size_t)(at - text));
	buf_str(to, section);
	buf_str(to, end_of(at));
}

bool section_write(const char *path, const char *key, const char *section,
                   struct err *err)
{
	struct buf out = {0};
	size_t size;
	char *text = file_read(path, MAX_TABLE, &size, err);

	if (!text)
		return false;
	section_put(text, key, section, &out);
	bool ok = file_write(path, out.data, out.len, err);
	buf_free(&out);
	free(text);
	return ok;
}

void section_keep(const char *path, struct buf *to)
{
	static const char *const keys[] = {"area", "timing"};
	struct err none;
	size_t size;
	char *text = file_exists(path)
	                     ? file_read(path, MAX_TABLE, &size, &none)
	                     : NULL;

	for (int i = 0; text && i < 2; i++)
		if (find(text, keys[i])) {
			buf_str(to, "\n");
			section_get(text, keys[i], to);
		}
	free(text);
}
