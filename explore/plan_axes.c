/* plan_axes: the axes of a sweep, and which of them move together; plan.h. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/plan_priv.h"

enum { MAX_VALUES = 10000 };

/* ---- Values of an axis ------------------------------------------------- */

static bool word_value(const struct plan_axis *a, const char *text,
                       const char *const *word, int n, int *number,
                       struct src at, struct err *err)
{
	for (*number = 0; *number < n; ++*number)
		if (strcmp(word[*number], text) == 0)
			return true;
	return err_at(err, at, "%s: %s is not one of %s, %s", a->key, text,
	              word[0], word[1]);
}

/* What the text stands for, tried on a default design: range and type. */
static bool value_of(struct plan *p, const struct plan_axis *a,
                     const char *text, int *number, struct src at,
                     struct err *err)
{
	struct design scratch = design_default();
	switch (a->kind) {
	case AXIS_TARGET:
		return word_value(a, text, plan_target_names, N_PLAN_TARGETS,
		                  number, at, err);
	case AXIS_BACKEND:
		return word_value(a, text, plan_backend_names, N_PLAN_BACKENDS,
		                  number, at, err);
	case AXIS_TECH:
		*number = plan_add_tech(p, text);
		return true;
	case AXIS_PARAM:
		break;
	}
	if (!design_set(&scratch, a->key, text, at, err))
		return false;
	*number = *(const int *)((const char *)&scratch + a->param->offset);
	return true;
}

static bool add_value(struct plan *p, struct plan_axis *a, const char *text,
                      struct src at, struct err *err)
{
	int number;
	size_t n = (size_t)a->n;
	if (!value_of(p, a, text, &number, at, err))
		return false;
	if (a->n >= MAX_VALUES)
		return err_at(err, at, "%s: more than %d values", a->key,
		              MAX_VALUES);
	char *shown = a->kind == AXIS_TECH ? path_stem(text) : mem_str(text);
	a->value = mem_grow(a->value, n + 1, sizeof *a->value);
	a->number = mem_grow(a->number, n + 1, sizeof *a->number);
	a->value[a->n] = shown;
	a->number[a->n++] = number;
	for (size_t i = 0; i < n; i++)
		if (strcmp(a->value[i], shown) == 0)
			return err_at(err, at, "%s: %s is listed twice", a->key,
			              shown);
	return true;
}

static bool add_list(struct plan *p, struct plan_axis *a,
                     const struct yaml *list, struct err *err)
{
	for
		YAML_EACH(v, list)
		{
			const char *text;
			if (v->kind != YAML_SCALAR)
				return err_at(err, yaml_src(v),
				              "%s: must be a list of values",
				              a->key);
			if (a->kind == AXIS_TECH && !yaml_string(v, &text, err))
				return false;
			if (!add_value(p, a, v->text, yaml_src(v), err))
				return false;
		}
	if (a->n == 0)
		return err_at(err, yaml_src(list), "%s: has no values", a->key);
	return true;
}

/* lo, then by more or by times more, while it is at most hi. */
static bool add_numbers(struct plan *p, struct plan_axis *a, long lo, long hi,
                        long step, long times, struct src at, struct err *err)
{
	for (long v = lo; v <= hi; v = times ? v * times : v + step) {
		char text[32];
		snprintf(text, sizeof text, "%ld", v);
		if (!add_value(p, a, text, at, err))
			return false;
	}
	return true;
}

/* {pow2: [from, to]} */
static bool add_powers(struct plan *p, struct plan_axis *a,
                       const struct yaml *map, struct err *err)
{
	static const char *const known[] = {"pow2", NULL};
	const struct yaml *list = yaml_get(map, "pow2");
	long end[2];
	if (!yaml_known_keys(map, known, err))
		return false;
	if (a->param->word)
		return err_at(err, yaml_src(map),
		              "%s: must be a list of values", a->key);
	if (list->kind != YAML_LIST || list->count != 2)
		return err_at(err, yaml_src(list),
		              "%s: wants {pow2: [from, to]}", a->key);
	const struct yaml *y = list->first;
	for (int i = 0; i < 2; i++, y = y->next) {
		if (!yaml_long(y, i ? end[0] : 1, 1 << 30, &end[i], err))
			return false;
		if ((end[i] & (end[i] - 1)) != 0)
			return err_at(err, yaml_src(y),
			              "%s: pow2: %ld is not a power of two",
			              a->key, end[i]);
	}
	return add_numbers(p, a, end[0], end[1], 0, 2, yaml_src(map), err);
}

/* The end of a range is a value that could be. Powers of two stay so. */
static bool check_range(const struct plan_axis *a, const struct yaml *map,
                        long hi, long step, long times, struct err *err)
{
	const struct param *p = a->param;
	struct src at = yaml_src(map);
	if (p->word)
		return err_at(err, at, "%s: must be a list of values", a->key);
	if (hi > p->max)
		return err_at(err, yaml_src(yaml_get(map, "to")),
		              "%s: %ld is not in %ld..%ld %s", a->key, hi,
		              p->min, p->max, p->unit);
	if (p->rule != RULE_POW2)
		return true;
	if (step)
		return err_at(err, at,
		              "%s: powers of two: wants {from, to, times} or "
		              "{pow2: [from, to]}",
		              a->key);
	return (times & (times - 1)) == 0 ||
	       err_at(err, yaml_src(yaml_get(map, "times")),
	              "%s: times: %ld is not a power of two", a->key, times);
}

/* {from, to, step} or {from, to, times}; `to` is included if it is met. */
static bool add_steps(struct plan *p, struct plan_axis *a,
                      const struct yaml *map, struct err *err)
{
	const struct yaml *from = yaml_get(map, "from"),
	                  *to = yaml_get(map, "to"),
	                  *step = yaml_get(map, "step"),
	                  *times = yaml_get(map, "times");
	const long max = 1000000000;
	long lo = 0, hi = 0, more = 0, by = 0;
	if (!from || !to || !step == !times)
		return err_at(err, yaml_src(map),
		              "%s: wants {from, to, step}, {from, to, times} "
		              "or {pow2: [from, to]}",
		              a->key);
	return yaml_long(from, times ? 1 : 0, max, &lo, err) &&
	       yaml_long(to, lo, max, &hi, err) &&
	       (!step || yaml_long(step, 1, max, &more, err)) &&
	       (!times || yaml_long(times, 2, max, &by, err)) &&
	       check_range(a, map, hi, more, by, err) &&
	       add_numbers(p, a, lo, hi, more, by, yaml_src(map), err);
}

static bool add_range(struct plan *p, struct plan_axis *a,
                      const struct yaml *map, struct err *err)
{
	static const char *const known[] = {"from",  "to",   "step",
	                                    "times", "pow2", NULL};
	if (a->kind != AXIS_PARAM)
		return err_at(err, yaml_src(map),
		              "%s: must be a list of values", a->key);
	if (!yaml_known_keys(map, known, err))
		return false;
	return yaml_get(map, "pow2") ? add_powers(p, a, map, err)
	                             : add_steps(p, a, map, err);
}

/* ---- Axes -------------------------------------------------------------- */

static const struct {
	const char *key;
	enum plan_axis_kind kind;
} others[] = {{"tech", AXIS_TECH},
              {"target", AXIS_TARGET},
              {"backend", AXIS_BACKEND}};

/* By its key; a setting cannot be an axis as well. */
static bool name_axis(const struct plan *p, struct plan_axis *a,
                      const struct yaml *y, struct err *err)
{
	struct design scratch = design_default();
	const struct yaml *fixed = yaml_get(p->yaml, y->key);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(others[i].key, y->key) != 0)
			continue;
		a->kind = others[i].kind;
		a->key = a->label = others[i].key;
		return !fixed ||
		       err_at(err, yaml_key_src(y),
		              "%s: an axis, and set for all in line %d", y->key,
		              fixed->key_line);
	}
	a->param = param_find(y->key);
	if (!a->param) /* design_set knows how to say so */
		return design_set(&scratch, y->key, "", yaml_key_src(y), err);
	a->key = a->param->key;
	a->label = a->param->field;
	return true;
}

static bool add_axis(struct plan *p, const struct yaml *y, struct err *err)
{
	struct plan_axis new = {.kind = AXIS_PARAM, .dim = -1};
	if (!name_axis(p, &new, y, err))
		return false;
	p->axis = mem_grow(p->axis, (size_t)p->n_axes + 1, sizeof *p->axis);
	struct plan_axis *a = &p->axis[p->n_axes++];
	*a = new;
	if (y->kind == YAML_LIST)
		return add_list(p, a, y, err);
	if (y->kind == YAML_MAP)
		return add_range(p, a, y, err);
	return add_value(p, a, y->text, yaml_src(y), err);
}

bool plan_read_axes(struct plan *p, struct err *err)
{
	const struct yaml *axes = yaml_get(p->yaml, "axes");
	if (!axes)
		return true;
	if (!yaml_is_map(axes, "axes", err))
		return false;
	for
		YAML_EACH(y, axes)
	if (!add_axis(p, y, err))
		return false;
	return true;
}

/* ---- Axes that move together ------------------------------------------- */

static struct plan_axis *axis_find(struct plan *p, const char *key)
{
	for (int i = 0; i < p->n_axes; i++)
		if (strcmp(p->axis[i].key, key) == 0)
			return &p->axis[i];
	return NULL;
}

/* One group of zip: mark its axes with the group's number. */
static bool read_zip(struct plan *p, const struct yaml *group, int number,
                     struct err *err)
{
	const struct plan_axis *first = NULL;
	if (!yaml_is_list(group, "zip", err))
		return false;
	for
		YAML_EACH(y, group)
		{
			const char *key;
			if (!yaml_string(y, &key, err))
				return false;
			struct plan_axis *a = axis_find(p, key);
			if (!a)
				return err_at(err, yaml_src(y),
				              "zip: %s is no axis", key);
			if (a->dim >= 0)
				return err_at(err, yaml_src(y),
				              "zip: %s is named twice", key);
			if (!first)
				first = a;
			if (a->n != first->n)
				return err_at(err, yaml_src(y),
				              "zip: %s has %d values, %s has "
				              "%d",
				              first->key, first->n, key, a->n);
			a->dim = number;
		}
	return true;
}

/* Number the dimensions by the order of the axes in the file, behind that of
 * networks. */
static void number_dims(struct plan *p, int n_groups)
{
	int *of_group = mem_zero((size_t)n_groups, sizeof *of_group);
	p->dim = mem_zero((size_t)p->n_axes + 1, sizeof *p->dim);
	p->dim[0] = p->n_nets;
	p->n_dims = 1;
	for (int i = 0; i < p->n_axes; i++) {
		struct plan_axis *a = &p->axis[i];
		int group = a->dim;
		if (group >= 0 && of_group[group] > 0) {
			a->dim = of_group[group];
			continue;
		}
		a->dim = p->n_dims++;
		p->dim[a->dim] = a->n;
		if (group >= 0)
			of_group[group] = a->dim;
	}
	free(of_group);
}

bool plan_read_zips(struct plan *p, struct err *err)
{
	const struct yaml *zip = yaml_get(p->yaml, "zip");
	int n_groups = 0;
	if (zip && !yaml_is_list(zip, "zip", err))
		return false;
	if (zip)
		for
			YAML_EACH(group, zip)
	if (!read_zip(p, group, n_groups++, err))
		return false;
	number_dims(p, n_groups);
	p->n_cells = 1;
	for (int i = 0; i < p->n_dims; i++)
		if (__builtin_mul_overflow(p->n_cells, p->dim[i], &p->n_cells))
			return err_at(err, yaml_src(p->yaml),
			              "more than %lld combinations",
			              (long long)INT64_MAX);
	return true;
}
