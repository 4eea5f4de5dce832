/* flatbuf: see flatbuf.h */
#include "compiler/flatbuf.h"

#include <assert.h>
#include <string.h>

/* What lies at `at` is wrong: it needs the bytes up to `to`. */
static void spoil(struct flatbuf *f, size_t at, size_t to)
{
	if (f->bad)
		return;
	f->bad = true;
	f->bad_at = at;
	f->bad_to = to;
}

/* Little-endian value of `bytes` bytes at `at`. */
static uint64_t get(struct flatbuf *f, size_t at, uint32_t bytes)
{
	if (at > f->n || f->n - at < bytes) {
		spoil(f, at, at + bytes);
		return 0;
	}
	uint64_t v = 0;
	for (uint32_t i = 0; i < bytes; i++)
		v |= (uint64_t)f->p[at + i] << (8 * i);
	return v;
}

static struct fb_table no_table(struct flatbuf *f, size_t at, size_t to)
{
	spoil(f, at, to);
	return (struct fb_table){0};
}

static struct fb_table table_at(struct flatbuf *f, size_t at)
{
	struct fb_table t = {.at = at};
	const int32_t back = (int32_t)get(f, at, 4);
	const int64_t vtable = (int64_t)at - back;
	if (f->bad || at == 0 || vtable < 0)
		return no_table(f, at, at);

	t.vtable = (size_t)vtable;
	t.vtable_bytes = (uint32_t)get(f, t.vtable, 2);
	t.bytes = (uint32_t)get(f, t.vtable + 2, 2);
	if (f->bad || t.vtable_bytes < 4 || f->n - t.vtable < t.vtable_bytes)
		return no_table(f, t.vtable, t.vtable + t.vtable_bytes);
	if (t.bytes < 4 || f->n - at < t.bytes)
		return no_table(f, at, at + t.bytes);
	return t;
}

/* Follow the unsigned offset stored at `at`; 0 if it is damaged. */
static size_t follow(struct flatbuf *f, size_t at)
{
	const uint64_t offset = get(f, at, 4);
	if (offset == 0 || offset > f->n - at)
		spoil(f, at, at + (size_t)offset);
	return f->bad ? 0 : at + (size_t)offset;
}

struct fb_table fb_root(struct flatbuf *f)
{
	const size_t at = follow(f, 0);
	return f->bad ? no_table(f, 0, 0) : table_at(f, at);
}

/* Where a field lies; 0 if it is absent. */
static size_t field_at(struct flatbuf *f, struct fb_table t, int field,
                       uint32_t bytes)
{
	const uint32_t slot = 4 + 2 * (uint32_t)field;
	if (f->bad || t.at == 0 || slot + 2 > t.vtable_bytes)
		return 0;
	const uint32_t offset = (uint32_t)get(f, t.vtable + slot, 2);
	if (offset == 0)
		return 0;
	if (offset < 4 || offset + bytes > t.bytes) {
		spoil(f, t.vtable + slot, t.at + offset + bytes);
		return 0;
	}
	return t.at + offset;
}

uint8_t fb_u8(struct flatbuf *f, struct fb_table t, int field, uint8_t absent)
{
	const size_t at = field_at(f, t, field, 1);
	return at ? (uint8_t)get(f, at, 1) : absent;
}

int32_t fb_i32(struct flatbuf *f, struct fb_table t, int field, int32_t absent)
{
	const size_t at = field_at(f, t, field, 4);
	return at ? (int32_t)get(f, at, 4) : absent;
}

uint64_t fb_u64(struct flatbuf *f, struct fb_table t, int field)
{
	const size_t at = field_at(f, t, field, 8);
	return at ? get(f, at, 8) : 0;
}

float fb_f32(struct flatbuf *f, struct fb_table t, int field, float absent)
{
	const size_t at = field_at(f, t, field, 4);
	if (!at)
		return absent;
	const uint32_t bits = (uint32_t)get(f, at, 4);
	float v;
	memcpy(&v, &bits, sizeof v);
	return v;
}

struct fb_table fb_sub(struct flatbuf *f, struct fb_table t, int field)
{
	const size_t at = field_at(f, t, field, 4);
	if (!at)
		return (struct fb_table){0};
	const size_t to = follow(f, at);
	return f->bad ? no_table(f, to, to) : table_at(f, to);
}

struct fb_vector fb_vector(struct flatbuf *f, struct fb_table t, int field,
                           uint32_t element_bytes)
{
	struct fb_vector v = {0};
	const size_t at = field_at(f, t, field, 4);
	if (!at)
		return v;
	const size_t to = follow(f, at);
	const uint64_t n = get(f, to, 4);
	if (f->bad || n * element_bytes > f->n - to - 4) {
		spoil(f, to, to + 4 + (size_t)(n * element_bytes));
		return v;
	}
	v.at = to + 4;
	v.n = (uint32_t)n;
	return v;
}

int32_t fb_at_i32(struct flatbuf *f, struct fb_vector v, uint32_t i)
{
	assert(i < v.n);
	return (int32_t)get(f, v.at + 4 * (size_t)i, 4);
}

struct fb_table fb_at_table(struct flatbuf *f, struct fb_vector v, uint32_t i)
{
	assert(i < v.n);
	const size_t to = follow(f, v.at + 4 * (size_t)i);
	return f->bad ? no_table(f, to, to) : table_at(f, to);
}
