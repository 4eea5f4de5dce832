/* tile_add: the commands of an ADD. See tile.h. */
#include "compiler/region.h"
#include "compiler/tile_cmds.h"

#include <string.h>

/* Bytes at..at+n-1 of a tensor: where they are kept, or a buffer. */
static struct want linear_want(int kind, int tensor, int64_t at, int64_t n)
{
	struct want w = {.key = {.kind = kind, .id = tensor},
	                 .bytes = (uint32_t)n};

	w.key.v[0] = at;
	w.key.v[1] = n;
	return w;
}

static void load_operand(struct tiler *t, int index, int tensor, int64_t at,
                         const struct want *w)
{
	struct copy c = {.opcode = OP_LOAD, .spad = w->addr};

	set_source(t, &c, tensor, at);
	if (!w->hit && w->bytes)
		push_linear(t, index, c, w->bytes);
}

static void execute_add(struct tiler *t, int index, int64_t n,
                        const struct want *w, uint32_t par)
{
	struct item it = {.c = exe_command(t, index), .op = index};

	it.c.pm = it.c.ka = it.c.kb = 0;
	it.c.nchan = 1;
	it.c.act = w[IN].addr;
	it.c.wgt = w[WGT].addr;
	it.c.par = par;
	it.c.out = w[OUT].addr;
	it.c.nx = n & 0xffff;
	it.c.ny = n >> 16;
	it.banks = sched_banks(t->s, w[IN].addr, (uint32_t)n) |
	           sched_banks(t->s, w[WGT].addr, (uint32_t)n) |
	           sched_banks(t->s, w[OUT].addr, (uint32_t)n) |
	           sched_banks(t->s, par, (uint32_t)t->hw.par_bytes);
	sched_push(t->s, it);
}

/* What is kept has its place already. */
static void use_held(const struct tiler *t, struct want *w, int tensor,
                     int64_t at)
{
	if (!sched_held(t->s, tensor, &w->addr))
		return;
	w->addr += (uint32_t)at;
	w->bytes = 0;
}

static bool run_add(struct tiler *t, int index, int64_t at, int64_t n)
{
	struct op *op = &t->l->op[index];
	bool same = op->in[0] == op->in[1], behind = op->tiling.par_out;
	struct want w[N_WANTS];

	memset(w, 0, sizeof(w));
	w[IN] = linear_want(BUF_LINEAR, op->in[0], at, n);
	w[WGT] = linear_want(same ? BUF_COPY : BUF_LINEAR, op->in[1], at, n);
	w[OUT] = linear_want(BUF_LINEAR, op->out, at, n);
	w[OUT].fresh = true;
	if (behind)
		w[OUT].bytes = word_up(&t->hw, n) + (uint32_t)t->hw.par_bytes;
	else
		w[PAR] = linear_want(BUF_PAR, index, 0, t->hw.par_bytes);
	use_held(t, &w[IN], op->in[0], at);
	use_held(t, &w[WGT], op->in[1], at);
	if (op->tiling.keep)
		use_held(t, &w[OUT], op->out, at);
	if (!sched_plan(t->s, w, N_WANTS))
		return false;
	uint32_t par = behind ? w[OUT].addr + word_up(&t->hw, n) : w[PAR].addr;
	load_section(t, index, op->par_at, &w[behind ? OUT : PAR], par,
	             t->hw.par_bytes);
	load_operand(t, index, op->in[0], at, &w[IN]);
	load_operand(t, index, op->in[1], at, &w[WGT]);
	execute_add(t, index, n, w, par);
	note_tile(t, &op->tiling, w);
	struct copy c = {.opcode = OP_STORE, .spad = w[OUT].addr};
	set_source(t, &c, op->out, at);
	if (!op->tiling.keep)
		push_linear(t, index, c, n);
	return true;
}

bool tile_adds(struct tiler *t, int index)
{
	const struct op *op = &t->l->op[index];
	int64_t step = op->tiling.tn;

	for (int64_t at = 0; at < op->array.n; at += step) {
		int64_t left = op->array.n - at, n = left < step ? left : step;
		if (sched_full(t->s))
			sched_end_job(t->s);
		if (!run_add(t, index, at, n))
			return false;
	}
	return true;
}
