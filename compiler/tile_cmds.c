/* tile_cmds: the commands of an op for a given tiling. See tile.h.
 *
 * A tile asks the scheduler for its buffers (input, weights, parameters,
 * output), loads those that are not there yet, executes and stores.
 */
#include "compiler/keep.h"
#include "compiler/region.h"
#include "compiler/tile_cmds.h"
#include "compiler/wgt.h"
#include "isa/packed.h"

#include <assert.h>
#include <string.h>

/* ---- a tile of a windowed op ---- */

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

struct region tile_in_region(const struct op *op, const struct tile *e)
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

struct region tile_out_region(const struct op *op, const struct tile *e)
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

/* Runs of the kernel: a row of taps if they follow each other, else a tap. */
int tile_run_bytes(const struct window *w)
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
	int run = tile_run_bytes(w), runs = run_count(w), k = op->tiling.kpiece;
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

int tile_groups_of(const struct hw *h, int nc)
{
	return (nc + h->cols - 1) / h->cols;
}

int64_t tile_par_bytes(const struct hw *h, const struct array_op *a, int nc)
{
	return a->par_shared ? h->par_bytes
	                     : (int64_t)tile_groups_of(h, nc) * h->par_bytes;
}

/* The parameters of a fused ADD, behind those of the column groups. */
static int64_t plus_bytes(const struct hw *h, const struct op *op)
{
	return op->array.plus ? h->par_bytes : 0;
}

/* Parameters apart from the output: those of the whole layer if one bank holds
 * them, so that they are loaded once. */
bool tile_par_whole(const struct hw *h, const struct op *op)
{
	int64_t all = (int64_t)tile_par_blocks(h, &op->array) * h->par_bytes +
	              plus_bytes(h, op);

	return !op->tiling.par_out && all <= h->bank_bytes;
}

/* First parameter block, and bytes, of the buffer that tile `e` needs. */
static void par_extent(const struct hw *h, const struct op *op,
                       const struct tile *e, int64_t *first, int64_t *bytes)
{
	bool whole = tile_par_whole(h, op);

	*first = whole || op->array.par_shared ? 0 : e->c / h->cols;
	*bytes = whole ? tile_par_blocks(h, &op->array) * h->par_bytes
	               : tile_par_bytes(h, &op->array, e->nc);
	*bytes += plus_bytes(h, op);
}

/* Weights of tile `e`, all of them or those of piece `p`. */
static struct want wgt_want(const struct tiler *t, int index,
                            const struct tile *e, const struct piece *p)
{
	const struct op *op = &t->l->op[index];
	const struct hw *h = &t->hw;
	int64_t group = wgt_group(h, &op->array), from = 0;
	int64_t n = tile_groups_of(h, e->nc) * group;

	if (p) {
		from = (int64_t)p->at * tile_run_bytes(&op->array.win) + p->off;
		from = wgt_steps(h, &op->array, from);
		n = wgt_steps(h, &op->array, (int64_t)p->nb * p->len);
	}
	struct want w = {.key = {.kind = BUF_WGT, .id = index},
	                 .bytes = (uint32_t)n};
	w.key.v[0] = e->c / h->cols * group + from;
	w.key.v[1] = n;
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

/* Groups g0 .. g1-1 of compressed weights, with as few commands as their count
 * of bytes allows. */
static void unpack_groups(struct tiler *t, int index, int64_t g0, int64_t g1,
                          uint32_t spad)
{
	const struct op *op = &t->l->op[index];
	const uint32_t *at = op->array.group_at;
	int64_t group = wgt_group(&t->hw, &op->array);

	while (g0 < g1) {
		int64_t g = g0 + 1;
		while (g < g1 && at[g + 1] - at[g0] <= UINT16_MAX)
			g++;
		struct item it = {.op = index, .flash = true};
		it.c = (struct command){.opcode = OP_UNPACK,
		                        .layer = op->layer,
		                        .mem = op->wgt_at + at[g0],
		                        .spad = spad,
		                        .n0 = at[g] - at[g0],
		                        .n1 = 1,
		                        .n2 = (g - g0) * group /
		                              packed_unit(t->hw.dma)};
		it.banks =
		        sched_banks(t->s, spad, (uint32_t)((g - g0) * group));
		sched_push(t->s, it);
		spad += (uint32_t)((g - g0) * group);
		g0 = g;
	}
}

static void load_wgt(struct tiler *t, int index, const struct want *w)
{
	const struct op *op = &t->l->op[index];
	int64_t group = wgt_group(&t->hw, &op->array);

	if (!w->bytes)
		return;
	if (!op->array.stream)
		load_section(t, index, op->wgt_at + w->key.v[0], w, w->addr,
		             w->bytes);
	else if (!w->hit)
		unpack_groups(t, index, w->key.v[0] / group,
		              (w->key.v[0] + w->key.v[1]) / group, w->addr);
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

static struct want in_want(const struct tiler *t, int index,
                           const struct tile *e, const struct region *in)
{
	const struct op *op = &t->l->op[index];
	struct want w = {.bytes = 0};
	uint32_t at;

	if (op->tiling.patches) {
		struct patches patches = in_patches(op, e);
		w.key = patches_key(&patches, index);
		w.bytes = (uint32_t)patches_bytes(&patches);
	} else {
		w.key = region_key(in);
		w.bytes = (uint32_t)region_bytes(in);
	}
	if (sched_held(t->s, op->in[0], &at))
		w.bytes = 0;
	return w;
}

struct want tile_input(const struct tiler *t, int index, const struct tile *e)
{
	struct region in = tile_in_region(&t->l->op[index], e);

	return in_want(t, index, e, &in);
}

int64_t tile_input_beats(const struct tiler *t, int index, const struct tile *e)
{
	const struct op *op = &t->l->op[index];
	struct region in = tile_in_region(op, e);

	if (op->tiling.patches) {
		struct patches patches = in_patches(op, e);
		return patches_beats(&patches, &t->hw);
	}
	return hw_beats(&t->hw, region_bytes(&in));
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
	w[IN] = in_want(t, index, e, in);
	w[OUT].key = region_key(out);
	w[OUT].bytes = op->tiling.keep ? 0 : (uint32_t)out_bytes;
	uint32_t at;
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

void tile_wants(const struct tiler *t, int index, const struct tile *e,
                struct want w[N_WANTS])
{
	const struct op *op = &t->l->op[index];
	struct region in = tile_in_region(op, e), out = tile_out_region(op, e);

	base_wants(t, index, e, &in, &out, w);
	w[WGT] = wgt_want(t, index, e, NULL);
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
	int64_t tail = tile_par_whole(&t->hw, op) ? 0 : plus_bytes(&t->hw, op);
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
	struct region in = tile_in_region(op, e), out = tile_out_region(op, e);
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
	tile_execute(t, index, e, p, &in, &out, w, par);
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

int64_t tile_total(const struct op *op)
{
	const struct window *w = &op->array.win;
	const struct tiling *g = &op->tiling;

	return count(0, w->oc, g->tc) * count(w->x0, w->x1, g->tx) *
	       count(w->y0, w->y1, g->ty) * w->n;
}

struct tile nth_tile(const struct op *op, int64_t i)
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

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Cycles of the execute commands from item `from` on. */
static int64_t execute_since(const struct sched *s, int from)
{
	int64_t sum = 0;

	for (int i = from; i < s->at.n_items; i++)
		if (opcode_queue((int)s->item[i].c.opcode) == QUEUE_EX)
			sum += s->item[i].end - s->item[i].start;
	return sum;
}

/* False also as soon as it is sure to cost more than t->limit. */
static bool run_window(struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	int64_t n = tile_total(op), left = op->tiling.ex_cycles;
	int64_t least = op->tiling.load_least;
	int64_t load = t->s->at.load_cycles, late = t->s->at.load_late;

	for (int64_t i = 0; i < n; i++) {
		int64_t busy = max64(t->s->at.load_cycles - load,
		                     t->s->at.load_late - late + least);
		if (t->s->at.free[QUEUE_EX] + left + op->tiling.store_last >
		    t->limit - busy * t->load_weight / 16)
			return false;
		struct tile e = nth_tile(op, i);
		int from = t->s->at.n_items;
		if (!run_tile(t, index, &e))
			return false;
		if (left)
			left -= execute_since(t->s, from);
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
		struct region in = tile_in_region(op, &e);
		if (g->in_piece)
			in.nch = g->kpiece;
		struct patches patches = in_patches(op, &e);
		g->in_bytes = (int)(g->patches ? patches_bytes(&patches)
		                               : region_bytes(&in));
		int64_t group = g->kpiece ? wgt_steps(h, a, g->kpiece)
		                          : wgt_group(h, a);
		g->wgt_bytes = (int)(tile_groups_of(h, g->tc) * group);
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
