/* extent: see extent.h */
#include "compiler/extent.h"

#include "isa/packed.h"
#include "isa/part.h"
#include "isa/wfmt.h"

static void stretch(struct extent *r, int64_t count, int64_t stride)
{
	int64_t by = (count - 1) * stride;

	if (by < 0)
		r->lo += by;
	else
		r->hi += by;
}

struct extent extent_spad(const struct hw *h, const struct command *c)
{
	struct extent r = {c->spad, c->spad + c->n0};

	if (c->opcode == OP_UNPACK) {
		r.hi = c->spad + c->n2 * packed_unit(h->dma);
		return r;
	}
	stretch(&r, c->n1, c->spad_s1);
	stretch(&r, c->n2, c->spad_s2);
	return r;
}

struct extent extent_mem(const struct command *c)
{
	struct extent r = {c->mem, c->mem + c->n0};

	if (c->opcode == OP_UNPACK)
		return r;
	stretch(&r, c->n1, c->mem_s1);
	stretch(&r, c->n2, c->mem_s2);
	return r;
}

int64_t command_add_count(const struct command *c)
{
	return c->nx | c->ny << 16;
}

bool command_is_vector(const struct command *c)
{
	return c->opcode == OP_DWCONV || c->opcode == OP_MAXPOOL ||
	       c->opcode == OP_AVGPOOL;
}

struct extent extent_act(const struct command *c)
{
	if (c->opcode == OP_SUM)
		return (struct extent){0, 0};
	struct extent r = {c->act,
	                   c->act + (command_is_vector(c) ? c->nchan : c->run)};

	if (c->opcode == OP_ADD)
		return (struct extent){c->act, c->act + command_add_count(c)};
	stretch(&r, c->nx, c->act_xs);
	stretch(&r, c->ny, c->act_ys);
	stretch(&r, c->ka, c->ka_s);
	stretch(&r, c->kb, c->kb_s);
	return r;
}

static int64_t col_groups(const struct hw *h, const struct command *c)
{
	int cols = part_cols(c, h->cols);

	return (c->nchan + cols - 1) / cols;
}

struct extent extent_wgt(const struct hw *h, const struct command *c)
{
	struct wfmt f = wfmt_of(c);
	int cols = part_cols(c, h->cols);
	int64_t run = c->opcode == OP_CONV ? wfmt_run(f, cols, h->word, c->run)
	                                   : wfmt_vector(f, cols);
	struct extent r = {c->wgt, c->wgt + c->ka * c->kb * run};

	if (c->opcode == OP_ADD)
		return (struct extent){c->wgt, c->wgt + command_add_count(c)};
	if (c->opcode != OP_CONV && c->opcode != OP_DWCONV)
		return (struct extent){0, 0};
	stretch(&r, col_groups(h, c), c->wgt_cs);
	return r;
}

struct extent extent_par(const struct hw *h, const struct command *c)
{
	bool shared = c->opcode == OP_ADD || c->opcode == OP_SUM ||
	              c->flags & EXE_PAR_SHARED;
	int64_t n = shared ? 1 : col_groups(h, c);

	if (c->flags & EXE_HOLD)
		return (struct extent){0, 0};
	return (struct extent){c->par,
	                       c->par + n * part_block(c, h->par_bytes)};
}

struct extent extent_out(const struct command *c)
{
	struct extent r = {c->out, c->out + c->nchan};

	if (c->flags & EXE_HOLD || c->opcode == OP_SUM)
		return (struct extent){0, 0};
	if (c->opcode == OP_ADD)
		return (struct extent){c->out, c->out + command_add_count(c)};
	stretch(&r, c->nx, c->out_xs);
	stretch(&r, c->ny, c->out_ys);
	return r;
}

struct extent extent_second(const struct command *c, const struct command *s)
{
	struct extent r = {s->act, s->act + c->nchan};

	if (!(c->flags & EXE_PLUS))
		return (struct extent){0, 0};
	stretch(&r, c->nx, s->out_xs);
	stretch(&r, c->ny, s->out_ys);
	return r;
}
