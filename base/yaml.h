/* yaml: a YAML file as a small tree that remembers where everything was.
 *
 * The house rules (each breach is an error with file and line): one document;
 * at most 1 MiB and 64 levels; no anchors, aliases or tags; no key twice in a
 * map; keys are scalars; no NUL in a scalar. A file with nothing but comments
 * is an empty map. Scalars are text: what they mean is for the reader to say,
 * through the yaml_* getters below or its own.
 *
 * The tree is the caller's: yaml_drop on the root (libyaml owns the name
 * yaml_free). Nodes and their strings live as long as the root.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stddef.h>
#include "base/err.h"

enum { YAML_MAX_DEPTH = 64, YAML_MAX_BYTES = 1 << 20 };
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	int line, column;          /* of the value, from 1 */
	int text_column;           /* of the text, if it stands there as it is,
	                            * in one line; else 0 */
	int key_line, key_column;  /* of the key, 0 outside a map */
	const char *file;          /* name for messages */
	const char *key;           /* in a map, else NULL */
	const char *text;          /* of a scalar, else NULL */
	bool plain;                /* scalar without quotes */
	int count;                 /* children */
	struct yaml *first, *next; /* children and siblings in file order */
};

/* Every child of a list or map (none for a scalar). */
#define YAML_EACH(child, node)                                                 \
	(const struct yaml *child = (node)->first; child; child = child->next)

/* Read a file, or text that is named `file` in messages. NULL on error. */
struct yaml *yaml_load(const char *path, struct err *err);
struct yaml *yaml_parse(const char *text, size_t size, const char *file,
                        struct err *err);
void yaml_drop(struct yaml *root);

/* Where the value (or, in a map, its key) was written, for err_at. */
struct src yaml_src(const struct yaml *node);
struct src yaml_key_src(const struct yaml *node);

/* The child of a map with this key, or NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);

/* Must be a map (list); "what" names it in the message. */
bool yaml_is_map(const struct yaml *node, const char *what, struct err *err);
bool yaml_is_list(const struct yaml *node, const char *what, struct err *err);

/* Every key of the map is one of `keys` (ends with NULL); an unknown one is an
 * error that suggests the nearest. */
bool yaml_known_keys(const struct yaml *map, const char *const *keys,
                     struct err *err);

/* The value of a scalar; messages name its key. An empty plain scalar is not a
 * string. Strings live as long as the tree. Booleans are true and false. */
bool yaml_string(const struct yaml *node, const char **value, struct err *err);
bool yaml_long(const struct yaml *node, long min, long max, long *value,
               struct err *err);
bool yaml_double(const struct yaml *node, double min, double max, double *value,
                 struct err *err);
bool yaml_bool(const struct yaml *node, bool *value, struct err *err);

#endif
