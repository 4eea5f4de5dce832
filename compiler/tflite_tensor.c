/* tflite_tensor: the tensors of a .tflite file; see graph.h. */
#include <limits.h>
#include <math.h>
#include "compiler/tflite.h"

/* A real network has a few hundred; this bounds what a small hostile file can
 * make us allocate. */
enum { MAX_TENSORS = 1 << 16 };

/* Fields of the schema's tables, by number. */
enum { SUBGRAPH_TENSORS = 0 };
enum {
	TENSOR_SHAPE = 0,
	TENSOR_TYPE = 1,
	TENSOR_BUFFER = 2,
	TENSOR_NAME = 3,
	TENSOR_QUANT = 4,
	TENSOR_SPARSITY = 6
};
enum { BUFFER_DATA = 0, BUFFER_OFFSET = 1, BUFFER_SIZE = 2 };
enum { QUANT_SCALE = 2, QUANT_ZERO = 3, QUANT_DETAILS = 4, QUANT_DIM = 6 };

static bool fail(struct reader *r, const struct tensor *t, const char *what)
{
	return reader_fail(r, "tensor %d (%s): %s", (int)(t - r->g->tensor),
	                   t->name, what);
}

static enum dtype type_of(uint8_t code)
{
	switch (code) {
	case 0:
		return DT_F32;
	case 2:
		return DT_I32;
	case 3:
		return DT_U8;
	case 4:
		return DT_I64;
	case 6:
		return DT_BOOL;
	case 7:
		return DT_I16;
	case 9:
		return DT_I8;
	default:
		return DT_OTHER;
	}
}

static bool read_shape(struct reader *r, struct fb_table table,
                       struct tensor *t)
{
	struct fb_vector v = fb_vector(&r->fb, table, TENSOR_SHAPE, 4);
	if (v.n > MAX_RANK)
		return fail(r, t, "more than 8 dimensions");
	t->rank = (int)v.n;
	int64_t n = 1;
	for (uint32_t i = 0; i < v.n; i++) {
		t->dim[i] = fb_at_i32(&r->fb, v, i);
		if (t->dim[i] <= 0)
			return reader_fail(
			        r, "tensor %d (%s): dimension %u is %d",
			        (int)(t - r->g->tensor), t->name, i, t->dim[i]);
		n *= t->dim[i];
		if (n > INT32_MAX)
			return fail(r, t, "too large");
	}
	const int64_t bytes = n * (int64_t)dtype_bytes(t->type);
	if (bytes > INT32_MAX)
		return fail(r, t, "too large");
	t->n = (int32_t)n;
	t->bytes = (int32_t)bytes;
	return true;
}

/* Where the bytes of a buffer lie; size 0: it has none. They may lie behind
 * the flatbuffer (files of more than 2 GiB). */
static bool find_data(struct reader *r, struct fb_table buffer, size_t *at,
                      size_t *size)
{
	struct fb_vector v = fb_vector(&r->fb, buffer, BUFFER_DATA, 1);
	const uint64_t offset = fb_u64(&r->fb, buffer, BUFFER_OFFSET);
	const uint64_t n = fb_u64(&r->fb, buffer, BUFFER_SIZE);
	*at = v.at;
	*size = v.n;
	/* Offset 1 is the writer's mark for "to be filled in". */
	if (v.n == 0 && offset > 1 && n > 0) {
		if (offset > r->fb.n || n > r->fb.n - offset)
			return false;
		*at = (size_t)offset;
		*size = (size_t)n;
	}
	return !r->fb.bad;
}

static bool read_data(struct reader *r, struct fb_table table, struct tensor *t)
{
	const uint32_t index =
	        (uint32_t)fb_i32(&r->fb, table, TENSOR_BUFFER, 0);
	if (index >= r->buffers.n)
		return reader_fail(r, "tensor %d (%s): buffer %u of %u",
		                   (int)(t - r->g->tensor), t->name, index,
		                   r->buffers.n);
	size_t at, size;
	struct fb_table buffer = fb_at_table(&r->fb, r->buffers, index);
	if (r->fb.bad || !find_data(r, buffer, &at, &size))
		return fail(r, t, "its data lies outside of the file");
	if (size == 0)
		return true;
	if (fb_sub(&r->fb, table, TENSOR_SPARSITY).at)
		return fail(r, t, "sparse encoding is not supported");
	if (size < (size_t)t->bytes)
		return reader_fail(
		        r, "tensor %d (%s): %zu bytes of data for %d",
		        (int)(t - r->g->tensor), t->name, size, t->bytes);
	const size_t align = dtype_bytes(t->type);
	t->data = reader_view(r, at, (size_t)t->bytes, align ? align : 1);
	return t->data != NULL;
}

static bool zero_fits(enum dtype type, int64_t zero)
{
	switch (type) {
	case DT_I8:
		return zero >= INT8_MIN && zero <= INT8_MAX;
	case DT_U8:
		return zero >= 0 && zero <= UINT8_MAX;
	case DT_I16:
		return zero >= INT16_MIN && zero <= INT16_MAX;
	default:
		return zero >= INT32_MIN && zero <= INT32_MAX;
	}
}

static bool check_quant(struct reader *r, struct tensor *t)
{
	for (int i = 0; i < t->nq; i++) {
		if (!isfinite(t->scale[i]) || t->scale[i] < 0)
			return fail(r, t, "a scale is negative or no number");
		if (!zero_fits(t->type, t->zero[i]))
			return fail(r, t, "a zero point is out of range");
	}
	if (t->nq <= 1)
		return true;
	/* Older converters gave vectors the axis of the weights. */
	if (t->rank == 1)
		t->qdim = 0;
	if (t->qdim < 0 || t->qdim >= t->rank || t->dim[t->qdim] != t->nq)
		return reader_fail(
		        r, "tensor %d (%s): %d scales do not fit its axis %d",
		        (int)(t - r->g->tensor), t->name, t->nq, t->qdim);
	return true;
}

static bool read_quant(struct reader *r, struct fb_table table,
                       struct tensor *t)
{
	struct fb_table q = fb_sub(&r->fb, table, TENSOR_QUANT);
	struct fb_vector scale = fb_vector(&r->fb, q, QUANT_SCALE, 4);
	struct fb_vector zero = fb_vector(&r->fb, q, QUANT_ZERO, 8);
	const uint8_t details = fb_u8(&r->fb, q, QUANT_DETAILS, 0);
	t->qdim = fb_i32(&r->fb, q, QUANT_DIM, 0);
	if (r->fb.bad)
		return fail(r, t, "damaged quantization");
	if (details)
		return fail(r, t, "custom quantization is not supported");
	if (scale.n == 0)
		return true;
	if (scale.n > (uint32_t)t->n)
		return fail(r, t, "more scales than elements");
	if (zero.n != 0 && zero.n != scale.n)
		return fail(r, t, "as many zero points as scales are needed");

	if (!reader_take(r, (size_t)scale.n * (zero.n ? 1 : 8)))
		return false;

	t->nq = (int)scale.n;
	t->scale = reader_view(r, scale.at, (size_t)scale.n * 4, 4);
	t->zero = zero.n ? reader_view(r, zero.at, (size_t)zero.n * 8, 8)
	                 : arena_zero(&r->arena, scale.n, 8);
	return t->scale && t->zero && check_quant(r, t);
}

static bool read_tensor(struct reader *r, struct fb_table table,
                        struct tensor *t)
{
	t->name = reader_name(r, table, TENSOR_NAME);
	t->type = type_of(fb_u8(&r->fb, table, TENSOR_TYPE, 0));
	if (r->fb.bad)
		return fail(r, t, "damaged");
	return read_shape(r, table, t) && read_data(r, table, t) &&
	       read_quant(r, table, t);
}

bool read_tensors(struct reader *r, struct fb_table subgraph)
{
	struct fb_vector v = fb_vector(&r->fb, subgraph, SUBGRAPH_TENSORS, 4);
	if (r->fb.bad)
		return reader_fail(r, "damaged list of tensors");
	if (v.n == 0 || v.n > MAX_TENSORS)
		return reader_fail(r, "%u tensors; 1 to %d are possible", v.n,
		                   MAX_TENSORS);
	r->g->n_tensors = (int)v.n;
	r->g->tensor = arena_zero(&r->arena, v.n, sizeof *r->g->tensor);
	for (uint32_t i = 0; i < v.n; i++) {
		r->g->tensor[i].name = "";
		struct fb_table t = fb_at_table(&r->fb, v, i);
		if (!read_tensor(r, t, &r->g->tensor[i]))
			return false;
	}
	return true;
}
