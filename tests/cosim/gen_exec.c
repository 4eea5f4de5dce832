/* gen_exec: random execute commands with their parameters; see gen.h. */
#include "isa/map.h"
#include "isa/part.h"
#include "isa/wfmt.h"
#include "tests/cosim/gen.h"

static int64_t block_bytes(const struct gen *g, const struct command *c)
{
	return part_block(c, (int)g->par_bytes);
}

static int64_t used_cols(const struct gen *g, const struct command *c)
{
	return part_cols(c, g->t->d.cols);
}

/* Now and then a part of the array, with at least so many rows and columns. */
static void use_part(struct gen *g, struct command *c, int64_t rows,
                     int64_t cols)
{
	const struct design *d = &g->t->d;

	if (!chance(g, 40))
		return;
	if (chance(g, 70))
		c->rows = pick(g, rows, d->rows);
	if (chance(g, 70))
		c->cols = g->few >= cols && chance(g, 60)
		                  ? g->few
		                  : pick(g, cols, d->cols);
}

/* ... and shorter blocks of `n` parameters. */
static void use_block(struct gen *g, struct command *c, int64_t n)
{
	int64_t least = (n * PARAM_BYTES + PAR_UNIT - 1) / PAR_UNIT;

	if (chance(g, c->cols ? 60 : 15))
		c->par_n = chance(g, 50)
		                   ? least
		                   : pick(g, least, g->par_bytes / PAR_UNIT);
}

/* Fetch legal parameters for `c` and put them at c->par. */
static void load_params(struct gen *g, const struct command *c, int64_t blocks)
{
	bool add = c->opcode == OP_ADD || c->opcode == OP_SUM;
	int64_t first = (add ? N_PAR : 0) + pick(g, 0, N_PAR - blocks);
	int64_t from = MAP_FLASH + g->par_at + first * g->par_bytes;
	int64_t bytes = block_bytes(g, c);
	uint64_t keep = g->banks;
	struct command l = {.opcode = OP_LOAD,
	                    .spad = c->par,
	                    .mem = from,
	                    .n0 = bytes,
	                    .n1 = blocks,
	                    .n2 = 1,
	                    .mem_s1 = g->par_bytes,
	                    .spad_s1 = bytes};

	g->banks = gen_banks(g, c->par, c->par + blocks * bytes);
	if (bytes == g->par_bytes)
		gen_copy(g, OP_LOAD, from, c->par, blocks * bytes);
	else
		gen_emit(g, &l);
	g->banks = keep;
}

static bool small(const struct gen *g)
{
	return g->style != STYLE_MIXED;
}

static void clamp_fields(struct gen *g, struct command *c)
{
	c->zp = pick(g, -128, 127);
	c->qmin = chance(g, 70) ? -128 : pick(g, -128, 127);
	c->qmax = chance(g, 70) ? 127 : pick(g, c->qmin, 127);
	if (chance(g, 25))
		c->flags |= EXE_SINGLE_ROUND;
}

/* Output strides that keep pixels apart. */
static struct range output(struct gen *g, struct command *c)
{
	int64_t pad = chance(g, 50) ? 0 : pick(g, 0, 5);
	struct range h = {0, c->nchan};

	if (chance(g, 80)) {
		c->out_xs = c->nchan + pad;
		c->out_ys = c->nx * c->out_xs + (chance(g, 50) ? pad : 0);
	} else { /* columns first */
		c->out_ys = c->nchan + pad;
		c->out_xs = c->ny * c->out_ys;
	}
	gen_widen(&h, c->nx, c->out_xs);
	gen_widen(&h, c->ny, c->out_ys);
	return h;
}

/* Parameters and outputs outside the banks `taken`: disjoint bytes, perhaps
 * one bank. */
static bool place_results(struct gen *g, struct command *c, struct range out,
                          int64_t par_bytes, uint64_t taken)
{
	struct range par = {0, par_bytes};

	if (chance(g, 40)) {
		struct range both = {out.lo, out.hi + par_bytes};
		if (gen_place(g, both, taken, &c->out)) {
			c->par = c->out + out.hi;
			return true;
		}
	}
	uint64_t before = g->banks;
	if (!gen_place(g, par, taken, &c->par))
		return false;
	return gen_place(g, out, taken | (g->banks & ~before), &c->out);
}

/* PLUS, now and then: a second operand where the outputs go, or elsewhere but
 * in their banks, perhaps; its parameters and SUM. */
static void add_second(struct gen *g, struct command *c, struct range out,
                       uint64_t taken)
{
	struct command s = {.opcode = OP_SUM,
	                    .act = c->out,
	                    .out_xs = c->out_xs,
	                    .out_ys = c->out_ys};
	struct range par = {0, 0}, in = {0, c->nchan};
	uint64_t before = g->banks;

	clamp_fields(g, &s);
	s.flags = 0;
	use_block(g, &s, 3);
	par.hi = block_bytes(g, &s);
	if (!chance(g, 25) || !gen_place(g, par, before, &s.par))
		return;
	if (chance(g, 60)) {
		s.out_xs = pick(g, 0, 2 * c->nchan);
		s.out_ys = pick(g, 0, c->nx * c->nchan);
		gen_widen(&in, c->nx, s.out_xs);
		gen_widen(&in, c->ny, s.out_ys);
		if (!gen_place(g, in, taken, &s.act) ||
		    (s.act < c->out + out.hi && c->out < s.act + in.hi)) {
			g->banks = before;
			return;
		}
	}
	uint64_t banks = g->banks;
	load_params(g, &s, 1);
	g->banks = gen_banks(g, s.par, s.par + par.hi);
	gen_emit(g, &s);
	g->banks = banks;
	c->flags |= EXE_PLUS;
}

/* The command, all of whose operands are there: now and then the first of a
 * job, its only one, or once more. */
static void emit_all(struct gen *g, struct command *c)
{
	uint64_t banks = g->banks;
	bool cut = chance(g, 5) && gen_cut(g);

	gen_emit(g, c);
	bool kept = c->flags & EXE_KEEP && !(c->flags & EXE_HOLD);
	if (!kept && chance(g, 5)) {
		g->banks = banks;
		gen_emit(g, c);
	} else if (cut) {
		gen_cut(g);
	}
}

/* Of one column group. */
static int64_t weight_bytes(const struct gen *g, const struct command *c)
{
	return c->ka * c->kb *
	       wfmt_run(wfmt_of(c), (int)used_cols(g, c), (int)g->word,
	                c->opcode == OP_CONV ? c->run : 1);
}

/* SPLIT as the part before had it: with its columns at most there is room. */
static void fit_split(const struct gen *g, struct command *c, struct wfmt *f,
                      int *cols)
{
	f->of4 = 0;
	while (g->t->d.narrow && f->bits > 2 &&
	       2 * wfmt_vector(*f, *cols) > g->word)
		f->bits /= 2;
	if (2 * wfmt_vector(*f, *cols) > g->word)
		c->cols = *cols = (int)g->word / 2 * 8 / f->bits;
}

/* Weights of a format that the design has, now and then. Runs are such that
 * any bytes are legal weights; but indices: load_indices. */
static void weight_format(struct gen *g, struct command *c)
{
	const struct design *d = &g->t->d;
	struct wfmt f = {.bits = 8};
	int cols = (int)used_cols(g, c);

	if (d->narrow && chance(g, 50))
		f.bits = chance(g, 50) ? 4 : 2;
	if (c->opcode == OP_CONV && d->sparse && chance(g, 40)) {
		f.of4 = (int)pick(g, 1, 2);
		if (cols != d->cols && cols != g->few) /* no indices */
			f.of4 = 1;
		c->run = (c->run + 7) / 8 * 8;
	}
	if (c->flags & EXE_SPLIT)
		fit_split(g, c, &f, &cols);
	c->wfmt = wfmt_field(f);
	if (c->opcode == OP_CONV && d->split && !f.of4 && c->nx * c->ny == 1) {
		if (2 * wfmt_vector(f, cols) > g->word)
			return;
		if (!(c->flags & EXE_KEEP) && chance(g, 60))
			c->flags |= EXE_SPLIT;
		if (c->flags & EXE_SPLIT)
			c->run += c->run % 2;
	}
}

/* Two of four: the indices, that every block of steps begins with. Blocks
 * follow each other over pieces, taps and, apart from wgt_cs, groups. */
static void load_indices(struct gen *g, const struct command *c, int64_t groups)
{
	const struct wfmt f = wfmt_of(c);
	int cols = (int)used_cols(g, c), word = (int)g->word;
	bool few = cols != g->t->d.cols;

	if (f.of4 != 2)
		return;
	int64_t index = wfmt_index(f, cols, word);
	int64_t block = index + wfmt_block(f, word) * wfmt_vector(f, cols);
	uint64_t keep = g->banks;
	struct command l = {.opcode = OP_LOAD,
	                    .spad = c->wgt,
	                    .mem = MAP_FLASH +
	                           (few ? g->few_at : g->indices_at),
	                    .n0 = index,
	                    .n1 = weight_bytes(g, c) / block,
	                    .n2 = groups,
	                    .spad_s1 = block,
	                    .spad_s2 = c->wgt_cs};

	l.mem_s1 = l.n1 * index <= INDICES ? index : 0;
	g->banks = gen_banks(g, c->wgt,
	                     c->wgt + weight_bytes(g, c) +
	                             (groups - 1) * c->wgt_cs);
	gen_emit(g, &l);
	g->banks = keep;
}

/* Where the input, weights and results of an array command are. */
static bool place_array(struct gen *g, struct command *c, struct range in)
{
	int64_t cols = used_cols(g, c);
	int64_t groups = (c->nchan + cols - 1) / cols;
	bool weights = c->opcode == OP_CONV || c->opcode == OP_DWCONV;
	struct range w = {0, weight_bytes(g, c)};

	if (chance(g, 10))
		c->flags |= EXE_PAR_SHARED;
	int64_t blocks = c->flags & EXE_PAR_SHARED ? 1 : groups;
	use_block(g, c, c->nchan < cols ? c->nchan : cols);
	if (blocks > N_PAR)
		return false;
	bool own = wfmt_of(c).of4 == 2 || chance(g, 80);
	bool far = !own && chance(g, 30);
	c->wgt_cs = own ? w.hi : pick(g, 0, far ? g->spad / groups : w.hi + 20);
	gen_widen(&w, groups, c->wgt_cs);
	struct range out = output(g, c);
	if (!gen_place(g, in, 0, &c->act))
		return false;
	uint64_t taken = g->banks;
	if (weights && !gen_place(g, w, taken, &c->wgt))
		return false;
	taken = g->banks;
	if (weights)
		load_indices(g, c, groups);
	if (c->flags & EXE_HOLD)
		return true;
	if (!place_results(g, c, out, blocks * block_bytes(g, c), taken))
		return false;
	load_params(g, c, blocks);
	add_second(g, c, out, taken);
	return true;
}

/* Fields of CONV apart from channels and pixels. */
static bool finish_conv(struct gen *g, struct command *c)
{
	c->opcode = OP_CONV;
	c->ka = chance(g, 40) ? 1 : pick(g, 1, 4);
	c->kb = chance(g, 50) ? 1 : pick(g, 1, 4);
	c->run = chance(g, 25) ? pick(g, 1, 3 * g->word) : pick(g, 1, g->word);
	if (small(g))
		c->run = pick(g, 1, 6), c->ka = pick(g, 1, 2), c->kb = 1;
	if (!small(g) && chance(g, 4)) {
		c->run = pick(g, 1, 1500);
		c->ka = c->kb = 1;
	}
	if (!small(g) && chance(g, 4)) {
		c->run = pick(g, 1, 3);
		c->ka = pick(g, 1, 255);
		c->kb = pick(g, 1, 2);
		if (chance(g, 50))
			c->kb = c->ka, c->ka = 1;
	}
	c->ka_s = gen_stride(g, c->run);
	c->kb_s = gen_stride(g, c->run * c->ka);
	c->act_xs = gen_stride(g, pick(g, 1, c->run));
	c->act_ys = gen_stride(g, pick(g, 1, c->run * c->nx));
	weight_format(g, c);
	clamp_fields(g, c);
	struct range in = {0, c->run};
	gen_widen(&in, c->ka, c->ka_s);
	gen_widen(&in, c->kb, c->kb_s);
	gen_widen(&in, c->nx, c->act_xs);
	gen_widen(&in, c->ny, c->act_ys);
	if (!place_array(g, c, in))
		return false;
	emit_all(g, c);
	return true;
}

/* Channels and pixels; now and then many of one of them. */
static struct command shape(struct gen *g)
{
	int64_t far = small(g) ? 99 : pick(g, 0, 99);
	struct command c = {.opcode = 0};

	use_part(g, &c, 1, 1);
	int64_t cols = used_cols(g, &c), rows = part_rows(&c, g->t->d.rows);
	c.nchan = pick(g, 1, chance(g, 50) ? cols : 3 * cols);
	c.nx = pick(g, 1, chance(g, 50) ? 6 : 40);
	c.ny = pick(g, 1, chance(g, 50) ? 2 : 8);

	if (small(g))
		c.nchan = pick(g, 1, cols), c.nx = pick(g, 1, 4), c.ny = 1;
	if (chance(g, 15)) /* whole groups */
		c.nchan = cols * (small(g) ? 1 : pick(g, 1, 2));
	if (chance(g, 15))
		c.nx = rows, c.ny = small(g) ? 1 : pick(g, 1, 2);
	if (g->t->d.split && chance(g, 15)) /* else few could be split */
		c.nx = c.ny = 1;
	if (far >= 6)
		return c;
	c.nchan = far < 2 ? pick(g, 1, N_PAR * cols) : pick(g, 1, 3);
	c.nx = far == 2 || far == 3 ? pick(g, 1, 1500) : 1;
	c.ny = far > 3 ? pick(g, 1, 700) : 1;
	return c;
}

static bool gen_conv(struct gen *g)
{
	struct command c = shape(g);

	return finish_conv(g, &c);
}

/* A sum in several commands: HOLD, KEEP HOLD ..., KEEP. */
static bool gen_split(struct gen *g)
{
	struct command c = {
	        .nchan = pick(g, 1, g->t->d.cols),
	        .nx = pick(g, 1, g->t->d.rows),
	};
	bool any = false;
	int64_t split = 0; /* all parts, or none */

	if (chance(g, 20))
		c.nx = 1;
	c.ny = chance(g, 20) ? 1 : pick(g, 1, g->t->d.rows / c.nx);
	for (int64_t i = pick(g, 1, 3); i >= 0; i--) {
		struct command part = c;
		use_part(g, &part, c.nx * c.ny, c.nchan);
		part.flags = (any ? EXE_KEEP | split : 0) | (i ? EXE_HOLD : 0);
		g->banks = 0;
		if (finish_conv(g, &part)) {
			any = true;
			split = part.flags & EXE_SPLIT;
		}
	}
	return any;
}

/* Rows of at most one group, each as many kernel rows further as leaves the
 * last two segments of one the first two of the next. */
static void reuse_fields(struct gen *g, struct command *c)
{
	int64_t rows = part_rows(c, g->t->d.rows);

	c->flags |= EXE_REUSE;
	c->pm = pick(g, 1, 2);
	c->ka = pick(g, c->pm, 3 * c->pm);
	c->kb = pick(g, c->pm == 1 ? 3 : 2, chance(g, 70) ? 3 : 9);
	c->nx = chance(g, 40) ? rows : pick(g, 1, c->nx < rows ? c->nx : rows);
	if (c->ny == 1 && chance(g, 60)) /* else nothing is read again */
		c->ny = pick(g, 2, 5);
	c->act_ys = (c->kb - 2 / c->pm) * c->kb_s;
}

static bool gen_vector(struct gen *g, int64_t op)
{
	struct command c = shape(g);

	c.opcode = op;
	c.ka = pick(g, 1, small(g) ? 3 : chance(g, 80) ? 4 : 12);
	c.kb = pick(g, 1, small(g) ? 3 : chance(g, 80) ? 4 : 9);
	if (!small(g) && chance(g, 5)) {
		int64_t many = pick(g, 1, 255);
		c.ka = chance(g, 50) ? many : 1;
		c.kb = c.ka == 1 ? many : 1;
	}
	c.pm = pick(g, 1, c.ka);
	c.act_xs = gen_stride(g, pick(g, 1, c.nchan));
	c.act_ys = gen_stride(g, pick(g, 1, c.nchan * 2));
	c.ka_s = gen_stride(g, c.nchan);
	c.kb_s = gen_stride(g, c.nchan);
	if (chance(g, 40))
		reuse_fields(g, &c);
	clamp_fields(g, &c);
	struct range in = {0, 0}, base = {0, 0};
	for (int64_t f = 0; f < c.pm; f++) {
		struct range h = {f * c.ka_s, f * c.ka_s};
		gen_widen(&h, (c.ka - f + c.pm - 1) / c.pm, c.act_xs);
		in.lo = h.lo < in.lo ? h.lo : in.lo;
		in.hi = h.hi > in.hi ? h.hi : in.hi;
	}
	gen_widen(&base, c.nx, c.act_xs);
	gen_widen(&base, c.ny, c.act_ys);
	gen_widen(&base, c.kb, c.kb_s);
	in.lo += base.lo;
	in.hi += base.hi + c.nchan;
	if (op == OP_DWCONV)
		weight_format(g, &c);
	if (!place_array(g, &c, in))
		return false;
	emit_all(g, &c);
	return true;
}

static bool gen_add(struct gen *g)
{
	int64_t n = pick(g, 1, small(g) ? 9 : chance(g, 50) ? 40 : 400);
	struct command c = {.opcode = OP_ADD, .nx = n};
	struct range h = {0, n};

	if (g->spad > 3 * 65536 && chance(g, 10)) { /* the high half */
		h.hi += 65536;
		c.ny = 1;
	}
	clamp_fields(g, &c);
	use_part(g, &c, 1, 1); /* of no effect */
	use_block(g, &c, 3);
	if (!gen_place(g, h, 0, &c.act) || !gen_place(g, h, g->banks, &c.wgt) ||
	    !place_results(g, &c, h, block_bytes(g, &c), g->banks))
		return false;
	load_params(g, &c, 1);
	emit_all(g, &c);
	return true;
}

/* For nobody: the next PLUS has its own. */
static bool gen_sum(struct gen *g)
{
	struct command c = {.opcode = OP_SUM,
	                    .act = pick(g, 0, g->spad - 1),
	                    .out_xs = pick(g, 0, 65535),
	                    .out_ys = pick(g, 0, 65535)};
	clamp_fields(g, &c);
	c.flags = 0;
	use_block(g, &c, 3);
	struct range par = {0, block_bytes(g, &c)};
	if (!gen_place(g, par, 0, &c.par))
		return false;
	emit_all(g, &c);
	return true;
}

bool gen_exec(struct gen *g, int64_t op)
{
	if (op == OP_SUM)
		return gen_sum(g);
	if (op == OP_ADD)
		return gen_add(g);
	if (op == OP_CONV)
		return chance(g, 60) ? gen_conv(g) : gen_split(g);
	return gen_vector(g, op);
}
