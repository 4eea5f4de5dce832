/* pack: weights and requantization parameters as the array reads them. */
#include "compiler/tile.h"
#include "compiler/wgt.h"
#include "isa/part.h"

#include <string.h>

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

int64_t tile_steps(const struct array_op *a)
{
	const struct window *w = &a->win;

	switch (a->opcode) {
	case OP_CONV:
		return (int64_t)w->kh * w->kw * w->ic;
	case OP_DWCONV:
		return (int64_t)w->kh * w->kw;
	default:
		return 0;
	}
}

int tile_groups(const struct hw *h, const struct array_op *a)
{
	return (a->win.oc + h->cols - 1) / h->cols;
}

int tile_par_blocks(const struct hw *h, const struct array_op *a)
{
	return a->par_shared ? 1 : tile_groups(h, a);
}

void tile_chain(const struct array_op *a, bool swap, int *ka, int *kb, int *pm)
{
	const struct window *w = &a->win;
	int stride = swap ? w->sh : w->sw, dil = swap ? w->dh : w->dw;

	*ka = swap ? w->kh : w->kw;
	*kb = swap ? w->kw : w->kh;
	/* Taps `*pm` apart must be one output step apart; if no two taps are,
	 * each is a phase of its own. */
	*pm = stride % dil == 0 ? min_int(stride / dil, *ka) : *ka;
}

/* Step q of a group is byte q of the kernel as it lies in memory. */
static void pack_conv(const struct hw *h, const struct array_op *a, uint8_t *to)
{
	if (a->fmt.bits != 8 || a->fmt.of4 || a->fmt.split || a->stream) {
		wgt_pack(h, a, to);
		return;
	}

	int64_t steps = tile_steps(a);

	for (int o = 0; o < a->win.oc; o++) {
		const int8_t *from = a->wgt + o * steps;
		uint8_t *at = to + o / h->cols * steps * h->cols + o % h->cols;
		for (int64_t q = 0; q < steps; q++)
			at[q * h->cols] = (uint8_t)from[q];
	}
}

static void pack_depthwise(const struct hw *h, const struct array_op *a,
                           bool swap, uint8_t *to)
{
	int ka, kb, pm, oc = a->win.oc;

	tile_chain(a, swap, &ka, &kb, &pm);
	for (int g = 0; g < oc; g += h->cols)
		for (int ib = 0; ib < kb; ib++)
			for (int f = 0; f < pm; f++)
				for (int ia = f; ia < ka; ia += pm) {
					int y = swap ? ia : ib;
					int x = swap ? ib : ia;
					wgt_vector(a->wgt +
					                   (y * a->win.kw + x) *
					                           oc +
					                   g,
					           a->fmt,
					           min_int(h->cols, oc - g),
					           to);
					to += wfmt_vector(a->fmt, h->cols);
				}
}

static void put32(uint8_t *to, int32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)((uint32_t)v >> 8 * i);
}

/* Column i of the block at `to`. */
static void put_param(uint8_t *to, int i, int32_t bias, int32_t mult, int shift)
{
	to += i * PARAM_BYTES;
	put32(to, bias);
	put32(to + 4, mult);
	to[8] = (uint8_t)shift;
}

/* Entries past n_par stay zero; a shared entry serves all columns. */
static void pack_params(const struct hw *h, const struct array_op *a,
                        uint8_t *to)
{
	int blocks = tile_par_blocks(h, a);

	for (int b = 0; b < blocks; b++, to += h->par_bytes)
		for (int c = 0; c < h->cols; c++) {
			int i = a->n_par == 1 ? 0 : b * h->cols + c;
			if (i >= a->n_par)
				break;
			put_param(to, c, a->bias[i], a->mult[i], a->shift[i]);
		}
}

/* The block of the fused ADD, after those of the column groups. */
static void pack_plus(const struct plus *p, uint8_t *to)
{
	for (int i = 0; i < 3; i++)
		put_param(to, i, p->bias[i], p->mult[i], p->shift[i]);
}

void pack_op(const struct hw *h, const struct op *op, uint8_t *section)
{
	const struct array_op *a = &op->array;

	if (a->opcode == OP_CONV)
		pack_conv(h, a, section + op->wgt_at);
	else if (a->opcode == OP_DWCONV)
		pack_depthwise(h, a, op->tiling.swap, section + op->wgt_at);
	pack_params(h, a, section + op->par_at);
	if (a->plus)
		pack_plus(a->plus,
		          section + op->par_at +
		                  tile_par_blocks(h, a) * h->par_bytes);
}
