/* plan_cells: which cells of the grid are points, and what one is made of; see
 * plan.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "explore/metric.h"
#include "explore/names.h"
#include "explore/plan_priv.h"

/* ---- Rules ------------------------------------------------------------- */

static bool add_rule(const struct yaml *y, const char *what,
                     const struct names *s, struct expr ***rule, int *n,
                     struct err *err)
{
	const struct expr_names names = names_in(s);
	const char *text;
	if (y->kind != YAML_SCALAR)
		return err_at(err, yaml_src(y),
		              "%s: wants conditions, as in a <= b", what);
	if (!yaml_string(y, &text, err))
		return false;
	if (*n >= PLAN_MAX_RULES)
		return err_at(err, yaml_src(y), "%s: more than %d conditions",
		              what, PLAN_MAX_RULES);
	struct expr *e = expr_parse(text, yaml_src(y), y->text_column, what,
	                            &names, err);
	if (!e)
		return false;
	*rule = mem_grow(*rule, (size_t)*n + 1, sizeof **rule);
	(*rule)[(*n)++] = e;
	return true;
}

/* One condition, or a list of them. */
static bool read_rules(struct plan *p, const char *what, struct names *s,
                       struct expr ***rule, int *n, struct err *err)
{
	const struct yaml *y = yaml_get(p->yaml, what);
	if (!y)
		return true;
	if (y->kind != YAML_LIST)
		return add_rule(y, what, s, rule, n, err);
	for
		YAML_EACH(c, y)
	if (!add_rule(c, what, s, rule, n, err))
		return false;
	return true;
}

bool plan_read_rules(struct plan *p, struct err *err)
{
	const char **net = mem_zero((size_t)p->n_nets, sizeof *net);
	const char **tech = mem_zero((size_t)p->n_techs, sizeof *tech);
	struct names s = {
	        .net = net,
	        .n_nets = p->n_nets,
	        .tech = tech,
	        .n_techs = p->n_techs,
	};
	for (int i = 0; i < p->n_nets; i++)
		net[i] = joulet_net_name(p->net[i].net);
	for (int i = 0; i < p->n_techs; i++)
		tech[i] = p->tech_name[i];
	bool ok = read_rules(p, "where", &s, &p->where, &p->n_where, err);
	s.metrics = true;
	ok = ok && read_rules(p, "limits", &s, &p->limit, &p->n_limits, err);
	free(net);
	free(tech);
	return ok;
}

/* ---- Limits ------------------------------------------------------------- */

bool plan_broken(const struct plan *p, const struct plan_pick *pick,
                 const double *metric, uint32_t *broken, double *excess,
                 struct err *err)
{
	struct expr_value v[NAMES_MAX_SLOTS];
	*broken = 0;
	*excess = 0;
	if (p->n_limits == 0)
		return true;
	names_set_pick(v, pick);
	names_set_metrics(v, metric);
	for (int i = 0; i < p->n_limits; i++) {
		double by;
		if (!expr_excess(p->limit[i], v, &by, err))
			return false;
		*broken |= by > 0 ? UINT32_C(1) << i : 0;
		*excess += by;
	}
	return true;
}

/* ---- Cells ------------------------------------------------------------- */

int64_t plan_cell(const struct plan *p, const int *index)
{
	int64_t cell = 0;
	for (int i = 0; i < p->n_dims; i++) {
		assert(index[i] >= 0 && index[i] < p->dim[i]);
		cell = cell * p->dim[i] + index[i];
	}
	return cell;
}

void plan_index(const struct plan *p, int64_t cell, int *index)
{
	assert(cell >= 0 && cell < p->n_cells);
	for (int i = p->n_dims - 1; i >= 0; i--) {
		index[i] = (int)(cell % p->dim[i]);
		cell /= p->dim[i];
	}
}

/* One value of an axis, `number` of plan_axis. */
static void pick_value(struct plan_pick *pick, const struct plan_axis *a,
                       int number)
{
	switch (a->kind) {
	case AXIS_TECH:
		pick->tech = number;
		break;
	case AXIS_TARGET:
		pick->target = (enum joulet_target)number;
		break;
	case AXIS_BACKEND:
		pick->backend = plan_backend_names[number];
		break;
	case AXIS_PARAM:
		*(int *)((char *)&pick->design + a->param->offset) = number;
	}
}

struct plan_pick plan_pick_at(const struct plan *p, const int *index)
{
	struct plan_pick pick = {.design = p->base,
	                         .net = index[0],
	                         .target = p->target,
	                         .backend = p->backend};
	for (int i = 0; i < p->n_axes; i++) {
		const struct plan_axis *a = &p->axis[i];
		pick_value(&pick, a, a->number[index[a->dim]]);
	}
	if (p->of)
		pick.backend = p->backend; /* verify, whatever the axes say */
	return pick;
}

bool plan_legal(const struct plan *p, const int *index)
{
	struct expr_value v[NAMES_MAX_SLOTS];
	struct err ignored;
	if (p->n_where == 0)
		return true;
	const struct plan_pick pick = plan_pick_at(p, index);
	names_set_pick(v, &pick);
	for (int i = 0; i < p->n_where; i++) {
		bool yes;
		if (!expr_true(p->where[i], v, &yes, &ignored) || !yes)
			return false;
	}
	return true;
}

/* The first point whose cell is not before `cell`. */
static long first_from(const struct plan *p, int64_t cell)
{
	long lo = 0, hi = p->n_points;
	if (!p->cell)
		return (long)cell;
	while (lo < hi) {
		long mid = lo + (hi - lo) / 2;
		if (p->cell[mid] < cell)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct plan plan_by_cell(const struct plan *p)
{
	struct plan all = *p;
	all.large = false;
	all.cell = NULL;
	all.n_points = (long)p->n_cells;
	return all;
}

long plan_point_at(const struct plan *p, const int *index)
{
	int64_t cell = plan_cell(p, index);
	assert(!p->large);
	long point = first_from(p, cell);
	if (!p->cell || (point < p->n_points && p->cell[point] == cell))
		return point;
	return -1;
}

void plan_net_points(const struct plan *p, int net, long *first, long *n)
{
	int64_t cells = p->n_cells / p->n_nets;
	*first = first_from(p, cells * net);
	*n = first_from(p, cells * (net + 1)) - *first;
}

/* ---- Points ------------------------------------------------------------ */

/* All cells in order, without those below a dimension where a condition is
 * false already: `where` is asked as soon as its last axis has a value. */
enum { MAX_TESTS = 200000000 }; /* seconds: operations in conditions */

struct count {
	struct plan *p;
	struct plan_pick pick;
	struct expr_value value[NAMES_MAX_SLOTS];
	int last[PLAN_MAX_RULES]; /* dimension at which where[i] is asked */
	int deepest;              /* of these; -1: no conditions */
	long cap, tests;
	bool full; /* too much to count */
	struct err *err;
};

static int slot_of_axis(const struct plan_axis *a)
{
	switch (a->kind) {
	case AXIS_TECH:
		return names_slot(NAME_TECH);
	case AXIS_TARGET:
		return names_slot(NAME_TARGET);
	case AXIS_BACKEND:
		return names_slot(NAME_BACKEND);
	case AXIS_PARAM:
		break;
	}
	return (int)(a->param - params);
}

static int last_dim(const struct plan *p, const struct expr *e)
{
	int last = 0;
	for (int i = 0; i < p->n_axes; i++)
		if (p->axis[i].dim > last &&
		    expr_reads(e, slot_of_axis(&p->axis[i])))
			last = p->axis[i].dim;
	return last;
}

static void set_dim(struct count *c, int dim, int index)
{
	const struct plan *p = c->p;
	if (dim == 0)
		names_set(&c->value[names_slot(NAME_NETWORK)], index);
	for (int i = 0; i < p->n_axes; i++) {
		const struct plan_axis *a = &p->axis[i];
		if (a->dim == dim)
			names_set(&c->value[slot_of_axis(a)], a->number[index]);
	}
}

/* All that is asked at this dimension. False only on error. */
static bool ask(struct count *c, int dim, bool *yes)
{
	*yes = true;
	for (int i = 0; *yes && i < c->p->n_where; i++) {
		if (c->last[i] != dim)
			continue;
		c->tests += expr_size(c->p->where[i]);
		if (!expr_true(c->p->where[i], c->value, yes, c->err))
			return false;
	}
	return true;
}

/* n cells from `cell` on are points. */
static void take_cells(struct count *c, int64_t cell, int64_t n)
{
	struct plan *p = c->p;
	if (n > PLAN_MAX_POINTS - p->n_points) {
		c->full = true;
		return;
	}
	long end = p->n_points + (long)n;
	if (end > c->cap) {
		c->cap = end > 2 * c->cap ? end : 2 * c->cap;
		p->cell = mem_grow(p->cell, (size_t)c->cap, sizeof *p->cell);
	}
	while (p->n_points < end)
		p->cell[p->n_points++] = cell++;
}

/* Below the cells [first, first + below * dim[dim]). */
static bool descend(struct count *c, int dim, int64_t first, int64_t below)
{
	bool yes;
	if (dim > c->deepest) {
		take_cells(c, first, below);
		return true;
	}
	below /= c->p->dim[dim];
	for (int i = 0; i < c->p->dim[dim] && !c->full; i++) {
		set_dim(c, dim, i);
		if (!ask(c, dim, &yes))
			return false;
		if (c->tests > MAX_TESTS)
			c->full = true;
		if (yes && !c->full &&
		    !descend(c, dim + 1, first + i * below, below))
			return false;
	}
	return true;
}

static bool count_where(struct plan *p, struct err *err)
{
	int zero[PLAN_MAX_DIMS] = {0};
	struct count *c = mem_zero(1, sizeof *c);
	c->p = p;
	c->err = err;
	c->deepest = -1;
	c->pick = plan_pick_at(p, zero);
	names_set_pick(c->value, &c->pick);
	for (int i = 0; i < p->n_where; i++) {
		c->last[i] = last_dim(p, p->where[i]);
		c->deepest = c->last[i] > c->deepest ? c->last[i] : c->deepest;
	}
	bool ok = descend(c, 0, 0, p->n_cells);
	p->large = c->full;
	p->uncounted = c->tests > MAX_TESTS;
	free(c);
	if (p->large) {
		free(p->cell);
		p->cell = NULL;
		p->n_points = 0;
	} else if (ok && p->n_points == 0) {
		ok = err_at(err, yaml_src(yaml_get(p->yaml, "where")),
		            "where: no combination satisfies it");
	}
	return ok;
}

bool plan_make_points(struct plan *p, struct err *err)
{
	assert(p->n_dims <= PLAN_MAX_DIMS);
	if (p->n_where > 0)
		return count_where(p, err);
	p->large = p->n_cells > PLAN_MAX_POINTS;
	p->n_points = p->large ? 0 : (long)p->n_cells;
	return true;
}
