/* tile_cmds: the commands of an op for a given tiling. See tile.h.
 *
 * A tile asks the scheduler for its buffers (input, weights, parameters,
 * output), loads those that are not there yet, executes and stores.
 */
#include "compiler/keep.h"
#include "compiler/region.h"
#include "compiler/tile_cmds.h"

#include <assert.h>
#include <string.h>

/* ---- a tile of a windowed op ---- */

struct tile {
	int img, y, ny, x, nx, c, nc;
};

/* Input rows (or columns) that n outputs from `at` on read: those between
 * kernel taps too, except that a kernel of one tap leaves out what the stride
 * skips. */
static void span(int at, int n, int stride, int k, int dil, int before,
                 int *from, int *count, int *step)
{
	*from = at * stride - before;
	*step = k == 1 ? stride : 1;
	*count = k == 1 ? n : (n - 1) * stride + (k - 1) * dil + 1;
}

static struct region in_region(const struct op *op, const struct tile *e)
{
	const struct window *w = &op->array.win;
	struct region r = {.tensor = op->in[0],
	                   .img = e->img,
	                   .nch = w->ic,
	                   .fill = op->array.fill,
	                   .h = w->ih,
	                   .w = w->iw,
	                   .ch = w->ic};

	span(e->y, e->ny, w->sh, w->kh, w->dh, w->pt, &r.y, &r.rows, &r.ystep);
	span(e->x, e->nx, w->sw, w->kw, w->dw, w->pl, &r.x, &r.cols, &r.xstep);
	if (op->array.opcode != OP_CONV) {
		r.c = e->c;
		r.nch = e->nc;
	}
	return r;
}

static struct patches in_patches(const struct op *op, const struct tile *e)
{
	return (struct patches){.tensor = op->in[0],
	                        .img = e->img,
	                        .y = e->y,
	                        .ny = e->ny,
	                        .x = e->x,
	                        .nx = e->nx,
	                        .fill = op->array.fill,
	                        .win = &op->array.win};
}

static struct region out_region(const struct op *op, const struct tile *e)
{
	const struct window *w = &op->array.win;
	bool whole = op->tiling.out_whole;

	return (struct region){.tensor = op->out,
	                       .img = e->img,
	                       .y = e->y,
	                       .rows = e->ny,
	                       .ystep = 1,
	                       .x = e->x,
	                       .cols = e->nx,
	                       .xstep = 1,
	                       .c = whole ? 0 : e->c,
	                       .nch = whole ? w->oc : e->nc,
	                       .h = w->oh,
	                       .w = w->ow,
	                       .ch = w->oc};
}

/* A command's part of the sum: `nb` runs of the kernel from run `at` on, or
 * bytes off .. off+len-1 of run `at`. */
struct piece {
	int at, nb, off, len;
	bool first, last;
};

/* Runs of the kernel: a row of taps if they follow each other, else a tap. */
static int run_bytes(const struct window *w)
{
	return w->dw == 1 ? w->kw * w->ic : w->ic;
}

static int run_count(const struct window *w)
{
	return w->dw == 1 ? w->kh : w->kh * w->kw;
}

/* The piece after `p`, whose .last is false; start from a zeroed piece. */
static struct piece next_piece(const struct op *op, const struct piece *p)
{
	const struct window *w = &op->array.win;
	int run = run_bytes(w), runs = run_count(w), k = op->tiling.kpiece;
	struct piece n = {.at = p->at,
	                  .nb = 1,
	                  .off = p->off + p->len,
	                  .first = p->nb == 0};

	if (p->nb && n.off == run) {
		n.at = p->at + p->nb;
		n.off = 0;
	}
	n.len = run - n.off < k ? run - n.off : k;
	if (w->dw == 1 && k >= run && n.off == 0) {
		int fit = k / run;
		n.nb = runs - n.at < fit ? runs - n.at : fit;
	}
	n.last = n.at + n.nb == runs && n.off + n.len == run;
	return n;
}

static int groups_of(const struct hw *h, int nc)
{
	return (nc + h->cols - 1) / h->cols;
}

static int64_t par_bytes(const struct hw *h, const struct array_op *a, int nc)
{
	return a->par_shared ? h->par_bytes
	                     : (int64_t)groups_of(h, nc) * h->par_bytes;
}

/* The parameters of a fused ADD, behind those of the column groups. */
static int64_t plus_bytes(const struct hw *h, const struct op *op)
{
	return op->array.plus ? h->par_bytes : 0;
}

/* Parameters apart from the output: those of the whole layer if one bank holds
 * them, so that they are loaded once. */
static bool par_whole(const struct hw *h, const struct op *op)
{
	int64_t all = (int64_t)tile_par_blocks(h, &op->array) * h->par_bytes +
	              plus_bytes(h, op);

	return !op->tiling.par_out && all <= h->bank_bytes;
}

/* First parameter block, and bytes, of the buffer that tile `e` needs. */
static void par_extent(const struct hw *h, const struct op *op,
                       const struct tile *e, int64_t *first, int64_t *bytes)
{
	bool whole = par_whole(h, op);

	*first = whole || op->array.par_shared ? 0 : e->c / h->cols;
	*bytes = whole ? tile_par_blocks(h, &op->array) * h->par_bytes
	               : par_bytes(h, &op->array, e->nc);
	*bytes += plus_bytes(h, op);
}

/* Weights of tile `e`, all of them or those of piece `p`. */
static struct want wgt_want(const struct tiler *t, int index,
                            const struct tile *e, const struct piece *p)
{
	const struct op *op = &t->l->op[index];
	int64_t steps = tile_steps(&op->array), from = 0;
	int64_t cols = t->hw.cols, n = groups_of(&t->hw, e->nc) * steps;

	if (p) {
		from = (int64_t)p->at * run_bytes(&op->array.win) + p->off;
		n = (int64_t)p->nb * p->len;
	}
	struct want w = {.key = {.kind = BUF_WGT, .id = index},
	                 .bytes = (uint32_t)(n * cols)};
	w.key.v[0] = (e->c / cols * steps + from) * cols;
	w.key.v[1] = n * cols;
	return w;
}

void load_section(struct tiler *t, int index, int64_t at, const struct want *w,
                  uint32_t spad, int64_t n)
{
	struct copy c = {.opcode = OP_LOAD,
	                 .flash = true,
	                 .mem = (uint32_t)at,
	                 .spad = spad};

	if (n > 0 && !w->hit)
		push_linear(t, index, c, n);
}

static void load_wgt(struct tiler *t, int index, const struct want *w)
{
	if (w->bytes)
		load_section(t, index, t->l->op[index].wgt_at + w->key.v[0], w,
		             w->addr, w->bytes);
}

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
	c->run = run_bytes(w);
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
	                    (uint32_t)par_bytes(&t->hw, a, (int)c->nchan));

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
	int blocks = par_whole(&t->hw, op)
	                     ? tile_par_blocks(&t->hw, &op->array) -
	                               e->c / t->hw.cols
	                     : groups_of(&t->hw, e->nc);
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

static void execute(struct tiler *t, int index, const struct tile *e,
                    const struct piece *p, const struct region *in,
                    const struct region *out, const struct want *w,
                    uint32_t par)
{
	const struct op *op = &t->l->op[index];
	const struct array_op *a = &op->array;
	struct command cmd = exe_command(t, index), *c = &cmd;
	struct view vi = in_view(t, op, e, in, w[IN].addr);
	struct view vo = out_view(t, op, e, out, w[OUT].addr);

	c->act = vi.addr;
	c->wgt = w[WGT].bytes ? w[WGT].addr : 0;
	c->par = par;
	c->out = vo.addr;
	c->nchan = e->nc;
	c->nx = e->nx, c->ny = e->ny;
	c->wgt_cs = tile_steps(a) * t->hw.cols;
	c->out_xs = vo.pixel;
	c->out_ys = e->ny > 1 ? vo.row : 0;
	if (a->opcode == OP_CONV)
		set_conv(c, op, &vi, p);
	else
		set_vector(c, op, &vi, &vo, e);
	uint64_t banks = 0;
	if (a->plus && !(c->flags & EXE_HOLD))
		push_sum(t, index, e, w, &vo, c, &banks);
	push_execute(t, index, c, &w[WGT], banks);
}

/* Note the first tile's places and sizes for the dump. */
void note_tile(struct tiler *t, struct tiling *g, const struct want *w)
{
	int bank = (int)t->hw.bank_bytes;

	if (g->n_tiles++)
		return;
	g->in_bank = (int)w[IN].addr / bank;
	g->out_bank = (int)w[OUT].addr / bank;
	g->wgt_bank = w[WGT].bytes ? (int)w[WGT].addr / bank : -1;
	g->par_bank = g->par_out ? g->out_bank : (int)w[PAR].addr / bank;
}

/* What every command of tile `e` asks for, but weights. */
static void base_wants(const struct tiler *t, int index, const struct tile *e,
                       const struct region *in, const struct region *out,
                       struct want w[N_WANTS])
{
	const struct op *op = &t->l->op[index];
	int64_t out_bytes = region_bytes(out), block, par;

	par_extent(&t->hw, op, e, &block, &par);

	memset(w, 0, N_WANTS * sizeof(*w));
	struct patches patches = in_patches(op, e);
	bool rows = op->tiling.patches;
	w[IN].key = rows ? patches_key(&patches, index) : region_key(in);
	w[IN].bytes =
	        (uint32_t)(rows ? patches_bytes(&patches) : region_bytes(in));
	w[OUT].key = region_key(out);
	w[OUT].bytes = op->tiling.keep ? 0 : (uint32_t)out_bytes;
	uint32_t at;
	if (sched_held(t->s, op->in[0], &at))
		w[IN].bytes = 0;
	if (op->array.plus && op->tiling.keep &&
	    !sched_held(t->s, op->in[1], &at)) {
		struct region second = *out;
		second.tensor = op->in[1];
		w[SECOND].key = region_key(&second);
		w[SECOND].bytes = (uint32_t)out_bytes;
	}
	if (op->tiling.par_out) {
		w[OUT].bytes = word_up(&t->hw, out_bytes) + (uint32_t)par;
		return;
	}
	w[PAR].bytes = (uint32_t)par;
	w[PAR].key = (struct key){.kind = BUF_PAR, .id = index};
	w[PAR].key.v[0] = block;
	w[PAR].key.v[1] = par;
}

/* Load the parameters if they are not there; returns where tile e's are. */
static uint32_t load_params(struct tiler *t, int index, const struct tile *e,
                            const struct region *out, const struct want *w)
{
	const struct op *op = &t->l->op[index];
	bool behind = op->tiling.par_out;
	uint32_t at = behind ? w[OUT].addr + word_up(&t->hw, region_bytes(out))
	                     : w[PAR].addr;
	int64_t block, bytes;

	par_extent(&t->hw, op, e, &block, &bytes);
	const struct want *to = &w[behind ? OUT : PAR];
	int64_t from = op->par_at + block * t->hw.par_bytes;
	int64_t tail = par_whole(&t->hw, op) ? 0 : plus_bytes(&t->hw, op);
	load_section(t, index, from, to, at, bytes - tail);
	from = op->par_at +
	       (int64_t)tile_par_blocks(&t->hw, &op->array) * t->hw.par_bytes;
	load_section(t, index, from, to, at + (uint32_t)(bytes - tail), tail);
	int64_t mine = op->array.par_shared ? 0 : e->c / t->hw.cols;
	return at + (uint32_t)((mine - block) * t->hw.par_bytes);
}

static void load_input(struct tiler *t, int index, const struct tile *e,
                       const struct region *in, const struct want *w)
{
	const struct op *op = &t->l->op[index];
	struct patches patches = in_patches(op, e);

	if (w->hit || !w->bytes)
		return;
	if (op->tiling.patches)
		load_patches(t, index, &patches, w->addr);
	else
		load_region(t, index, in, w->addr);
}

/* The second operand of a fused ADD to where second_view looks for it. */
static void load_second(struct tiler *t, int index, const struct region *out,
                        const struct want *w)
{
	const struct op *op = &t->l->op[index];
	struct region r = *out;
	uint32_t held;

	r.tensor = op->in[1];
	if (sched_held(t->s, r.tensor, &held))
		return;
	if (!op->tiling.keep)
		load_region(t, index, &r, w[OUT].addr);
	else if (!w[SECOND].hit)
		load_region(t, index, &r, w[SECOND].addr);
}

/* One command's worth: plan, load, execute. */
static bool run_piece(struct tiler *t, int index, const struct tile *e,
                      const struct piece *p)
{
	struct op *op = &t->l->op[index];
	struct region in = in_region(op, e), out = out_region(op, e);
	struct want w[N_WANTS];
	bool last = op->tiling.out_whole ? e->c + e->nc == op->array.win.oc
	                                 : !p || p->last;
	bool first = op->tiling.out_whole ? e->c == 0 : !p || p->first;

	if (p && op->tiling.in_piece) {
		in.c = p->off;
		in.nch = p->len;
	}
	base_wants(t, index, e, &in, &out, w);
	w[OUT].fresh = first;
	w[WGT] = wgt_want(t, index, e, p);
	if (!sched_plan(t->s, w, N_WANTS))
		return false;
	load_wgt(t, index, &w[WGT]);
	uint32_t par = load_params(t, index, e, &out, w);
	if (op->array.plus && first)
		load_second(t, index, &out, w);
	load_input(t, index, e, &in, &w[IN]);
	execute(t, index, e, p, &in, &out, w, par);
	if (!p || p->first)
		note_tile(t, &op->tiling, w);
	if (last && !op->tiling.keep)
		store_region(t, index, &out, w[OUT].addr);
	return true;
}

static bool run_tile(struct tiler *t, int index, const struct tile *e)
{
	const struct op *op = &t->l->op[index];
	struct piece p = {0};

	if (sched_full(t->s))
		sched_end_job(t->s);
	if (!op->tiling.kpiece)
		return run_piece(t, index, e, NULL);
	while (!p.last) {
		p = next_piece(op, &p);
		if (!run_piece(t, index, e, &p))
			return false;
	}
	return true;
}

/* ---- loops ---- */

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int64_t count(int from, int to, int step)
{
	return (to - from + step - 1) / step;
}

/* Tile number i in the order of the loops. */
static struct tile nth_tile(const struct op *op, int64_t i)
{
	const struct window *w = &op->array.win;
	const struct tiling *g = &op->tiling;
	int64_t nc = count(0, w->oc, g->tc), nx = count(w->x0, w->x1, g->tx);
	int64_t ny = count(w->y0, w->y1, g->ty), space = w->n * ny * nx;
	int64_t c = g->chan_outer ? i / space : i % nc;
	int64_t s = g->chan_outer ? i % space : i / nc;
	struct tile e = {.img = (int)(s / (ny * nx)),
	                 .y = w->y0 + (int)(s / nx % ny) * g->ty,
	                 .x = w->x0 + (int)(s % nx) * g->tx,
	                 .c = (int)c * g->tc};

	e.ny = min_int(g->ty, w->y1 - e.y);
	e.nx = min_int(g->tx, w->x1 - e.x);
	e.nc = min_int(g->tc, w->oc - e.c);
	return e;
}

/* Cycles of the last execute command. */
static int64_t last_execute(const struct sched *s)
{
	int last = s->at.base[QUEUE_EX] + s->at.n[QUEUE_EX] - 1;
	const struct item *it = &s->item[s->queue[QUEUE_EX][last].item];

	return it->end - it->start;
}

/* False also as soon as it is sure that the end comes after t->limit: tiles of
 * full size take as long as the first one, which is the largest. */
static bool run_window(struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	const struct window *w = &op->array.win;
	const struct tiling *g = &op->tiling;
	int64_t n = count(0, w->oc, g->tc) * count(w->x0, w->x1, g->tx) *
	            count(w->y0, w->y1, g->ty) * w->n;
	int64_t full = (int64_t)(w->oc / g->tc) * ((w->x1 - w->x0) / g->tx) *
	               ((w->y1 - w->y0) / g->ty) * w->n;
	int64_t each = 0;

	for (int64_t i = 0; i < n; i++) {
		int64_t to_come = i < full ? (full - i) * each : 0;
		if (t->s->at.free[QUEUE_EX] > t->limit - to_come)
			return false;
		struct tile e = nth_tile(op, i);
		if (!run_tile(t, index, &e))
			return false;
		if (i == 0 && !g->kpiece)
			each = last_execute(t->s);
	}
	return true;
}

/* ---- */

bool tile_commands(struct tiler *t, int index)
{
	struct op *op = &t->l->op[index];

	op->tiling.n_tiles = 0;
	if (op->tiling.keep && !keep_begin(t, index))
		return false;
	return op->array.opcode == OP_ADD ? tile_adds(t, index)
	                                  : run_window(t, index);
}

void tile_sizes(const struct tiler *t, struct op *op)
{
	const struct hw *h = &t->hw;
	uint32_t held;
	struct tiling *g = &op->tiling;
	const struct array_op *a = &op->array;

	if (a->opcode == OP_ADD) {
		g->in_bytes = g->wgt_bytes = (int)g->tn;
		g->par_bytes = h->par_bytes;
		g->out_bytes = (int)g->tn;
	} else {
		struct tile e = {.ny = g->ty, .nx = g->tx, .nc = g->tc};
		struct region in = in_region(op, &e);
		int64_t steps = tile_steps(a);
		if (g->kpiece)
			steps = g->kpiece;
		if (g->in_piece)
			in.nch = g->kpiece;
		struct patches patches = in_patches(op, &e);
		g->in_bytes = (int)(g->patches ? patches_bytes(&patches)
		                               : region_bytes(&in));
		g->wgt_bytes = (int)(groups_of(h, g->tc) * steps * h->cols);
		int64_t block, par;
		par_extent(h, op, &e, &block, &par);
		g->par_bytes = (int)par;
		g->out_bytes =
		        g->ty * g->tx * (g->out_whole ? a->win.oc : g->tc);
	}
	if (g->par_out)
		g->out_bytes = (int)word_up(h, g->out_bytes);
	g->second_bytes = 0;
	if (a->plus && g->keep && !sched_held(t->s, op->in[1], &held))
		g->second_bytes = g->out_bytes;
	if (g->keep)
		g->out_bytes = 0;
	if (sched_held(t->s, op->in[0], &held))
		g->in_bytes = 0;
	if (a->opcode == OP_ADD && sched_held(t->s, op->in[1], &held))
		g->wgt_bytes = 0;
}
