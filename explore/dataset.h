/* dataset: inputs of a network, each with the class that it should be taken
 * for; docs/datasets.md explains the file.
 *
 * dataset_load gives a set that the caller frees with dataset_free. Nothing in
 * it changes afterwards. Errors: ERR_DATA with file and line, or with the file
 * and the number of the label; ERR_NOINPUT.
 */
#ifndef EXPLORE_DATASET_H
#define EXPLORE_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "sim/joulet.h"

enum { DATASET_MAX_CLASSES = 1000 };

struct dataset {
	char *name; /* file name without folder and suffix */
	char *path;
	char *labels_path;
	void *in; /* all inputs, raw, one behind the other */
	size_t in_bytes;
	int *label; /* n of them */
	size_t n;
	char **class; /* names by number; n_classes of them, perhaps none */
	int n_classes;
	uint64_t hash; /* of inputs and labels, not of names */
};

struct dataset *dataset_load(const char *path, struct err *err);
/* The same from text; `file` names it in messages, and the files that it names
 * are found from that one's folder. */
struct dataset *dataset_parse(const char *text, size_t size, const char *file,
                              struct err *err);
void dataset_free(struct dataset *d);

/* Does the set suit the network: inputs of its size, as many as labels, and no
 * class that it has no output for? */
bool dataset_fits(const struct dataset *d, const struct joulet_net *net,
                  struct err *err);

/* JSON Schema of the file: isa/schema.h. */
struct buf;
void dataset_schema(struct buf *to);

#endif
