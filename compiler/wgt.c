/* wgt: see wgt.h. */
#include "compiler/wgt.h"

#include <string.h>
#include "compiler/tile.h"
#include "isa/packed.h"

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Runs of a CONV's kernel, and bytes of one: a row of taps if they follow each
 * other, else a tap. */
static int64_t run_bytes(const struct window *w)
{
	return w->dw == 1 ? (int64_t)w->kw * w->ic : w->ic;
}

static int64_t run_count(const struct window *w)
{
	return w->dw == 1 ? w->kh : (int64_t)w->kh * w->kw;
}

/* ---- sizes ---- */

static int64_t raw_group(const struct hw *h, const struct array_op *a,
                         struct wfmt f)
{
	if (a->opcode == OP_CONV)
		return run_count(&a->win) *
		       wfmt_run(f, h->cols, h->word, run_bytes(&a->win));
	return tile_steps(a) * wfmt_vector(f, h->cols);
}

/* Units of a compressed group. */
static int64_t group_units(const struct hw *h, const struct array_op *a)
{
	int64_t unit = packed_unit(h->dma);

	return (raw_group(h, a, a->fmt) + unit - 1) / unit;
}

int64_t wgt_group(const struct hw *h, const struct array_op *a)
{
	return a->stream ? group_units(h, a) * packed_unit(h->dma)
	                 : raw_group(h, a, a->fmt);
}

int64_t wgt_steps(const struct hw *h, const struct array_op *a, int64_t steps)
{
	return steps * wfmt_vector(a->fmt, h->cols);
}

int64_t wgt_flash(const struct hw *h, const struct array_op *a, int64_t bytes)
{
	return a->stream ? a->group_at[bytes / wgt_group(h, a)] : bytes;
}

int64_t wgt_section(const struct hw *h, const struct array_op *a)
{
	int groups = tile_groups(h, a);

	return a->stream ? a->group_at[groups] : groups * wgt_group(h, a);
}

/* ---- packing ---- */

/* One column's weights of a run, for the columns of a group. */
struct columns {
	const int8_t *at; /* column 0 */
	int64_t stride;   /* from column to column */
	int n;
};

static void put_value(uint8_t *vector, int bits, int i, int v)
{
	int at = i * bits;

	vector[at / 8] |= (uint8_t)((v & ((1 << bits) - 1)) << at % 8);
}

void wgt_vector(const int8_t *from, struct wfmt f, int n, uint8_t *to)
{
	for (int i = 0; i < n; i++)
		put_value(to, f.bits, i, from[i]);
}

static void put_vector(const struct columns *c, struct wfmt f, int64_t k,
                       uint8_t *to)
{
	for (int i = 0; i < c->n; i++)
		put_value(to, f.bits, i, c->at[i * c->stride + k]);
}

/* The nonzeros of four weights, `of4` of them: fills up with zeros elsewhere.
 * Bytes past `n` count as zeros. */
static void pick(const int8_t *four, int64_t n, int of4, int index[2],
                 int value[2])
{
	int found = 0;

	for (int i = 0; i < 4 && i < n; i++)
		if (four[i] && found < of4) {
			index[found] = i;
			value[found++] = four[i];
		}
	for (int i = 0; found < of4; i++)
		if (!found || index[0] != i) {
			index[found] = i;
			value[found++] = 0;
		}
}

/* A piece of n bytes from `k` on. Returns what follows in `to`. */
static uint8_t *put_sparse(const struct hw *h, const struct columns *c,
                           struct wfmt f, int64_t k, int64_t n, uint8_t *to)
{
	int64_t block = wfmt_block(f, h->word), steps = wfmt_steps(f, n);
	uint8_t *indices = NULL;

	for (int64_t j = 0; j < steps; j++) {
		if (j % block == 0) {
			indices = to;
			to += wfmt_index(f, h->cols, h->word);
		}
		int64_t at = j / f.of4 * 4;
		for (int i = 0; i < h->cols; i++) {
			int index[2] = {(int)(j % f.of4), 1}, value[2] = {0, 0};
			int which = (int)(j % f.of4);
			if (i < c->n)
				pick(c->at + i * c->stride + k + at, n - at,
				     f.of4, index, value);
			else
				index[which] = which;
			put_value(indices, 2, (int)(j % block) * h->cols + i,
			          index[which]);
			put_value(to, f.bits, i, value[which]);
		}
		to += wfmt_vector(f, h->cols);
	}
	return to;
}

static uint8_t *put_run(const struct hw *h, const struct columns *c,
                        struct wfmt f, int64_t k, int64_t n, uint8_t *to)
{
	int64_t vector = wfmt_vector(f, h->cols);

	if (f.of4) {
		for (int64_t i = 0; i < n; i += h->word)
			to = put_sparse(h, c, f, k + i,
			                n - i < h->word ? n - i : h->word, to);
		return to;
	}
	for (int64_t i = 0; i < n; i++, to += vector)
		put_vector(c, f, k + i, to);
	return f.split && n % 2 ? to + vector : to;
}

static void put_group(const struct hw *h, const struct array_op *a, int g,
                      uint8_t *to)
{
	int64_t steps = tile_steps(a), run = run_bytes(&a->win);
	int first = g * h->cols, left = a->win.oc - first;
	struct columns c = {.at = a->wgt + first * steps,
	                    .stride = steps,
	                    .n = left < h->cols ? left : h->cols};

	for (int64_t k = 0; k < steps; k += run)
		to = put_run(h, &c, a->fmt, k, run, to);
}

void wgt_pack(const struct hw *h, const struct array_op *a, uint8_t *to)
{
	int groups = tile_groups(h, a);

	if (a->stream) {
		memcpy(to, a->stream, a->group_at[groups]);
		return;
	}
	for (int g = 0; g < groups; g++)
		put_group(h, a, g, to + g * wgt_group(h, a));
}

/* ---- choice ---- */

/* Bits that every weight fits into. */
static int least_bits(const struct array_op *a)
{
	int64_t n = tile_steps(a) * a->win.oc;
	int lo = 0, hi = 0;

	for (int64_t i = 0; i < n; i++) {
		lo = a->wgt[i] < lo ? a->wgt[i] : lo;
		hi = a->wgt[i] > hi ? a->wgt[i] : hi;
	}
	return lo < -8 || hi > 7 ? 8 : lo < -2 || hi > 1 ? 4 : 2;
}

/* Most nonzeros in four consecutive weights of a run. */
static int most_of4(const struct array_op *a)
{
	int64_t n = tile_steps(a) * a->win.oc, run = run_bytes(&a->win);
	int most = 0;

	for (int64_t r = 0; r < n && most < 3; r += run)
		for (int64_t k = 0; k < run; k += 4) {
			int any = 0;
			for (int64_t i = k; i < k + 4 && i < run; i++)
				any += a->wgt[r + i] != 0;
			most = any > most ? any : most;
		}
	return most;
}

/* Cycles of a column group over all pixels. */
static int64_t group_cycles(const struct hw *h, const struct array_op *a,
                            struct wfmt f)
{
	const struct window *w = &a->shape;
	int64_t pixels = (int64_t)w->n * w->oh * w->ow;
	int64_t nr = pixels < h->rows ? pixels : h->rows;
	int64_t groups = (pixels + h->rows - 1) / h->rows;
	int64_t run = run_bytes(w), rest = run % h->word;
	int64_t slots =
	        run / h->word * max64(nr, wfmt_reads(f, h->word, h->word));

	if (rest)
		slots += max64(nr, wfmt_reads(f, h->word, rest));
	return groups * run_count(w) * slots;
}

/* Take `f` if a column group is faster with it, where either the array or the
 * load is the limit; among equals, if both together are. */
static void offer(const struct hw *h, struct array_op *a, struct wfmt f)
{
	int64_t old = group_cycles(h, a, a->fmt), new = group_cycles(h, a, f);
	int64_t old_load = raw_group(h, a, a->fmt) / h->dma;
	int64_t new_load = raw_group(h, a, f) / h->dma;
	int64_t most = max64(old, old_load), now = max64(new, new_load);

	if (now < most || (now == most && new + new_load < old + old_load))
		a->fmt = f;
}

static void choose_format(const struct hw *h, struct array_op *a)
{
	const struct window *w = &a->shape;
	bool one = (int64_t)w->n * w->oh * w->ow == 1;

	if (h->narrow)
		a->fmt.bits = least_bits(a);
	if (a->opcode != OP_CONV)
		return;
	struct wfmt f = a->fmt;
	if (h->split && one && 2 * wfmt_vector(f, h->cols) <= h->word) {
		f.split = true;
		offer(h, a, f);
		f.split = false;
	}
	f.of4 = h->sparse ? most_of4(a) : 3;
	if (f.of4 < 1)
		f.of4 = 1;
	if (f.of4 <= 2)
		offer(h, a, f);
}

/* Compress the groups; give up if that is not smaller. */
static void compress(const struct hw *h, struct array_op *a,
                     struct arena **arena)
{
	int groups = tile_groups(h, a);
	int64_t raw = raw_group(h, a, a->fmt), units = group_units(h, a);
	int64_t bytes = units * packed_unit(h->dma), n = 0;
	int64_t most = units * packed_most(h->dma);

	if (most > UINT16_MAX)
		return; /* more than a command can load */
	uint8_t *group = arena_zero(arena, (size_t)bytes, 1);
	uint8_t *stream = arena_zero(arena, (size_t)groups, (size_t)most);
	uint32_t *at = arena_zero(arena, (size_t)groups + 1, sizeof(*at));
	for (int g = 0; g < groups; g++) {
		memset(group, 0, (size_t)bytes);
		put_group(h, a, g, group);
		n += packed_encode(group, units, h->dma, stream + n);
		at[g + 1] = (uint32_t)n;
	}
	if (n >= raw * groups)
		return;
	a->stream = stream;
	a->group_at = at;
}

void wgt_choose(const struct hw *h, struct op *op, struct arena **arena)
{
	struct array_op *a = &op->array;

	if (a->fmt.bits)
		return;
	wgt_plain(op);
	if (a->opcode != OP_CONV && a->opcode != OP_DWCONV)
		return;
	choose_format(h, a);
	if (h->unpack && a->opcode == OP_CONV)
		compress(h, a, arena);
}

void wgt_plain(struct op *op)
{
	struct array_op *a = &op->array;

	a->fmt = (struct wfmt){.bits = a->fmt.bits ? a->fmt.bits : 8};
	a->stream = NULL;
	a->group_at = NULL;
}

bool wgt_is_plain(const struct op *op)
{
	const struct array_op *a = &op->array;

	return !a->fmt.of4 && !a->fmt.split && !a->stream;
}
