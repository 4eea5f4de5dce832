/* reference: see reference.h and graph_run in graph.h */
#include "compiler/reference.h"

#include <inttypes.h>
#include <string.h>
#include "isa/quantize.h"

/* No microcontroller comes near; a hostile file could ask for far more. */
enum { MAX_ACTIVATION_BYTES = 1 << 28 };

const struct tensor *ref_in(const struct run *r, const struct node *n, int i)
{
	return i < n->n_in && n->in[i] >= 0 ? &r->g->tensor[n->in[i]] : NULL;
}

const struct tensor *ref_out(const struct run *r, const struct node *n)
{
	return &r->g->tensor[n->out[0]];
}

const void *ref_data(const struct run *r, const struct node *n, int i)
{
	return i < n->n_in && n->in[i] >= 0 ? r->value[n->in[i]] : NULL;
}

void *ref_result(const struct run *r, const struct node *n)
{
	return r->value[n->out[0]];
}

static int64_t element(const void *p, enum dtype type, int32_t i)
{
	switch (type) {
	case DT_I8:
		return ((const int8_t *)p)[i];
	case DT_U8:
	case DT_BOOL:
		return ((const uint8_t *)p)[i];
	case DT_I16:
		return ((const int16_t *)p)[i];
	case DT_I32:
		return ((const int32_t *)p)[i];
	case DT_I64:
		return ((const int64_t *)p)[i];
	default:
		return 0;
	}
}

const int32_t *ref_load(struct run *r, const struct node *n, int i)
{
	const struct tensor *t = ref_in(r, n, i);
	const void *p = ref_data(r, n, i);
	int32_t *x = arena_zero(&r->temp, (size_t)t->n, sizeof *x);
	for (int32_t k = 0; k < t->n; k++)
		x[k] = (int32_t)element(p, t->type, k);
	return x;
}

const int64_t *ref_load64(struct run *r, const struct node *n, int i)
{
	const struct tensor *t = ref_in(r, n, i);
	const void *p = ref_data(r, n, i);
	int64_t *x = arena_zero(&r->temp, (size_t)t->n, sizeof *x);
	for (int32_t k = 0; k < t->n; k++)
		x[k] = element(p, t->type, k);
	return x;
}

int32_t *ref_room(struct run *r, const struct node *n)
{
	return arena_zero(&r->temp, (size_t)ref_out(r, n)->n, sizeof(int32_t));
}

void ref_store(struct run *r, const struct node *n, const int32_t *y)
{
	const struct tensor *t = ref_out(r, n);
	void *p = ref_result(r, n);
	for (int32_t i = 0; i < t->n; i++)
		switch (t->type) {
		case DT_I8:
			((int8_t *)p)[i] = (int8_t)y[i];
			break;
		case DT_U8:
			((uint8_t *)p)[i] = (uint8_t)y[i];
			break;
		case DT_I16:
			((int16_t *)p)[i] = (int16_t)y[i];
			break;
		default:
			((int32_t *)p)[i] = y[i];
			break;
		}
}

int32_t ref_min(enum dtype t)
{
	return t == DT_I8    ? INT8_MIN
	       : t == DT_U8  ? 0
	       : t == DT_I16 ? INT16_MIN
	                     : INT32_MIN;
}

int32_t ref_max(enum dtype t)
{
	return t == DT_I8    ? INT8_MAX
	       : t == DT_U8  ? UINT8_MAX
	       : t == DT_I16 ? INT16_MAX
	                     : INT32_MAX;
}

bool ref_refuse(struct run *r, const struct node *n, const char *what)
{
	return graph_refuse(r->g, n, r->err, "%s", what);
}

bool ref_one_scale(struct run *r, const struct node *n, int inputs)
{
	bool ok = ref_out(r, n)->nq == 1;
	for (int i = 0; i < inputs; i++)
		ok = ok && ref_in(r, n, i)->nq == 1;
	return ok || ref_refuse(r, n, "inputs and output need one scale each");
}

bool ref_act(struct run *r, const struct node *n, int32_t *lo, int32_t *hi)
{
	const struct tensor *out = ref_out(r, n);
	*lo = ref_min(out->type);
	*hi = ref_max(out->type);
	if (quantize_act(n->opt.act, out->scale[0], (int32_t)out->zero[0], lo,
	                 hi))
		return true;
	return graph_refuse(r->g, n, r->err,
	                    "activation %d is unknown or leaves no value",
	                    n->opt.act);
}

static const struct {
	int code;
	bool (*run)(struct run *r, const struct node *n);
} operators[] = {
        {BI_CONV_2D, ref_conv},
        {BI_DEPTHWISE_CONV_2D, ref_depthwise},
        {BI_FULLY_CONNECTED, ref_fc},
        {BI_ADD, ref_add},
        {BI_SUB, ref_add},
        {BI_MUL, ref_mul},
        {BI_AVERAGE_POOL_2D, ref_pool},
        {BI_MAX_POOL_2D, ref_pool},
        {BI_MEAN, ref_mean},
        {BI_SOFTMAX, ref_softmax},
        {BI_LOGISTIC, ref_logistic},
        {BI_TANH, ref_logistic},
        {BI_QUANTIZE, ref_quantize},
        {BI_DEQUANTIZE, ref_dequantize},
        {BI_RESHAPE, ref_reshape},
        {BI_SQUEEZE, ref_reshape},
        {BI_EXPAND_DIMS, ref_reshape},
        {BI_PAD, ref_pad},
        {BI_PADV2, ref_pad},
        {BI_CONCATENATION, ref_concat},
        {BI_STRIDED_SLICE, ref_slice},
        {BI_TRANSPOSE, ref_transpose},
        {BI_TRANSPOSE_CONV, ref_transpose_conv},
        {BI_RELU, ref_relu},
        {BI_RELU6, ref_relu},
        {BI_LEAKY_RELU, ref_relu},
        {BI_HARD_SWISH, ref_relu},
        {BI_RESIZE_NEAREST_NEIGHBOR, ref_resize_nearest},
        {BI_RESIZE_BILINEAR, ref_resize_bilinear},
        {BI_DEPTH_TO_SPACE, ref_depth_to_space},
};

/* Types that nothing here can hold. */
static bool check_types(struct run *r, const struct node *n)
{
	for (int i = 0; i < n->n_in; i++)
		if (n->in[i] >= 0 && ref_in(r, n, i)->type == DT_OTHER)
			return ref_refuse(r, n, "an input's type is unknown");
	return ref_out(r, n)->type != DT_OTHER ||
	       ref_refuse(r, n, "the output's type is unknown");
}

static bool run_node(struct run *r, const struct node *n)
{
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (operators[i].code == n->code && !n->custom)
			return check_types(r, n) && operators[i].run(r, n);
	return ref_refuse(r, n, "this operator is not supported");
}

/* Point constants at their data and give every other tensor memory. */
static bool place(struct run *r)
{
	int64_t bytes = 0;
	for (int i = 0; i < r->g->n_tensors; i++)
		if (!r->g->tensor[i].data)
			bytes += r->g->tensor[i].bytes;
	if (bytes > MAX_ACTIVATION_BYTES)
		return err_at(r->err, (struct src){r->g->path, 0},
		              "%" PRId64 " bytes of activations; at most %d",
		              bytes, MAX_ACTIVATION_BYTES);
	for (int i = 0; i < r->g->n_tensors; i++) {
		const struct tensor *t = &r->g->tensor[i];
		/* Constants are never an output, so never written. */
		r->value[i] =
		        t->data ? (void *)(uintptr_t)t->data
		                : arena_zero(&r->memory, (size_t)t->bytes, 1);
	}
	return true;
}

static bool run_all(struct run *r, const uint8_t *in)
{
	const struct graph *g = r->g;
	for (int i = 0; i < g->n_inputs; i++) {
		const size_t bytes = (size_t)g->tensor[g->input[i]].bytes;
		memcpy(r->value[g->input[i]], in, bytes);
		in += bytes;
	}
	for (int i = 0; i < g->n_nodes; i++) {
		const bool ok = run_node(r, &g->node[i]);
		arena_free(r->temp);
		r->temp = NULL;
		if (!ok)
			return false;
	}
	return true;
}

bool graph_values(struct graph_values *v, const struct graph *g, const void *in,
                  struct err *err)
{
	struct run r = {.g = g, .err = err};
	r.value = arena_zero(&r.memory, (size_t)g->n_tensors, sizeof *r.value);
	const bool ok = place(&r) && run_all(&r, in);
	v->of = (const void *const *)r.value;
	v->memory = r.memory;
	return ok;
}

void graph_values_free(struct graph_values *v)
{
	arena_free(v->memory);
	*v = (struct graph_values){0};
}

bool graph_run(const struct graph *g, const void *in, void *out,
               struct err *err)
{
	struct graph_values v;
	const bool ok = graph_values(&v, g, in, err);
	uint8_t *to = out;
	for (int i = 0; ok && i < g->n_outputs; i++) {
		const size_t bytes = (size_t)g->tensor[g->output[i]].bytes;
		memcpy(to, v.of[g->output[i]], bytes);
		to += bytes;
	}
	graph_values_free(&v);
	return ok;
}
