/* emit: see emit.h.
 *
 * Order in flash: header, steps, input and output tensors; then each CPU op's
 * constants and parameters; the weight section; the commands.
 */
#include "compiler/emit.h"

#include <string.h>
#include "base/buf.h"
#include "isa/map.h"

enum { ALIGN = 16 };

struct out {
	struct buf b;
	struct tiler *t;
	struct image_header head;
	struct need *need, *made;
	int n_needs, n_made;
};

static void align(struct out *o, size_t to)
{
	buf_pad(&o->b, 0, (int)((to - o->b.len % to) % to));
}

static uint32_t here(const struct out *o)
{
	return MAP_FLASH + (uint32_t)o->b.len;
}

static void put32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

/* Structures of the image consist of 32-bit words. */
static void set_words(struct out *o, uint32_t addr, const void *words,
                      size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 4) {
		uint32_t v;
		memcpy(&v, (const char *)words + i, 4);
		put32((uint8_t *)o->b.data + (addr - MAP_FLASH) + i, v);
	}
}

static void add_words(struct out *o, const void *words, size_t bytes)
{
	size_t at = o->b.len;

	buf_pad(&o->b, 0, (int)bytes);
	set_words(o, MAP_FLASH + (uint32_t)at, words, bytes);
}

/* ---- CPU ops ---- */

static uint32_t add_bytes(struct out *o, const void *bytes, size_t n)
{
	if (!bytes)
		return 0;
	align(o, ALIGN);
	uint32_t at = here(o);
	buf_add(&o->b, bytes, n);
	return at;
}

/* Address of a root tensor; constants are put into the image once. */
static uint32_t tensor_addr(struct out *o, int t)
{
	const struct tensor *x = &o->t->l->g->tensor[t];
	struct home *h = &o->t->l->home[t];

	if (x->data && !h->addr)
		h->addr = add_bytes(o, x->data, (size_t)x->bytes);
	return h->addr;
}

/* Fill in the addresses of the parameters; returns their size. */
static size_t link_op(struct op *op, const uint32_t in[2], uint32_t out,
                      const uint32_t blob[N_BLOBS])
{
	struct cpu_op *c = &op->cpu;

	switch (c->kernel) {
	case KERNEL_ADD_I8:
	case KERNEL_ADD_I16:
		c->k.add.a = in[0], c->k.add.b = in[1], c->k.add.out = out;
		return sizeof(c->k.add);
	case KERNEL_AVGPOOL_I8:
	case KERNEL_MAXPOOL_I8:
	case KERNEL_AVGPOOL_I16:
	case KERNEL_MAXPOOL_I16:
		c->k.pool.in = in[0], c->k.pool.out = out;
		return sizeof(c->k.pool);
	case KERNEL_SOFTMAX_I8:
	case KERNEL_SOFTMAX_I8_I16:
	case KERNEL_SOFTMAX_I16:
		c->k.softmax.in = in[0], c->k.softmax.out = out;
		c->k.softmax.exp_lut = blob[BLOB_LUT0];
		c->k.softmax.recip_lut = blob[BLOB_LUT1];
		return sizeof(c->k.softmax);
	case KERNEL_COPY:
		c->k.copy.in = in[0], c->k.copy.out = out;
		return sizeof(c->k.copy);
	case KERNEL_QUANTIZE_F32_I8:
	case KERNEL_QUANTIZE_F32_I16:
	case KERNEL_DEQUANTIZE_I8_F32:
	case KERNEL_DEQUANTIZE_I16_F32:
	case KERNEL_REQUANTIZE:
		c->k.quant.in = in[0], c->k.quant.out = out;
		return sizeof(c->k.quant);
	case KERNEL_PAD:
		c->k.pad.in = in[0], c->k.pad.out = out;
		return sizeof(c->k.pad);
	case KERNEL_MUL_I8:
	case KERNEL_MUL_I16:
		c->k.mul.a = in[0], c->k.mul.b = in[1], c->k.mul.out = out;
		return sizeof(c->k.mul);
	case KERNEL_MEAN_I8:
	case KERNEL_MEAN_I16:
		c->k.mean.in = in[0], c->k.mean.out = out;
		return sizeof(c->k.mean);
	case KERNEL_LUT_I8:
		c->k.lut.in = in[0], c->k.lut.out = out;
		c->k.lut.lut = blob[BLOB_LUT0];
		return sizeof(c->k.lut);
	case KERNEL_LOGISTIC_I16:
	case KERNEL_TANH_I16:
		c->k.sigmoid.in = in[0], c->k.sigmoid.out = out;
		c->k.sigmoid.lut = blob[BLOB_LUT0];
		return sizeof(c->k.sigmoid);
	case KERNEL_RESIZE_NEAREST:
	case KERNEL_RESIZE_BILINEAR_I8:
		c->k.resize.in = in[0], c->k.resize.out = out;
		c->k.resize.rows = blob[BLOB_LUT0];
		c->k.resize.cols = blob[BLOB_LUT1];
		return sizeof(c->k.resize);
	case KERNEL_MOVE:
		c->k.move.in = in[0], c->k.move.out = out;
		return sizeof(c->k.move);
	default:
		c->k.conv.in = in[0], c->k.conv.out = out;
		c->k.conv.wgt = blob[BLOB_WGT];
		c->k.conv.bias = blob[BLOB_BIAS];
		c->k.conv.mult = blob[BLOB_MULT];
		c->k.conv.shift = blob[BLOB_SHIFT];
		return sizeof(c->k.conv);
	}
}

static uint32_t add_cpu(struct out *o, struct op *op)
{
	uint32_t in[2] = {0}, blob[N_BLOBS];

	for (int i = 0; i < op->n_in; i++)
		in[i] = tensor_addr(o, op->in[i]);
	for (int i = 0; i < N_BLOBS; i++)
		blob[i] =
		        add_bytes(o, op->cpu.blob[i].bytes, op->cpu.blob[i].n);
	size_t n = link_op(op, in, tensor_addr(o, op->out), blob);
	align(o, ALIGN);
	uint32_t at = here(o);
	add_words(o, &op->cpu.k, n);
	return at;
}

/* ---- array ops ---- */

static uint32_t add_section(struct out *o)
{
	struct lowered *l = o->t->l;

	align(o, COMMAND_BYTES);
	uint32_t at = here(o);
	buf_pad(&o->b, 0, (int)o->t->section_bytes);
	uint8_t *to = (uint8_t *)o->b.data + (at - MAP_FLASH);
	for (int i = 0; i < l->n_ops; i++) {
		const struct op *op = &l->op[i];
		if (op->unit != UNIT_ARRAY)
			continue;
		pack_op(&o->t->part, op, to);
		for (int j = 0; j < op->n_in; j++) {
			const struct tensor *x = &l->g->tensor[op->in[j]];
			if (x->data)
				memcpy(to + o->t->const_at[op->in[j]], x->data,
				       (size_t)x->bytes);
		}
	}
	return at;
}

static uint32_t add_job(struct out *o, const struct sched_step *s,
                        uint32_t section)
{
	align(o, COMMAND_BYTES);
	uint32_t at = here(o);
	for (int i = s->first; i < s->first + s->n; i++) {
		struct item *it = &o->t->s->item[i];
		uint32_t words[COMMAND_WORDS];
		if (it->flash)
			it->c.mem += section;
		command_encode(&it->c, words);
		add_words(o, words, sizeof(words));
	}
	return at;
}

/* ---- tables ---- */

static uint32_t add_tensors(struct out *o, const int *tensor, int n)
{
	struct lowered *l = o->t->l;
	uint32_t at = here(o);

	for (int i = 0; i < n; i++) {
		const struct image_tensor x = {
		        l->home[l->root[tensor[i]]].addr,
		        (uint32_t)l->g->tensor[tensor[i]].bytes};
		add_words(o, &x, sizeof(x));
	}
	return at;
}

static void add_tables(struct out *o)
{
	const struct graph *g = o->t->l->g;
	struct image_header *h = &o->head;
	uint64_t hash = design_hash(o->t->l->whole);

	buf_pad(&o->b, 0, sizeof(*h));
	align(o, ALIGN);
	h->steps = here(o);
	h->n_steps = (uint32_t)o->t->s->at.n_steps;
	buf_pad(&o->b, 0, (int)(h->n_steps * sizeof(struct image_step)));
	h->n_inputs = (uint32_t)g->n_inputs;
	h->inputs = add_tensors(o, g->input, g->n_inputs);
	h->n_outputs = (uint32_t)g->n_outputs;
	h->outputs = add_tensors(o, g->output, g->n_outputs);
	h->magic = IMAGE_MAGIC;
	h->version = IMAGE_VERSION;
	h->design_lo = (uint32_t)hash;
	h->design_hi = (uint32_t)(hash >> 32);
	h->n_layers = (uint32_t)g->n_nodes;
	h->arena_bytes = o->t->l->arena_bytes;
}

/* Root tensor `t` must be in SRAM when the step begins; or is when it ends. */
static void add_need(const struct out *o, struct need *to, int *n, int step,
                     int t)
{
	const struct lowered *l = o->t->l;

	if (!l->g->tensor[t].data)
		to[(*n)++] = (struct need){(uint32_t)step, t, l->home[t].addr,
		                           (uint32_t)l->g->tensor[t].bytes};
}

static void add_needs(struct out *o)
{
	struct lowered *l = o->t->l;
	const struct graph *g = l->g;
	const int n = o->t->s->at.n_steps;

	o->need = arena_zero(&l->arena, (size_t)(2 * n + g->n_outputs),
	                     sizeof(*o->need));
	o->made = arena_zero(&l->arena, (size_t)n, sizeof(*o->made));
	for (int i = 0; i < n; i++) {
		const struct sched_step *s = &o->t->s->step[i];
		const struct op *op = &l->op[s->op];
		for (int j = 0; s->kind == STEP_CPU && j < op->n_in; j++)
			add_need(o, o->need, &o->n_needs, i, op->in[j]);
		if (s->kind == STEP_CPU)
			add_need(o, o->made, &o->n_made, i, op->out);
	}
	for (int i = 0; i < g->n_outputs; i++)
		add_need(o, o->need, &o->n_needs, n, l->root[g->output[i]]);
}

static void add_steps(struct out *o)
{
	struct lowered *l = o->t->l;
	uint32_t section = 0, job = 0;

	if (o->t->section_bytes)
		section = add_section(o);
	for (int i = 0; i < o->t->s->at.n_steps; i++) {
		const struct sched_step *s = &o->t->s->step[i];
		struct op *op = &l->op[s->op];
		struct image_step step = {.kind = s->kind,
		                          .layer = (uint32_t)op->layer};
		if (s->kind == STEP_CPU) {
			step.arg = add_cpu(o, op);
			step.n = (uint32_t)op->cpu.kernel;
		} else {
			if (s->kind != STEP_WAIT)
				job = add_job(o, s, section);
			step.arg = job;
			step.n = (uint32_t)s->n;
		}
		if (s->kind != STEP_CPU)
			o->head.wait = (uint32_t)l->d->wait;
		set_words(o,
		          o->head.steps + (uint32_t)i * (uint32_t)sizeof(step),
		          &step, sizeof(step));
	}
}

/* Before anything of that size is allocated. */
static bool too_large(const struct tiler *t, uint64_t bytes, struct err *err)
{
	const struct layer *big = NULL;
	const struct graph *g = t->l->g;

	for (int i = 0; i < g->n_nodes; i++)
		if (!big || t->l->layer[i].wgt_bytes > big->wgt_bytes)
			big = &t->l->layer[i];
	return err_at(err, (struct src){g->path, 0},
	              "the program needs %llu bytes of flash, there are %lld "
	              "(flash.kib=%d); most are of layer '%s' (%s): %d",
	              (unsigned long long)bytes,
	              (long long)t->l->d->flash_kib * 1024, t->l->d->flash_kib,
	              big ? big->name : "", big ? big->op : "",
	              big ? big->wgt_bytes : 0);
}

static uint64_t least_bytes(const struct tiler *t)
{
	return t->section_bytes + (uint64_t)t->s->at.n_items * COMMAND_BYTES;
}

/* Another image may have had constants elsewhere. */
static void forget_constants(struct lowered *l)
{
	for (int i = 0; i < l->g->n_tensors; i++)
		if (l->g->tensor[i].data)
			l->home[i].addr = 0;
}

bool emit(struct tiler *t, struct program *p, struct err *err)
{
	struct out o = {.t = t};
	uint64_t have = (uint64_t)t->l->d->flash_kib * 1024;

	if (least_bytes(t) > have)
		return too_large(t, least_bytes(t), err);
	forget_constants(t->l);
	add_tables(&o);
	add_steps(&o);
	align(&o, COMMAND_BYTES);
	o.head.bytes = (uint32_t)o.b.len;
	set_words(&o, MAP_FLASH, &o.head, sizeof(o.head));
	bool ok = o.b.len <= have || too_large(t, o.b.len, err);
	if (ok) {
		p->image_bytes = (uint32_t)o.b.len;
		p->image = arena_zero(&t->l->arena, o.b.len, 1);
		memcpy(p->image, o.b.data, o.b.len);
		add_needs(&o);
		p->need = o.need;
		p->n_needs = o.n_needs;
		p->made = o.made;
		p->n_made = o.n_made;
	}
	buf_free(&o.b);
	return ok;
}
