/* buf: bytes that grow.
 *
 * Start from `struct buf b = {0}`; data always ends with a NUL that len does
 * not count once something was added. Free with buf_free. Never fails
 * (base/mem.h).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data; /* NULL while nothing was added */
	size_t len, cap;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_pad(struct buf *b, char c, int n); /* n times c; nothing if n < 0 */
void buf_printf(struct buf *b, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);

#endif
