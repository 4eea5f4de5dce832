/* keep: see keep.h. */
#include "compiler/keep.h"

#include "compiler/region.h"

/* ---- layouts ---- */

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

/* Does the op write all of its output, in one image? */
static bool writes_all(const struct op *op)
{
	const struct window *w = &op->array.shape;

	if (op->unit != UNIT_ARRAY)
		return false;
	return op->array.opcode == OP_ADD ||
	       (w->n == 1 && w->y0 == 0 && w->y1 == w->oh && w->x0 == 0 &&
	        w->x1 == w->ow);
}

/* Input cells past the last row (or column) that windows reach. */
static int reach(int out, int stride, int before, int k, int dil, int in)
{
	int over = (out - 1) * stride - before + (k - 1) * dil + 1 - in;

	return over > 0 ? over : 0;
}

/* What one consumer asks of the layout; *below and *right: its border there. */
static bool add_consumer(struct layout *y, const struct op *op, int input,
                         int *below, int *right)
{
	const struct array_op *a = &op->array;
	const struct window *w = &a->shape;

	if (op->unit != UNIT_ARRAY)
		return false;
	if (a->opcode == OP_ADD) {
		y->h = -1; /* any border is one too many */
		return op->in[0] != op->in[1];
	}
	if (input == 1) { /* PLUS: as the output lies */
		if (w->oh != y->h || w->ow != y->w || w->oc != y->c)
			y->h = -1;
		return w->n == 1;
	}
	int pb = reach(w->oh, w->sh, w->pt, w->kh, w->dh, w->ih);
	int pr = reach(w->ow, w->sw, w->pl, w->kw, w->dw, w->iw);
	bool border = w->pt || w->pl || pb || pr;
	if (w->n != 1 || (border && y->border && y->fill != a->fill))
		return false;
	if (w->ih != y->h || w->iw != y->w || w->ic != y->c)
		y->h = -1;
	if (border) {
		y->border = true;
		y->fill = a->fill;
	}
	y->pt = max_int(y->pt, w->pt), y->pl = max_int(y->pl, w->pl);
	*below = max_int(*below, pb), *right = max_int(*right, pr);
	return true;
}

static struct layout layout_of(const struct lowered *l, int tensor, int maker)
{
	const struct op *op = &l->op[maker];
	const struct window *w = &op->array.shape;
	struct layout y = {.h = w->oh, .w = w->ow, .c = w->oc};
	const struct layout none = {0};
	int below = 0, right = 0;

	if (op->array.opcode == OP_ADD)
		y.h = -1;
	for (int i = 0; i < l->n_ops; i++) {
		const struct op *user = &l->op[i];
		for (int j = 0; j < user->n_in; j++)
			if (user->in[j] == tensor &&
			    !add_consumer(&y, user, j, &below, &right))
				return none;
	}
	if (y.border && y.h < 0)
		return none;
	y.bytes = l->g->tensor[tensor].bytes;
	if (y.border) {
		y.rows = y.h + y.pt + below;
		y.cols = y.w + y.pl + right;
		y.bytes = (int64_t)y.rows * y.cols * y.c;
		y.ok = (int64_t)y.cols * y.c <= 65535; /* out_ys */
	} else {
		y.ok = (int64_t)w->ow * w->oc <= 65535;
	}
	return y;
}

struct layout *keep_layouts(struct lowered *l)
{
	struct layout *y =
	        arena_zero(&l->arena, (size_t)l->g->n_tensors, sizeof(*y));

	for (int i = 0; i < l->n_ops; i++) {
		const struct home *h = &l->home[l->op[i].out];
		if (writes_all(&l->op[i]) && h->last < l->n_ops &&
		    h->last > i && h->first == i)
			y[l->op[i].out] = layout_of(l, l->op[i].out, i);
	}
	return y;
}

/* ---- buffers ---- */

bool keep_possible(struct tiler *t, int index)
{
	const struct layout *y = &t->layout[t->l->op[index].out];

	if (!y->ok || t->s->at.n_held >= MAX_HELD)
		return false;
	if (sched_held_banks(t->s) + hw_banks(&t->hw, y->bytes) <=
	    t->hw.banks * t->keep / 4)
		return true;
	t->denied = true;
	return false;
}

/* The whole tensor with its border, as a region. */
static struct region bordered(const struct layout *y, int tensor)
{
	return (struct region){.tensor = tensor,
	                       .y = -y->pt,
	                       .rows = y->rows,
	                       .ystep = 1,
	                       .x = -y->pl,
	                       .cols = y->cols,
	                       .xstep = 1,
	                       .nch = y->c,
	                       .fill = y->fill,
	                       .h = y->h,
	                       .w = y->w,
	                       .ch = y->c};
}

bool keep_begin(struct tiler *t, int index)
{
	int tensor = t->l->op[index].out;
	const struct layout *y = &t->layout[tensor];
	struct want w = {.bytes = (uint32_t)y->bytes, .fresh = true};

	if (!sched_plan(t->s, &w, 1))
		return false;
	sched_hold(t->s, tensor, w.addr, w.bytes);
	if (y->border) {
		struct region r = bordered(y, tensor);
		fill_border(t, index, &r, w.addr);
	}
	return true;
}

void keep_spill(struct tiler *t, int index, int tensor)
{
	const struct layout *y = &t->layout[tensor];
	uint32_t spad;

	if (!sched_held(t->s, tensor, &spad))
		return;
	struct copy c = {.opcode = OP_STORE, .spad = spad, .n2 = 1};
	set_source(t, &c, tensor, 0);
	if (y->border) {
		c.n0 = c.mem_s1 = (int64_t)y->w * y->c;
		c.n1 = y->h;
		c.spad_s1 = (int64_t)y->cols * y->c;
		c.spad += (uint32_t)(y->pt * c.spad_s1 + y->pl * y->c);
		push_copy(t, index, &c);
	} else {
		push_linear(t, index, c, y->bytes);
	}
	sched_release(t->s, tensor);
}

void keep_release(struct tiler *t, int index)
{
	struct sched_state *a = &t->s->at;

	for (int i = a->n_held - 1; i >= 0; i--)
		if (t->l->home[a->held[i].id].last <= index)
			sched_release(t->s, a->held[i].id);
}
