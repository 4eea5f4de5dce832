/* space: see space.h */
#include "explore/space.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool space_check(const struct plan *p, struct err *err)
{
	return p->n_goals <= NSGA_MAX_GOALS ||
	       err_at(err, yaml_src(yaml_get(p->yaml, "objectives")),
	              "objectives: more than %d are too many for a search",
	              NSGA_MAX_GOALS);
}

bool space_together(const struct plan *p, struct err *err)
{
	return !p->alternatives ||
	       err_at(err, yaml_src(yaml_get(p->yaml, "alternatives")),
	              "alternatives: one design for all of them (--together) "
	              "is not what is looked for");
}

int space_count(const struct plan *p, bool together)
{
	return together || p->alternatives ? 1 : p->n_nets;
}

struct space space_of(const struct plan *p, bool together, int i)
{
	const int nets = together ? p->n_nets : 1;

	return (struct space){p, i * nets, nets, NULL};
}

int space_number(const struct plan *p, bool together, const int *index)
{
	return together || p->alternatives ? 0 : index[0];
}

const int *space_gene(const struct plan *p, const int *index)
{
	return p->alternatives ? index : index + 1;
}

/* Dimensions of the plan that are no genes. */
static int first_dim(const struct plan *p)
{
	return p->alternatives ? 0 : 1;
}

static bool reached(const struct space *s, const struct plan_pick *pick)
{
	const struct src nowhere = {NULL, 0};
	struct err ignored;

	return !s->techs || s->plan->any_clock ||
	       joulet_clock_check(s->techs[pick->tech], &pick->design, nowhere,
	                          &ignored);
}

static bool legal(void *ctx, const int *gene)
{
	const struct space *s = ctx;
	const struct src nowhere = {NULL, 0};
	int index[PLAN_MAX_DIMS];
	struct err ignored;
	for (int net = s->net; net < s->net + s->n_nets; net++) {
		space_index(s, net, gene, index);
		struct plan_pick pick = plan_pick_at(s->plan, index);
		if (!plan_legal(s->plan, index) ||
		    !design_check(&pick.design, nowhere, &ignored) ||
		    !reached(s, &pick))
			return false;
	}
	return true;
}

struct nsga_grid space_grid(const struct space *s)
{
	const struct plan *p = s->plan;
	const int first = first_dim(p);
	struct nsga_grid g = {.n_genes = p->n_dims - first,
	                      .n_goals = p->n_goals,
	                      .legal = legal,
	                      .ctx = (void *)s};
	memcpy(g.size, p->dim + first, (size_t)g.n_genes * sizeof *g.size);
	return g;
}

void space_index(const struct space *s, int net, const int *gene, int *index)
{
	const int first = first_dim(s->plan);

	index[0] = net;
	memcpy(index + first, gene,
	       (size_t)(s->plan->n_dims - first) * sizeof *index);
}

int64_t space_cell(const struct space *s, int net, const int *gene)
{
	int index[PLAN_MAX_DIMS];
	space_index(s, net, gene, index);
	return plan_cell(s->plan, index);
}

bool space_goals(const struct space *s, const struct sweep *view,
                 const int *gene, double *goal, double *excess)
{
	long *at = mem_zero((size_t)s->n_nets, sizeof *at);
	int index[PLAN_MAX_DIMS];
	for (int i = 0; i < s->n_nets; i++) {
		space_index(s, s->net + i, gene, index);
		at[i] = plan_point_at(view->plan, index);
		assert(at[i] >= 0);
	}
	bool ok = result_goals(view, at, s->n_nets, goal, excess);
	free(at);
	return ok;
}

double space_size(const struct plan *p)
{
	double n = 1;
	for (int i = first_dim(p); i < p->n_dims; i++)
		n *= p->dim[i];
	return n;
}
