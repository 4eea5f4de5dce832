/* tiny_tflite: write small .tflite files, right ones and wrong ones.
 *
 * Not economical, but simple: every field of a table takes 8 bytes, parents
 * come before children. For tests only.
 */
#ifndef TESTS_TINY_TFLITE_H
#define TESTS_TINY_TFLITE_H

#include <stdint.h>
#include <string.h>
#include "base/buf.h"

struct tiny_tensor {
	const char *name;
	int type; /* of the schema: 0 float32, 2 int32, 7 int16, 9 int8 */
	int rank;
	int32_t dim[6];
	float scale; /* 0: not quantized */
	int32_t zero;
	int scales; /* how many; 0 means 1 */
	int axis;
	const void *data; /* NULL: not a constant */
	size_t bytes;
	int buffer;     /* 0: its own; else this index */
	int64_t offset; /* not 0: Buffer.offset and .size instead of data */
};

struct tiny_op {
	int code, old_code;
	int code_index; /* 0: its own; else this index */
	int options_type, options;
	int32_t option[8]; /* one a field; floats as their bits */
	int n_in, in[6];
	int n_out, out[3];
};

struct tiny_model {
	int n_tensors;
	struct tiny_tensor tensor[12];
	int n_ops;
	struct tiny_op op[8];
	int n_in, in[4];
	int n_out, out[4];
};

static inline void tiny_put(struct buf *b, size_t at, uint64_t v, size_t bytes)
{
	memcpy(b->data + at, &v, bytes);
}

static inline void tiny_link(struct buf *b, size_t from, size_t to)
{
	tiny_put(b, from, to - from, 4);
}

static inline void tiny_align(struct buf *b, size_t align)
{
	while (b->len % align)
		buf_char(b, 0);
}

/* A table whose first n fields are present; field i lies at the result + 8 +
 * 8*i. A bit of `absent` leaves its field out. */
static inline size_t tiny_table(struct buf *b, int n, unsigned absent)
{
	tiny_align(b, 8);
	const size_t vtable = b->len;
	buf_pad(b, 0, 4 + 2 * n);
	tiny_align(b, 8);
	const size_t at = b->len;
	buf_pad(b, 0, 8 + 8 * n);
	tiny_put(b, vtable, (uint64_t)(4 + 2 * n), 2);
	tiny_put(b, vtable + 2, (uint64_t)(8 + 8 * n), 2);
	for (int i = 0; i < n; i++)
		if (!(absent >> i & 1))
			tiny_put(b, vtable + 4 + 2 * (size_t)i,
			         (uint64_t)(8 + 8 * i), 2);
	tiny_put(b, at, at - vtable, 4);
	return at;
}

static inline size_t tiny_field(size_t table, int i)
{
	return table + 8 + 8 * (size_t)i;
}

/* A vector of n elements, linked from `from`; its first element's place. */
static inline size_t tiny_vector(struct buf *b, size_t from, const void *data,
                                 size_t n, size_t bytes)
{
	while (b->len % 16 != 12)
		buf_char(b, 0);
	tiny_link(b, from, b->len);
	uint32_t count = (uint32_t)n;
	buf_add(b, &count, 4);
	const size_t at = b->len;
	if (data)
		buf_add(b, data, n * bytes);
	else
		buf_pad(b, 0, (int)(n * bytes));
	return at;
}

static inline void tiny_write_quant(struct buf *b, size_t from,
                                    const struct tiny_tensor *t)
{
	float scale[64];
	int64_t zero[64];
	const size_t n = t->scales ? (size_t)t->scales : 1;
	for (size_t i = 0; i < n && i < 64; i++) {
		scale[i] = t->scale;
		zero[i] = t->zero;
	}
	/* min, max, details and its type are absent. */
	const size_t q = tiny_table(b, 7, 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5);
	tiny_link(b, from, q);
	tiny_put(b, tiny_field(q, 6), (uint64_t)(int64_t)t->axis, 4);
	tiny_vector(b, tiny_field(q, 2), scale, n, 4);
	tiny_vector(b, tiny_field(q, 3), zero, n, 8);
}

static inline void tiny_write_tensor(struct buf *b, size_t from, int index,
                                     const struct tiny_tensor *t)
{
	const int quant = t->scale != 0;
	const size_t at = tiny_table(b, 5, quant ? 0 : 1 << 4);
	tiny_link(b, from, at);
	tiny_put(b, tiny_field(at, 1), (uint64_t)t->type, 1);
	tiny_put(b, tiny_field(at, 2),
	         (uint64_t)(t->buffer ? t->buffer : index + 1), 4);
	tiny_vector(b, tiny_field(at, 0), t->dim, (size_t)t->rank, 4);
	tiny_vector(b, tiny_field(at, 3), t->name, strlen(t->name), 1);
	if (quant)
		tiny_write_quant(b, tiny_field(at, 4), t);
}

static inline void tiny_write_op(struct buf *b, size_t from, int index,
                                 const struct tiny_op *op)
{
	const size_t at = tiny_table(b, 5, op->options ? 0 : 3 << 3);
	tiny_link(b, from, at);
	tiny_put(b, tiny_field(at, 0),
	         (uint64_t)(op->code_index ? op->code_index : index), 4);
	tiny_vector(b, tiny_field(at, 1), op->in, (size_t)op->n_in, 4);
	tiny_vector(b, tiny_field(at, 2), op->out, (size_t)op->n_out, 4);
	if (!op->options)
		return;
	tiny_put(b, tiny_field(at, 3), (uint64_t)op->options_type, 1);
	const size_t options = tiny_table(b, op->options, 0);
	tiny_link(b, tiny_field(at, 4), options);
	for (int i = 0; i < op->options; i++)
		tiny_put(b, tiny_field(options, i), (uint32_t)op->option[i], 4);
}

static inline void tiny_write_subgraph(struct buf *b, size_t from,
                                       const struct tiny_model *m)
{
	const size_t at = tiny_table(b, 4, 0);
	tiny_link(b, from, at);
	const size_t tensors = tiny_vector(b, tiny_field(at, 0), NULL,
	                                   (size_t)m->n_tensors, 4);
	tiny_vector(b, tiny_field(at, 1), m->in, (size_t)m->n_in, 4);
	tiny_vector(b, tiny_field(at, 2), m->out, (size_t)m->n_out, 4);
	const size_t ops =
	        tiny_vector(b, tiny_field(at, 3), NULL, (size_t)m->n_ops, 4);
	for (int i = 0; i < m->n_tensors; i++)
		tiny_write_tensor(b, tensors + 4 * (size_t)i, i, &m->tensor[i]);
	for (int i = 0; i < m->n_ops; i++)
		tiny_write_op(b, ops + 4 * (size_t)i, i, &m->op[i]);
}

static inline void tiny_write_buffers(struct buf *b, size_t from,
                                      const struct tiny_model *m)
{
	const size_t all =
	        tiny_vector(b, from, NULL, (size_t)m->n_tensors + 1, 4);
	tiny_link(b, all, tiny_table(b, 0, 0));
	for (int i = 0; i < m->n_tensors; i++) {
		const struct tiny_tensor *t = &m->tensor[i];
		const unsigned absent = t->offset ? 1 : t->data ? 6 : 7;
		const size_t at = tiny_table(b, 3, absent);
		tiny_link(b, all + 4 * (size_t)(i + 1), at);
		if (t->offset) {
			tiny_put(b, tiny_field(at, 1), (uint64_t)t->offset, 8);
			tiny_put(b, tiny_field(at, 2), t->bytes, 8);
		} else if (t->data) {
			tiny_vector(b, tiny_field(at, 0), t->data, t->bytes, 1);
		}
	}
}

/* The file's bytes; buf_free them. */
static inline struct buf tiny_build(const struct tiny_model *m)
{
	struct buf b = {0};
	buf_add(&b, "\0\0\0\0TFL3", 8);
	const size_t model = tiny_table(&b, 5, 1 << 0 | 1 << 3);
	tiny_link(&b, 0, model);
	const size_t codes = tiny_vector(&b, tiny_field(model, 1), NULL,
	                                 (size_t)m->n_ops, 4);
	for (int i = 0; i < m->n_ops; i++) {
		const size_t c = tiny_table(&b, 4, 1 << 1);
		tiny_link(&b, codes + 4 * (size_t)i, c);
		tiny_put(&b, tiny_field(c, 0), (uint64_t)m->op[i].old_code, 1);
		tiny_put(&b, tiny_field(c, 3), (uint32_t)m->op[i].code, 4);
	}
	const size_t graphs = tiny_vector(&b, tiny_field(model, 2), NULL, 1, 4);
	tiny_write_subgraph(&b, graphs, m);
	tiny_write_buffers(&b, tiny_field(model, 4), m);
	return b;
}

/* A convolution and a fully connected layer, as a start for changes. */
static inline struct tiny_model tiny_example(void)
{
	static const int8_t filter[2 * 2 * 2 * 1] = {1,  2,  3,  4,
	                                             -1, -2, -3, -4};
	static const int32_t bias[2] = {10, -10};
	static const int8_t weights[3 * 8] = {1, -1, 2, -2, 3, -3, 4, -4, 5, 6};
	return (struct tiny_model){
	        .n_tensors = 6,
	        .tensor =
	                {
	                        {"in", 9, 4, {1, 3, 3, 1}, 0.5f, -1},
	                        {"filter",
	                         9,
	                         4,
	                         {2, 2, 2, 1},
	                         0.25f,
	                         0,
	                         .data = filter,
	                         .bytes = 8},
	                        {"bias",
	                         2,
	                         1,
	                         {2},
	                         0.125f,
	                         0,
	                         .data = bias,
	                         .bytes = 8},
	                        {"mid", 9, 4, {1, 2, 2, 2}, 0.5f, 3},
	                        {"weights",
	                         9,
	                         2,
	                         {3, 8},
	                         0.25f,
	                         0,
	                         .data = weights,
	                         .bytes = 24},
	                        {"out", 9, 2, {1, 3}, 1.0f, 0},
	                },
	        .n_ops = 2,
	        .op =
	                {
	                        {.code = 3,
	                         .old_code = 3,
	                         .options_type = 1,
	                         .options = 4,
	                         .option = {1, 1, 1, 0},
	                         .n_in = 3,
	                         .in = {0, 1, 2},
	                         .n_out = 1,
	                         .out = {3}},
	                        {.code = 9,
	                         .old_code = 9,
	                         .options_type = 8,
	                         .options = 1,
	                         .option = {0},
	                         .n_in = 3,
	                         .in = {3, 4, -1},
	                         .n_out = 1,
	                         .out = {5}},
	                },
	        .n_in = 1,
	        .in = {0},
	        .n_out = 1,
	        .out = {5},
	};
}

#endif
