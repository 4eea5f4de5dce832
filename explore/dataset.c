/* dataset: see dataset.h */
#include "explore/dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "isa/schema.h"

enum { MAX_INPUTS = 1 << 28, MAX_LABELS = 1 << 24 };

static const char *const keys[] = {"inputs", "labels", "classes", NULL};

static char *beside(const struct yaml *y, const char *name)
{
	char *dir = path_dir(y->file);
	char *path = path_join(dir, name);
	free(dir);
	return path;
}

/* The file that `key` names, and its whole content. */
static char *read_named(const struct yaml *root, const char *key, size_t max,
                        char **path, size_t *size, struct err *err)
{
	const struct yaml *y = yaml_get(root, key);
	const char *name;

	if (!y) {
		err_at(err, yaml_src(root), "%s: missing; a file", key);
		return NULL;
	}
	if (!yaml_string(y, &name, err))
		return NULL;
	*path = beside(root, name);
	char *data = file_read(*path, max, size, err);
	if (!data) {
		const struct err inner = *err;
		err_at(err, yaml_src(y), "%s: %.400s", key, inner.msg);
		err->kind = inner.kind;
	} else if (*size == 0) {
		err_at(err, (struct src){*path, 0}, "%s: empty file", key);
		free(data);
		data = NULL;
	}
	return data;
}

/* ---- Classes ------------------------------------------------------------ */

static int class_find(const struct dataset *d, const char *name)
{
	for (int i = 0; i < d->n_classes; i++)
		if (strcmp(d->class[i], name) == 0)
			return i;
	return -1;
}

static bool add_class(struct dataset *d, const struct yaml *y, struct err *err)
{
	const char *name;
	long number;

	if (!yaml_string(y, &name, err))
		return false;
	if (class_find(d, name) >= 0)
		return err_at(err, yaml_src(y), "classes: %s is listed twice",
		              name);
	if (text_long(name, &number) == TEXT_OK && number != d->n_classes)
		return err_at(err, yaml_src(y),
		              "classes: %s is the name of class %d", name,
		              d->n_classes);
	if (d->n_classes == DATASET_MAX_CLASSES)
		return err_at(err, yaml_src(y), "classes: more than %d",
		              DATASET_MAX_CLASSES);
	const size_t n = (size_t)d->n_classes + 1;
	d->class = mem_grow(d->class, n, sizeof *d->class);
	d->class[d->n_classes++] = mem_str(name);
	return true;
}

static bool read_classes(struct dataset *d, const struct yaml *root,
                         struct err *err)
{
	const struct yaml *list = yaml_get(root, "classes");

	if (!list)
		return true;
	if (!yaml_is_list(list, "classes", err))
		return false;
	for
		YAML_EACH(y, list)
	if (!add_class(d, y, err))
		return false;
	return d->n_classes >= 2 ||
	       err_at(err, yaml_src(list), "classes: at least two are needed");
}

/* ---- Labels ------------------------------------------------------------- */

static bool is_text(const char *path)
{
	const size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".txt") == 0;
}

static bool ends_badly(const struct dataset *d, int number)
{
	return number < 0 || number >= DATASET_MAX_CLASSES ||
	       (d->n_classes > 0 && number >= d->n_classes);
}

static void take_label(struct dataset *d, int number)
{
	if ((d->n & (d->n - 1)) == 0) /* grows by doubling */
		d->label = mem_grow(d->label, d->n * 2 + 1, sizeof *d->label);
	d->label[d->n++] = number;
}

/* One line: a number, or the name of a class. */
static bool take_line(struct dataset *d, const char *word, int line,
                      struct err *err)
{
	const struct src at = {d->labels_path, line};
	long number = class_find(d, word);

	if (!*word)
		return err_at(err, at, "empty line where a class should be");
	if (number < 0 && text_long(word, &number) != TEXT_OK) {
		const char *near =
		        d->n_classes
		                ? text_nearest(word,
		                               (const char *const *)d->class,
		                               d->n_classes, sizeof *d->class)
		                : NULL;
		return err_at(err, at, "%.60s is no class%s%s%s", word,
		              near ? "; did you mean " : "", near ? near : "",
		              near ? "?" : "");
	}
	if (number < 0 || number > DATASET_MAX_CLASSES ||
	    ends_badly(d, (int)number))
		return err_at(err, at, "class %ld is not in 0..%d", number,
		              d->n_classes ? d->n_classes - 1
		                           : DATASET_MAX_CLASSES - 1);
	take_label(d, (int)number);
	return true;
}

/* Printable, so that it can stand in a message. */
static bool clean(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\t')
			return false;
	return true;
}

static bool labels_of_text(struct dataset *d, char *text, size_t size,
                           struct err *err)
{
	char *at = text, *end = text + size;

	for (int line = 1; at < end; line++) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		char *next = stop ? stop + 1 : end;
		stop = stop ? stop : end;
		if (stop > at && stop[-1] == '\r')
			stop--;
		if (!clean(at, (size_t)(stop - at)))
			return err_at(err, (struct src){d->labels_path, line},
			              "not text");
		*stop = '\0';
		if (!take_line(d, at, line, err))
			return false;
		at = next;
	}
	return true;
}

static bool labels_of_bytes(struct dataset *d, const char *data, size_t size,
                            struct err *err)
{
	for (size_t i = 0; i < size; i++) {
		const int number = (unsigned char)data[i];
		if (ends_badly(d, number))
			return err_at(err, (struct src){d->labels_path, 0},
			              "label %zu: class %d is not in 0..%d", i,
			              number, d->n_classes - 1);
		take_label(d, number);
	}
	return true;
}

static bool read_labels(struct dataset *d, const struct yaml *root,
                        struct err *err)
{
	size_t size;
	char *data = read_named(root, "labels", MAX_LABELS, &d->labels_path,
	                        &size, err);
	if (!data)
		return false;
	d->hash = XXH3_64bits_withSeed(data, size, d->hash);
	bool ok = is_text(d->labels_path) ? labels_of_text(d, data, size, err)
	                                  : labels_of_bytes(d, data, size, err);
	free(data);
	return ok;
}

static bool read_inputs(struct dataset *d, const struct yaml *root,
                        struct err *err)
{
	char *path = NULL;

	d->in = read_named(root, "inputs", MAX_INPUTS, &path, &d->in_bytes,
	                   err);
	free(path);
	if (d->in)
		d->hash = XXH3_64bits(d->in, d->in_bytes);
	return d->in != NULL;
}

/* ---- The whole ---------------------------------------------------------- */

static struct dataset *read_set(struct yaml *root, struct err *err)
{
	struct dataset *d = mem_zero(1, sizeof *d);

	d->path = mem_str(root->file);
	d->name = path_stem(root->file);
	bool ok = yaml_is_map(root, "data set", err) &&
	          yaml_known_keys(root, keys, err) &&
	          read_classes(d, root, err) && read_inputs(d, root, err) &&
	          read_labels(d, root, err);
	yaml_drop(root);
	if (ok)
		return d;
	dataset_free(d);
	return NULL;
}

struct dataset *dataset_load(const char *path, struct err *err)
{
	assert(path && err);
	struct yaml *root = yaml_load(path, err);

	return root ? read_set(root, err) : NULL;
}

struct dataset *dataset_parse(const char *text, size_t size, const char *file,
                              struct err *err)
{
	assert(text && file && err);
	struct yaml *root = yaml_parse(text, size, file, err);

	return root ? read_set(root, err) : NULL;
}

void dataset_free(struct dataset *d)
{
	if (!d)
		return;
	for (int i = 0; i < d->n_classes; i++)
		free(d->class[i]);
	free(d->class);
	free(d->label);
	free(d->in);
	free(d->labels_path);
	free(d->path);
	free(d->name);
	free(d);
}

bool dataset_fits(const struct dataset *d, const struct joulet_net *net,
                  struct err *err)
{
	const size_t each = joulet_net_in_bytes(net);
	const char *name = joulet_net_name(net);
	int classes;

	if (!joulet_net_classes(net, &classes, err))
		return false;
	if (classes > DATASET_MAX_CLASSES)
		return err_at(err, (struct src){d->path, 0},
		              "%s has %d outputs, more than %d classes", name,
		              classes, DATASET_MAX_CLASSES);
	if (d->in_bytes != d->n * each)
		return err_at(err, (struct src){d->path, 0},
		              "%zu labels, but %zu bytes of inputs; %s takes "
		              "%zu each",
		              d->n, d->in_bytes, name, each);
	if (d->n_classes > 0 && d->n_classes != classes)
		return err_at(err, (struct src){d->path, 0},
		              "%d classes, %s has %d outputs", d->n_classes,
		              name, classes);
	for (size_t i = 0; i < d->n; i++)
		if (d->label[i] >= classes)
			return err_at(err, (struct src){d->labels_path, 0},
			              "label %zu is %d, %s has %d outputs", i,
			              d->label[i], name, classes);
	return true;
}

void dataset_schema(struct buf *to)
{
	struct json j = json_begin(to, true);

	schema_begin(&j, "joulet data set",
	             "Inputs of a network and the class of each "
	             "(docs/datasets.md).");
	json_string(&j, "type", "object");
	json_bool(&j, "additionalProperties", false);
	json_object(&j, "properties");
	schema_string(&j, "inputs",
	              "raw tensors as the network takes them, one behind the "
	              "other; relative to this file");
	schema_string(&j, "labels",
	              "the class of each input: .txt, a number or a name a "
	              "line; any other file, a byte each");
	json_object(&j, "classes");
	json_string(&j, "description",
	            "names of the classes, in the order of the outputs");
	json_string(&j, "type", "array");
	json_int(&j, "minItems", 2);
	json_int(&j, "maxItems", DATASET_MAX_CLASSES);
	json_bool(&j, "uniqueItems", true);
	json_object(&j, "items");
	json_string(&j, "type", "string");
	json_close(&j);
	json_close(&j);
	json_close(&j);
	json_list(&j, "required");
	json_string(&j, NULL, "inputs");
	json_string(&j, NULL, "labels");
	json_close(&j);
	json_close(&j);
	json_done(&j);
}
