/* section: one key of a table's YAML file and all below it, as text. The rest
 * of the file, comments too, stays as it is. */
#ifndef CALIB_SECTION_H
#define CALIB_SECTION_H

#include "base/buf.h"
#include "base/err.h"

/* The lines of the top-level key `key` of a YAML text; nothing if it has none.
 */
void section_get(const char *text, const char *key, struct buf *to);

/* The text with that key's lines replaced by `section`, or with them at its
 * end. */
void section_put(const char *text, const char *key, const char *section,
                 struct buf *to);

/* The same in a file. ERR_NOINPUT. */
bool section_write(const char *path, const char *key, const char *section,
                   struct err *err);

/* Appends the sections `area` and `timing` of the file, if there is one that
 * has them: what `joulet area` wrote outlives a new calibration. */
void section_keep(const char *path, struct buf *to);

#endif
