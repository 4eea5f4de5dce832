/* fast_check: is a command legal? Asked when it starts.
 *
 * What passes here is safe to time and to compute: counts are not zero, every
 * access lies inside its memory, and the work is bounded. A command whose own
 * ports meet in a bank is reported too, but runs on as it does in hardware.
 */
#include "sim/accel_fast.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "isa/map.h"
#include "isa/packed.h"

/* Bounds of the work of one command; far above anything useful. */
static const int64_t max_dma_bytes = (int64_t)1 << 26;
static const int64_t max_cell_steps = (int64_t)1 << 33;

/* The first fault is the one that is told. */
void fast_fault(struct accel *a, const struct entry *e, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (a->fault.kind != ERR_NONE)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!e)
		err_set(&a->fault, ERR_DATA, "cycle %" PRIu64 ", job %u: %s",
		        a->now, a->head, text);
	else
		err_set(&a->fault, ERR_DATA,
		        "cycle %" PRIu64 ", job %u, command %u (%s, layer "
		        "%" PRId64 "): %s",
		        a->now, a->head, e->seq, opcode_name((int)e->c.opcode),
		        e->c.layer, text);
}

static bool fail(struct accel *a, const struct entry *e, const char *text)
{
	fast_fault(a, e, "%s", text);
	return false;
}

/* ------------------------------------------------------------------------
 * Hulls: all bytes that nested counts can touch */

struct hull {
	int64_t lo, hi; /* first byte, byte after the last */
};

static void widen(struct hull *h, int64_t count, int64_t stride)
{
	int64_t far = (count - 1) * stride;

	if (far < 0)
		h->lo += far;
	else
		h->hi += far;
}

static bool inside(struct accel *a, const struct entry *e, struct hull h,
                   int64_t size, const char *what)
{
	if (h.lo >= 0 && h.hi <= size)
		return true;
	fast_fault(a, e,
	           "%s: bytes %" PRId64 "..%" PRId64 " are outside 0..%" PRId64,
	           what, h.lo, h.hi - 1, size - 1);
	return false;
}

static void check_banks(struct accel *a, const struct entry *e, struct hull x,
                        const char *xs, struct hull y, const char *ys)
{
	int64_t bank = a->bank_bytes;

	if (x.lo / bank > (y.hi - 1) / bank || y.lo / bank > (x.hi - 1) / bank)
		return;
	fast_fault(a, e,
	           "%s (bytes %" PRId64 "..%" PRId64 ") and %s (%" PRId64
	           "..%" PRId64 ") share bank %" PRId64,
	           xs, x.lo, x.hi - 1, ys, y.lo, y.hi - 1,
	           max64(x.lo, y.lo) / bank);
}

/* ------------------------------------------------------------------------
 * DMA */

/* The memory's side: n2 times n1 runs. */
static bool check_memory(struct accel *a, const struct entry *e, int64_t n1,
                         int64_t n2)
{
	const struct command *c = &e->c;
	int64_t region = c->mem >> REGION_SHIFT;
	bool flash = region == MAP_FLASH >> REGION_SHIFT;

	if (!flash && region != MAP_SRAM >> REGION_SHIFT)
		return fail(a, e, "memory address not in SRAM or flash");
	if (flash && c->opcode == OP_STORE)
		return fail(a, e, "stores to flash");
	int64_t offset = c->mem & ((1 << REGION_SHIFT) - 1);
	struct hull m = {offset, offset + c->n0};
	widen(&m, n1, c->mem_s1);
	widen(&m, n2, c->mem_s2);
	return inside(a, e, m, a->mem->size[flash ? MEM_FLASH : MEM_SRAM],
	              flash ? "flash" : "SRAM");
}

static bool check_unpack(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	struct hull s = {c->spad,
	                 c->spad + c->n2 * packed_unit(a->d->dma_bytes)};

	if (!a->d->unpack)
		return fail(a, e, "the design has no weights.unpack");
	if (c->n1 != 1)
		return fail(a, e, "UNPACK with n1 other than 1");
	if (c->n0 < c->n2 * a->d->dma_bytes ||
	    c->n0 > c->n2 * packed_most(a->d->dma_bytes))
		return fail(a, e, "units do not fit the bytes");
	return inside(a, e, s, a->spad_bytes, "scratchpad") &&
	       check_memory(a, e, 1, 1);
}

static bool check_dma(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;

	if (c->n0 < 1 || c->n1 < 1 || c->n2 < 1)
		return fail(a, e, "a count is zero");
	if (c->opcode == OP_UNPACK)
		return check_unpack(a, e);
	if (c->n0 * c->n1 * c->n2 > max_dma_bytes)
		return fail(a, e, "moves more than 64 MiB");
	struct hull s = {c->spad, c->spad + c->n0};
	widen(&s, c->n1, c->spad_s1);
	widen(&s, c->n2, c->spad_s2);
	if (!inside(a, e, s, a->spad_bytes, "scratchpad"))
		return false;
	return c->opcode == OP_FILL || check_memory(a, e, c->n1, c->n2);
}

/* ------------------------------------------------------------------------
 * Execute */

static bool check_add(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	int64_t n = c->nx | c->ny << 16;
	struct hull x = {c->act, c->act + n}, y = {c->wgt, c->wgt + n};
	struct hull out = {c->out, c->out + n};
	struct hull par = {c->par, c->par + used_block(a, c)};

	if (n < 1)
		return fail(a, e, "no elements");
	if (c->flags & (EXE_KEEP | EXE_HOLD))
		return fail(a, e, "KEEP and HOLD are for CONV");
	if (c->flags & (EXE_REUSE | EXE_PLUS | EXE_SPLIT))
		return fail(a, e, "REUSE, PLUS and SPLIT are not for ADD");
	if (!inside(a, e, x, a->spad_bytes, "first operand") ||
	    !inside(a, e, y, a->spad_bytes, "second operand") ||
	    !inside(a, e, par, a->spad_bytes, "parameters") ||
	    !inside(a, e, out, a->spad_bytes, "output"))
		return false;
	check_banks(a, e, x, "first operand", y, "second operand");
	check_banks(a, e, x, "first operand", out, "output");
	check_banks(a, e, y, "second operand", out, "output");
	return true;
}

static bool check_sum(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	struct hull par = {c->par, c->par + used_block(a, c)};

	if (c->flags)
		return fail(a, e, "SUM has no flags");
	if (c->qmin > c->qmax)
		return fail(a, e, "qmin is above qmax");
	if (!inside(a, e, par, a->spad_bytes, "parameters"))
		return false;
	a->sum = *c;
	return true;
}

/* Bytes that the input port reads. */
static struct hull input_hull(const struct command *c)
{
	struct hull h = {c->act, c->act};

	widen(&h, c->nx, c->act_xs);
	widen(&h, c->ny, c->act_ys);
	widen(&h, c->kb, c->kb_s);
	if (c->opcode == OP_CONV) {
		widen(&h, c->ka, c->ka_s);
		h.hi += c->run;
		return h;
	}
	/* Vector mode: the taps of a phase are one output step apart. */
	struct hull all = h;
	for (int64_t f = 0; f < c->pm; f++) {
		struct hull p = h;
		p.lo += f * c->ka_s;
		p.hi += f * c->ka_s;
		widen(&p, div_up(c->ka - f, c->pm), c->act_xs);
		all.lo = min64(all.lo, p.lo);
		all.hi = max64(all.hi, p.hi);
	}
	all.hi += c->nchan;
	return all;
}

static struct hull output_hull(const struct command *c)
{
	struct hull h = {c->out, c->out + c->nchan};

	widen(&h, c->nx, c->out_xs);
	widen(&h, c->ny, c->out_ys);
	return h;
}

/* A group begins with the last two segments of the group before. */
static bool check_reuse(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;

	if (!(c->flags & EXE_REUSE))
		return true;
	if (c->opcode == OP_CONV)
		return fail(a, e, "REUSE is for vector mode");
	if (c->pm > 2 || c->kb * c->pm < 3)
		return fail(a, e, "REUSE with pm above 2 or too few segments");
	if (c->nx > used_rows(a, c))
		return fail(a, e, "REUSE with more than one group a row");
	if (div_up(c->ka, c->pm) > 3)
		return fail(a, e, "REUSE with more than three taps a phase");
	if (c->act_ys != (c->kb - 2 / c->pm) * c->kb_s)
		return fail(a, e,
		            "REUSE of rows that the group before has "
		            "not read");
	return true;
}

static bool check_counts(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	bool conv = c->opcode == OP_CONV;

	if (c->nchan < 1 || c->ka < 1 || c->kb < 1 || c->nx < 1 || c->ny < 1 ||
	    (conv && c->run < 1))
		return fail(a, e, "a count is zero");
	if (!conv && (c->pm < 1 || c->pm > c->ka))
		return fail(a, e, "pm is not in 1..ka");
	if (!conv && (c->flags & (EXE_KEEP | EXE_HOLD)))
		return fail(a, e, "KEEP and HOLD are for CONV");
	if (c->qmin > c->qmax)
		return fail(a, e, "qmin is above qmax");
	/* Outputs do not overlap, so that they are as many as bytes. */
	int64_t outputs = c->nx * c->ny * c->nchan;
	if (outputs > a->spad_bytes)
		return fail(a, e, "more outputs than the scratchpad has bytes");
	if (outputs * c->ka * c->kb * (conv ? c->run : 1) > max_cell_steps)
		return fail(a, e, "too much work for one command");
	return true;
}

/* Sums that stay in the array belong to one group: that of HOLD and KEEP. */
static bool check_held(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	bool one =
	        c->nx * c->ny <= used_rows(a, c) && c->nchan <= used_cols(a, c);

	if (!(c->flags & (EXE_KEEP | EXE_HOLD)))
		return true;
	if (!one)
		return fail(a, e, "KEEP or HOLD with more than one group");
	if (c->flags & EXE_KEEP && a->held_split != !!(c->flags & EXE_SPLIT))
		return fail(a, e, "KEEP and HOLD must both be SPLIT, or none");
	if (c->flags & EXE_KEEP &&
	    (a->held_rows < c->nx * c->ny || a->held_cols < c->nchan))
		return fail(a, e, "KEEP of sums that no HOLD left");
	return true;
}

/* Formats and SPLIT that the design has. */
static bool check_weights(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	const struct design *d = a->d;
	struct wfmt f = wfmt_of(c);
	bool conv = c->opcode == OP_CONV;

	if ((c->wfmt & 3) == 3 || f.of4 == 3 || (f.of4 && f.split))
		return fail(a, e, "no such format of weights");
	if ((f.bits < 8 && !d->narrow) || (f.of4 && !d->sparse) ||
	    (f.split && !d->split))
		return fail(a, e, "the design cannot take these weights");
	if ((f.bits < 8 && !conv && c->opcode != OP_DWCONV) ||
	    ((f.of4 || f.split) && !conv))
		return fail(a, e, "no such weights in vector mode");
	if (f.split && (c->nx * c->ny != 1 ||
	                2 * wfmt_vector(f, used_cols(a, c)) > a->word))
		return fail(a, e, "SPLIT of more than a pixel or a word");
	return true;
}

/* PLUS reads the second operand through the port of the outputs: element by
 * element before them, or elsewhere. */
static bool check_plus(struct accel *a, const struct entry *e, struct hull x,
                       struct hull w, bool weights, struct hull out)
{
	const struct command *c = &e->c, *s = &a->sum;
	struct hull r = {s->act, s->act + c->nchan};

	if (!(c->flags & EXE_PLUS))
		return true;
	if (c->flags & EXE_HOLD)
		return fail(a, e, "PLUS without outputs");
	if (s->opcode != OP_SUM)
		return fail(a, e, "PLUS without SUM");
	widen(&r, c->nx, s->out_xs);
	widen(&r, c->ny, s->out_ys);
	if (!inside(a, e, r, a->spad_bytes, "second operand"))
		return false;
	bool same = s->act == c->out && s->out_xs == c->out_xs &&
	            s->out_ys == c->out_ys;
	if (!same && r.lo < out.hi && out.lo < r.hi)
		return fail(a, e, "second operand and output overlap");
	check_banks(a, e, x, "input", r, "second operand");
	if (weights)
		check_banks(a, e, w, "weights", r, "second operand");
	return true;
}

static void note_held(struct accel *a, const struct command *c)
{
	bool hold = c->flags & EXE_HOLD;

	a->held_rows = hold ? (int)(c->nx * c->ny) : 0;
	a->held_cols = hold ? (int)c->nchan : 0;
	a->held_split = c->flags & EXE_SPLIT;
}

static bool check_array(struct accel *a, const struct entry *e)
{
	const struct command *c = &e->c;
	int64_t cols = used_cols(a, c), groups = div_up(c->nchan, cols);
	int64_t blocks = c->flags & EXE_PAR_SHARED ? 1 : groups;
	bool conv = c->opcode == OP_CONV;
	bool weights = conv || c->opcode == OP_DWCONV;
	bool drains = !(c->flags & EXE_HOLD);

	if (!check_counts(a, e) || !check_reuse(a, e) || !check_held(a, e) ||
	    !check_weights(a, e))
		return false;
	struct hull x = input_hull(c), out = output_hull(c);
	struct wfmt f = wfmt_of(c);
	int64_t run = conv ? wfmt_run(f, (int)cols, a->word, c->run)
	                   : wfmt_vector(f, (int)cols);
	struct hull w = {c->wgt, c->wgt + c->ka * c->kb * run};
	widen(&w, groups, c->wgt_cs);
	struct hull par = {c->par, c->par + blocks * used_block(a, c)};

	if (!inside(a, e, x, a->spad_bytes, "input") ||
	    (weights && !inside(a, e, w, a->spad_bytes, "weights")) ||
	    (drains && !inside(a, e, par, a->spad_bytes, "parameters")) ||
	    (drains && !inside(a, e, out, a->spad_bytes, "output")))
		return false;
	if (!check_plus(a, e, x, w, weights, out))
		return false;
	if (weights)
		check_banks(a, e, x, "input", w, "weights");
	if (drains) {
		check_banks(a, e, x, "input", par, "parameters");
		check_banks(a, e, x, "input", out, "output");
	}
	if (drains && weights) {
		check_banks(a, e, w, "weights", par, "parameters");
		check_banks(a, e, w, "weights", out, "output");
	}
	note_held(a, c);
	return true;
}

bool fast_check(struct accel *a, const struct entry *e)
{
	if (opcode_queue((int)e->c.opcode) != QUEUE_EX)
		return check_dma(a, e);
	const char *why =
	        part_fault(&e->c, a->d->rows, a->d->cols, a->par_bytes);
	if (why)
		return fail(a, e, why);
	if (e->c.opcode == OP_ADD)
		return check_add(a, e);
	if (e->c.opcode == OP_SUM)
		return check_sum(a, e);
	return check_array(a, e);
}
