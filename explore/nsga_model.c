/* nsga_model: guess the goals of a point from those that are known.
 *
 * On a logarithmic scale most goals are nearly a sum of what every gene does
 * alone (twice the clock, half the time). So the model is such a sum, fitted
 * to the known points, and what it leaves over is taken from the nearest of
 * them; near is what differs in genes that matter.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/nsga_parts.h"

enum { ROUNDS = 8, NEAREST = 5 };

struct nsga_model {
	const struct nsga *s;
	const struct nsga_grid *grid;
	int first[NSGA_MAX_GENES]; /* of a gene's values in `effect` */
	int n_values;
	int sign[NSGA_MAX_GOALS]; /* 1, -1: all goals have it; 0: neither */
	double mean[NSGA_MAX_GOALS], spread[NSGA_MAX_GOALS];
	double *effect; /* by goal, gene and value */
	long n_told;
	long *told;   /* done and failed points */
	double *left; /* by told point and goal: what the sum does not explain
	               */
	double usual; /* distance of a point from the nearest other one */
};

static double scaled_goal(const struct nsga_model *m, int k, double v)
{
	if (m->sign[k] > 0)
		return log(v);
	return m->sign[k] < 0 ? -log(-v) : v;
}

void nsga_model_scale(const struct nsga_model *m, const double *goal,
                      double *scaled)
{
	for (int k = 0; k < m->grid->n_goals; k++)
		scaled[k] = scaled_goal(m, k, goal[k]);
}

static bool is_done(const struct nsga_model *m, long i)
{
	return nsga_state(m->s, m->told[i]) == NSGA_DONE;
}

static double *effects(const struct nsga_model *m, int k, int gene)
{
	return m->effect + k * m->n_values + m->first[gene];
}

static double *left_over(const struct nsga_model *m, long i)
{
	return m->left + i * m->grid->n_goals;
}

/* ---- The sum ------------------------------------------------------------ */

static void find_signs(struct nsga_model *m)
{
	for (int k = 0; k < m->grid->n_goals; k++) {
		bool above = true, below = true;
		for (long i = 0; i < m->n_told; i++) {
			if (!is_done(m, i))
				continue;
			double v = nsga_goal(m->s, m->told[i])[k];
			above = above && v > 0;
			below = below && v < 0;
		}
		m->sign[k] = above - below;
	}
}

/* To every number add those beside it, less with every step away. */
static void spread_out(double *x, double *scratch, int n)
{
	const double near = 0.25;
	double from_below = 0, from_above = 0;
	for (int v = 0; v < n; v++) {
		scratch[v] = from_below;
		from_below = near * (from_below + x[v]);
	}
	for (int v = n - 1; v >= 0; v--) {
		double own = x[v];
		x[v] = own + scratch[v] + from_above;
		from_above = near * (from_above + own);
	}
}

/* Effect of a gene's values on what is left over of a goal: of every value the
 * mean over its points and some of the values beside it, drawn towards zero
 * where points are few. scratch: three times the gene's values. */
static void fit_gene(struct nsga_model *m, int k, int gene, double *scratch)
{
	const double doubt = 0.25;
	const int n = m->grid->size[gene];
	double *effect = effects(m, k, gene);
	double *sum = scratch + n, *weight = scratch + 2 * n;
	for (int v = 0; v < n; v++)
		sum[v] = weight[v] = 0;
	for (long i = 0; i < m->n_told; i++) {
		int v = nsga_gene(m->s, m->told[i])[gene];
		if (!is_done(m, i))
			continue;
		left_over(m, i)[k] += effect[v];
		sum[v] += left_over(m, i)[k];
		weight[v]++;
	}
	spread_out(sum, scratch, n);
	spread_out(weight, scratch, n);
	for (int v = 0; v < n; v++)
		effect[v] = sum[v] / (weight[v] + doubt);
	for (long i = 0; i < m->n_told; i++)
		if (is_done(m, i))
			left_over(m, i)[k] -=
			        effect[nsga_gene(m->s, m->told[i])[gene]];
}

static void start_from_mean(struct nsga_model *m, int k)
{
	double sum = 0;
	long n = 0;
	for (long i = 0; i < m->n_told; i++) {
		if (!is_done(m, i))
			continue;
		double v = nsga_goal(m->s, m->told[i])[k];
		left_over(m, i)[k] = scaled_goal(m, k, v);
		sum += left_over(m, i)[k];
		n++;
	}
	m->mean[k] = sum / (double)n;
	for (long i = 0; i < m->n_told; i++)
		if (is_done(m, i))
			left_over(m, i)[k] -= m->mean[k];
}

/* How far goals are from the sum, as a rule. */
static void measure_spread(struct nsga_model *m, int k)
{
	double sum = 0;
	long n = 0;
	for (long i = 0; i < m->n_told; i++)
		if (is_done(m, i)) {
			sum += left_over(m, i)[k] * left_over(m, i)[k];
			n++;
		}
	m->spread[k] = sqrt(sum / (double)n);
}

static void fit(struct nsga_model *m)
{
	double *scratch = mem_zero(3 * (size_t)m->n_values, sizeof *scratch);
	for (int k = 0; k < m->grid->n_goals; k++) {
		start_from_mean(m, k);
		for (int round = 0; round < ROUNDS; round++)
			for (int g = 0; g < m->grid->n_genes; g++)
				fit_gene(m, k, g, scratch);
		measure_spread(m, k);
	}
	free(scratch);
}

/* ---- The neighbours ------------------------------------------------------ */

/* Genes that do more to the goals count more. */
static double distance(const struct nsga_model *m, const int *x, const int *y)
{
	const double least = 0.05;
	double d = 0;
	for (int g = 0; g < m->grid->n_genes; g++) {
		if (x[g] == y[g])
			continue;
		int by = x[g] < y[g] ? y[g] - x[g] : x[g] - y[g];
		d += least * by / (m->grid->size[g] - 1);
		for (int k = 0; k < m->grid->n_goals; k++) {
			const double *e = effects(m, k, g);
			d += fabs(e[x[g]] - e[y[g]]);
		}
	}
	return d;
}

struct near {
	long i; /* in `told` */
	double d;
};

/* The nearest told points, nearest first; of equals the older. */
static int find_near(const struct nsga_model *m, const int *gene,
                     struct near near[NEAREST])
{
	int n = 0;
	for (long i = 0; i < m->n_told; i++) {
		double d = distance(m, gene, nsga_gene(m->s, m->told[i]));
		if (n == NEAREST && d >= near[n - 1].d)
			continue;
		int at = n < NEAREST ? n++ : n - 1;
		for (; at > 0 && near[at - 1].d > d; at--)
			near[at] = near[at - 1];
		near[at] = (struct near){i, d};
	}
	return n;
}

/* The mean distance of a point from the one told next to it. */
static double usual_distance(const struct nsga_model *m)
{
	double sum = 0;
	for (long i = 1; i < m->n_told; i++)
		sum += distance(m, nsga_gene(m->s, m->told[i]),
		                nsga_gene(m->s, m->told[i - 1]));
	return sum / (double)(m->n_told - 1) + 1e-12;
}

/* ---- All ----------------------------------------------------------------- */

struct nsga_model *nsga_model_new(const struct nsga *s,
                                  const struct nsga_grid *grid)
{
	struct nsga_model *m = mem_zero(1, sizeof *m);
	const long count = nsga_count(s);
	long n_done = 0;

	m->s = s;
	m->grid = grid;
	for (int g = 0; g < grid->n_genes; g++) {
		m->first[g] = m->n_values;
		m->n_values += grid->size[g];
	}
	const size_t n_goals = (size_t)grid->n_goals;
	m->effect = mem_zero(n_goals * (size_t)m->n_values, sizeof *m->effect);
	m->told = mem_zero((size_t)count, sizeof *m->told);
	for (long i = 0; i < count; i++) {
		if (nsga_state(s, i) == NSGA_OPEN)
			continue;
		m->told[m->n_told++] = i;
		n_done += nsga_state(s, i) == NSGA_DONE;
	}
	m->left = mem_zero((size_t)m->n_told * n_goals, sizeof *m->left);
	if (n_done < 2) {
		nsga_model_free(m);
		return NULL;
	}
	find_signs(m);
	fit(m);
	m->usual = usual_distance(m);
	return m;
}

void nsga_model_free(struct nsga_model *m)
{
	if (!m)
		return;
	free(m->effect);
	free(m->told);
	free(m->left);
	free(m);
}

void nsga_model_guess(const struct nsga_model *m, const int *gene, double *goal,
                      double *excess, bool *fails)
{
	struct near near[NEAREST];
	const int n = find_near(m, gene, near), n_goals = m->grid->n_goals;
	double rest[NSGA_MAX_GOALS] = {0}, all = 0, of_done = 0, within = 0;

	*excess = 0;
	for (int i = 0; i < n; i++) {
		double d = near[i].d / m->usual;
		double w = 1 / (d * d + 1e-6);
		all += w;
		if (!is_done(m, near[i].i))
			continue;
		of_done += w;
		double e = nsga_excess(m->s, m->told[near[i].i]);
		*excess += w * e;
		within += e > 0 ? 0 : w;
		for (int k = 0; k < n_goals; k++)
			rest[k] += w * left_over(m, near[i].i)[k];
	}
	*fails = 2 * of_done < all;
	/* The best are often at a limit: most of the neighbours decide. */
	*excess = 2 * within >= of_done ? 0 : *excess / of_done;
	const double far = near[0].d / (near[0].d + m->usual), hope = 2;
	for (int k = 0; k < n_goals; k++) {
		goal[k] = m->mean[k] - hope * far * m->spread[k];
		if (of_done > 0)
			goal[k] += rest[k] / of_done;
		for (int g = 0; g < m->grid->n_genes; g++)
			goal[k] += effects(m, k, g)[gene[g]];
	}
}
