/* lower_array: operators as commands of the accelerator can compute them.
 *
 * What the array cannot do goes to the CPU: other types than int8, weights
 * with a zero point, broadcasts, average pools with too many kinds of windows,
 * sizes beyond the fields of a command.
 */
#include "compiler/ir.h"

#include <string.h>
#include "isa/quantize.h"

/* Multiplier and shift that change nothing. */
enum { MULT_ONE = 1 << 30, SHIFT_ONE = 1 };

/* Fields of a command: kernel sizes have 8 bits, a run 16, strides 24. */
static bool fits_fields(const struct window *w)
{
	const int64_t stride_max = (1 << 23) - 1;

	return w->kh <= 255 && w->kw <= 255 && w->oc <= 65535 &&
	       (int64_t)w->kw * w->ic <= 65535 &&
	       (int64_t)w->iw * w->ic * w->sh <= stride_max &&
	       (int64_t)w->iw * w->ic * w->dh <= stride_max;
}

static struct op *add_op(struct lowered *l, const struct node *n, int n_in)
{
	struct op *op = lower_add_op(l, n, UNIT_ARRAY);

	op->n_in = n_in;
	for (int i = 0; i < n_in; i++)
		op->in[i] = l->root[n->in[i]];
	return op;
}

/* ---- convolutions ---- */

/* Dense weights [oc][kh][kw][ic] of a grouped convolution: zeros outside of
 * each channel's group. */
static int8_t *dense_groups(struct lowered *l, const struct lower_conv *c)
{
	const struct window *w = &c->win;
	const int8_t *from = c->wgt->data;
	int gi = w->ic / c->groups, go = w->oc / c->groups;
	int taps = w->kh * w->kw;
	int8_t *to = arena_zero(&l->arena, (size_t)w->oc * (size_t)taps,
	                        (size_t)w->ic);

	for (int o = 0; o < w->oc; o++)
		for (int t = 0; t < taps; t++)
			memcpy(to + (o * taps + t) * w->ic + o / go * gi,
			       from + (o * taps + t) * gi, (size_t)gi);
	return to;
}

/* The same of a depthwise convolution, whose weights are [kh][kw][oc] and
 * whose output channel o reads input channel o / (oc/ic). */
static int8_t *dense_depthwise(struct lowered *l, const struct lower_conv *c)
{
	const struct window *w = &c->win;
	const int8_t *from = c->wgt->data;
	int taps = w->kh * w->kw, mult = w->oc / w->ic;
	int8_t *to = arena_zero(&l->arena, (size_t)w->oc * (size_t)taps,
	                        (size_t)w->ic);

	for (int o = 0; o < w->oc; o++)
		for (int t = 0; t < taps; t++)
			to[(o * taps + t) * w->ic + o / mult] =
			        from[t * w->oc + o];
	return to;
}

/* Is a grouped convolution as a dense one better than on the CPU? The CPU
 * needs several cycles a product, the array multiplies all cells at once but
 * `waste` times as many products; and the zeros must be stored. */
static bool dense_pays(const struct lowered *l, const struct lower_conv *c,
                       int waste)
{
	enum { CPU_CYCLES_PER_MAC = 6, MAX_BYTES = 128 * 1024 };
	const struct window *w = &c->win;
	int64_t bytes = (int64_t)w->oc * w->kh * w->kw * w->ic;
	int64_t cells = (int64_t)l->d->rows * l->d->cols;

	return bytes <= MAX_BYTES && waste < CPU_CYCLES_PER_MAC * cells;
}

static void sum_weights(const struct lower_conv *c, const struct array_op *a,
                        uint32_t *sum)
{
	const struct window *w = &c->win;
	int taps = w->kh * w->kw;

	for (int o = 0; o < w->oc; o++) {
		int32_t s = 0;
		if (a->opcode == OP_DWCONV)
			for (int t = 0; t < taps; t++)
				s += a->wgt[t * w->oc + o];
		else
			for (int t = 0; t < taps * w->ic; t++)
				s += a->wgt[o * taps * w->ic + t];
		sum[o] = (uint32_t)s;
	}
}

/* sum of (x - zp) * w = sum of x * w - zp * sum of w, modulo 2^32. */
static void fold_bias(struct lowered *l, const struct lower_conv *c,
                      struct array_op *a)
{
	size_t oc = (size_t)c->win.oc;
	uint32_t *sum = arena_zero(&l->arena, oc, sizeof(*sum));
	const int32_t *bias = c->bias ? c->bias->data : NULL;

	sum_weights(c, a, sum);
	for (size_t o = 0; o < oc; o++)
		sum[o] = (bias ? (uint32_t)bias[o] : 0) -
		         (uint32_t)c->in_zp * sum[o];
	a->bias = (int32_t *)sum;
}

/* Which opcode, and its weights; 0: neither. */
static int conv_opcode(struct lowered *l, const struct node *n,
                       const struct lower_conv *c, const int8_t **wgt)
{
	const struct window *w = &c->win;

	*wgt = c->wgt->data;
	if (c->w_zp != 0)
		return 0;
	if (n->code == BI_CONV_2D && c->groups > 1) {
		if (!dense_pays(l, c, c->groups))
			return 0;
		*wgt = dense_groups(l, c);
	} else if (c->depthwise && w->ic == w->oc && w->ic > 1) {
		return OP_DWCONV;
	} else if (c->depthwise) {
		if (!dense_pays(l, c, w->ic))
			return 0;
		*wgt = dense_depthwise(l, c);
	}
	return OP_CONV;
}

static bool array_conv(struct lowered *l, const struct node *n, bool *done,
                       struct err *err)
{
	struct lower_conv c;
	const int8_t *wgt;

	if (!lower_conv(l, n, &c, err))
		return false;
	if (c.i16 || (n->code != BI_FULLY_CONNECTED && !fits_fields(&c.win)))
		return true;
	int opcode = conv_opcode(l, n, &c, &wgt);
	if (!opcode)
		return true;
	struct array_op *a = &add_op(l, n, 1)->array;
	*a = (struct array_op){.opcode = opcode,
	                       .win = c.win,
	                       .fill = (int8_t)c.in_zp,
	                       .zp = (int8_t)c.out_zp,
	                       .qmin = (int8_t)c.qmin,
	                       .qmax = (int8_t)c.qmax,
	                       .n_par = c.win.oc,
	                       .mult = c.mult,
	                       .shift = c.shift,
	                       .wgt = wgt};
	fold_bias(l, &c, a);
	a->shape = a->win;
	*done = true;
	return true;
}

/* ---- pools ---- */

/* One bias, multiplier, shift for all channels. */
static void share(struct lowered *l, struct array_op *a, int32_t mult,
                  int32_t shift)
{
	int32_t *v = arena_zero(&l->arena, 3, sizeof(*v));

	v[1] = mult;
	v[2] = shift;
	a->par_shared = true;
	a->n_par = 1;
	a->bias = &v[0], a->mult = &v[1], a->shift = &v[2];
}

/* Average of n valid cells: round(sum / n), half away from zero.
 *
 * The hardware computes floor(sum * m / 2^31 + 1/2). With m = 2^31/n rounded
 * to the next *larger* integer a tie moves away from zero on either side, and
 * the error, below |sum| / 2^31 <= 128n / 2^31, is too small to reach another
 * rounding boundary, which is at least 1/2n away: exact while n^2 < 2^23. */
enum { MAX_AVERAGE = 2895 };

static void average(struct lowered *l, struct array_op *a, int n)
{
	if (n == 1)
		share(l, a, MULT_ONE, SHIFT_ONE);
	else
		share(l, a, (int32_t)(((int64_t)1 << 31) / n + 1), 0);
}

/* Taps of output position `at` that lie inside the input, along one axis. */
static int valid(int at, int stride, int before, int k, int in)
{
	int from = at * stride - before;
	int lo = from < 0 ? 0 : from;
	int hi = from + k > in ? in : from + k;

	return hi - lo;
}

enum { MAX_BANDS = 8 };

/* Cut 0..out-1 where the number of valid taps changes. Returns the number of
 * bands, 0 if there are too many. */
static int bands(int out, int stride, int before, int k, int in,
                 int edge[MAX_BANDS + 1], int taps[MAX_BANDS])
{
	int n = 0;

	for (int at = 0; at < out; at++) {
		int v = valid(at, stride, before, k, in);
		if (n > 0 && taps[n - 1] == v)
			continue;
		if (n == MAX_BANDS)
			return 0;
		edge[n] = at;
		taps[n++] = v;
	}
	edge[n] = out;
	return n;
}

static void add_average(struct lowered *l, const struct node *n,
                        const struct array_op *all)
{
	const struct window *w = &all->win;
	int ye[MAX_BANDS + 1], yt[MAX_BANDS], xe[MAX_BANDS + 1], xt[MAX_BANDS];
	int ny = bands(w->oh, w->sh, w->pt, w->kh, w->ih, ye, yt);
	int nx = bands(w->ow, w->sw, w->pl, w->kw, w->iw, xe, xt);

	for (int i = 0; i < ny * nx; i++) {
		int y = i / nx, x = i % nx;
		struct array_op *a = &add_op(l, n, 1)->array;
		*a = *all;
		a->win.y0 = ye[y], a->win.y1 = ye[y + 1];
		a->win.x0 = xe[x], a->win.x1 = xe[x + 1];
		a->shape = a->win;
		average(l, a, yt[y] * xt[x]);
	}
}

/* Can the array average these windows? */
static bool can_average(const struct window *w)
{
	int edge[MAX_BANDS + 1], taps[MAX_BANDS];

	return (int64_t)w->kh * w->kw <= MAX_AVERAGE &&
	       bands(w->oh, w->sh, w->pt, w->kh, w->ih, edge, taps) &&
	       bands(w->ow, w->sw, w->pl, w->kw, w->iw, edge, taps);
}

static bool array_pool(struct lowered *l, const struct node *n, bool *done,
                       struct err *err)
{
	struct array_op a = {0};
	int32_t qmin, qmax;

	if (!lower_pool(l, n, &a.win, err) ||
	    !lower_clamp(l, n, lower_out(l, n), &qmin, &qmax, err))
		return false;
	bool max = n->code == BI_MAX_POOL_2D;
	if (lower_out(l, n)->type != DT_I8 || !fits_fields(&a.win) ||
	    (!max && !can_average(&a.win)))
		return true;
	a.opcode = max ? OP_MAXPOOL : OP_AVGPOOL;
	a.fill = max ? INT8_MIN : 0;
	a.qmin = (int8_t)qmin;
	a.qmax = (int8_t)qmax;
	a.shape = a.win;
	*done = true;
	if (max) {
		share(l, &a, MULT_ONE, SHIFT_ONE);
		add_op(l, n, 1)->array = a;
	} else {
		add_average(l, n, &a);
	}
	return true;
}

/* ---- ADD ---- */

static bool array_add(struct lowered *l, const struct node *n, bool *done,
                      struct err *err)
{
	struct lower_add q;

	if (!lower_add(l, n, &q, err))
		return false;
	const struct tensor *x = lower_in(l, n, 0), *y = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);
	if (out->type != DT_I8 || x->n != out->n || y->n != out->n ||
	    q.shift[0] > 0 || q.shift[1] > 0 || q.shift[2] > 0)
		return true;
	int32_t *v = arena_zero(&l->arena, 9, sizeof(*v));
	for (int i = 0; i < 3; i++) {
		v[i] = i < 2 ? -q.zp[i] : 0;
		v[3 + i] = q.mult[i];
		v[6 + i] = q.shift[i];
	}
	add_op(l, n, 2)->array = (struct array_op){.opcode = OP_ADD,
	                                           .n = out->n,
	                                           .zp = (int8_t)q.zp[2],
	                                           .qmin = (int8_t)q.qmin,
	                                           .qmax = (int8_t)q.qmax,
	                                           .par_shared = true,
	                                           .n_par = 3,
	                                           .bias = v,
	                                           .mult = v + 3,
	                                           .shift = v + 6};
	*done = true;
	return true;
}

bool lower_array(struct lowered *l, const struct node *n, bool *done,
                 struct err *err)
{
	switch (n->code) {
	case BI_CONV_2D:
	case BI_DEPTHWISE_CONV_2D:
	case BI_FULLY_CONNECTED:
		return array_conv(l, n, done, err);
	case BI_AVERAGE_POOL_2D:
	case BI_MAX_POOL_2D:
		return array_pool(l, n, done, err);
	case BI_ADD:
		return array_add(l, n, done, err);
	default:
		return true;
	}
}
