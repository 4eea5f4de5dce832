/* tflite: what the files of the .tflite reader share; for nobody else. */
#ifndef COMPILER_TFLITE_H
#define COMPILER_TFLITE_H

#include "compiler/arena.h"
#include "compiler/flatbuf.h"
#include "compiler/graph.h"

struct reader {
	struct flatbuf fb;
	struct graph *g;
	struct arena *arena;
	struct err *err;
	struct fb_vector buffers, opcodes;
	size_t left; /* of what a file of its size may still cost: see take */
	bool *ready; /* tensors that have a value before the next node */
};

/* ERR_DATA "net.tflite: " and the text, and where it is damaged, if it is.
 * Returns false. */
bool reader_fail(struct reader *r, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));

/* A table's string for messages: printable, shortened to 255 bytes. */
const char *reader_name(struct reader *r, struct fb_table t, int field);

/* Account for `n` bytes copied or elements checked. A file in which everything
 * refers to one large thing would otherwise cost far more than its size. */
bool reader_take(struct reader *r, size_t n);

/* `bytes` bytes at `at` of the graph's own copy of the file, or a copy if they
 * are not aligned there. NULL and an error if reader_take refuses. */
const void *reader_view(struct reader *r, size_t at, size_t bytes,
                        size_t align);

bool read_tensors(struct reader *r, struct fb_table subgraph);
bool read_nodes(struct reader *r, struct fb_table subgraph);

#endif
