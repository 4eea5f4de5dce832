/* fast_exec: how long an execute command takes and what it counts, from the
 * formulas of docs/accelerator.md: one slot or group at a time, no data. */
#include "sim/accel_fast.h"
#include "sim/fast_timing.h"

/* One column group x pixel group after the other, as the drain sees them. */
struct drain {
	uint64_t capture, cycles; /* of the group before */
	bool any;
};

struct exec {
	const struct accel *a;
	const struct command *c;
	uint64_t *n; /* counts */
	uint64_t t;  /* T of the slot that comes next */
	struct drain drain;
};

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Reads of a block of parameters. */
static uint64_t par_words(const struct exec *x)
{
	return (uint64_t)part_words(x->c, x->a->par_bytes, x->a->word);
}

/* A slot does not end before the drain has room. */
static void wait_for_drain(struct exec *x)
{
	uint64_t room = x->drain.capture + x->drain.cycles - T_DRAIN_ROOM;

	if (!x->drain.any || x->t >= room)
		return;
	x->n[EV_ex_stall_drain] += room - x->t;
	x->t = room;
}

/* The sums of nr x nc cells are captured in cycle `capture`. */
static void drain_group(struct exec *x, uint64_t capture, uint64_t nr,
                        uint64_t nc, bool params)
{
	uint64_t lanes = (uint64_t)x->a->d->lanes;
	uint64_t pw = par_words(x);
	uint64_t beats = nr * ((nc + lanes - 1) / lanes);
	bool plus = x->c->flags & EXE_PLUS;
	uint64_t cycles = plus ? T_PLUS_BEAT * beats + T_PLUS_TAIL : beats;

	if (params) {
		/* the last write of the drain before has left port P */
		uint64_t port =
		        x->drain.capture + x->drain.cycles + T_PORT_FREE;
		uint64_t first = capture + T_PAR_FIRST;
		if (x->drain.any && port > first)
			cycles += port - first;
		cycles += pw + T_PAR_DATA;
		x->n[EV_spad_par] += pw;
	}
	x->n[EV_spad_out] += beats;
	x->n[EV_requants] += nr * nc * (plus ? T_PLUS_REQUANTS : 1);
	x->n[EV_spad_par] += plus ? beats : 0;
	x->drain = (struct drain){capture, cycles, true};
}

static uint64_t drained(const struct exec *x)
{
	return x->drain.capture + x->drain.cycles + T_DRAIN_END;
}

/* ------------------------------------------------------------------------
 * Matrix mode */

/* Reads of weights for a piece of n bytes. */
static uint64_t weight_reads(const struct exec *x, int64_t n)
{
	return (uint64_t)wfmt_reads(wfmt_of(x->c), x->a->word, n);
}

/* Slots between the first and the last chunk of one pixel group: read nr rows
 * of a chunk while the chunk before steps. */
static uint64_t inner_cycles(const struct exec *x, uint64_t nr)
{
	uint64_t taps = (uint64_t)(x->c->ka * x->c->kb);
	struct pieces p = run_pieces(x->a, x->c->run);

	return taps * p.full * max_u64(nr, weight_reads(x, x->a->word)) +
	       (taps - 1) * max_u64(nr, weight_reads(x, (int64_t)p.last));
}

static uint64_t matrix(struct exec *x)
{
	const struct command *c = x->c;
	uint64_t rows = (uint64_t)used_rows(x->a, c);
	uint64_t cols = (uint64_t)used_cols(x->a, c);
	uint64_t chans = (uint64_t)c->nchan, pixels = (uint64_t)(c->nx * c->ny);
	uint64_t taps = (uint64_t)(c->ka * c->kb);
	struct pieces p = run_pieces(x->a, c->run);
	struct wfmt f = wfmt_of(c);
	uint64_t last = weight_reads(x, (int64_t)p.last);
	uint64_t steps = taps * (p.full * (uint64_t)wfmt_steps(f, x->a->word) +
	                         (uint64_t)wfmt_steps(f, (int64_t)p.last));
	uint64_t reads = taps * (p.full * weight_reads(x, x->a->word) + last);
	uint64_t chunks = taps * (p.full + 1);
	uint64_t inner[2] = {
	        inner_cycles(x, rows),
	        inner_cycles(x, (pixels - 1) % rows + 1),
	};
	uint64_t first = min_u64(pixels, rows);
	bool hold = c->flags & EXE_HOLD;
	bool shared = c->flags & EXE_PAR_SHARED;

	x->t += first; /* slot 0 only reads */
	x->n[EV_ex_stall_read] += first;
	for (uint64_t c0 = 0; c0 < chans; c0 += cols) {
		uint64_t nc = min_u64(chans - c0, cols);
		for (uint64_t p0 = 0; p0 < pixels; p0 += rows) {
			uint64_t left = pixels - p0;
			uint64_t nr = min_u64(left, rows);
			uint64_t next = min_u64(left - nr, rows);
			if (next == 0 && c0 + cols < chans)
				next = first;
			uint64_t slots =
			        inner[nr == left] + max_u64(next, last);
			x->t += slots;
			x->n[EV_ex_stall_read] += slots - steps;
			x->n[EV_array_steps] += steps;
			x->n[EV_macs] += steps * nr * nc * (f.split ? 2 : 1);
			x->n[EV_spad_act] += chunks * nr;
			x->n[EV_spad_wgt] += reads;
			if (hold)
				continue;
			wait_for_drain(x);
			drain_group(x, x->t + T_MATRIX_CAPTURE, nr, nc,
			            p0 == 0 && (c0 == 0 || !shared));
		}
	}
	return hold ? x->t + T_HOLD_END : drained(x);
}

/* ------------------------------------------------------------------------
 * Vector mode */

/* Cycles of a group of nr outputs: its reads, and, if the group before left it
 * two segments (REUSE), the steps of these where they go before. */
static uint64_t group_reads(const struct command *c, uint64_t nr, bool kept,
                            uint64_t *before)
{
	uint64_t segments = (uint64_t)(c->kb * c->pm);
	uint64_t rows = nr - T_SEGMENT_OVERLAP;
	uint64_t reads = (uint64_t)(c->ka * c->kb) + segments * rows;
	uint64_t steps = kept_steps(c);

	*before = 0;
	if (!kept)
		return reads;
	if (steps > rows)
		*before = steps - rows;
	return reads - steps - T_KEPT_SEGMENTS * rows;
}

static uint64_t vector(struct exec *x)
{
	const struct command *c = x->c;
	uint64_t rows = (uint64_t)used_rows(x->a, c);
	uint64_t cols = (uint64_t)used_cols(x->a, c);
	uint64_t chans = (uint64_t)c->nchan;
	uint64_t nx = (uint64_t)c->nx, ny = (uint64_t)c->ny;
	uint64_t per_row = (nx + rows - 1) / rows; /* groups */
	uint64_t steps = (uint64_t)(c->ka * c->kb);
	bool weights = c->opcode == OP_DWCONV;
	bool shared = c->flags & EXE_PAR_SHARED;
	bool reuse = c->flags & EXE_REUSE;
	enum event work = weights ? EV_macs : EV_pool_ops;

	for (uint64_t c0 = 0; c0 < chans; c0 += cols) {
		uint64_t nc = min_u64(chans - c0, cols);
		for (uint64_t i = 0; i < ny * per_row; i++) {
			uint64_t x0 = i % per_row * rows;
			uint64_t nr = min_u64(nx - x0, rows);
			uint64_t before,
			        reads = group_reads(c, nr, reuse && i, &before);
			x->t += before + reads;
			x->n[EV_ex_stall_read] += before + reads - steps;
			x->n[EV_array_steps] += steps;
			x->n[work] += steps * nr * nc;
			x->n[EV_spad_act] += reads;
			x->n[EV_spad_wgt] += weights ? steps : 0;
			wait_for_drain(x);
			drain_group(x, x->t + T_VECTOR_CAPTURE, nr, nc,
			            i == 0 && (c0 == 0 || !shared));
		}
	}
	return drained(x);
}

/* ------------------------------------------------------------------------ */

static uint64_t add(struct exec *x, uint64_t start)
{
	const struct command *c = x->c;
	uint64_t n = (uint64_t)(c->nx | c->ny << 16);
	uint64_t lanes = (uint64_t)x->a->d->lanes;
	uint64_t pw = par_words(x);
	uint64_t beats = (n + lanes - 1) / lanes;

	x->n[EV_requants] = T_ADD_REQUANTS * n;
	x->n[EV_spad_act] = beats;
	x->n[EV_spad_wgt] = beats;
	x->n[EV_spad_out] = beats;
	x->n[EV_spad_par] = pw;
	return start + pw + T_ADD_FIRST + T_ADD_BEAT * (beats - 1) + T_ADD_END;
}

static uint64_t sum(struct exec *x, uint64_t start)
{
	uint64_t pw = par_words(x);

	x->n[EV_spad_par] = pw;
	return start + pw + T_SUM_END;
}

void fast_exec_start(struct accel *a)
{
	struct unit *u = &a->unit[QUEUE_EX];
	struct exec x = {
	        .a = a,
	        .c = &u->cur.c,
	        .n = u->n_ev,
	        .t = u->start + T_EXEC_FIRST,
	};

	if (x.c->opcode == OP_CONV)
		u->end = matrix(&x);
	else if (x.c->opcode == OP_ADD)
		u->end = add(&x, u->start);
	else if (x.c->opcode == OP_SUM)
		u->end = sum(&x, u->start);
	else
		u->end = vector(&x);
}
