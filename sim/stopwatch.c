/* stopwatch: joulet_stopwatch of joulet.h: one simulator and the tensors of one
 * inference, kept from program to program. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "sim/program.h"
#include "sim/soc.h"

/* Tensors of the network as one kind of slimming leaves it. */
struct kind {
	int bits, keep;
	struct graph slim; /* if it does something */
	struct graph_values values;
};

struct joulet_stopwatch {
	const struct joulet_net *net;
	uint8_t *in, *out;
	struct kind **kind;
	int n_kinds;
	struct soc *soc; /* or NULL */
	struct soc_feed *feed;
};

struct joulet_stopwatch *joulet_stopwatch_open(const struct joulet_net *net,
                                               const void *in)
{
	assert(net && in);
	const size_t bytes = joulet_net_in_bytes(net);
	struct joulet_stopwatch *w = mem_zero(1, sizeof *w);
	w->net = net;
	w->in = mem_zero(bytes, 1);
	memcpy(w->in, in, bytes);
	w->out = mem_zero(joulet_net_out_bytes(net), 1);
	return w;
}

static void kind_free(struct kind *k)
{
	graph_values_free(&k->values);
	graph_free(&k->slim);
	free(k);
}

void joulet_stopwatch_close(struct joulet_stopwatch *w)
{
	if (!w)
		return;
	for (int i = 0; i < w->n_kinds; i++)
		kind_free(w->kind[i]);
	soc_close(w->soc);
	free(w->kind);
	free(w->feed);
	free(w->in);
	free(w->out);
	free(w);
}

static struct kind *add_kind(struct joulet_stopwatch *w, const struct slim *how,
                             struct err *err)
{
	struct kind *k = mem_zero(1, sizeof *k);
	const struct graph *g = &w->net->graph;

	k->bits = how->bits;
	k->keep = how->keep;
	if (slim_changes(how)) {
		graph_slim(&k->slim, g, how);
		g = &k->slim;
	}
	if (!graph_values(&k->values, g, w->in, err)) {
		kind_free(k);
		return NULL;
	}
	w->kind = mem_grow(w->kind, (size_t)w->n_kinds + 1, sizeof(void *));
	w->kind[w->n_kinds++] = k;
	return k;
}

static struct kind *kind_of(struct joulet_stopwatch *w,
                            const struct joulet_program *p, struct err *err)
{
	const struct slim how = {.bits = p->design.weight_bits,
	                         .keep = p->design.keep_of_4};

	for (int i = 0; i < w->n_kinds; i++)
		if (w->kind[i]->bits == how.bits &&
		    w->kind[i]->keep == how.keep)
			return w->kind[i];
	return add_kind(w, &how, err);
}

/* A simulator with that program in it. */
static bool load(struct joulet_stopwatch *w, const struct joulet_program *p,
                 struct err *err)
{
	static const struct joulet_opts opts = {.timing_only = true};

	if (w->soc && soc_fits(w->soc, &p->design)) {
		if (soc_reload(w->soc, &p->design, p->code.image,
		               p->code.image_bytes, err))
			return true;
		soc_close(w->soc);
		w->soc = NULL;
		return false;
	}
	soc_close(w->soc);
	w->soc = program_soc(p, &opts, false, false, err);
	return w->soc != NULL;
}

static void feed(struct joulet_stopwatch *w, const struct joulet_program *p,
                 const struct kind *k)
{
	const size_t n = (size_t)p->code.n_needs;

	w->feed = mem_grow(w->feed, n + 1, sizeof *w->feed);
	for (size_t i = 0; i < n; i++) {
		const struct need *need = &p->code.need[i];
		w->feed[i] =
		        (struct soc_feed){.step = need->step,
		                          .addr = need->addr,
		                          .bytes = need->bytes,
		                          .from = k->values.of[need->tensor]};
	}
	soc_feed(w->soc, w->feed, n);
}

bool joulet_stopwatch_run(struct joulet_stopwatch *w,
                          const struct joulet_program *p,
                          struct joulet_result *r, struct err *err)
{
	assert(w && p && p->net == w->net);
	const size_t out_bytes = joulet_net_out_bytes(w->net);
	struct soc_result s;

	memset(r, 0, sizeof *r);
	const struct kind *k = kind_of(w, p, err);
	if (!k || !load(w, p, err))
		return false;
	feed(w, p, k);
	if (!soc_run(w->soc, w->in, joulet_net_in_bytes(w->net), w->out,
	             out_bytes, &s, err))
		return false;
	program_result(r, p, &s, false);
	r->inferences = 1;
	r->out_hash = XXH3_64bits(w->out, out_bytes);
	soc_result_free(&s);
	return true;
}
