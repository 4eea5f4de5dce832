/* yaml: see yaml.h. libyaml's events, one recursive descent over them. */
#include "base/yaml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

struct loader {
	yaml_parser_t parser;
	const char *text;
	size_t size;
	const char *file;
	struct err *err;
};

/* The root owns the name of the file too. */
struct root {
	struct yaml node;
	char *file;
};

static struct src mark_src(const struct loader *l, yaml_mark_t mark)
{
	return (struct src){l->file, (int)mark.line + 1};
}

/* Errors of libyaml's reader (encoding) have a byte offset but no mark. */
static bool parser_failed(struct loader *l)
{
	const yaml_parser_t *p = &l->parser;
	const char *what = p->problem ? p->problem : "not YAML";
	if (p->error != YAML_READER_ERROR)
		return err_at(l->err, mark_src(l, p->problem_mark), "%s", what);
	int line = 1;
	for (size_t i = 0; i < l->size && i < p->problem_offset; i++)
		line += l->text[i] == '\n';
	return err_at(l->err, (struct src){l->file, line}, "%s", what);
}

static bool next_event(struct loader *l, yaml_event_t *e)
{
	return yaml_parser_parse(&l->parser, e) || parser_failed(l);
}

/* Anchors and tags of the three events that start a node. */
static bool plain_node(struct loader *l, const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;
	struct src at = mark_src(l, e->start_mark);

	if (e->type == YAML_ALIAS_EVENT)
		return err_at(l->err, at, "*%s: aliases are not supported",
		              (const char *)e->data.alias.anchor);
	if (e->type == YAML_SCALAR_EVENT) {
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
	}
	if (anchor)
		return err_at(l->err, at, "&%s: anchors are not supported",
		              (const char *)anchor);
	if (tag)
		return err_at(l->err, at, "%s: tags are not supported",
		              (const char *)tag);
	return true;
}

static bool scalar_text(struct loader *l, const yaml_event_t *e, char **text)
{
	const char *s = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	if (memchr(s, '\0', n))
		return err_at(l->err, mark_src(l, e->start_mark),
		              "a NUL character in a scalar");
	*text = mem_strn(s, n);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct yaml *x = *(const struct yaml *const *)a;
	const struct yaml *y = *(const struct yaml *const *)b;
	int order = strcmp(x->key, y->key);
	if (order == 0)
		order = (x->key_line > y->key_line) -
		        (x->key_line < y->key_line);
	return order;
}

/* Sorted, so that a hostile file with 100,000 keys costs no quadratic time. */
static bool keys_differ(struct loader *l, const struct yaml *map)
{
	const struct yaml **all = mem_zero((size_t)map->count, sizeof *all);
	const struct yaml *twice = NULL, *before = NULL;
	int n = 0;

	for
		YAML_EACH(c, map)
	all[n++] = c;
	qsort(all, (size_t)n, sizeof *all, by_key);
	for (int i = 1; i < n; i++) {
		if (strcmp(all[i - 1]->key, all[i]->key) != 0)
			continue;
		if (!twice || all[i]->key_line < twice->key_line) {
			twice = all[i];
			before = all[i - 1];
		}
	}
	free(all);
	if (!twice)
		return true;
	return err_at(l->err, yaml_key_src(twice),
	              "%s: written twice, first in line %d", twice->key,
	              before->key_line);
}

static bool read_node(struct loader *l, const yaml_event_t *e, int depth,
                      struct yaml *node);

static void free_inside(struct yaml *node)
{
	struct yaml *c = node->first;
	while (c) {
		struct yaml *next = c->next;
		free_inside(c);
		free(c);
		c = next;
	}
	free((char *)node->key);
	free((char *)node->text);
}

/* One key event; the value's event follows in *e. */
static bool read_key(struct loader *l, yaml_event_t *e, struct yaml *child)
{
	child->key_line = (int)e->start_mark.line + 1;
	child->key_column = (int)e->start_mark.column + 1;
	if (!plain_node(l, e))
		return false;
	if (e->type != YAML_SCALAR_EVENT)
		return err_at(l->err, mark_src(l, e->start_mark),
		              "a key must be a scalar");
	char *key = NULL;
	if (!scalar_text(l, e, &key))
		return false;
	child->key = key;
	yaml_event_delete(e);
	memset(e, 0, sizeof *e);
	return next_event(l, e);
}

/* Children up to the end event. They join the tree at once, so that a failure
 * at any depth is cleaned up by freeing the root. */
static bool read_children(struct loader *l, int depth, struct yaml *node)
{
	bool map = node->kind == YAML_MAP;
	struct yaml **tail = &node->first;

	for (;;) {
		yaml_event_t e;
		if (!next_event(l, &e))
			return false;
		if (e.type == YAML_MAPPING_END_EVENT ||
		    e.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&e);
			return !map || keys_differ(l, node);
		}
		struct yaml *c = mem_zero(1, sizeof *c);
		c->file = l->file;
		*tail = c;
		tail = &c->next;
		node->count++;
		bool ok = (!map || read_key(l, &e, c)) &&
		          read_node(l, &e, depth + 1, c);
		yaml_event_delete(&e);
		if (!ok)
			return false;
	}
}

/* Where the text begins, if what was written is the text, with or without
 * quotes; 0 if it was folded or escaped. */
static int text_column(const yaml_event_t *e)
{
	const yaml_mark_t *from = &e->start_mark, *to = &e->end_mark;
	size_t n = e->data.scalar.length;
	if (from->line != to->line)
		return 0;
	size_t wide = to->column - from->column;
	return wide == n       ? (int)from->column + 1
	       : wide == n + 2 ? (int)from->column + 2
	                       : 0;
}

/* A node from its first event, which stays the caller's to delete. */
static bool read_node(struct loader *l, const yaml_event_t *e, int depth,
                      struct yaml *node)
{
	node->line = (int)e->start_mark.line + 1;
	node->column = (int)e->start_mark.column + 1;
	if (depth > YAML_MAX_DEPTH)
		return err_at(l->err, mark_src(l, e->start_mark),
		              "nested more than %d levels deep",
		              YAML_MAX_DEPTH);
	if (!plain_node(l, e))
		return false;
	if (e->type == YAML_SCALAR_EVENT) {
		char *text = NULL;
		if (!scalar_text(l, e, &text))
			return false;
		node->kind = YAML_SCALAR;
		node->text = text;
		node->text_column = text_column(e);
		node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		return true;
	}
	node->kind = e->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
	return read_children(l, depth, node);
}

/* Skip to the next event that is not a stream's or document's frame. */
static bool read_stream(struct loader *l, struct yaml *root)
{
	int documents = 0;
	for (;;) {
		yaml_event_t e;
		if (!next_event(l, &e))
			return false;
		bool ok = true, end = e.type == YAML_STREAM_END_EVENT;
		if (e.type == YAML_DOCUMENT_START_EVENT && documents++)
			ok = err_at(l->err, mark_src(l, e.start_mark),
			            "a second document begins");
		else if (e.type == YAML_SCALAR_EVENT ||
		         e.type == YAML_SEQUENCE_START_EVENT ||
		         e.type == YAML_MAPPING_START_EVENT ||
		         e.type == YAML_ALIAS_EVENT)
			ok = read_node(l, &e, 1, root);
		yaml_event_delete(&e);
		if (!ok || end)
			return ok;
	}
}

struct yaml *yaml_parse(const char *text, size_t size, const char *file,
                        struct err *err)
{
	assert(text && file && err);
	if (size > YAML_MAX_BYTES) {
		err_at(err, (struct src){file, 0}, "larger than %d bytes",
		       YAML_MAX_BYTES);
		return NULL;
	}
	struct root *root = mem_zero(1, sizeof *root);
	root->file = mem_str(file);
	root->node = (struct yaml){.kind = YAML_MAP, .line = 1, .column = 1};
	root->node.file = root->file;

	struct loader l = {
	        .text = text, .size = size, .file = root->file, .err = err};
	if (!yaml_parser_initialize(&l.parser))
		abort();
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)text,
	                             size);
	bool ok = read_stream(&l, &root->node);
	yaml_parser_delete(&l.parser);
	if (ok)
		return &root->node;
	yaml_drop(&root->node);
	return NULL;
}

struct yaml *yaml_load(const char *path, struct err *err)
{
	size_t size;
	char *text = file_read(path, YAML_MAX_BYTES, &size, err);
	if (!text)
		return NULL;
	struct yaml *root = yaml_parse(text, size, path, err);
	free(text);
	return root;
}

void yaml_drop(struct yaml *node)
{
	if (!node)
		return;
	struct root *root = (struct root *)node;
	free_inside(node);
	free(root->file);
	free(root);
}

struct src yaml_src(const struct yaml *node)
{
	return (struct src){node->file, node->line};
}

struct src yaml_key_src(const struct yaml *node)
{
	return (struct src){node->file,
	                    node->key_line ? node->key_line : node->line};
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	if (map->kind != YAML_MAP)
		return NULL;
	for
		YAML_EACH(c, map)
	if (strcmp(c->key, key) == 0)
		return c;
	return NULL;
}

bool yaml_is_map(const struct yaml *node, const char *what, struct err *err)
{
	return node->kind == YAML_MAP ||
	       err_at(err, yaml_src(node), "%s: must be a map of keys", what);
}

bool yaml_is_list(const struct yaml *node, const char *what, struct err *err)
{
	return node->kind == YAML_LIST ||
	       err_at(err, yaml_src(node), "%s: must be a list", what);
}

bool yaml_known_keys(const struct yaml *map, const char *const *keys,
                     struct err *err)
{
	int n = 0;
	while (keys[n])
		n++;
	for
		YAML_EACH(c, map)
		{
			int i = 0;
			while (i < n && strcmp(keys[i], c->key) != 0)
				i++;
			if (i < n)
				continue;
			const char *near =
			        text_nearest(c->key, keys, n, sizeof *keys);
			if (near)
				return err_at(
				        err, yaml_key_src(c),
				        "%s: no such key; did you mean %s?",
				        c->key, near);
			return err_at(err, yaml_key_src(c), "%s: no such key",
			              c->key);
		}
	return true;
}

static const char *name_of(const struct yaml *node)
{
	return node->key ? node->key : "item";
}

bool yaml_string(const struct yaml *node, const char **value, struct err *err)
{
	if (node->kind != YAML_SCALAR)
		return err_at(err, yaml_src(node), "%s: must be one value",
		              name_of(node));
	if (node->plain && node->text[0] == '\0')
		return err_at(err, yaml_src(node), "%s: has no value",
		              name_of(node));
	*value = node->text;
	return true;
}

bool yaml_long(const struct yaml *node, long min, long max, long *value,
               struct err *err)
{
	const char *s = NULL;
	long v = 0;
	if (!yaml_string(node, &s, err))
		return false;
	enum text_number kind = text_long(s, &v);
	if (kind == TEXT_NOT_A_NUMBER)
		return err_at(err, yaml_src(node),
		              "%s: '%s' is not a whole number", name_of(node),
		              s);
	if (kind == TEXT_TOO_BIG || v < min || v > max)
		return err_at(err, yaml_src(node), "%s: %s is not in %ld..%ld",
		              name_of(node), s, min, max);
	*value = v;
	return true;
}

bool yaml_double(const struct yaml *node, double min, double max, double *value,
                 struct err *err)
{
	const char *s = NULL;
	double v = 0;
	if (!yaml_string(node, &s, err))
		return false;
	if (!text_double(s, &v))
		return err_at(err, yaml_src(node), "%s: '%s' is not a number",
		              name_of(node), s);
	if (v < min || v > max)
		return err_at(err, yaml_src(node), "%s: %s is not in %g..%g",
		              name_of(node), s, min, max);
	*value = v;
	return true;
}

bool yaml_bool(const struct yaml *node, bool *value, struct err *err)
{
	const char *s = NULL;
	if (!yaml_string(node, &s, err))
		return false;
	bool yes = strcmp(s, "true") == 0;
	if (!yes && strcmp(s, "false") != 0)
		return err_at(err, yaml_src(node),
		              "%s: '%s' is neither true nor false",
		              name_of(node), s);
	*value = yes;
	return true;
}
