/* tile_exe: the execute commands of a tile: how its input and output lie, which
 * fields that gives, and how long they take. See tile.h. */
#include "compiler/keep.h"
#include "compiler/tile_cmds.h"
#include "compiler/wgt.h"

/* How a tile's input or output lies in the scratchpad: first byte, bytes from
 * pixel to pixel and from row to row; for inputs, pixels and rows from one
 * output to the next. */
struct view {
	uint32_t addr;
	int64_t pixel, row;
	int xsub, ysub;
};

static struct view in_view(const struct tiler *t, const struct op *op,
                           const struct tile *e, const struct region *r,
                           uint32_t addr)
{
	const struct window *w = &op->array.win;
	const struct layout *y = &t->layout[op->in[0]];
	struct view v = {.pixel = r->nch,
	                 .row = (int64_t)r->cols * r->nch,
	                 .xsub = r->xstep > 1 ? 1 : w->sw,
	                 .ysub = r->ystep > 1 ? 1 : w->sh};

	if (!sched_held(t->s, op->in[0], &v.addr)) {
		v.addr = addr;
		return v;
	}
	v.pixel = w->ic;
	v.row = (int64_t)(y->border ? y->cols : w->iw) * w->ic;
	v.xsub = w->sw;
	v.ysub = w->sh;
	v.addr += (uint32_t)((e->y * w->sh - w->pt + y->pt) * v.row +
	                     (e->x * w->sw - w->pl + y->pl) * v.pixel + r->c);
	return v;
}

static struct view out_view(const struct tiler *t, const struct op *op,
                            const struct tile *e, const struct region *r,
                            uint32_t addr)
{
	const struct window *w = &op->array.win;
	const struct layout *y = &t->layout[op->out];
	struct view v = {.addr = addr + (uint32_t)(e->c - r->c),
	                 .pixel = r->nch,
	                 .row = (int64_t)e->nx * r->nch};

	if (!op->tiling.keep)
		return v;
	sched_held(t->s, op->out, &v.addr);
	v.pixel = w->oc;
	v.row = (int64_t)(y->border ? y->cols : w->ow) * w->oc;
	v.addr += (uint32_t)((e->y + y->pt) * v.row + (e->x + y->pl) * v.pixel +
	                     e->c);
	return v;
}

/* Geometry of a CONV over input `v`; p may be NULL. */
static void set_conv(struct command *c, const struct op *op,
                     const struct view *v, const struct piece *p)
{
	const struct window *w = &op->array.win;

	if (op->tiling.patches) {
		c->run = c->act_xs = (int64_t)w->kh * w->kw * w->ic;
		c->act_ys = c->nx * c->act_xs;
		return;
	}
	c->run = tile_run_bytes(w);
	c->kb = w->kh;
	c->ka = w->dw == 1 ? 1 : w->kw;
	c->kb_s = w->dh * v->row;
	c->ka_s = c->ka > 1 ? w->dw * v->pixel : 0;
	c->act_xs = v->xsub * v->pixel;
	c->act_ys = v->ysub * v->row;
	if (!p)
		return;
	if (op->tiling.in_piece) {
		c->run = p->len;
	} else {
		c->act += p->at / c->ka * c->kb_s + p->at % c->ka * c->ka_s +
		          p->off;
		c->run = p->len;
	}
	c->kb = p->nb;
	c->ka = 1;
	c->ka_s = 0;
	c->flags |= (p->first ? 0 : EXE_KEEP) | (p->last ? 0 : EXE_HOLD);
}

static void set_vector(struct command *c, const struct op *op,
                       const struct view *v, const struct view *out,
                       const struct tile *e)
{
	const struct window *w = &op->array.win;
	int ka, kb, pm;
	bool swap = op->tiling.swap;

	tile_chain(&op->array, swap, &ka, &kb, &pm);
	int64_t xs = v->xsub * v->pixel, xk = w->dw * v->pixel;
	int64_t ys = v->ysub * v->row, yk = w->dh * v->row;
	c->ka = ka, c->kb = kb, c->pm = pm;
	c->ka_s = swap ? yk : xk;
	c->kb_s = swap ? xk : yk;
	c->act_xs = swap ? ys : xs;
	c->act_ys = swap ? xs : ys;
	if (swap) {
		c->nx = e->ny, c->ny = e->nx;
		c->out_xs = e->ny > 1 ? out->row : 0;
		c->out_ys = out->pixel;
	}
}

/* May rows of outputs reuse what the row before has read? See REUSE. */
static bool can_reuse(const struct command *c)
{
	return c->ny > 1 && c->pm <= 2 && c->kb * c->pm >= 3 &&
	       (c->ka + c->pm - 1) / c->pm <= 3 &&
	       c->act_ys == (c->kb - 2 / c->pm) * c->kb_s;
}

/* Strips of outputs, so narrow that the array's rows hold one across, and
 * nearly equal. */
static int64_t n_strips(const struct hw *h, const struct command *c)
{
	return (c->nx + h->rows - 1) / h->rows;
}

static struct command nth_strip(const struct command *c, int64_t i, int64_t n)
{
	struct command s = *c;
	int64_t from = c->nx * i / n;

	s.flags |= EXE_REUSE;
	s.nx = c->nx * (i + 1) / n - from;
	s.act += from * c->act_xs;
	s.out += from * c->out_xs;
	return s;
}

struct command exe_command(const struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	const struct array_op *a = &op->array;

	return (struct command){.opcode = a->opcode,
	                        .layer = op->layer,
	                        .zp = a->zp,
	                        .qmin = a->qmin,
	                        .qmax = a->qmax,
	                        .pm = 1,
	                        .ka = 1,
	                        .kb = 1,
	                        .flags = a->par_shared ? EXE_PAR_SHARED : 0};
}

/* Output bytes before the parameters that share the buffer. */
uint32_t word_up(const struct hw *h, int64_t n)
{
	return (uint32_t)((n + h->word - 1) / h->word * h->word);
}

/* Banks that an execute command touches: input, weights, parameters and
 * output. All strides are positive. */
static uint64_t exe_banks(const struct tiler *t, const struct array_op *a,
                          const struct command *c, const struct want *wgt)
{
	int64_t in = (c->nx - 1) * c->act_xs + (c->ny - 1) * c->act_ys +
	             (c->ka - 1) * c->ka_s + (c->kb - 1) * c->kb_s +
	             (a->opcode == OP_CONV ? c->run : c->nchan);
	int64_t out =
	        (c->nx - 1) * c->out_xs + (c->ny - 1) * c->out_ys + c->nchan;
	uint64_t banks =
	        sched_banks(t->s, (uint32_t)c->act, (uint32_t)in) |
	        sched_banks(t->s, (uint32_t)c->out, (uint32_t)out) |
	        sched_banks(t->s, (uint32_t)c->par,
	                    (uint32_t)tile_par_bytes(&t->hw, a, (int)c->nchan));

	if (wgt->bytes)
		banks |= sched_banks(t->s, wgt->addr, wgt->bytes);
	return banks;
}

int64_t tile_vector_cycles(const struct tiler *t, const struct op *op)
{
	const struct tiling *g = &op->tiling;
	const struct window *w = &op->array.win;
	const struct tile e = {.ny = g->ty, .nx = g->tx, .nc = g->tc};
	const struct view v = {.pixel = w->ic,
	                       .row = (int64_t)w->iw * w->ic,
	                       .xsub = w->kw == 1 ? 1 : w->sw,
	                       .ysub = w->kh == 1 ? 1 : w->sh};
	struct command c = {.opcode = op->array.opcode,
	                    .flags = op->array.par_shared ? EXE_PAR_SHARED : 0,
	                    .nchan = e.nc,
	                    .nx = e.nx,
	                    .ny = e.ny};
	int64_t sum = 0, n;

	set_vector(&c, op, &v, &v, &e);
	if (!g->reuse)
		return command_cycles(&t->hw, &c);
	if (!can_reuse(&c))
		return -1;
	n = n_strips(&t->hw, &c);
	for (int64_t i = 0; i < n; i++) {
		struct command strip = nth_strip(&c, i, n);
		sum += command_cycles(&t->hw, &strip);
	}
	return sum;
}

/* Append the command, or its strips. */
static void push_execute(struct tiler *t, int index, const struct command *c,
                         const struct want *wgt, uint64_t more_banks)
{
	const struct op *op = &t->l->op[index];
	bool strips = op->tiling.reuse && can_reuse(c);
	int64_t n = strips ? n_strips(&t->hw, c) : 1;

	for (int64_t i = 0; i < n; i++) {
		struct item it = {.c = *c, .op = index};
		if (strips)
			it.c = nth_strip(c, i, n);
		it.banks = exe_banks(t, &op->array, &it.c, wgt) | more_banks;
		sched_push(t->s, it);
	}
}

/* How the second operand of a fused ADD lies: kept, in a buffer of its own, or
 * where the outputs go, `out`. */
static struct view second_view(const struct tiler *t, const struct op *op,
                               const struct tile *e, const struct want *w,
                               const struct view *out)
{
	const struct window *s = &op->array.win;
	const struct layout *y = &t->layout[op->in[1]];
	struct view v = *out;

	if (sched_held(t->s, op->in[1], &v.addr)) {
		v.pixel = s->oc;
		v.row = (int64_t)(y->border ? y->cols : s->ow) * s->oc;
		v.addr += (uint32_t)((e->y + y->pt) * v.row +
		                     (e->x + y->pl) * v.pixel + e->c);
	} else if (op->tiling.keep) {
		v.addr = w[SECOND].addr;
		v.pixel = e->nc;
		v.row = (int64_t)e->nx * e->nc;
	}
	return v;
}

/* SUM, for the command `c` that follows. */
static void push_sum(struct tiler *t, int index, const struct tile *e,
                     const struct want *w, const struct view *out,
                     struct command *c, uint64_t *banks)
{
	const struct op *op = &t->l->op[index];
	const struct plus *p = op->array.plus;
	struct view v = second_view(t, op, e, w, out);
	int blocks = tile_par_whole(&t->hw, op)
	                     ? tile_par_blocks(&t->hw, &op->array) -
	                               e->c / t->hw.cols
	                     : tile_groups_of(&t->hw, e->nc);
	struct item it = {.op = index,
	                  .c = {.opcode = OP_SUM,
	                        .layer = op->layer,
	                        .act = v.addr,
	                        .par = c->par + blocks * t->hw.par_bytes,
	                        .zp = p->zp,
	                        .qmin = p->qmin,
	                        .qmax = p->qmax,
	                        .out_xs = v.pixel,
	                        .out_ys = e->ny > 1 ? v.row : 0}};
	int64_t bytes = (c->nx - 1) * v.pixel + (c->ny - 1) * v.row + c->nchan;

	it.banks = sched_banks(t->s, (uint32_t)it.c.par,
	                       (uint32_t)t->hw.par_bytes);
	sched_push(t->s, it);
	c->flags |= EXE_PLUS;
	*banks = sched_banks(t->s, v.addr, (uint32_t)bytes);
}

static void set_weights(const struct hw *h, const struct array_op *a,
                        struct command *c)
{
	c->wgt_cs = wgt_group(h, a);
	c->wfmt = wfmt_field(a->fmt);
	c->flags |= a->fmt.split ? EXE_SPLIT : 0;
}

/* The execute command of tile `e`; how its output lies. */
static struct command tile_command(const struct tiler *t, int index,
                                   const struct tile *e, const struct piece *p,
                                   const struct region *in,
                                   const struct region *out,
                                   const struct want *w, struct view *vo)
{
	const struct op *op = &t->l->op[index];
	const struct array_op *a = &op->array;
	struct command cmd = exe_command(t, index), *c = &cmd;
	struct view vi = in_view(t, op, e, in, w[IN].addr);

	*vo = out_view(t, op, e, out, w[OUT].addr);
	c->act = vi.addr;
	c->wgt = w[WGT].bytes ? w[WGT].addr : 0;
	c->out = vo->addr;
	c->nchan = e->nc;
	c->nx = e->nx, c->ny = e->ny;
	c->out_xs = vo->pixel;
	c->out_ys = e->ny > 1 ? vo->row : 0;
	if (a->opcode == OP_CONV || a->opcode == OP_DWCONV)
		set_weights(&t->hw, a, c);
	if (a->opcode == OP_CONV)
		set_conv(c, op, &vi, p);
	else
		set_vector(c, op, &vi, vo, e);
	return cmd;
}

void tile_execute(struct tiler *t, int index, const struct tile *e,
                  const struct piece *p, const struct region *in,
                  const struct region *out, const struct want *w, uint32_t par)
{
	struct view vo;
	struct command c = tile_command(t, index, e, p, in, out, w, &vo);
	uint64_t banks = 0;

	c.par = par;
	if (t->l->op[index].array.plus && !(c.flags & EXE_HOLD))
		push_sum(t, index, e, w, &vo, &c, &banks);
	push_execute(t, index, &c, &w[WGT], banks);
}

int64_t tile_execute_cycles(const struct tiler *t, int index,
                            const struct tile *e)
{
	const struct op *op = &t->l->op[index];
	struct region in = tile_in_region(op, e), out = tile_out_region(op, e);
	struct want w[N_WANTS] = {{.bytes = 0}};
	struct view vo;
	struct command c = tile_command(t, index, e, NULL, &in, &out, w, &vo);
	const struct command sums = {.opcode = OP_SUM};
	int64_t sum = 0, n;

	if (op->array.plus) {
		c.flags |= EXE_PLUS;
		sum = command_cycles(&t->hw, &sums);
	}
	if (!op->tiling.reuse || !can_reuse(&c))
		return sum + command_cycles(&t->hw, &c);
	n = n_strips(&t->hw, &c);
	for (int64_t i = 0; i < n; i++) {
		struct command strip = nth_strip(&c, i, n);
		sum += command_cycles(&t->hw, &strip);
	}
	return sum;
}
