/* cycles: see cycles.h. The symbols of docs/accelerator.md are kept. */
#include "compiler/cycles.h"

#include <assert.h>
#include <stdbool.h>

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
	               .bank_bytes = design_bank_bytes(d)};
	h.par_bytes = h.word * h.par_words;
	return h;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t div_up(int64_t a, int64_t b)
{
	return (a + b - 1) / b;
}

/* ---- DMA ---- */

static int64_t dma_beats(const struct hw *h, const struct command *c)
{
	int64_t d = h->dma, beats = 0;

	if (c->opcode == OP_FILL)
		return c->n1 * c->n2 * div_up(c->n0, d);
	if (c->mem_s1 % d == 0 && c->mem_s2 % d == 0) {
		int64_t at = c->mem % d;
		return c->n1 * c->n2 * div_up(at + c->n0, d);
	}
	for (int64_t i2 = 0; i2 < c->n2; i2++)
		for (int64_t i1 = 0; i1 < c->n1; i1++) {
			int64_t at = c->mem + i2 * c->mem_s2 + i1 * c->mem_s1;
			beats += div_up((at & (d - 1)) + c->n0, d);
		}
	return beats;
}

/* ---- drain ---- */

/* The drain of one group after the other; cycles relative to the start. */
struct drain {
	int64_t c, dn; /* capture and drain time of the group before */
	bool any, plus;
};

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
		dn += first - (c + 1) + h->par_words + 1;
	}
	d->c = c, d->dn = dn, d->any = true;
}

/* ---- matrix mode ---- */

/* Slots inside a pixel group of nr rows that step all chunks but the last:
 * sum over them of max(nr, S). */
static int64_t inner_slots(const struct hw *h, const struct command *c,
                           int64_t nr, int64_t *last)
{
	int64_t full = (c->run - 1) / h->word;
	int64_t rest = c->run - full * h->word;
	int64_t runs = c->ka * c->kb;

	*last = rest;
	return runs * full * max64(nr, h->word) + (runs - 1) * max64(nr, rest);
}

static int64_t conv_cycles(const struct hw *h, const struct command *c)
{
	int64_t pixels = c->nx * c->ny, groups = div_up(pixels, h->rows);
	int64_t nr_end = pixels - (groups - 1) * h->rows;
	int64_t cgroups = div_up(c->nchan, h->cols);
	int64_t last, inner = inner_slots(h, c, h->rows, &last);
	int64_t inner_end = inner_slots(h, c, nr_end, &last);
	bool hold = c->flags & EXE_HOLD;
	struct drain d = {.plus = c->flags & EXE_PLUS};
	int64_t t = 1 + (groups == 1 ? nr_end : h->rows); /* T_1 */

	for (int64_t g = 0; g < cgroups; g++) {
		int64_t nc = min64(h->cols, c->nchan - g * h->cols);
		for (int64_t p = 0; p < groups; p++) {
			bool end = p == groups - 1;
			int64_t nr = end ? nr_end : h->rows;
			/* The slot of the last chunk reads the next group. */
			int64_t next = p + 1 < groups - 1 ? h->rows : nr_end;
			if (end)
				next = g == cgroups - 1 ? 0
				       : groups == 1    ? nr_end
				                        : h->rows;
			t += end ? inner_end : inner;
			t += max64(max64(next, last), 1);
			if (hold)
				continue;
			t = max64(t, drain_room(&d));
			bool shared = c->flags & EXE_PAR_SHARED && g > 0;
			drain_next(h, &d, t + 1, p == 0 && !shared, nr, nc);
		}
	}
	return hold ? t + 1 : d.c + d.dn + 5;
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

static int64_t vector_cycles(const struct hw *h, const struct command *c)
{
	int64_t groups = div_up(c->nx, h->rows);
	int64_t nr_end = c->nx - (groups - 1) * h->rows;
	bool reuse = c->flags & EXE_REUSE;
	int64_t len[2] = {vector_len(c, h->rows, false),
	                  vector_len(c, h->rows, reuse)};
	int64_t len_end[2] = {vector_len(c, nr_end, false),
	                      vector_len(c, nr_end, reuse)};
	int64_t cgroups = div_up(c->nchan, h->cols), t = 1;
	struct drain d = {.plus = c->flags & EXE_PLUS};

	for (int64_t g = 0; g < cgroups; g++) {
		int64_t nc = min64(h->cols, c->nchan - g * h->cols);
		bool params = !(c->flags & EXE_PAR_SHARED) || g == 0;
		for (int64_t i = 0; i < c->ny * groups; i++) {
			bool end = i % groups == groups - 1;
			t += end ? len_end[i > 0] : len[i > 0];
			t = max64(t, drain_room(&d));
			drain_next(h, &d, t + 2, params, end ? nr_end : h->rows,
			           nc);
			params = false;
		}
	}
	return d.c + d.dn + 5;
}

static int64_t add_cycles(const struct hw *h, const struct command *c)
{
	int64_t beats = div_up(c->nx | c->ny << 16, h->lanes);

	return h->par_words + 2 + 3 * (beats - 1) + 11;
}

int64_t command_cycles(const struct hw *h, const struct command *c)
{
	switch (c->opcode) {
	case OP_LOAD:
	case OP_FILL:
	case OP_STORE:
		return dma_beats(h, c) + 2;
	case OP_CONV:
		return conv_cycles(h, c);
	case OP_ADD:
		return add_cycles(h, c);
	case OP_SUM:
		return h->par_words + 3;
	default:
		assert(c->opcode >= OP_DWCONV && c->opcode <= OP_AVGPOOL);
		return vector_cycles(h, c);
	}
}

int64_t fetch_cycles(const struct hw *h)
{
	return COMMAND_BYTES / h->dma + 2;
}
