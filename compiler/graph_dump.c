/* graph_dump: a graph as text, and small questions about it; see graph.h. */
#include <inttypes.h>
#include "compiler/graph.h"

static void dump_tensor(const struct graph *g, int i, FILE *f)
{
	const struct tensor *t = &g->tensor[i];
	fprintf(f, "tensor %d %s [", i, dtype_name[t->type]);
	for (int k = 0; k < t->rank; k++)
		fprintf(f, "%s%d", k ? "x" : "", t->dim[k]);
	fputc(']', f);
	if (t->nq == 1)
		fprintf(f, " scale %.9g zero %" PRId64, (double)t->scale[0],
		        t->zero[0]);
	else if (t->nq)
		fprintf(f, " scales %d on axis %d", t->nq, t->qdim);
	fprintf(f, "%s \"%s\"\n", t->data ? " const" : "", t->name);
}

static void dump_list(const char *what, const int *list, int n, FILE *f)
{
	fputs(what, f);
	for (int i = 0; i < n; i++)
		fprintf(f, "%c%d", i ? ',' : ' ', list[i]);
}

static void dump_option(const char *what, int value, int usual, FILE *f)
{
	if (value != usual)
		fprintf(f, "%s %d ", what, value);
}

static void dump_node(const struct graph *g, const struct node *n, FILE *f)
{
	static const char *const act[] = {"none", "relu", "relu_n1_1", "relu6"};
	const int code = n->code;
	const bool conv = code == BI_CONV_2D || code == BI_DEPTHWISE_CONV_2D;
	const bool pool = code == BI_AVERAGE_POOL_2D || code == BI_MAX_POOL_2D;

	fprintf(f, "node %d %s ", n->index,
	        n->custom ? n->custom : builtin_name(code));
	dump_list("in", n->in, n->n_in, f);
	fputc(' ', f);
	dump_list("out", n->out, n->n_out, f);
	fputc(' ', f);
	if (pool)
		fprintf(f, "filter %dx%d ", n->opt.filter_h, n->opt.filter_w);
	if (conv || pool)
		fprintf(f, "stride %dx%d %s ", n->opt.stride_h, n->opt.stride_w,
		        n->opt.padding == PAD_SAME ? "same" : "valid");
	dump_option("dilation_h", n->opt.dil_h, 1, f);
	dump_option("dilation_w", n->opt.dil_w, 1, f);
	dump_option("depth_mult", n->opt.depth_mult, 0, f);
	dump_option("keep_num_dims", n->opt.keep_num_dims, 0, f);
	dump_option("weights_format", n->opt.weights_format, 0, f);
	if (code == BI_CONCATENATION)
		fprintf(f, "axis %d ", n->opt.axis);
	if (code == BI_SOFTMAX)
		fprintf(f, "beta %.9g ", (double)n->opt.beta);
	if (n->opt.act > 0 && n->opt.act <= 3)
		fprintf(f, "act %s ", act[n->opt.act]);
	else
		dump_option("act", n->opt.act, 0, f);
	fprintf(f, "macs %" PRId64 "\n", node_macs(g, n));
}

void graph_dump(const struct graph *g, FILE *f)
{
	fprintf(f, "graph of %d tensors, %d nodes, hash %016" PRIx64 "\n",
	        g->n_tensors, g->n_nodes, g->file_hash);
	for (int i = 0; i < g->n_tensors; i++)
		dump_tensor(g, i, f);
	dump_list("inputs", g->input, g->n_inputs, f);
	fputc(' ', f);
	dump_list("outputs", g->output, g->n_outputs, f);
	fputc('\n', f);
	for (int i = 0; i < g->n_nodes; i++)
		dump_node(g, &g->node[i], f);
}

int64_t node_macs(const struct graph *g, const struct node *n)
{
	if (n->code != BI_CONV_2D && n->code != BI_DEPTHWISE_CONV_2D &&
	    n->code != BI_FULLY_CONNECTED)
		return 0;
	const struct tensor *w = &g->tensor[n->in[1]];
	const int64_t out = g->tensor[n->out[0]].n;
	if (n->code == BI_FULLY_CONNECTED)
		return out * w->dim[1];
	/* Every output takes one product a tap and input channel. */
	const int64_t taps = (int64_t)w->dim[1] * w->dim[2];
	return n->code == BI_CONV_2D ? out * taps * w->dim[3] : out * taps;
}

static size_t total_bytes(const struct graph *g, const int *list, int n)
{
	size_t sum = 0;
	for (int i = 0; i < n; i++)
		sum += (size_t)g->tensor[list[i]].bytes;
	return sum;
}

size_t graph_input_bytes(const struct graph *g)
{
	return total_bytes(g, g->input, g->n_inputs);
}

size_t graph_output_bytes(const struct graph *g)
{
	return total_bytes(g, g->output, g->n_outputs);
}
