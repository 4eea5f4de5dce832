/* file: whole files in and out, and names of files.
 *
 * Sizes are bytes. Results of file_read and path_* are the caller's: free().
 * Messages start with the file's name; a file that cannot be opened, read or
 * written is ERR_NOINPUT, one that is too large ERR_DATA.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include "base/err.h"

/* The whole file, with a NUL behind its *size bytes, or NULL. More than `max`
 * bytes is an error; so is a folder. */
char *file_read(const char *path, size_t max, size_t *size, struct err *err);

/* Write all or nothing: into a temporary file beside `path`, then rename. On
 * failure `path` is as it was. A device or pipe is written directly. */
bool file_write(const char *path, const void *data, size_t size,
                struct err *err);

bool file_exists(const char *path);

/* The folder of `path` ("." if it names none). */
char *path_dir(const char *path);

/* `name` as seen from the folder `dir`: unchanged if it is absolute or dir is
 * ".", else dir/name. */
char *path_join(const char *dir, const char *name);

/* Last part of `path`, without the suffix: "a/b.c.yaml" -> "b.c". */
char *path_stem(const char *path);

/* `path` with its suffix replaced by `suffix` (".db"), or with it added. */
char *path_with_suffix(const char *path, const char *suffix);

#endif
