/* region: see region.h. */
#include "compiler/region.h"

#include <assert.h>
#include <string.h>

/* ---- copies ---- */

void push_copy(struct tiler *t, int op, const struct copy *c)
{
	struct item it = {.op = op, .flash = c->flash};
	int64_t spad_end =
	        (c->n1 - 1) * c->spad_s1 + (c->n2 - 1) * c->spad_s2 + c->n0;

	it.c = (struct command){.opcode = c->opcode,
	                        .layer = t->l->op[op].layer,
	                        .spad = c->spad,
	                        .n0 = c->n0,
	                        .n1 = c->n1,
	                        .n2 = c->n2};
	if (c->n1 > 1)
		it.c.spad_s1 = c->spad_s1;
	if (c->n2 > 1)
		it.c.spad_s2 = c->spad_s2;
	if (c->opcode == OP_FILL) {
		it.c.fill = (uint8_t)c->fill;
	} else {
		it.c.mem = c->mem;
		it.c.mem_s1 = c->n1 > 1 ? c->mem_s1 : 0;
		it.c.mem_s2 = c->n2 > 1 ? c->mem_s2 : 0;
	}
	if (c->opcode != OP_FILL && !c->flash) {
		it.tensor = c->tensor;
		it.lo = c->mem;
		it.hi = c->mem + (uint32_t)((c->n1 - 1) * c->mem_s1 +
		                            (c->n2 - 1) * c->mem_s2 + c->n0);
	}
	it.banks = sched_banks(t->s, c->spad, (uint32_t)spad_end);
	sched_push(t->s, it);
}

void push_linear(struct tiler *t, int op, struct copy c, int64_t n)
{
	enum { RUN = 32768 };
	int64_t runs = n > 65535 ? n / RUN : 0;

	c.n1 = c.n2 = 1;
	if (runs) {
		c.n0 = c.mem_s1 = c.spad_s1 = RUN;
		c.n1 = runs;
		push_copy(t, op, &c);
		c.mem += (uint32_t)(runs * RUN);
		c.spad += (uint32_t)(runs * RUN);
		n -= runs * RUN;
	}
	c.n0 = n;
	c.n1 = 1;
	if (n > 0)
		push_copy(t, op, &c);
}

/* ---- regions of tensors ---- */

static bool region_inside(const struct region *r)
{
	return r->y >= 0 && r->x >= 0 &&
	       r->y + (r->rows - 1) * r->ystep < r->h &&
	       r->x + (r->cols - 1) * r->xstep < r->w;
}

/* Offset of the region's first byte, which may lie outside. */
static int64_t region_offset(const struct region *r, int y, int x)
{
	return (((int64_t)r->img * r->h + y) * r->w + x) * r->ch + r->c;
}

static bool region_linear(const struct region *r)
{
	bool rows_join = r->rows == 1 || (r->cols == r->w && r->ystep == 1);

	return region_inside(r) && r->nch == r->ch && rows_join &&
	       (r->xstep == 1 || r->cols == 1);
}

int64_t region_bytes(const struct region *r)
{
	return (int64_t)r->rows * r->cols * r->nch;
}

struct key region_key(const struct region *r)
{
	struct key k = {.kind = BUF_REGION, .id = r->tensor};

	if (region_linear(r)) {
		k.kind = BUF_LINEAR;
		k.v[0] = region_offset(r, r->y, r->x);
		k.v[1] = region_bytes(r);
		return k;
	}
	const int64_t v[KEY_VALUES] = {r->img,
	                               r->y,
	                               r->rows,
	                               r->x,
	                               r->cols,
	                               r->c,
	                               r->nch,
	                               (int64_t)r->ystep << 32 | r->xstep,
	                               region_inside(r) ? 0 : r->fill,
	                               (int64_t)r->h << 32 | r->w};
	memcpy(k.v, v, sizeof(v));
	return k;
}

static void fill_linear(struct tiler *t, int op, const struct region *r,
                        int64_t spad, int64_t n)
{
	struct copy c = {
	        .opcode = OP_FILL, .spad = (uint32_t)spad, .fill = r->fill};

	if (n > 0)
		push_linear(t, op, c, n);
}

/* The part of a region that lies inside its image. */
struct inside {
	int y, rows, x, cols; /* in pixels of the region */
};

static struct inside region_clip(const struct region *r)
{
	struct inside in = {.y = r->y < 0 ? -r->y : 0,
	                    .x = r->x < 0 ? -r->x : 0};
	int rows = r->rows - in.y, cols = r->cols - in.x;

	if (r->ystep == 1 && r->y + in.y + rows > r->h)
		rows = r->h - r->y - in.y;
	if (r->xstep == 1 && r->x + in.x + cols > r->w)
		cols = r->w - r->x - in.x;
	in.rows = rows < 0 ? 0 : rows;
	in.cols = cols < 0 ? 0 : cols;
	return in;
}

/* Border: above and the first left edge; right edge with the next left edge,
 * which follow each other in the scratchpad; the last right edge and below. */
void fill_border(struct tiler *t, int op, const struct region *r, uint32_t spad)
{
	const struct inside in = region_clip(r);
	int64_t nch = r->nch, pitch = r->cols * nch;
	int64_t left = in.x * nch, mid = in.cols * nch;
	int64_t right = pitch - left - mid;
	int64_t first = spad + in.y * pitch + left;
	int64_t last = first + (in.rows - 1) * pitch;

	fill_linear(t, op, r, spad, first - spad);
	if (in.rows > 1 && left + right > 0) {
		struct copy c = {.opcode = OP_FILL,
		                 .fill = r->fill,
		                 .spad = (uint32_t)(first + mid),
		                 .n0 = left + right,
		                 .n1 = in.rows - 1,
		                 .n2 = 1,
		                 .spad_s1 = pitch};
		push_copy(t, op, &c);
	}
	fill_linear(t, op, r, last + mid, spad + r->rows * pitch - last - mid);
}

void set_source(const struct tiler *t, struct copy *c, int tensor,
                int64_t offset)
{
	c->flash = t->l->g->tensor[tensor].data != NULL;
	c->tensor = tensor;
	c->mem = (uint32_t)offset +
	         (c->flash ? t->const_at[tensor] : t->l->home[tensor].addr);
}

void load_region(struct tiler *t, int op, const struct region *r, uint32_t spad)
{
	struct inside in = region_clip(r);
	int64_t nch = r->nch, pitch = r->cols * nch;
	struct copy c = {.opcode = OP_LOAD,
	                 .spad = spad + (uint32_t)(in.y * pitch + in.x * nch)};

	if (in.rows == 0 || in.cols == 0) {
		fill_linear(t, op, r, spad, region_bytes(r));
		return;
	}
	fill_border(t, op, r, spad);
	set_source(t, &c, r->tensor,
	           region_offset(r, r->y + in.y, r->x + in.x));
	int64_t row = (int64_t)r->w * r->ch * r->ystep;
	if (region_linear(r) ||
	    (r->nch == r->ch && in.cols == r->w && r->cols == r->w &&
	     r->ystep == 1 && r->xstep == 1)) {
		push_linear(t, op, c, in.rows * pitch);
		return;
	}
	if (r->nch == r->ch && r->xstep == 1) {
		c.n0 = in.cols * nch, c.n1 = in.rows, c.n2 = 1;
		c.mem_s1 = row, c.spad_s1 = pitch;
	} else {
		c.n0 = nch, c.n1 = in.cols, c.n2 = in.rows;
		c.mem_s1 = (int64_t)r->xstep * r->ch, c.spad_s1 = nch;
		c.mem_s2 = row, c.spad_s2 = pitch;
	}
	push_copy(t, op, &c);
}

void store_region(struct tiler *t, int op, const struct region *r,
                  uint32_t spad)
{
	int64_t pitch = (int64_t)r->cols * r->nch;
	struct copy c = {.opcode = OP_STORE, .spad = spad, .n2 = 1};

	set_source(t, &c, r->tensor, region_offset(r, r->y, r->x));
	if (region_linear(r)) {
		push_linear(t, op, c, region_bytes(r));
		return;
	}
	if (r->nch == r->ch) {
		c.n0 = pitch, c.n1 = r->rows;
		c.mem_s1 = (int64_t)r->w * r->ch, c.spad_s1 = pitch;
	} else {
		c.n0 = r->nch, c.n1 = r->cols, c.n2 = r->rows;
		c.mem_s1 = r->ch, c.spad_s1 = r->nch;
		c.mem_s2 = (int64_t)r->w * r->ch, c.spad_s2 = pitch;
	}
	push_copy(t, op, &c);
}

/* ---- patches ---- */

int64_t patches_bytes(const struct patches *p)
{
	const struct window *w = p->win;

	return (int64_t)p->ny * p->nx * w->kh * w->kw * w->ic;
}

struct key patches_key(const struct patches *p, int op)
{
	struct key k = {.kind = BUF_PATCHES, .id = op};
	const int64_t v[] = {p->img, p->y, p->ny, p->x, p->nx};

	memcpy(k.v, v, sizeof(v));
	return k;
}

/* Output positions from..to-1 along one axis, whose taps ta..tb-1 of k lie
 * inside the image. */
struct clip {
	int from, to, ta, tb;
};

/* The clip that begins at `from`; at most to `end`. */
static struct clip next_clip(int from, int end, int stride, int before, int k,
                             int dil, int size)
{
	struct clip c = {.from = from};

	for (c.to = from; c.to < end; c.to++) {
		int first = c.to * stride - before, ta = 0, tb = k;
		while (ta < k && first + ta * dil < 0)
			ta++;
		while (tb > ta && first + (tb - 1) * dil >= size)
			tb--;
		if (c.to == from) {
			c.ta = ta;
			c.tb = tb;
		} else if (ta != c.ta || tb != c.tb) {
			break;
		}
	}
	return c;
}

static struct clip x_clip(const struct patches *p, int from)
{
	const struct window *w = p->win;

	return next_clip(from, p->x + p->nx, w->sw, w->pl, w->kw, 1, w->iw);
}

static struct clip y_clip(const struct patches *p, int from)
{
	const struct window *w = p->win;

	return next_clip(from, p->y + p->ny, w->sh, w->pt, w->kh, w->dh, w->ih);
}

/* Bytes of a row of taps, and of a pixel. */
static int64_t patch_run(const struct patches *p)
{
	return (int64_t)p->win->kw * p->win->ic;
}

static int64_t patch_at(const struct patches *p, int y, int x, int ky, int kx)
{
	const struct window *w = p->win;
	int64_t pixel = (int64_t)(y - p->y) * p->nx + x - p->x;

	return (pixel * w->kh + ky) * patch_run(p) + (int64_t)kx * w->ic;
}

int64_t patches_beats(const struct patches *p, const struct hw *h)
{
	const struct window *w = p->win;
	int64_t rows = 0, columns = 0;
	struct clip c;

	for (int y = p->y; y < p->y + p->ny; y = c.to) {
		c = y_clip(p, y);
		rows += (int64_t)(c.to - c.from) * (c.tb - c.ta);
	}
	for (int x = p->x; x < p->x + p->nx; x = c.to) {
		c = x_clip(p, x);
		columns += (c.to - c.from) *
		           hw_beats(h, (int64_t)(c.tb - c.ta) * w->ic);
	}
	return rows * columns;
}

/* Taps left and right of the image, of one column of pixels. */
static void fill_sides(struct tiler *t, int op, const struct patches *p,
                       uint32_t spad)
{
	const struct window *w = p->win;
	int end = p->x + p->nx;
	struct clip c = {0};

	for (int x = p->x; x < end; x = c.to) {
		c = x_clip(p, x);
		for (; x < c.to; x++)
			for (int side = 0; side < 2; side++) {
				int from = side ? c.tb : 0;
				int to = side ? w->kw : c.ta;
				struct copy f = {
				        .opcode = OP_FILL,
				        .fill = p->fill,
				        .spad = spad +
				                (uint32_t)patch_at(p, p->y, x,
				                                   0, from),
				        .n0 = (int64_t)(to - from) * w->ic,
				        .n1 = w->kh,
				        .n2 = p->ny,
				        .spad_s1 = patch_run(p),
				        .spad_s2 =
				                p->nx * w->kh * patch_run(p)};
				if (to > from)
					push_copy(t, op, &f);
			}
	}
}

/* Rows of taps above and below the image, of rows of pixels. */
static void fill_ends(struct tiler *t, int op, const struct patches *p,
                      uint32_t spad)
{
	const struct window *w = p->win;
	int end = p->y + p->ny;
	int64_t pixel = w->kh * patch_run(p);
	struct clip c;

	for (int y = p->y; y < end; y = c.to) {
		c = y_clip(p, y);
		for (int side = 0; side < 2; side++) {
			int from = side ? c.tb : 0, to = side ? w->kh : c.ta;
			struct copy f = {
			        .opcode = OP_FILL,
			        .fill = p->fill,
			        .spad = spad +
			                (uint32_t)patch_at(p, y, p->x, from, 0),
			        .n0 = (to - from) * patch_run(p),
			        .n1 = p->nx,
			        .n2 = c.to - c.from,
			        .spad_s1 = pixel,
			        .spad_s2 = p->nx * pixel};
			if (to > from)
				push_copy(t, op, &f);
		}
	}
}

/* Valid taps ky0..ky1-1 of the pixels where both clips hold. Either one row of
 * taps of many pixels, or many rows of taps of one column of pixels: a LOAD
 * has three counts. */
static void load_box(struct tiler *t, int op, const struct patches *p,
                     const struct clip *y, const struct clip *x, int ky0,
                     int ky1, uint32_t spad)
{
	const struct window *w = p->win;
	int64_t row = (int64_t)w->iw * w->ic, pixel = w->kh * patch_run(p);
	int64_t iy = (int64_t)y->from * w->sh - w->pt + ky0 * w->dh;
	int64_t ix = (int64_t)x->from * w->sw - w->pl + x->ta;
	bool many = x->to - x->from > 1;
	struct copy c = {.opcode = OP_LOAD,
	                 .n0 = (int64_t)(x->tb - x->ta) * w->ic,
	                 .n1 = many ? x->to - x->from : ky1 - ky0,
	                 .n2 = y->to - y->from};

	assert(!many || ky1 - ky0 == 1);
	if (c.n0 < 1 || c.n1 < 1 || c.n2 < 1)
		return;
	c.spad = spad + (uint32_t)patch_at(p, y->from, x->from, ky0, x->ta);
	c.spad_s1 = many ? pixel : patch_run(p);
	c.spad_s2 = p->nx * pixel;
	c.mem_s1 = many ? (int64_t)w->sw * w->ic : w->dh * row;
	c.mem_s2 = w->sh * row;
	set_source(t, &c, p->tensor, (p->img * w->ih + iy) * row + ix * w->ic);
	push_copy(t, op, &c);
}

/* One LOAD for each column of pixels and clip of rows. */
static void load_columns(struct tiler *t, int op, const struct patches *p,
                         uint32_t spad)
{
	struct clip y, x;

	for (int i = p->y; i < p->y + p->ny; i = y.to) {
		y = y_clip(p, i);
		for (int j = p->x; j < p->x + p->nx; j++) {
			x = x_clip(p, j);
			x.to = j + 1;
			load_box(t, op, p, &y, &x, y.ta, y.tb, spad);
		}
	}
}

/* One LOAD for each row of taps and clip of columns. */
static void load_rows(struct tiler *t, int op, const struct patches *p,
                      uint32_t spad)
{
	const struct window *w = p->win;

	for (int ky = 0; ky < w->kh; ky++) {
		struct clip y = {.from = p->y, .to = p->y + p->ny}, x;
		while (y.from < y.to && y.from * w->sh - w->pt + ky * w->dh < 0)
			y.from++;
		while (y.to > y.from &&
		       (y.to - 1) * w->sh - w->pt + ky * w->dh >= w->ih)
			y.to--;
		for (int j = p->x; j < p->x + p->nx; j = x.to) {
			x = x_clip(p, j);
			load_box(t, op, p, &y, &x, ky, ky + 1, spad);
		}
	}
}

void load_patches(struct tiler *t, int op, const struct patches *p,
                  uint32_t spad)
{
	int ny = 0, nx = 0;

	for (int y = p->y; y < p->y + p->ny; y = y_clip(p, y).to)
		ny++;
	for (int x = p->x; x < p->x + p->nx; x = x_clip(p, x).to)
		nx++;
	fill_sides(t, op, p, spad);
	fill_ends(t, op, p, spad);
	if (p->nx * ny <= p->win->kh * nx)
		load_columns(t, op, p, spad);
	else
		load_rows(t, op, p, spad);
}
