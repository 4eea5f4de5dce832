/* cycles: see cycles.h. The symbols of docs/accelerator.md are kept. */
#include "compiler/cycles.h"

#include <assert.h>
#include "isa/part.h"
#include "isa/wfmt.h"

struct hw hw_of(const struct design *d)
{
	struct hw h = {.rows = d->rows,
	               .cols = d->cols,
	               .lanes = d->lanes,
	               .dma = d->dma_bytes,
	               .queue = d->queue,
	               .banks = d->banks,
	               .word = design_word(d),
	               .par_words = design_par_words(d),
	               .spad_bytes = design_spad_bytes(d),
	               .bank_bytes = design_bank_bytes(d),
	               .split = d->split,
	               .narrow = d->narrow,
	               .sparse = d->sparse,
	               .unpack = d->unpack};
	h.par_bytes = h.word * h.par_words;
	h.dma_log2 = __builtin_ctz((unsigned)h.dma);
	h.word_log2 = __builtin_ctz((unsigned)h.word);
	h.bank_log2 = __builtin_ctz(h.bank_bytes);
	return h;
}

bool hw_less(struct hw *h, uint32_t spad_bytes, int banks, int dma)
{
	enum { LEAST_BANKS = 4, LEAST_DMA = 4 };

	h->spad_bytes = spad_bytes;
	h->banks = banks;
	h->dma = dma;
	h->bank_bytes = spad_bytes / (uint32_t)banks;
	h->dma_log2 = __builtin_ctz((unsigned)dma);
	if (banks < LEAST_BANKS || dma < LEAST_DMA ||
	    h->bank_bytes < 2 * (uint32_t)h->word)
		return false;
	h->bank_log2 = __builtin_ctz(h->bank_bytes);
	return true;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Small numbers are divided faster. */
static int64_t div_up(int64_t a, int64_t b)
{
	uint64_t n = (uint64_t)(a + b - 1), d = (uint64_t)b;

	if ((n | d) >> 32)
		return (int64_t)(n / d);
	return (uint32_t)n / (uint32_t)d;
}

/* ---- DMA ---- */

static int64_t dma_beats(const struct hw *h, const struct command *c)
{
	int64_t d = h->dma, beats = 0;

	if (c->opcode == OP_FILL)
		return c->n1 * c->n2 * hw_beats(h, c->n0);
	if (((c->mem_s1 | c->mem_s2) & (d - 1)) == 0)
		return c->n1 * c->n2 * hw_beats(h, (c->mem & (d - 1)) + c->n0);
	/* Addresses repeat modulo d after d runs at the latest. */
	for (int64_t i2 = 0; i2 < min64(c->n2, d); i2++)
		for (int64_t i1 = 0; i1 < min64(c->n1, d); i1++) {
			int64_t at = c->mem + i2 * c->mem_s2 + i1 * c->mem_s1;
			beats += hw_beats(h, (at & (d - 1)) + c->n0) *
			         div_up(c->n1 - i1, d) * div_up(c->n2 - i2, d);
		}
	return beats;
}

/* ---- drain ---- */

/* The drain of one group after the other; cycles relative to the start. */
struct drain {
	int64_t c, dn; /* capture and drain time of the group before */
	int words;     /* of a block of parameters */
	bool any, plus;
};

static int par_words(const struct hw *h, const struct command *c)
{
	return c->par_n ? part_words(c, 0, h->word) : h->par_words;
}

static struct drain drain_of(const struct hw *h, const struct command *c)
{
	return (struct drain){.words = par_words(h, c),
	                      .plus = c->flags & EXE_PLUS};
}

/* First cycle in which the slot that ends the next group may end. */
static int64_t drain_room(const struct drain *d)
{
	return d->any ? d->c + d->dn - 1 : 0;
}

static void drain_next(const struct hw *h, struct drain *d, int64_t c,
                       bool params, int64_t nr, int64_t nc)
{
	int64_t dn = nr * div_up(nc, h->lanes);

	if (d->plus)
		dn = 4 * dn + 8;

	if (params) {
		int64_t first = c + 1;
		if (d->any)
			first = max64(first, d->c + d->dn + 5);
		dn += first - (c + 1) + d->words + 1;
	}
	d->c = c, d->dn = dn, d->any = true;
}

/* ---- matrix mode ---- */

/* Slots inside a pixel group of nr rows that step all chunks but the last:
 * sum over them of max(nr, S). */
static int64_t inner_slots(const struct hw *h, const struct command *c,
                           int64_t nr, int64_t *last)
{
	int64_t full = (c->run - 1) >> h->word_log2;
	int64_t rest = c->run - full * h->word;
	int64_t runs = c->ka * c->kb;

	struct wfmt f = wfmt_of(c);

	*last = wfmt_reads(f, h->word, rest);
	return runs * full * max64(nr, wfmt_reads(f, h->word, h->word)) +
	       (runs - 1) * max64(nr, *last);
}

/* Pixel groups of a column group, and what the array does for one of them. */
struct conv {
	int64_t rows, groups, nr_end;   /* nr_end: rows of the last group */
	int64_t inner, inner_end, last; /* see inner_slots */
};

/* Column group g of a CONV from cycle t on; more: not the last one. Between the
 * first and the last pixel group all take equally long. */
static int64_t conv_column(const struct hw *h, const struct conv *v,
                           const struct command *c, struct drain *d, int64_t t,
                           int64_t nc, bool params, bool more)
{
	bool hold = c->flags & EXE_HOLD;

	for (int64_t p = 0; p < v->groups; p++) {
		bool end = p == v->groups - 1;
		int64_t nr = end ? v->nr_end : v->rows;
		/* The slot of the last chunk reads the next group. */
		int64_t next = p + 1 < v->groups - 1 ? v->rows : v->nr_end;
		if (end)
			next = !more ? 0 : v->groups == 1 ? v->nr_end : v->rows;
		int64_t step = (end ? v->inner_end : v->inner) +
		               max64(max64(next, v->last), 1);
		t += step;
		if (hold)
			continue;
		t = max64(t, drain_room(d));
		drain_next(h, d, t + 1, p == 0 && params, nr, nc);
		int64_t skip = p > 0 ? v->groups - 3 - p : 0;
		if (skip > 0) {
			t += skip * max64(step, d->dn);
			d->c = t + 1;
			p += skip;
		}
	}
	return t;
}

static int64_t conv_cycles(const struct hw *h, const struct command *c)
{
	int64_t rows = part_rows(c, h->rows), cols = part_cols(c, h->cols);
	int64_t pixels = c->nx * c->ny, groups = div_up(pixels, rows);
	int64_t cgroups = div_up(c->nchan, cols);
	struct conv v = {.rows = rows,
	                 .groups = groups,
	                 .nr_end = pixels - (groups - 1) * rows};
	struct drain d = drain_of(h, c);
	int64_t t = 1 + (groups == 1 ? v.nr_end : rows); /* T_1 */

	v.inner = inner_slots(h, c, rows, &v.last);
	v.inner_end = inner_slots(h, c, v.nr_end, &v.last);
	for (int64_t g = 0; g < cgroups; g++) {
		int64_t nc = min64(cols, c->nchan - g * cols);
		bool params = !(c->flags & EXE_PAR_SHARED) || g == 0;
		int64_t before = t, dn = d.dn;
		t = conv_column(h, &v, c, &d, t, nc, params, g < cgroups - 1);
		/* Begun in the same state, all but the last are like it. */
		int64_t skip = g > 0 && d.dn == dn ? cgroups - 2 - g : 0;
		if (skip > 0) {
			d.c += skip * (t - before);
			t += skip * (t - before);
			g += skip;
		}
	}
	return c->flags & EXE_HOLD ? t + 1 : d.c + d.dn + 5;
}

/* ---- vector mode ---- */

/* kept: REUSE, and the group before has left its last two segments. */
static int64_t vector_len(const struct command *c, int64_t nr, bool kept)
{
	int64_t len = 0;

	for (int64_t f = 0; f < c->pm; f++)
		len += nr + div_up(c->ka - f, c->pm) - 1;
	len *= c->kb;
	if (kept) {
		int64_t steps = c->pm == 1 ? 2 * c->ka : c->ka;
		len -= steps + 2 * (nr - 1);
		len += max64(steps - (nr - 1), 0);
	}
	return len;
}

/* Groups of a row, and how long their reads take, the first one of a column
 * group apart. */
struct vector {
	int64_t rows, groups, nr_end;
	int64_t len[2], len_end[2];
};

/* A row of outputs from cycle t on, the first of its column group or another.
 * Between the first and the last group all take equally long. */
static int64_t vector_row(const struct hw *h, const struct vector *v,
                          struct drain *d, int64_t t, int64_t nc, bool first,
                          bool params)
{
	for (int64_t x = 0; x < v->groups; x++) {
		bool end = x == v->groups - 1, kept = !first || x > 0;
		int64_t len = end ? v->len_end[kept] : v->len[kept];
		t = max64(t + len, drain_room(d));
		drain_next(h, d, t + 2, params && x == 0,
		           end ? v->nr_end : v->rows, nc);
		int64_t skip = x > 0 ? v->groups - 2 - x : 0;
		if (skip > 0) {
			t += skip * max64(len, d->dn + 1);
			d->c = t + 2;
			x += skip;
		}
	}
	return t;
}

/* A column group. A row takes as long as the one before if it begins in the
 * same state: behind a drain that takes as long. */
static int64_t vector_column(const struct hw *h, const struct vector *v,
                             const struct command *c, struct drain *d,
                             int64_t t, int64_t nc, bool params)
{
	for (int64_t y = 0; y < c->ny; y++) {
		int64_t before = t, dn = d->dn;
		t = vector_row(h, v, d, t, nc, y == 0, params && y == 0);
		if (y > 0 && d->dn == dn) {
			int64_t rest = (c->ny - 1 - y) * (t - before);
			d->c += rest;
			return t + rest;
		}
	}
	return t;
}

static int64_t vector_cycles(const struct hw *h, const struct command *c)
{
	int64_t rows = part_rows(c, h->rows), cols = part_cols(c, h->cols);
	int64_t groups = div_up(c->nx, rows);
	int64_t cgroups = div_up(c->nchan, cols), t = 1;
	bool reuse = c->flags & EXE_REUSE;
	struct vector v = {.rows = rows,
	                   .groups = groups,
	                   .nr_end = c->nx - (groups - 1) * rows};
	struct drain d = drain_of(h, c);

	for (int kept = 0; kept < 2; kept++) {
		v.len[kept] = vector_len(c, rows, kept && reuse);
		v.len_end[kept] = vector_len(c, v.nr_end, kept && reuse);
	}
	for (int64_t g = 0; g < cgroups; g++) {
		int64_t nc = min64(cols, c->nchan - g * cols);
		bool params = !(c->flags & EXE_PAR_SHARED) || g == 0;
		int64_t before = t, dn = d.dn;
		t = vector_column(h, &v, c, &d, t, nc, params);
		/* Begun in the same state, all but the last are like it. */
		int64_t skip = g > 0 && d.dn == dn ? cgroups - 2 - g : 0;
		if (skip > 0) {
			d.c += skip * (t - before);
			t += skip * (t - before);
			g += skip;
		}
	}
	return d.c + d.dn + 5;
}

static int64_t add_cycles(const struct hw *h, const struct command *c)
{
	int64_t beats = div_up(c->nx | c->ny << 16, h->lanes);

	return par_words(h, c) + 2 + 3 * (beats - 1) + 11;
}

int64_t command_cycles(const struct hw *h, const struct command *c)
{
	switch (c->opcode) {
	case OP_UNPACK:
		return div_up(c->mem % h->dma + c->n0, h->dma) + 3;
	case OP_LOAD:
	case OP_FILL:
	case OP_STORE:
		return dma_beats(h, c) + 2;
	case OP_CONV:
		return conv_cycles(h, c);
	case OP_ADD:
		return add_cycles(h, c);
	case OP_SUM:
		return par_words(h, c) + 3;
	default:
		assert(c->opcode >= OP_DWCONV && c->opcode <= OP_AVGPOOL);
		return vector_cycles(h, c);
	}
}

int64_t fetch_cycles(const struct hw *h)
{
	return hw_beats(h, COMMAND_BYTES) + 2;
}
