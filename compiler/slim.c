/* slim: see slim.h. */
#include "compiler/slim.h"

#include <math.h>
#include <string.h>
#include "compiler/arena.h"

/* Inputs of a node with weights. */
enum { WEIGHTS = 1, BIAS = 2 };

/* ---- what can be changed ---- */

static int uses(const struct graph *g, int tensor)
{
	int n = 0;

	for (int i = 0; i < g->n_nodes; i++)
		for (int k = 0; k < g->node[i].n_in; k++)
			n += g->node[i].in[k] == tensor;
	for (int i = 0; i < g->n_outputs; i++)
		n += g->output[i] == tensor;
	return n;
}

static bool changeable(const struct graph *g, const struct node *n)
{
	if (n->code != BI_CONV_2D && n->code != BI_DEPTHWISE_CONV_2D &&
	    n->code != BI_FULLY_CONNECTED)
		return false;
	const struct tensor *w = &g->tensor[n->in[WEIGHTS]];
	int bias = n->n_in > BIAS ? n->in[BIAS] : -1;
	if (w->type != DT_I8 || !w->data || w->nq < 1 ||
	    uses(g, n->in[WEIGHTS]) != 1)
		return false;
	for (int i = 0; i < w->nq; i++)
		if (w->zero[i] != 0 || !(w->scale[i] > 0))
			return false;
	if (w->nq > 1 && w->qdim != 0 && w->qdim != w->rank - 1)
		return false;
	if (bias < 0)
		return true;
	const struct tensor *b = &g->tensor[bias];
	return b->type == DT_I32 && b->data &&
	       b->n == w->dim[n->code == BI_DEPTHWISE_CONV_2D ? 3 : 0] &&
	       uses(g, bias) == 1;
}

/* ---- pruning ---- */

static int magnitude(int8_t v)
{
	return v < 0 ? -v : v;
}

/* Only the `keep` largest of n <= 4 weights; the first of equals. */
static void prune(int8_t *w, int n, int keep)
{
	bool stays[4] = {false};

	for (int k = 0; k < keep && k < n; k++) {
		int best = -1;
		for (int i = 0; i < n; i++)
			if (!stays[i] &&
			    (best < 0 || magnitude(w[i]) > magnitude(w[best])))
				best = i;
		stays[best] = true;
	}
	for (int i = 0; i < n; i++)
		if (!stays[i])
			w[i] = 0;
}

/* A run: what the array reads without a gap, a row of taps or one tap. */
static int32_t run_of(const struct node *n, const struct tensor *w)
{
	if (n->code == BI_FULLY_CONNECTED)
		return w->dim[w->rank - 1];
	return n->opt.dil_w > 1 ? w->dim[3] : w->dim[2] * w->dim[3];
}

static void prune_all(const struct node *n, const struct tensor *w, int8_t *to,
                      int keep)
{
	int32_t run = run_of(n, w);

	for (int32_t r = 0; r + run <= w->n; r += run)
		for (int32_t k = 0; k < run; k += 4)
			prune(to + r + k, run - k < 4 ? run - k : 4, keep);
}

/* ---- quantization ---- */

/* Weights of one scale: every `step`-th of each of `blocks` blocks. */
struct channel {
	int8_t *at;
	int32_t n, step;
};

static struct channel nth_channel(const struct tensor *w, int8_t *data, int i)
{
	if (w->nq == 1)
		return (struct channel){data, w->n, 1};
	if (w->qdim == 0)
		return (struct channel){data + w->n / w->nq * i, w->n / w->nq,
		                        1};
	return (struct channel){data + i, w->n / w->nq, w->nq};
}

static int round_to(double v, int most)
{
	double r = nearbyint(v);

	return r > most ? most : r < -most ? -most : (int)r;
}

/* Sum of squares of what is lost with steps of `step`. */
static double loss(const struct channel *c, double step, int most)
{
	double sum = 0;

	for (int32_t i = 0; i < c->n; i++) {
		int v = c->at[i * c->step];
		double lost = v - step * round_to(v / step, most);
		sum += lost * lost;
	}
	return sum;
}

/* How many of the old steps the new one has: from what the largest weight
 * needs down to a quarter of that. */
static double best_step(const struct channel *c, int most)
{
	enum { TRIES = 32 };
	int largest = 0;
	double best = 1, least = INFINITY;

	for (int32_t i = 0; i < c->n; i++)
		if (magnitude(c->at[i * c->step]) > largest)
			largest = magnitude(c->at[i * c->step]);
	if (largest <= most)
		return 1;
	for (int k = 0; k < TRIES; k++) {
		double step =
		        (double)largest / most * (1 - 0.75 * k / (TRIES - 1));
		double lost = loss(c, step, most);
		if (lost < least) {
			least = lost;
			best = step;
		}
	}
	return best;
}

static void narrow(const struct channel *c, double step, int most)
{
	for (int32_t i = 0; i < c->n; i++) {
		int8_t *v = &c->at[i * c->step];
		*v = (int8_t)round_to(*v / step, most);
	}
}

/* Biases of the channels whose step is `step`. */
static void rescale_bias(const struct tensor *w, int32_t *bias, int32_t n,
                         int i, double step)
{
	int32_t from = w->nq == 1 ? 0 : i, to = w->nq == 1 ? n : i + 1;

	for (int32_t k = from; k < to; k++)
		bias[k] = (int32_t)nearbyint(bias[k] / step);
}

static void narrow_all(struct graph *g, struct arena **arena,
                       const struct node *n, int8_t *data, int bits)
{
	const int most = (1 << (bits - 1)) - 1;
	const struct tensor *x = &g->tensor[n->in[0]];
	struct tensor *w = &g->tensor[n->in[WEIGHTS]];
	struct tensor *b = n->n_in > BIAS && n->in[BIAS] >= 0
	                           ? &g->tensor[n->in[BIAS]]
	                           : NULL;
	float *scale = arena_zero(arena, (size_t)w->nq, sizeof(*scale));
	float *bias_scale = NULL;
	int32_t *bias = NULL;

	if (b) {
		bias = arena_zero(arena, (size_t)b->n, sizeof(*bias));
		bias_scale =
		        arena_zero(arena, (size_t)b->nq + 1, sizeof(float));
		memcpy(bias, b->data, (size_t)b->n * sizeof(*bias));
	}
	for (int i = 0; i < w->nq; i++) {
		const struct channel c = nth_channel(w, data, i);
		scale[i] = (float)(w->scale[i] * best_step(&c, most));
		double step = (double)scale[i] / w->scale[i];
		narrow(&c, step, most);
		if (!b)
			continue;
		rescale_bias(w, bias, b->n, i, step);
		if (i == 0 || i < b->nq)
			bias_scale[i] =
			        x->nq ? x->scale[0] * scale[i] : b->scale[i];
	}
	w->scale = scale;
	if (b) {
		b->data = bias;
		b->scale = bias_scale;
		if (!b->nq) { /* it had the scale of the sums, near enough */
			b->nq = 1;
			b->zero = arena_zero(arena, 1, sizeof(*b->zero));
		}
	}
}

/* ---- */

static void slim_node(struct graph *g, struct arena **arena,
                      const struct node *n, const struct slim *how)
{
	struct tensor *w = &g->tensor[n->in[WEIGHTS]];
	int8_t *data = arena_zero(arena, (size_t)w->n, 1);

	memcpy(data, w->data, (size_t)w->n);
	if (how->keep < 4 && n->code != BI_DEPTHWISE_CONV_2D)
		prune_all(n, w, data, how->keep);
	if (how->bits < 8)
		narrow_all(g, arena, n, data, how->bits);
	w->data = data;
}

void graph_slim(struct graph *to, const struct graph *from,
                const struct slim *how)
{
	struct arena *arena = NULL;
	size_t n = (size_t)from->n_tensors;

	*to = *from;
	to->tensor = arena_zero(&arena, n, sizeof(*to->tensor));
	memcpy(to->tensor, from->tensor, n * sizeof(*to->tensor));
	for (int i = 0; i < from->n_nodes; i++)
		if (changeable(from, &from->node[i]))
			slim_node(to, &arena, &from->node[i], how);
	to->arena = arena;
}
