/* flatbuf: read flatbuffers that may be hostile.
 *
 * Every access is checked against the buffer. A read that would leave it, or
 * an object, gives the default and sets `bad`, which stays set; so a caller
 * may read a whole table and look at `bad` once. An absent field or table is
 * not bad: it gives the default. Nothing here follows more than one reference
 * a call, so no file can make it loop.
 */
#ifndef COMPILER_FLATBUF_H
#define COMPILER_FLATBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flatbuf {
	const uint8_t *p; /* borrowed */
	size_t n;
	bool bad;
	size_t bad_at,
	        bad_to; /* the first that was: where, needs up to where */
};

/* A table; at == 0: absent. */
struct fb_table {
	size_t at, vtable;
	uint32_t vtable_bytes, bytes;
};

/* A vector; `at` is its first element; n == 0: absent or empty. */
struct fb_vector {
	size_t at;
	uint32_t n;
};

struct fb_table fb_root(struct flatbuf *f);

/* Fields are numbered in the schema's order; a union takes two numbers. */
uint8_t fb_u8(struct flatbuf *f, struct fb_table t, int field, uint8_t absent);
int32_t fb_i32(struct flatbuf *f, struct fb_table t, int field, int32_t absent);
uint64_t fb_u64(struct flatbuf *f, struct fb_table t, int field);
float fb_f32(struct flatbuf *f, struct fb_table t, int field, float absent);
struct fb_table fb_sub(struct flatbuf *f, struct fb_table t, int field);
struct fb_vector fb_vector(struct flatbuf *f, struct fb_table t, int field,
                           uint32_t element_bytes);

/* Element i < v.n of a vector of int32 or of tables. */
int32_t fb_at_i32(struct flatbuf *f, struct fb_vector v, uint32_t i);
struct fb_table fb_at_table(struct flatbuf *f, struct fb_vector v, uint32_t i);

#endif
