/* classify: what a network answers, without a machine; see joulet.h.
 *
 * Outputs are the same on every design, so the compiler's reference gives them;
 * only what a design does to the network itself (slim.h) is done first.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/program.h"

static const struct tensor *output_of(const struct joulet_net *net)
{
	return &net->graph.tensor[net->graph.output[0]];
}

bool joulet_net_classes(const struct joulet_net *net, int *n, struct err *err)
{
	assert(net && n && err);
	const struct src at = {net->graph.path, 0};
	const struct tensor *t = output_of(net);

	*n = t->n;
	if (net->graph.n_outputs != 1)
		return err_at(err, at, "not a classifier: it has %d outputs",
		              net->graph.n_outputs);
	if (t->n < 2)
		return err_at(err, at,
		              "not a classifier: its output is one "
		              "number");
	if (t->type != DT_I8 && t->type != DT_U8 && t->type != DT_I16 &&
	    t->type != DT_I32 && t->type != DT_F32)
		return err_at(err, at, "its output is of type %s",
		              dtype_name[t->type]);
	return true;
}

static double element(const struct tensor *t, const uint8_t *out, int i)
{
	int16_t half;
	int32_t word;
	float real;

	switch (t->type) {
	case DT_I8:
		return (int8_t)out[i];
	case DT_U8:
		return out[i];
	case DT_I16:
		memcpy(&half, out + 2 * i, sizeof half);
		return half;
	case DT_I32:
		memcpy(&word, out + 4 * i, sizeof word);
		return word;
	default:
		memcpy(&real, out + 4 * i, sizeof real);
		return real;
	}
}

/* Of equal ones the first. */
static int largest(const struct tensor *t, const uint8_t *out)
{
	int best = 0;

	for (int i = 1; i < t->n; i++)
		if (element(t, out, i) > element(t, out, best))
			best = i;
	return best;
}

bool joulet_classify(const struct joulet_net *net, const struct design *d,
                     const void *in, size_t n, int *class,
                     bool (*go_on)(void *ctx, size_t done), void *ctx,
                     struct err *err)
{
	const struct slim how = {.bits = d->weight_bits, .keep = d->keep_of_4};
	const size_t in_bytes = joulet_net_in_bytes(net);
	struct graph slim = {0};
	const struct graph *g = &net->graph;
	int classes;

	if (!joulet_net_classes(net, &classes, err))
		return false;
	if (slim_changes(&how)) {
		graph_slim(&slim, g, &how);
		g = &slim;
	}
	uint8_t *out = mem_zero(joulet_net_out_bytes(net), 1);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		if (go_on && !go_on(ctx, i))
			ok = err_set(err, ERR_INTERRUPTED,
			             "interrupted; the same command goes on");
		else
			ok = graph_run(g, (const char *)in + i * in_bytes, out,
			               err);
		if (ok)
			class[i] = largest(output_of(net), out);
	}
	free(out);
	graph_free(&slim);
	return ok;
}
