/* plan: see plan.h */
#include "explore/plan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "explore/metric.h"
#include "explore/tool.h"

enum { MAX_VALUES = 10000, MAX_INPUT = 1 << 26 };

static const char *const keys[] = {"networks",   "base",    "axes",   "zip",
                                   "inputs",     "backend", "target", "tech",
                                   "objectives", NULL};

/* ---- Values of an axis ------------------------------------------------- */

/* Add a value after trying it on a default design: range and type. */
static bool add_value(struct plan_axis *a, const char *text, struct src at,
                      struct err *err)
{
	struct design scratch = design_default();
	const char *key = a->param->key;
	if (!design_set(&scratch, key, text, at, err))
		return false;
	if (a->n >= MAX_VALUES)
		return err_at(err, at, "%s: more than %d values", key,
		              MAX_VALUES);
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->value[i], text) == 0)
			return err_at(err, at, "%s: %s is listed twice", key,
			              text);
	a->value = mem_grow(a->value, (size_t)a->n + 1, sizeof *a->value);
	a->value[a->n++] = mem_str(text);
	return true;
}

static bool add_list(struct plan_axis *a, const struct yaml *list,
                     struct err *err)
{
	for
		YAML_EACH(v, list)
		{
			if (v->kind != YAML_SCALAR)
				return err_at(err, yaml_src(v),
				              "%s: must be a list of values",
				              a->param->key);
			if (!add_value(a, v->text, yaml_src(v), err))
				return false;
		}
	if (a->n == 0)
		return err_at(err, yaml_src(list), "%s: has no values",
		              a->param->key);
	return true;
}

/* {from, to, step} or {from, to, times}; `to` is included if it is met. */
static bool add_range(struct plan_axis *a, const struct yaml *map,
                      struct err *err)
{
	static const char *const known[] = {"from", "to", "step", "times",
	                                    NULL};
	const struct yaml *from = yaml_get(map, "from"),
	                  *to = yaml_get(map, "to"),
	                  *step = yaml_get(map, "step"),
	                  *times = yaml_get(map, "times");
	const long max = 1000000000;
	long lo = 0, hi = 0, by = 0;
	if (!yaml_known_keys(map, known, err))
		return false;
	if (!from || !to || !step == !times)
		return err_at(err, yaml_src(map),
		              "%s: wants {from, to, step} or {from, to, times}",
		              a->param->key);
	if (!yaml_long(from, 1, max, &lo, err) ||
	    !yaml_long(to, lo, max, &hi, err) ||
	    (step && !yaml_long(step, 1, max, &by, err)) ||
	    (times && !yaml_long(times, 2, max, &by, err)))
		return false;
	for (long v = lo; v <= hi; v = step ? v + by : v * by) {
		char text[32];
		snprintf(text, sizeof text, "%ld", v);
		if (!add_value(a, text, yaml_src(map), err))
			return false;
	}
	return true;
}

static bool add_axis(struct plan *p, const struct yaml *y, struct err *err)
{
	struct design scratch = design_default();
	const struct param *param = param_find(y->key);
	if (!param) /* design_set knows how to say so */
		return design_set(&scratch, y->key, "", yaml_key_src(y), err);
	size_t n = (size_t)p->n_axes;
	p->axis = mem_grow(p->axis, n + 1, sizeof *p->axis);
	struct plan_axis *a = &p->axis[p->n_axes++];
	*a = (struct plan_axis){.param = param, .turn = -1};
	if (y->kind == YAML_LIST)
		return add_list(a, y, err);
	if (y->kind == YAML_MAP)
		return add_range(a, y, err);
	return add_value(a, y->text, yaml_src(y), err);
}

static bool read_axes(struct plan *p, struct err *err)
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
		if (strcmp(p->axis[i].param->key, key) == 0)
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
			if (a->turn >= 0)
				return err_at(err, yaml_src(y),
				              "zip: %s is named twice", key);
			if (!first)
				first = a;
			if (a->n != first->n)
				return err_at(
				        err, yaml_src(y),
				        "zip: %s has %d values, %s has %d",
				        first->param->key, first->n, key, a->n);
			a->turn = number;
		}
	return true;
}

/* Number the turns by the order of the axes in the file. */
static void number_turns(struct plan *p, int n_groups)
{
	int *of_group = mem_zero((size_t)n_groups, sizeof *of_group);
	for (int i = 0; i < n_groups; i++)
		of_group[i] = -1;
	p->turn = mem_zero((size_t)p->n_axes, sizeof *p->turn);
	for (int i = 0; i < p->n_axes; i++) {
		struct plan_axis *a = &p->axis[i];
		int group = a->turn;
		if (group >= 0 && of_group[group] >= 0) {
			a->turn = of_group[group];
			continue;
		}
		a->turn = p->n_turns++;
		p->turn[a->turn] = a->n;
		if (group >= 0)
			of_group[group] = a->turn;
	}
	free(of_group);
}

static bool read_turns(struct plan *p, struct err *err)
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
	number_turns(p, n_groups);
	p->n_points = p->n_nets;
	for (int i = 0; i < p->n_turns; i++) {
		p->n_points *= p->turn[i];
		if (p->n_points > PLAN_MAX_POINTS)
			return err_at(err, yaml_src(p->yaml),
			              "more than %d points", PLAN_MAX_POINTS);
	}
	return true;
}

/* ---- Networks and inputs ----------------------------------------------- */

static char *beside(const struct plan *p, const char *name)
{
	char *dir = path_dir(p->yaml->file);
	char *path = path_join(dir, name);
	free(dir);
	return path;
}

/* Point at the line of the sweep file that named the file. */
static bool blame(const struct yaml *y, struct err *err)
{
	struct err inner = *err;
	err_at(err, yaml_src(y), "%.400s", inner.msg);
	err->kind = inner.kind;
	return false;
}

static bool add_net(struct plan *p, const struct yaml *y, struct err *err)
{
	const char *name = NULL;
	if (!yaml_string(y, &name, err))
		return false;
	char *path = beside(p, name);
	struct joulet_net *net = joulet_net_open(path, err);
	free(path);
	if (!net)
		return blame(y, err);
	size_t n = (size_t)p->n_nets;
	p->net = mem_grow(p->net, n + 1, sizeof *p->net);
	size_t bytes = joulet_net_in_bytes(net);
	void *input = mem_zero(bytes, 1);
	joulet_made_up(input, bytes);
	p->net[p->n_nets++] = (struct plan_net){.net = net, .input = input};
	for (int i = 0; i < p->n_nets - 1; i++)
		if (joulet_net_hash(p->net[i].net) == joulet_net_hash(net))
			return err_at(err, yaml_src(y),
			              "networks: %s and %s are the same",
			              joulet_net_name(p->net[i].net), name);
	return true;
}

static bool read_networks(struct plan *p, struct err *err)
{
	const struct yaml *list = yaml_get(p->yaml, "networks");
	if (!list)
		return err_at(err, yaml_src(p->yaml),
		              "networks: missing; a list of .tflite files");
	if (!yaml_is_list(list, "networks", err))
		return false;
	for
		YAML_EACH(y, list)
	if (!add_net(p, y, err))
		return false;
	if (p->n_nets == 0)
		return err_at(err, yaml_src(list), "networks: empty list");
	return true;
}

static bool add_input(struct plan *p, struct plan_net *net,
                      const struct yaml *y, struct err *err)
{
	const char *name = NULL;
	size_t size, want = joulet_net_in_bytes(net->net);
	if (!yaml_string(y, &name, err))
		return false;
	char *path = beside(p, name);
	char *data = file_read(path, MAX_INPUT, &size, err);
	free(path);
	if (!data)
		return blame(y, err);
	bool ok = size >= want ||
	          err_at(err, yaml_src(y),
	                 "inputs: %s has %zu bytes, %s takes %zu", name, size,
	                 joulet_net_name(net->net), want);
	if (ok)
		memcpy(net->input, data, want);
	free(data);
	return ok;
}

static bool read_inputs(struct plan *p, struct err *err)
{
	const struct yaml *list = yaml_get(p->yaml, "inputs");
	int i = 0;
	if (list) {
		if (!yaml_is_list(list, "inputs", err))
			return false;
		if (list->count != p->n_nets)
			return err_at(err, yaml_src(list),
			              "inputs: %d for %d networks", list->count,
			              p->n_nets);
		for
			YAML_EACH(y, list)
		if (!add_input(p, &p->net[i++], y, err))
			return false;
	}
	for (i = 0; i < p->n_nets; i++)
		p->net[i].input_hash = XXH3_64bits(
		        p->net[i].input, joulet_net_in_bytes(p->net[i].net));
	return true;
}

/* ---- Everything else --------------------------------------------------- */

static bool add_goal(struct plan *p, const struct yaml *y, bool maximize,
                     struct err *err)
{
	const char *name = NULL;
	if (!yaml_string(y, &name, err))
		return false;
	if (metric_find(name) < 0) {
		const char *near = metric_nearest(name);
		return err_at(err, yaml_src(y),
		              "objectives: %s: no such metric%s%s%s", name,
		              near ? "; did you mean " : "", near ? near : "",
		              near ? "?" : "");
	}
	size_t n = (size_t)p->n_goals;
	p->goal = mem_grow(p->goal, n + 1, sizeof *p->goal);
	p->goal[p->n_goals++] = (struct plan_goal){name, maximize};
	return true;
}

static bool read_goals(struct plan *p, struct err *err)
{
	static const char *const known[] = {"minimize", "maximize", NULL};
	const struct yaml *map = yaml_get(p->yaml, "objectives");
	if (map) {
		if (!yaml_is_map(map, "objectives", err) ||
		    !yaml_known_keys(map, known, err))
			return false;
		for
			YAML_EACH(list, map)
			{
				bool max = strcmp(list->key, "maximize") == 0;
				if (!yaml_is_list(list, list->key, err))
					return false;
			for
				YAML_EACH(y, list)
			if (!add_goal(p, y, max, err))
				return false;
			}
		if (p->n_goals == 0)
			return err_at(err, yaml_src(map),
			              "objectives: none given");
		return true;
	}
	p->n_goals = 2;
	p->goal = mem_zero(2, sizeof *p->goal);
	p->goal[0].metric = metric_name[METRIC_latency_us];
	p->goal[1].metric = metric_name[METRIC_energy_uj];
	return true;
}

/* The text of an optional key; *text keeps its default if it is absent. */
static bool option(struct plan *p, const char *key, const char **text,
                   struct err *err)
{
	const struct yaml *y = yaml_get(p->yaml, key);
	return !y || yaml_string(y, text, err);
}

static bool read_options(struct plan *p, struct err *err)
{
	const char *base = NULL, *tech = NULL;
	p->backend = "fast";
	p->target_name = "accel";
	if (!option(p, "backend", &p->backend, err) ||
	    !option(p, "target", &p->target_name, err) ||
	    !option(p, "tech", &tech, err) || !option(p, "base", &base, err))
		return false;
	if (strcmp(p->backend, "fast") != 0 && strcmp(p->backend, "rtl") != 0)
		return err_at(err, yaml_src(yaml_get(p->yaml, "backend")),
		              "backend: %s is not one of fast, rtl",
		              p->backend);
	int target = joulet_target_find(p->target_name);
	if (target < 0)
		return err_at(err, yaml_src(yaml_get(p->yaml, "target")),
		              "target: %s is not one of accel, cpu",
		              p->target_name);
	p->target = (enum joulet_target)target;
	if (tech)
		p->tech_path = beside(p, tech);
	p->base = design_default();
	if (!base)
		return true;
	char *path = beside(p, base);
	bool ok = design_load(&p->base, path, err);
	free(path);
	return ok || blame(yaml_get(p->yaml, "base"), err);
}

/* The sweep is the list of its points: equal lists are the same sweep. */
static void identify(struct plan *p)
{
	XXH3_state_t *state = XXH3_createState();
	if (!state)
		abort();
	XXH3_128bits_reset(state);
	for (long i = 0; i < plan_members(p); i++) {
		char key[PLAN_KEY];
		plan_key(p, plan_member(p, i), key);
		XXH3_128bits_update(state, key, sizeof key);
	}
	XXH128_hash_t h = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	snprintf(p->id, sizeof p->id, "%016" PRIx64 "%016" PRIx64,
	         (uint64_t)h.high64, (uint64_t)h.low64);
}

struct plan *plan_load(const char *path, struct err *err)
{
	assert(path && err);
	struct yaml *y = yaml_load(path, err);
	if (!y)
		return NULL;
	struct plan *p = mem_zero(1, sizeof *p);
	p->yaml = y;
	p->name = path_stem(path);
	tool_version(p->tool, sizeof p->tool);
	if (yaml_is_map(y, "sweep", err) && yaml_known_keys(y, keys, err) &&
	    read_options(p, err) &&
	    joulet_backend_hash(p->backend, &p->rtl_hash, err) &&
	    read_goals(p, err) && read_axes(p, err) && read_networks(p, err) &&
	    read_inputs(p, err) && read_turns(p, err)) {
		identify(p);
		return p;
	}
	plan_free(p);
	return NULL;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n_nets; i++) {
		joulet_net_close(p->net[i].net);
		free(p->net[i].input);
	}
	for (int i = 0; i < p->n_axes; i++) {
		for (int k = 0; k < p->axis[i].n; k++)
			free(p->axis[i].value[k]);
		free(p->axis[i].value);
	}
	free(p->net);
	free(p->axis);
	free(p->turn);
	free(p->goal);
	free(p->tech_path);
	free(p->name);
	yaml_drop(p->yaml);
	free(p);
}

struct plan plan_confirm(const struct plan *p, uint64_t rtl_hash,
                         const long *part, long n_part)
{
	struct plan c = *p;

	c.backend = "verify";
	c.rtl_hash = rtl_hash;
	c.of = p;
	c.part = part;
	c.n_part = n_part;
	identify(&c);
	return c;
}

long plan_members(const struct plan *p)
{
	return p->of ? p->n_part : p->n_points;
}

long plan_member(const struct plan *p, long i)
{
	return p->of ? p->part[i] : i;
}

void plan_name(const struct plan *p, long point, char *buf, size_t size)
{
	struct buf b = {0};

	buf_printf(&b, "point %ld (%s", point,
	           joulet_net_name(plan_net_of(p, point)->net));
	for (int i = 0; i < p->n_axes; i++)
		buf_printf(&b, ", %s=%s", p->axis[i].param->key,
		           plan_value(p, point, i));
	buf_char(&b, ')');
	snprintf(buf, size, "%s", b.data);
	buf_free(&b);
}

const struct plan_net *plan_net_of(const struct plan *p, long point)
{
	assert(point >= 0 && point < p->n_points);
	return &p->net[point / (p->n_points / p->n_nets)];
}

const char *plan_value(const struct plan *p, long point, int axis)
{
	const struct plan_axis *a = &p->axis[axis];
	for (int t = p->n_turns - 1; t > a->turn; t--)
		point /= p->turn[t];
	return a->value[point % a->n];
}

struct design plan_design(const struct plan *p, long point)
{
	struct design d = p->base;
	for (int i = 0; i < p->n_axes; i++) {
		struct err err;
		bool ok = design_set(&d, p->axis[i].param->key,
		                     plan_value(p, point, i),
		                     (struct src){NULL, 0}, &err);
		assert(ok); /* add_value has tried it */
		(void)ok;
	}
	return d;
}

void plan_key(const struct plan *p, long point, char key[PLAN_KEY])
{
	const struct plan_net *net = plan_net_of(p, point);
	struct design d = plan_design(p, point);
	char text[300];
	int n = snprintf(text, sizeof text,
	                 "joulet point 1\n%016" PRIx64 "\n%016" PRIx64
	                 "\n%016" PRIx64 "\n%s\n%s\n%s\n",
	                 design_hash(&d), joulet_net_hash(net->net),
	                 net->input_hash, p->tool, p->backend, p->target_name);
	if (p->rtl_hash)
		n += snprintf(text + n, sizeof text - (size_t)n,
		              "%016" PRIx64 "\n", p->rtl_hash);
	assert(n > 0 && n < (int)sizeof text);
	XXH128_hash_t h = XXH3_128bits(text, (size_t)n);
	snprintf(key, PLAN_KEY, "%016" PRIx64 "%016" PRIx64, (uint64_t)h.high64,
	         (uint64_t)h.low64);
}
