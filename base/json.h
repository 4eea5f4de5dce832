/* json: write JSON into a buffer.
 *
 *     struct buf b = {0};
 *     struct json j = json_begin(&b, true);
 *     json_object(&j, NULL);
 *     json_int(&j, "cycles", 123);
 *     json_close(&j);
 *     json_done(&j);
 *
 * `key` is NULL inside a list and at the top, and only there. Nesting is
 * checked by assert: a mistake is the caller's bug. Integers are exact;
 * doubles are the shortest text that reads back the same; NaN and infinity
 * become null. Strings are escaped; bytes that are not UTF-8 become U+FFFD.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_MAX_DEPTH = 16 };

struct json {
	struct buf *to; /* borrowed */
	bool lines;     /* a value a line, indented by two blanks */
	int depth;
	struct {
		bool list, filled;
	} at[JSON_MAX_DEPTH];
};

struct json json_begin(struct buf *to, bool lines);
void json_object(struct json *j, const char *key);
void json_list(struct json *j, const char *key);
void json_close(struct json *j); /* the innermost object or list */
void json_done(struct json *j);  /* all are closed; ends the line */

void json_string(struct json *j, const char *key,
                 const char *s); /* NULL: null */
void json_int(struct json *j, const char *key, int64_t v);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_double(struct json *j, const char *key, double v);
/* A double with a fixed number of decimals. */
void json_fixed(struct json *j, const char *key, double v, int decimals);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
/* Text that is JSON already, for instance from a store. */
void json_raw(struct json *j, const char *key, const char *text);

#endif
