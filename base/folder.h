/* folder: folders of work and of things kept from run to run.
 *
 * What is kept in a cache is built in a folder of its own, CACHE/build-PID or
 * CACHE/build-PID-ANYTHING, and renamed when it is whole. The folders of
 * processes that died are removed by folder_sweep.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"

/* The cache: as given, if it is not empty; else joulet in XDG_CACHE_HOME, in
 * .cache of HOME, in the folder for temporary files. The caller frees it. */
char *folder_cache(const char *given);

/* Make it and all above it; it may exist. ERR_NOINPUT. */
bool folder_make(const char *path, struct err *err);

/* Remove it and all in it, as far as that can be done. */
void folder_remove(const char *path);

/* Remove what processes that died left of their work in this cache. */
void folder_sweep(const char *cache);

#endif
