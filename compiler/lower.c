/* lower: nodes of the file to ops of the two units. See ir.h.
 *
 * Here: the walk over the nodes, aliases, lifetimes, and what both targets
 * need to know about an operator. lower_array.c and lower_cpu.c build ops.
 */
#include "compiler/ir.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "compiler/shape.h"
#include "isa/quantize.h"

bool lower_error(const struct lowered *l, const struct node *n, struct err *err,
                 const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_at(err, (struct src){l->g->path, 0}, "operator %d (%s): %s",
	              n->index, n->custom ? n->custom : builtin_name(n->code),
	              text);
}

struct op *lower_add_op(struct lowered *l, const struct node *n, enum unit unit)
{
	if (l->n_ops == l->cap_ops) {
		int cap = 2 * l->cap_ops + 16;
		struct op *op = arena_zero(&l->arena, (size_t)cap, sizeof(*op));
		if (l->n_ops)
			memcpy(op, l->op, (size_t)l->n_ops * sizeof(*op));
		l->op = op;
		l->cap_ops = cap;
	}
	struct op *op = &l->op[l->n_ops++];
	op->layer = (int)(n - l->g->node);
	op->unit = unit;
	op->out = l->root[n->out[0]];
	return op;
}

const struct tensor *lower_in(const struct lowered *l, const struct node *n,
                              int i)
{
	if (i >= n->n_in || n->in[i] < 0)
		return NULL;
	return &l->g->tensor[n->in[i]];
}

const struct tensor *lower_out(const struct lowered *l, const struct node *n)
{
	return &l->g->tensor[n->out[0]];
}

int32_t lower_zero(const struct tensor *t)
{
	return t->nq > 0 ? (int32_t)t->zero[0] : 0;
}

bool lower_clamp(const struct lowered *l, const struct node *n,
                 const struct tensor *out, int32_t *qmin, int32_t *qmax,
                 struct err *err)
{
	bool i16 = out->type == DT_I16;

	*qmin = i16 ? INT16_MIN : INT8_MIN;
	*qmax = i16 ? INT16_MAX : INT8_MAX;
	if (out->nq != 1)
		return lower_error(l, n, err, "output %s has no scale",
		                   out->name);
	if (!quantize_act(n->opt.act, out->scale[0], lower_zero(out), qmin,
	                  qmax))
		return lower_error(l, n, err, "activation %d is not supported",
		                   n->opt.act);
	return true;
}

/* ---- convolutions ---- */

/* Output size of a windowed axis, and its padding before; 0 if impossible. */
static int out_size(enum padding pad, int in, int k, int stride, int dil,
                    int *before)
{
	int64_t span = (int64_t)(k - 1) * dil + 1;
	*before = 0;
	if (pad == PAD_VALID)
		return in < span ? 0 : (int)((in - span) / stride + 1);
	int out = (in - 1) / stride + 1;
	int64_t total = (int64_t)(out - 1) * stride + span - in;
	*before = total > 0 ? (int)(total / 2) : 0;
	return out;
}

/* Sizes, strides and padding of a convolution or pool. win->kh, kw are set. */
static bool window_set(struct lowered *l, const struct node *n,
                       const struct tensor *in, const struct tensor *out,
                       struct window *w, struct err *err)
{
	if (in->rank != 4 || out->rank != 4)
		return lower_error(l, n, err,
		                   "tensors of rank %d and %d, "
		                   "not 4",
		                   in->rank, out->rank);
	w->n = in->dim[0], w->ih = in->dim[1], w->iw = in->dim[2];
	w->ic = in->dim[3];
	w->oh = out->dim[1], w->ow = out->dim[2], w->oc = out->dim[3];
	w->sh = n->opt.stride_h, w->sw = n->opt.stride_w;
	if (w->kh < 1 || w->kw < 1 || w->sh < 1 || w->sw < 1 || w->dh < 1 ||
	    w->dw < 1)
		return lower_error(l, n, err,
		                   "window %dx%d, stride %dx%d, "
		                   "dilation %dx%d",
		                   w->kh, w->kw, w->sh, w->sw, w->dh, w->dw);
	int oh = out_size(n->opt.padding, w->ih, w->kh, w->sh, w->dh, &w->pt);
	int ow = out_size(n->opt.padding, w->iw, w->kw, w->sw, w->dw, &w->pl);
	if (oh != w->oh || ow != w->ow || out->dim[0] != w->n)
		return lower_error(l, n, err,
		                   "output %s is %dx%d, computed "
		                   "%dx%d",
		                   out->name, w->oh, w->ow, oh, ow);
	w->y1 = w->oh, w->x1 = w->ow;
	return true;
}

static bool fc_window(struct lowered *l, const struct node *n,
                      struct lower_conv *c, struct err *err)
{
	struct window *w = &c->win;

	if (c->wgt->rank != 2)
		return lower_error(l, n, err, "weights of rank %d, not 2",
		                   c->wgt->rank);
	if (n->opt.weights_format != 0)
		return lower_error(l, n, err, "shuffled weights");
	w->oc = c->wgt->dim[0], w->ic = c->wgt->dim[1];
	if (c->in->n % w->ic || c->out->n % w->oc ||
	    c->in->n / w->ic != c->out->n / w->oc)
		return lower_error(l, n, err,
		                   "%d inputs, %d outputs, weights "
		                   "%dx%d",
		                   c->in->n, c->out->n, w->oc, w->ic);
	w->iw = w->ow = w->x1 = c->in->n / w->ic;
	w->n = w->ih = w->oh = w->y1 = 1;
	w->kh = w->kw = w->sh = w->sw = w->dh = w->dw = 1;
	return true;
}

static bool conv_window(struct lowered *l, const struct node *n,
                        struct lower_conv *c, struct err *err)
{
	struct window *w = &c->win;
	const struct tensor *wgt = c->wgt;

	if (wgt->rank != 4)
		return lower_error(l, n, err, "weights of rank %d, not 4",
		                   wgt->rank);
	w->kh = wgt->dim[1], w->kw = wgt->dim[2];
	w->dh = n->opt.dil_h, w->dw = n->opt.dil_w;
	if (!window_set(l, n, c->in, c->out, w, err))
		return false;
	if (c->depthwise) {
		if (wgt->dim[3] != w->oc || w->oc % w->ic)
			return lower_error(l, n, err,
			                   "%d input, %d output "
			                   "channels",
			                   w->ic, w->oc);
		return true;
	}
	c->groups = w->ic / wgt->dim[3];
	if (wgt->dim[0] != w->oc || c->groups < 1 ||
	    w->ic != c->groups * wgt->dim[3] || w->oc % c->groups)
		return lower_error(l, n, err,
		                   "weights %dx%dx%dx%d for %d "
		                   "input, %d output channels",
		                   wgt->dim[0], wgt->dim[1], wgt->dim[2],
		                   wgt->dim[3], w->ic, w->oc);
	return true;
}

static bool tconv_window(const struct node *n, struct lower_conv *c)
{
	const struct tensor *in = c->in, *out = c->out, *wgt = c->wgt;
	struct window_axis y, x;

	window_1d(n->opt.padding, out->dim[1], wgt->dim[1], n->opt.stride_h, 1,
	          &y);
	window_1d(n->opt.padding, out->dim[2], wgt->dim[2], n->opt.stride_w, 1,
	          &x);
	c->win = (struct window){
	        .n = in->dim[0],
	        .ih = in->dim[1],
	        .iw = in->dim[2],
	        .ic = in->dim[3],
	        .oh = out->dim[1],
	        .ow = out->dim[2],
	        .oc = out->dim[3],
	        .kh = wgt->dim[1],
	        .kw = wgt->dim[2],
	        .sh = n->opt.stride_h,
	        .sw = n->opt.stride_w,
	        .dh = 1,
	        .dw = 1,
	        .pt = y.before,
	        .pl = x.before,
	        .y1 = out->dim[1],
	        .x1 = out->dim[2],
	};
	return true;
}

static bool conv_types(const struct lowered *l, const struct node *n,
                       struct lower_conv *c, struct err *err)
{
	const struct tensor *in = c->in, *wgt = c->wgt, *out = c->out;

	c->i16 = in->type == DT_I16;
	if ((in->type != DT_I8 && !c->i16) || out->type != in->type ||
	    wgt->type != DT_I8)
		return lower_error(l, n, err,
		                   "input %s, weights %s, output "
		                   "%s: not int8 or int16 by int8",
		                   dtype_name[in->type], dtype_name[wgt->type],
		                   dtype_name[out->type]);
	if (c->bias && (c->bias->type != (c->i16 ? DT_I64 : DT_I32) ||
	                !c->bias->data || c->bias->n != c->win.oc))
		return lower_error(l, n, err, "bias %s: %s of %d elements",
		                   c->bias->name, dtype_name[c->bias->type],
		                   c->bias->n);
	/* TFLM then sums in 32 bits and rounds otherwise than with int64. */
	if (c->i16 && !c->bias && n->opt.bias_type == DT_I32)
		return lower_error(l, n, err,
		                   "sums of int16 in 32 bits are not "
		                   "supported");
	if (!wgt->data)
		return lower_error(l, n, err, "weights %s are not constant",
		                   wgt->name);
	if (in->nq != 1 || out->nq != 1 || wgt->nq < 1)
		return lower_error(l, n, err, "a tensor has no scale");
	if (wgt->nq != 1 && wgt->nq != c->win.oc)
		return lower_error(l, n, err,
		                   "%d weight scales for %d "
		                   "channels",
		                   wgt->nq, c->win.oc);
	return true;
}

static bool conv_scales(struct lowered *l, const struct node *n,
                        struct lower_conv *c, struct err *err)
{
	const struct tensor *wgt = c->wgt;
	bool fc = n->code == BI_FULLY_CONNECTED;
	size_t oc = (size_t)c->win.oc;

	c->in_zp = lower_zero(c->in);
	c->out_zp = lower_zero(c->out);
	c->w_zp = wgt->nq == 1 ? lower_zero(wgt) : 0;
	c->mult = arena_zero(&l->arena, oc, sizeof(*c->mult));
	c->shift = arena_zero(&l->arena, oc, sizeof(*c->shift));
	for (int i = 0; i < c->win.oc; i++) {
		struct multiplier m;
		float w = wgt->scale[wgt->nq == 1 ? 0 : i];
		float in = c->in->scale[0], out = c->out->scale[0];
		bool ok = fc && wgt->nq == 1 ? quantize_fc(in, w, out, &m)
		                             : quantize_conv(in, w, out, &m);
		if (!ok)
			return lower_error(l, n, err, "scales %g, %g, %g",
			                   (double)in, (double)w, (double)out);
		c->mult[i] = m.m;
		c->shift[i] = m.shift;
	}
	return lower_clamp(l, n, c->out, &c->qmin, &c->qmax, err);
}

bool lower_conv(struct lowered *l, const struct node *n, struct lower_conv *c,
                struct err *err)
{
	*c = (struct lower_conv){.groups = 1};
	c->depthwise = n->code == BI_DEPTHWISE_CONV_2D;
	c->in = lower_in(l, n, 0);
	c->wgt = lower_in(l, n, 1);
	c->bias = lower_in(l, n, 2);
	c->out = lower_out(l, n);
	if (!c->in || !c->wgt)
		return lower_error(l, n, err, "an input is missing");
	bool ok = n->code == BI_FULLY_CONNECTED  ? fc_window(l, n, c, err)
	          : n->code == BI_TRANSPOSE_CONV ? tconv_window(n, c)
	                                         : conv_window(l, n, c, err);
	if (ok && n->code == BI_TRANSPOSE_CONV && n->opt.act)
		return lower_error(l, n, err, "activation %d is not supported",
		                   n->opt.act);
	return ok && conv_types(l, n, c, err) && conv_scales(l, n, c, err);
}

bool lower_pool(struct lowered *l, const struct node *n, struct window *w,
                struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);

	if (!in)
		return lower_error(l, n, err, "the input is missing");
	if ((in->type != DT_I8 && in->type != DT_I16) || out->type != in->type)
		return lower_error(l, n, err, "type %s to %s is not supported",
		                   dtype_name[in->type], dtype_name[out->type]);
	*w = (struct window){
	        .kh = n->opt.filter_h, .kw = n->opt.filter_w, .dh = 1, .dw = 1};
	if (!window_set(l, n, in, out, w, err))
		return false;
	if (w->ic != w->oc)
		return lower_error(l, n, err, "%d input, %d output channels",
		                   w->ic, w->oc);
	return true;
}

bool lower_add(struct lowered *l, const struct node *n, struct lower_add *a,
               struct err *err)
{
	const struct tensor *x = lower_in(l, n, 0), *y = lower_in(l, n, 1);
	const struct tensor *out = lower_out(l, n);

	if (!x || !y)
		return lower_error(l, n, err, "an input is missing");
	if ((out->type != DT_I8 && out->type != DT_I16) ||
	    x->type != out->type || y->type != out->type)
		return lower_error(l, n, err, "types %s + %s = %s",
		                   dtype_name[x->type], dtype_name[y->type],
		                   dtype_name[out->type]);
	if (x->nq != 1 || y->nq != 1 || out->nq != 1)
		return lower_error(l, n, err, "a tensor has no scale");
	struct num_add q;
	a->left = out->type == DT_I16 ? 15 : 20;
	if (!quantize_add(x->scale[0], y->scale[0], out->scale[0], a->left, &q))
		return lower_error(l, n, err, "scales %g, %g, %g",
		                   (double)x->scale[0], (double)y->scale[0],
		                   (double)out->scale[0]);
	a->mult[0] = q.a_mult, a->shift[0] = q.a_shift;
	a->mult[1] = q.b_mult, a->shift[1] = q.b_shift;
	a->mult[2] = q.o_mult, a->shift[2] = q.o_shift;
	a->zp[0] = lower_zero(x), a->zp[1] = lower_zero(y);
	a->zp[2] = lower_zero(out);
	return lower_clamp(l, n, out, &a->qmin, &a->qmax, err);
}

/* ---- the walk ---- */

static bool is_alias(int code)
{
	return code == BI_RESHAPE || code == BI_SQUEEZE ||
	       code == BI_EXPAND_DIMS;
}

static bool alias(struct lowered *l, const struct node *n, struct err *err)
{
	const struct tensor *in = lower_in(l, n, 0), *out = lower_out(l, n);

	if (!in || in->bytes != out->bytes)
		return lower_error(l, n, err,
		                   "input and output differ in "
		                   "size");
	l->root[n->out[0]] = l->root[n->in[0]];
	return true;
}

/* Shortened to what fits. A converter joins the names of fused operators with
 * ';': the first one is enough. Then the end is kept: names are paths. */
static void layer_name(struct layer *y, const char *name)
{
	size_t len = strcspn(name, ";"), room = sizeof(y->name) - 1;
	if (len == 0)
		len = strlen(name);
	size_t from = len > room ? len - room : 0;

	snprintf(y->name, sizeof(y->name), "%.*s", (int)(len - from),
	         name + from);
}

static void layer_set(struct lowered *l, const struct node *n)
{
	struct layer *y = &l->layer[n - l->g->node];
	bool cpu = false, array = false;

	layer_name(y, lower_out(l, n)->name);
	y->op = builtin_name(n->code);
	y->macs = node_macs(l->g, n);
	for (int i = 0; i < l->n_ops; i++)
		if (l->op[i].layer == n - l->g->node) {
			cpu |= l->op[i].unit == UNIT_CPU;
			array |= l->op[i].unit == UNIT_ARRAY;
		}
	y->unit = cpu ? "cpu" : array ? "array" : "none";
	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *t = lower_in(l, n, i);
		if (t && t->data && !is_alias(n->code))
			y->wgt_bytes += t->bytes;
		else if (t && !t->data)
			y->in_bytes += t->bytes;
	}
	for (int i = 0; i < n->n_out; i++)
		y->out_bytes += l->g->tensor[n->out[i]].bytes;
}

static bool lower_node(struct lowered *l, const struct node *n, struct err *err)
{
	bool done = false;

	if (n->n_out != 1)
		return lower_error(l, n, err, "the operator is not supported");
	if (is_alias(n->code)) {
		if (!alias(l, n, err))
			return false;
	} else {
		if (l->target == TARGET_ACCEL && !lower_array(l, n, &done, err))
			return false;
		if (!done && !lower_cpu(l, n, err))
			return false;
	}
	layer_set(l, n);
	return true;
}

bool lower(struct lowered *l, struct err *err)
{
	const struct graph *g = l->g;
	size_t nt = (size_t)g->n_tensors;

	l->root = arena_zero(&l->arena, nt, sizeof(*l->root));
	l->home = arena_zero(&l->arena, nt, sizeof(*l->home));
	l->layer = arena_zero(&l->arena, (size_t)g->n_nodes, sizeof(*l->layer));
	for (int i = 0; i < g->n_tensors; i++)
		l->root[i] = i;
	for (int i = 0; i < g->n_nodes; i++)
		if (!lower_node(l, &g->node[i], err))
			return false;
	for (int i = 0; i < g->n_outputs; i++) {
		const struct tensor *t = &g->tensor[l->root[g->output[i]]];
		if (t->data)
			return err_at(err, (struct src){g->path, 0},
			              "output '%s' is constant", t->name);
	}
	fuse_adds(l);
	return true;
}
