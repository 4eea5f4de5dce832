/* tflite: a .tflite file to a graph; see graph.h.
 *
 * The file's bytes are copied once and constants point into the copy, so that
 * a small file in which many tensors share one buffer stays small. Bulk data
 * is used as it lies in the file, which is little-endian: so must be the host.
 */
#include "compiler/tflite.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "base/file.h"
#include "base/mem.h"
#include "compiler/shape.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "see above");

enum { MAX_FILE_BYTES = 1 << 30 };

/* Fields of the schema's tables, by number. */
enum { MODEL_OPCODES = 1, MODEL_SUBGRAPHS = 2, MODEL_BUFFERS = 4 };
enum { SUBGRAPH_INPUTS = 1, SUBGRAPH_OUTPUTS = 2 };

const char *const dtype_name[N_DTYPES] = {
        [DT_F32] = "float32", [DT_I8] = "int8",     [DT_U8] = "uint8",
        [DT_I16] = "int16",   [DT_I32] = "int32",   [DT_I64] = "int64",
        [DT_BOOL] = "bool",   [DT_OTHER] = "other",
};

size_t dtype_bytes(enum dtype t)
{
	static const size_t bytes[N_DTYPES] = {
	        [DT_F32] = 4, [DT_I8] = 1,  [DT_U8] = 1,   [DT_I16] = 2,
	        [DT_I32] = 4, [DT_I64] = 8, [DT_BOOL] = 1, [DT_OTHER] = 0,
	};
	return bytes[t];
}

bool reader_fail(struct reader *r, const char *fmt, ...)
{
	const struct src at = {r->g->path, 0};
	const struct flatbuf *f = &r->fb;
	char text[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (f->bad && f->bad_to > f->n)
		return err_at(r->err, at,
		              "%s; what begins at byte %zu needs %zu bytes of "
		              "the file, which has %zu",
		              text, f->bad_at, f->bad_to, f->n);
	if (f->bad)
		return err_at(r->err, at, "%s, at byte %zu of %zu", text,
		              f->bad_at, f->n);
	return err_at(r->err, at, "%s", text);
}

bool graph_refuse(const struct graph *g, const struct node *n, struct err *err,
                  const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_at(err, (struct src){g->path, 0}, "operator %d (%s): %s",
	              n->index, n->custom ? n->custom : builtin_name(n->code),
	              text);
}

const char *reader_name(struct reader *r, struct fb_table t, int field)
{
	struct fb_vector v = fb_vector(&r->fb, t, field, 1);
	size_t n = v.n > 255 ? 255 : v.n;
	char *s = arena_strn(&r->arena, (const char *)r->fb.p + v.at, n);
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			s[i] = '?';
	return s;
}

bool reader_take(struct reader *r, size_t n)
{
	if (n > r->left)
		return reader_fail(r, "too many references to shared data");
	r->left -= n;
	return true;
}

const void *reader_view(struct reader *r, size_t at, size_t bytes, size_t align)
{
	const uint8_t *p = r->fb.p + at;
	if ((uintptr_t)p % align == 0)
		return p;
	if (!reader_take(r, bytes))
		return NULL;
	void *copy = arena_zero(&r->arena, bytes, 1);
	memcpy(copy, p, bytes);
	return copy;
}

/* The graph's inputs or outputs. */
static bool read_ends(struct reader *r, struct fb_table subgraph, int field,
                      const char *what, int **out, int *n)
{
	struct fb_vector v = fb_vector(&r->fb, subgraph, field, 4);
	if (r->fb.bad)
		return reader_fail(r, "damaged list of %ss", what);
	int *list = arena_zero(&r->arena, v.n, sizeof *list);
	for (uint32_t i = 0; i < v.n; i++) {
		list[i] = fb_at_i32(&r->fb, v, i);
		if (list[i] < 0 || list[i] >= r->g->n_tensors)
			return reader_fail(r, "%s %u is tensor %d of %d", what,
			                   i, list[i], r->g->n_tensors);
	}
	*out = list;
	*n = (int)v.n;
	return true;
}

static bool read_inputs(struct reader *r, struct fb_table subgraph)
{
	struct graph *g = r->g;
	if (!read_ends(r, subgraph, SUBGRAPH_INPUTS, "input", &g->input,
	               &g->n_inputs))
		return false;
	for (int i = 0; i < g->n_inputs; i++) {
		const int t = g->input[i];
		if (g->tensor[t].data || r->ready[t])
			return reader_fail(r,
			                   "input %d (%s) is a constant or "
			                   "a second use of one tensor",
			                   i, g->tensor[t].name);
		r->ready[t] = true;
	}
	return true;
}

static bool read_outputs(struct reader *r, struct fb_table subgraph)
{
	struct graph *g = r->g;
	if (!read_ends(r, subgraph, SUBGRAPH_OUTPUTS, "output", &g->output,
	               &g->n_outputs))
		return false;
	for (int i = 0; i < g->n_outputs; i++)
		if (!r->ready[g->output[i]])
			return reader_fail(r, "nothing makes output %d (%s)", i,
			                   g->tensor[g->output[i]].name);
	return true;
}

static bool read_subgraph(struct reader *r, struct fb_table subgraph)
{
	if (!read_tensors(r, subgraph))
		return false;
	r->ready = arena_zero(&r->arena, (size_t)r->g->n_tensors,
	                      sizeof *r->ready);
	for (int i = 0; i < r->g->n_tensors; i++)
		r->ready[i] = r->g->tensor[i].data != NULL;
	return read_inputs(r, subgraph) && read_nodes(r, subgraph) &&
	       read_outputs(r, subgraph) && shape_check(r->g, r->err);
}

static bool read_model(struct reader *r)
{
	if (r->fb.n < 8 || memcmp(r->fb.p + 4, "TFL3", 4) != 0)
		return reader_fail(r, "not a .tflite file (no TFL3 in it)");
	struct fb_table model = fb_root(&r->fb);
	r->opcodes = fb_vector(&r->fb, model, MODEL_OPCODES, 4);
	r->buffers = fb_vector(&r->fb, model, MODEL_BUFFERS, 4);
	struct fb_vector all = fb_vector(&r->fb, model, MODEL_SUBGRAPHS, 4);
	if (r->fb.bad)
		return reader_fail(r, "damaged file");
	if (all.n == 0)
		return reader_fail(r, "no subgraph");
	struct fb_table subgraph = fb_at_table(&r->fb, all, 0);
	if (r->fb.bad)
		return reader_fail(r, "damaged subgraph");
	return read_subgraph(r, subgraph);
}

bool graph_parse(struct graph *g, const char *path, const void *bytes,
                 size_t size, struct err *err)
{
	struct reader r = {.g = g, .err = err, .left = 4 * size};
	*g = (struct graph){.path = path};
	uint8_t *copy = arena_zero(&r.arena, size, 1);
	if (size)
		memcpy(copy, bytes, size);
	r.fb = (struct flatbuf){.p = copy, .n = size};
	g->path = arena_strn(&r.arena, path, strlen(path));
	g->file_hash = XXH3_64bits(copy, size);

	if (!read_model(&r)) {
		arena_free(r.arena);
		*g = (struct graph){0};
		return false;
	}
	g->arena = r.arena;
	return true;
}

bool graph_load(struct graph *g, const char *path, struct err *err)
{
	*g = (struct graph){0};
	size_t size;
	char *bytes = file_read(path, MAX_FILE_BYTES, &size, err);
	if (!bytes)
		return false;
	const bool ok = graph_parse(g, path, bytes, size, err);
	free(bytes);
	return ok;
}

void graph_free(struct graph *g)
{
	arena_free(g->arena);
	*g = (struct graph){0};
}
