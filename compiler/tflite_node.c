/* tflite_node: the operators of a .tflite file and their options; see graph.h.
 */
#include "compiler/tflite.h"

enum { MAX_NODES = 1 << 16 };

/* Fields of the schema's tables, by number. */
enum { SUBGRAPH_OPERATORS = 3 };
enum { CODE_OLD = 0, CODE_CUSTOM = 1, CODE_NEW = 3 };
enum {
	OP_CODE = 0,
	OP_INPUTS = 1,
	OP_OUTPUTS = 2,
	OP_OPTIONS_TYPE = 3,
	OP_OPTIONS = 4
};
enum { CODE_CUSTOM_OPERATOR = 32 };

static void conv_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.padding = fb_u8(f, t, 0, 0);
	n->opt.stride_w = fb_i32(f, t, 1, 0);
	n->opt.stride_h = fb_i32(f, t, 2, 0);
	n->opt.act = fb_u8(f, t, 3, 0);
	n->opt.dil_w = fb_i32(f, t, 4, 1);
	n->opt.dil_h = fb_i32(f, t, 5, 1);
	n->opt.bias_type = fb_u8(f, t, 6, 0) == 2 ? DT_I32 : DT_I64;
}

static void depthwise_options(struct flatbuf *f, struct fb_table t,
                              struct node *n)
{
	n->opt.padding = fb_u8(f, t, 0, 0);
	n->opt.stride_w = fb_i32(f, t, 1, 0);
	n->opt.stride_h = fb_i32(f, t, 2, 0);
	n->opt.depth_mult = fb_i32(f, t, 3, 0);
	n->opt.act = fb_u8(f, t, 4, 0);
	n->opt.dil_w = fb_i32(f, t, 5, 1);
	n->opt.dil_h = fb_i32(f, t, 6, 1);
	n->opt.bias_type = DT_I64;
}

static void pool_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.padding = fb_u8(f, t, 0, 0);
	n->opt.stride_w = fb_i32(f, t, 1, 0);
	n->opt.stride_h = fb_i32(f, t, 2, 0);
	n->opt.filter_w = fb_i32(f, t, 3, 0);
	n->opt.filter_h = fb_i32(f, t, 4, 0);
	n->opt.act = fb_u8(f, t, 5, 0);
}

static void fc_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.act = fb_u8(f, t, 0, 0);
	n->opt.weights_format = fb_u8(f, t, 1, 0);
	n->opt.keep_num_dims = fb_u8(f, t, 2, 0) != 0;
	n->opt.bias_type = fb_u8(f, t, 4, 0) == 2 ? DT_I32 : DT_I64;
}

static void softmax_options(struct flatbuf *f, struct fb_table t,
                            struct node *n)
{
	n->opt.beta = fb_f32(f, t, 0, 0);
}

static void add_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.act = fb_u8(f, t, 0, 0);
	n->opt.pot_scale_int16 = fb_u8(f, t, 1, 1) != 0;
}

static void mul_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.act = fb_u8(f, t, 0, 0);
}

static void concat_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.axis = fb_i32(f, t, 0, 0);
	n->opt.act = fb_u8(f, t, 1, 0);
}

static void mean_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.keep_num_dims = fb_u8(f, t, 0, 0) != 0;
}

static void slice_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.begin_mask = fb_i32(f, t, 0, 0);
	n->opt.end_mask = fb_i32(f, t, 1, 0);
	n->opt.other_mask =
	        fb_i32(f, t, 2, 0) | fb_i32(f, t, 3, 0) | fb_u8(f, t, 5, 0);
	n->opt.shrink_mask = fb_i32(f, t, 4, 0);
}

static void tconv_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.padding = fb_u8(f, t, 0, 0);
	n->opt.stride_w = fb_i32(f, t, 1, 0);
	n->opt.stride_h = fb_i32(f, t, 2, 0);
	n->opt.act = fb_u8(f, t, 3, 0);
	n->opt.bias_type = fb_u8(f, t, 4, 0) == 2 ? DT_I32 : DT_I64;
}

static void bilinear_options(struct flatbuf *f, struct fb_table t,
                             struct node *n)
{
	n->opt.align_corners = fb_u8(f, t, 2, 0) != 0;
	n->opt.half_pixels = fb_u8(f, t, 3, 0) != 0;
}

static void nearest_options(struct flatbuf *f, struct fb_table t,
                            struct node *n)
{
	n->opt.align_corners = fb_u8(f, t, 0, 0) != 0;
	n->opt.half_pixels = fb_u8(f, t, 1, 0) != 0;
}

static void leaky_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.alpha = fb_f32(f, t, 0, 0);
}

static void block_options(struct flatbuf *f, struct fb_table t, struct node *n)
{
	n->opt.block = fb_i32(f, t, 0, 0);
}

/* What an operator must look like. Inputs from `need` on may be absent. */
static const struct rule {
	int code;
	int type; /* of its options, 0: it has none that matter */
	int need, most, outputs;
	void (*options)(struct flatbuf *, struct fb_table, struct node *);
} rules[] = {
        {BI_ADD, 11, 2, 2, 1, add_options},
        {BI_AVERAGE_POOL_2D, 5, 1, 1, 1, pool_options},
        {BI_CONCATENATION, 10, 1, MAX_INPUTS, 1, concat_options},
        {BI_CONV_2D, 1, 2, 3, 1, conv_options},
        {BI_DEPTHWISE_CONV_2D, 2, 2, 3, 1, depthwise_options},
        {BI_DEQUANTIZE, 0, 1, 1, 1, NULL},
        {BI_FULLY_CONNECTED, 8, 2, 3, 1, fc_options},
        {BI_LOGISTIC, 0, 1, 1, 1, NULL},
        {BI_MAX_POOL_2D, 5, 1, 1, 1, pool_options},
        {BI_MUL, 21, 2, 2, 1, mul_options},
        {BI_RESHAPE, 0, 1, 2, 1, NULL},
        {BI_SOFTMAX, 9, 1, 1, 1, softmax_options},
        {BI_TANH, 0, 1, 1, 1, NULL},
        {BI_PAD, 0, 2, 2, 1, NULL},
        {BI_TRANSPOSE, 0, 2, 2, 1, NULL},
        {BI_MEAN, 27, 2, 2, 1, mean_options},
        {BI_SUB, 28, 2, 2, 1, add_options},
        {BI_SQUEEZE, 0, 1, 1, 1, NULL},
        {BI_STRIDED_SLICE, 32, 4, 4, 1, slice_options},
        {BI_PADV2, 0, 3, 3, 1, NULL},
        {BI_EXPAND_DIMS, 0, 2, 2, 1, NULL},
        {BI_QUANTIZE, 0, 1, 1, 1, NULL},
        {BI_DEPTH_TO_SPACE, 94, 1, 1, 1, block_options},
        {BI_HARD_SWISH, 0, 1, 1, 1, NULL},
        {BI_LEAKY_RELU, 75, 1, 1, 1, leaky_options},
        {BI_RELU, 0, 1, 1, 1, NULL},
        {BI_RELU6, 0, 1, 1, 1, NULL},
        {BI_RESIZE_BILINEAR, 15, 2, 2, 1, bilinear_options},
        {BI_RESIZE_NEAREST_NEIGHBOR, 74, 2, 2, 1, nearest_options},
        {BI_TRANSPOSE_CONV, 49, 3, 4, 1, tconv_options},
};

static const struct rule *rule_of(int code)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].code == code)
			return &rules[i];
	return NULL;
}

static bool read_code(struct reader *r, struct fb_table op, struct node *n)
{
	const uint32_t index = (uint32_t)fb_i32(&r->fb, op, OP_CODE, 0);
	if (r->fb.bad)
		return reader_fail(r, "operator %d: damaged", n->index);
	if (index >= r->opcodes.n)
		return reader_fail(r, "operator %d: code %u of %u", n->index,
		                   index, r->opcodes.n);
	struct fb_table code = fb_at_table(&r->fb, r->opcodes, index);
	const int old = (int8_t)fb_u8(&r->fb, code, CODE_OLD, 0);
	const int new = fb_i32(&r->fb, code, CODE_NEW, 0);
	/* Codes above 127 are only in the newer field, which old writers do
	 * not have. */
	n->code = new > old ? new : old;
	if (n->code == CODE_CUSTOM_OPERATOR)
		n->custom = reader_name(r, code, CODE_CUSTOM);
	if (r->fb.bad || n->code < 0)
		return reader_fail(r, "operator %d: damaged code", n->index);
	return true;
}

static bool read_inputs(struct reader *r, struct fb_table op, struct node *n)
{
	const struct rule *rule = rule_of(n->code);
	struct fb_vector v = fb_vector(&r->fb, op, OP_INPUTS, 4);
	const uint32_t most = rule ? (uint32_t)rule->most : MAX_INPUTS;
	const uint32_t need = rule ? (uint32_t)rule->need : 0;
	if (r->fb.bad)
		return reader_fail(r, "operator %d: damaged inputs", n->index);
	if (v.n > most || v.n < need)
		return graph_refuse(r->g, n, r->err,
		                    "%u inputs; %u to %u are possible", v.n,
		                    need, most);
	n->n_in = (int)v.n;
	for (uint32_t i = 0; i < v.n; i++) {
		const int t = fb_at_i32(&r->fb, v, i);
		n->in[i] = t;
		if (t == -1 && i >= need &&
		    (!rule || n->code != BI_CONCATENATION))
			continue;
		if (t < 0 || t >= r->g->n_tensors)
			return graph_refuse(r->g, n, r->err,
			                    "input %u is tensor %d of %d", i, t,
			                    r->g->n_tensors);
		if (!r->ready[t])
			return graph_refuse(r->g, n, r->err,
			                    "nothing before it makes input "
			                    "%u (%s)",
			                    i, r->g->tensor[t].name);
	}
	return true;
}

/* See struct node. */
static void order_inputs(struct node *n)
{
	if (n->code != BI_TRANSPOSE_CONV)
		return;
	const int shape = n->in[0], input = n->in[2];
	n->in[2] = n->n_in > 3 ? n->in[3] : -1;
	n->in[0] = input;
	n->in[3] = shape;
	n->n_in = 4;
}

static bool read_outputs(struct reader *r, struct fb_table op, struct node *n)
{
	const struct rule *rule = rule_of(n->code);
	struct fb_vector v = fb_vector(&r->fb, op, OP_OUTPUTS, 4);
	const uint32_t most = rule ? (uint32_t)rule->outputs : MAX_OUTPUTS;
	if (r->fb.bad)
		return reader_fail(r, "operator %d: damaged outputs", n->index);
	if (v.n > most || (rule && v.n < most))
		return graph_refuse(r->g, n, r->err,
		                    "%u outputs; %u are possible", v.n, most);
	n->n_out = (int)v.n;
	for (uint32_t i = 0; i < v.n; i++) {
		const int t = fb_at_i32(&r->fb, v, i);
		n->out[i] = t;
		if (t < 0 || t >= r->g->n_tensors)
			return graph_refuse(r->g, n, r->err,
			                    "output %u is tensor %d of %d", i,
			                    t, r->g->n_tensors);
		if (r->ready[t])
			return graph_refuse(
			        r->g, n, r->err,
			        "output %u (%s) has a value already", i,
			        r->g->tensor[t].name);
		r->ready[t] = true;
	}
	return true;
}

static bool read_options(struct reader *r, struct fb_table op, struct node *n)
{
	const struct rule *rule = rule_of(n->code);
	n->opt.dil_h = n->opt.dil_w = 1;
	if (!rule || !rule->options)
		return true;
	const int type = fb_u8(&r->fb, op, OP_OPTIONS_TYPE, 0);
	struct fb_table t = fb_sub(&r->fb, op, OP_OPTIONS);
	if (t.at && type != rule->type)
		return graph_refuse(r->g, n, r->err,
		                    "options of type %d; its own is %d", type,
		                    rule->type);
	rule->options(&r->fb, t, n);
	if (r->fb.bad)
		return reader_fail(
		        r, "operator %d (%s): damaged options", n->index,
		        n->custom ? n->custom : builtin_name(n->code));
	if ((unsigned)n->opt.padding > PAD_VALID)
		return graph_refuse(r->g, n, r->err, "padding %d is unknown",
		                    (int)n->opt.padding);
	return true;
}

bool read_nodes(struct reader *r, struct fb_table subgraph)
{
	struct fb_vector v = fb_vector(&r->fb, subgraph, SUBGRAPH_OPERATORS, 4);
	if (r->fb.bad || v.n > MAX_NODES)
		return reader_fail(r, "damaged list of operators, or too long");
	r->g->n_nodes = (int)v.n;
	r->g->node = arena_zero(&r->arena, v.n, sizeof *r->g->node);
	for (uint32_t i = 0; i < v.n; i++) {
		struct node *n = &r->g->node[i];
		n->index = (int)i;
		struct fb_table op = fb_at_table(&r->fb, v, i);
		if (r->fb.bad)
			return reader_fail(r, "operator %u is damaged", i);
		if (!read_code(r, op, n) || !read_inputs(r, op, n) ||
		    !read_outputs(r, op, n) || !read_options(r, op, n))
			return false;
		order_inputs(n);
	}
	return true;
}
