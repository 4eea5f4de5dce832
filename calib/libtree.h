/* libtree: a liberty file as a tree of groups and attributes.
 *
 * A group `name (args) { ... }` has children; an attribute `name : value;` or
 * `name (args);` has none. Text is without quotes; several arguments are
 * joined by commas.
 */
#ifndef CALIB_LIBTREE_H
#define CALIB_LIBTREE_H

#include "base/err.h"

struct lib_node {
	char *name, *text; /* never NULL */
	struct lib_node *child, *next;
};

/* The outermost group; NULL: ERR_NOINPUT, ERR_DATA with the line. */
struct lib_node *libtree_read(const char *path, struct err *err);
void libtree_free(struct lib_node *n);

/* The first child of that name behind `after` (NULL: from the start). */
const struct lib_node *libtree_next(const struct lib_node *group,
                                    const struct lib_node *after,
                                    const char *name);
/* The text of the first child of that name, or "". */
const char *libtree_text(const struct lib_node *group, const char *name);

#endif
