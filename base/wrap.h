/* wrap: prose for a terminal. */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include "base/buf.h"

/* Add the lines of `text`, none wider than `width` unless one word is (0: no
 * limit). What a broken line goes on with is indented by four. */
void wrap_lines(struct buf *to, const char *text, int width);

#endif
