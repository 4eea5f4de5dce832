/* tile_bound: what a tiling costs at least. See tile.h.
 *
 * The execute unit is busy for the sum of the op's execute commands, which is
 * known exactly; before the first one it waits for the first tile's loads,
 * after the last one its output is stored. The search attempts candidates in
 * the order of this bound and ends where no other can be as good as the best.
 */
#include "compiler/tile_cmds.h"
#include "compiler/wgt.h"

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Cycles of all execute commands. There are at most two sizes of tile along
 * each axis: the full one and what is left at the end. */
static int64_t all_executes(const struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	const struct window *w = &op->array.win;
	const struct tiling *g = &op->tiling;
	const int end[] = {w->y1 - w->y0, w->x1 - w->x0, w->oc};
	const int step[] = {g->ty, g->tx, g->tc};
	int64_t sum = 0;

	for (int k = 0; k < 8; k++) {
		int size[3];
		int64_t n = w->n;
		for (int i = 0; i < 3; i++) {
			bool rest = k >> i & 1;
			size[i] = rest ? end[i] % step[i] : step[i];
			n *= rest ? size[i] > 0 : end[i] / step[i];
		}
		struct tile e = {.y = w->y0,
		                 .x = w->x0,
		                 .ny = size[0],
		                 .nx = size[1],
		                 .nc = size[2]};
		if (n > 0)
			sum += n * tile_execute_cycles(t, index, &e);
	}
	return sum;
}

/* The first tile's loads, and all loads, as beats of the load unit; how much
 * later they end because of what has been stored and fetched so far. */
struct loads {
	int64_t first, all, late;
};

/* All rows of taps, whatever the tiles. */
static int64_t all_patches(const struct tiler *t, int index)
{
	const struct window *w = &t->l->op[index].array.win;
	const struct tile all = {.y = w->y0,
	                         .x = w->x0,
	                         .ny = w->y1 - w->y0,
	                         .nx = w->x1 - w->x0};

	return w->n * tile_input_beats(t, index, &all);
}

/* Of the inputs of all tiles of full size: those that are not there at the
 * beginning are loaded once at least. Looks at some of them only, unless none
 * is there. */
static int64_t input_beats(const struct tiler *t, int index, int64_t beats)
{
	enum { LOOK = 16 };
	const struct op *op = &t->l->op[index];
	const struct window *w = &op->array.win;
	const struct tiling *g = &op->tiling;
	int64_t nc = op->array.opcode == OP_CONV ? 1 : w->oc / g->tc;
	int64_t nx = (w->x1 - w->x0) / g->tx, ny = (w->y1 - w->y0) / g->ty;
	int64_t n = nc * nx * ny * w->n, missing = 0;

	if (!sched_knows(t->s, op->in[0]))
		return n * beats;
	for (int64_t i = 0; i < n && i < LOOK; i++) {
		struct tile e = {.img = (int)(i / nc / nx / ny),
		                 .y = w->y0 + (int)(i / nc / nx % ny) * g->ty,
		                 .x = w->x0 + (int)(i / nc % nx) * g->tx,
		                 .c = (int)(i % nc) * g->tc,
		                 .ny = g->ty,
		                 .nx = g->tx,
		                 .nc = g->tc};
		struct want in = tile_input(t, index, &e);
		missing += !sched_has(t->s, &in);
	}
	return missing * beats;
}

static struct loads least_loads(const struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	const struct array_op *a = &op->array;
	const struct hw *h = &t->hw;
	const struct tile first = nth_tile(op, 0);
	struct want w[N_WANTS];
	struct loads n = {.late = 0};

	tile_wants(t, index, &first, w);
	n.first = hw_beats(h, wgt_flash(h, a, w[WGT].bytes));
	n.all = hw_beats(h, wgt_section(h, a));
	if (!op->tiling.par_out && !sched_has(t->s, &w[PAR]))
		n.first += hw_beats(h, w[PAR].bytes);
	n.all += hw_beats(h, tile_par_blocks(h, a) * h->par_bytes);
	if (w[IN].bytes) {
		int64_t beats = tile_input_beats(t, index, &first);
		bool there = sched_has(t->s, &w[IN]);
		n.first += there ? 0 : beats;
		n.all += op->tiling.patches ? all_patches(t, index)
		                            : input_beats(t, index, beats);
		if (!there && !t->l->g->tensor[op->in[0]].data)
			n.late = t->s->at.debt[0];
	}
	if (w[WGT].bytes)
		n.late += t->s->at.debt[1];
	return n;
}

/* The last tile's output is stored. */
static int64_t last_store(const struct tiler *t, const struct op *op,
                          const struct tile *e)
{
	int64_t nc = op->tiling.out_whole ? op->array.win.oc : e->nc;

	return op->tiling.keep ? 0 : hw_beats(&t->hw, e->ny * e->nx * nc) + 2;
}

static int64_t window_bound(const struct tiler *t, int index)
{
	struct op *op = &t->l->op[index];
	struct tiling *g = &op->tiling;
	const struct sched_state *a = &t->s->at;
	const struct command sum = {.opcode = OP_SUM};
	const struct loads loads = least_loads(t, index);
	const struct tile last = nth_tile(op, tile_total(op) - 1);
	int64_t begin = a->free[QUEUE_EX], ld = a->free[QUEUE_LD] + loads.late;

	if (!g->ex_cycles)
		g->ex_cycles = all_executes(t, index);
	g->load_least = loads.all;
	g->store_last = last_store(t, op, &last);
	if (loads.first)
		begin = max64(begin, ld + loads.first + 2);
	/* No tile takes less than the last one; the last load is before it. */
	int64_t end =
	        max64(begin + g->ex_cycles,
	              ld + loads.all + tile_execute_cycles(t, index, &last));
	if (op->array.plus) /* the first SUM may not wait for all of them */
		end -= command_cycles(&t->hw, &sum);
	return end + g->store_last +
	       (loads.all + loads.late) * t->load_weight / 16;
}

int64_t tile_bound(const struct tiler *t, int index)
{
	struct op *op = &t->l->op[index];

	if (op->array.opcode == OP_ADD || op->tiling.kpiece)
		return 0;
	return window_bound(t, index);
}
