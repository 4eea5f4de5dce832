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
#include "explore/names.h"
#include "explore/plan_priv.h"
#include "explore/tool.h"

enum { MAX_INPUT = 1 << 26 };

static const char *const keys[] = {
        "networks",   "base",   "axes",         "zip",       "where",
        "inputs",     "data",   "backend",      "target",    "tech",
        "objectives", "limits", "alternatives", "any_clock", NULL};

const char *const plan_target_names[N_PLAN_TARGETS] = {"accel", "cpu"};
const char *const plan_backend_names[N_PLAN_BACKENDS] = {"fast", "rtl"};

/* ---- Networks and inputs ----------------------------------------------- */

static char *beside(const struct plan *p, const char *name)
{
	char *dir = path_dir(p->yaml->file);
	char *path = path_join(dir, name);
	free(dir);
	return path;
}

/* Point at the line of the sweep file that named the file. */
bool plan_blame(const struct yaml *y, struct err *err)
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
		return plan_blame(y, err);
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
		return plan_blame(y, err);
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

/* ---- Labelled data ------------------------------------------------------ */

/* The set of that file, read once. */
static const struct dataset *take_set(struct plan *p, const char *name,
                                      struct err *err)
{
	char *path = beside(p, name);
	const struct dataset *set = NULL;
	for (int i = 0; i < p->n_sets; i++)
		if (strcmp(p->set[i]->path, path) == 0)
			set = p->set[i];
	if (!set) {
		struct dataset *new = dataset_load(path, err);
		if (new) {
			const size_t n = (size_t)p->n_sets + 1;
			p->set = mem_grow(p->set, n, sizeof *p->set);
			p->set[p->n_sets++] = new;
			set = new;
		}
	}
	free(path);
	return set;
}

/* The set of one network; the word none: it has none. */
static bool add_data(struct plan *p, struct plan_net *net, const struct yaml *y,
                     struct err *err)
{
	const char *name = NULL;
	if (!yaml_string(y, &name, err))
		return false;
	if (strcmp(name, "none") == 0)
		return true;
	net->data = take_set(p, name, err);
	return (net->data && dataset_fits(net->data, net->net, err)) ||
	       plan_blame(y, err);
}

/* One set for all networks, or a list with one for each. */
static bool read_data(struct plan *p, struct err *err)
{
	const struct yaml *y = yaml_get(p->yaml, "data");
	if (!y)
		return true;
	if (y->kind == YAML_MAP)
		return err_at(err, yaml_src(y),
		              "data: wants a file, or a list of one for each "
		              "network");
	if (y->kind == YAML_LIST && y->count != p->n_nets)
		return err_at(err, yaml_src(y), "data: %d for %d networks",
		              y->count, p->n_nets);
	const struct yaml *one = y->kind == YAML_LIST ? y->first : y;
	for (int i = 0; i < p->n_nets; i++) {
		if (!add_data(p, &p->net[i], one, err))
			return false;
		one = y->kind == YAML_LIST ? one->next : one;
	}
	return true;
}

/* What cannot be measured is no objective. */
static bool check_data(const struct plan *p, struct err *err)
{
	const char *which = NULL;
	for (int i = 0; i < p->n_goals; i++)
		if (metric_find(p->goal[i].metric) == METRIC_accuracy)
			which = "objectives";
	for (int i = 0; i < p->n_limits; i++)
		if (expr_reads(p->limit[i], names_metric(METRIC_accuracy)))
			which = "limits";
	for (int i = 0; which && i < p->n_nets; i++)
		if (!p->net[i].data)
			return err_at(err, yaml_src(yaml_get(p->yaml, which)),
			              "%s: accuracy: %s has no data set (data: "
			              "SET.yaml)",
			              which, joulet_net_name(p->net[i].net));
	return true;
}

/* Networks that do the same task have the same data, if any. */
static bool read_alternatives(struct plan *p, struct err *err)
{
	const struct yaml *y = yaml_get(p->yaml, "alternatives");
	if (!y)
		return true;
	if (!yaml_bool(y, &p->alternatives, err))
		return false;
	for (int i = 1; p->alternatives && i < p->n_nets; i++)
		if (p->net[i].data != p->net[0].data)
			return err_at(err, yaml_src(y),
			              "alternatives: %s and %s have different "
			              "data sets",
			              joulet_net_name(p->net[0].net),
			              joulet_net_name(p->net[i].net));
	return true;
}

/* The word is a promise that somebody knows better than the table. */
static bool read_any_clock(struct plan *p, struct err *err)
{
	const struct yaml *y = yaml_get(p->yaml, "any_clock");
	return !y || yaml_bool(y, &p->any_clock, err);
}

/* ---- Everything else --------------------------------------------------- */

static bool add_goal(struct plan *p, const struct yaml *y, bool maximize,
                     struct err *err)
{
	const char *name = NULL;
	if (!yaml_string(y, &name, err))
		return false;
	if (metric_refusal(name))
		return err_at(err, yaml_src(y), "objectives: %s: %s", name,
		              metric_refusal(name));
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
		plan_add_tech(p, tech);
	p->base = design_default();
	if (!base)
		return true;
	char *path = beside(p, base);
	bool ok = design_load(&p->base, path, err);
	free(path);
	return ok || plan_blame(yaml_get(p->yaml, "base"), err);
}

int plan_add_tech(struct plan *p, const char *name)
{
	size_t n = (size_t)p->n_techs + 1;
	p->tech_path = mem_grow(p->tech_path, n, sizeof *p->tech_path);
	p->tech_name = mem_grow(p->tech_name, n, sizeof *p->tech_name);
	p->tech_path[n - 1] = !name                         ? NULL
	                      : joulet_tech_is_preset(name) ? mem_str(name)
	                                                    : beside(p, name);
	p->tech_name[n - 1] = name ? path_stem(name) : mem_str("default");
	return p->n_techs++;
}

/* After axes: there is one technology table at least. */
static bool read_tech(struct plan *p)
{
	if (p->n_techs == 0)
		plan_add_tech(p, NULL);
	return true;
}

/* Does any point run on the Verilog? */
static bool read_rtl_hash(struct plan *p, struct err *err)
{
	const char *backend = p->backend;
	for (int i = 0; i < p->n_axes; i++)
		for (int k = 0; k < p->axis[i].n; k++)
			if (p->axis[i].kind == AXIS_BACKEND &&
			    p->axis[i].number[k] == 1)
				backend = "rtl";
	return joulet_backend_hash(backend, &p->rtl_hash, err);
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

/* The tree is the plan's, or gone. */
static struct plan *read_plan(struct yaml *y, struct err *err)
{
	struct plan *p = mem_zero(1, sizeof *p);
	p->yaml = y;
	p->name = path_stem(y->file);
	tool_version(p->tool, sizeof p->tool);
	if (yaml_is_map(y, "sweep", err) && yaml_known_keys(y, keys, err) &&
	    read_options(p, err) && read_goals(p, err) &&
	    plan_read_axes(p, err) && read_tech(p) && read_rtl_hash(p, err) &&
	    read_networks(p, err) && read_inputs(p, err) && read_data(p, err) &&
	    read_alternatives(p, err) && read_any_clock(p, err) &&
	    plan_read_zips(p, err) && plan_read_rules(p, err) &&
	    check_data(p, err) && plan_make_points(p, err)) {
		if (!p->large)
			identify(p);
		return p;
	}
	plan_free(p);
	return NULL;
}

struct plan *plan_load(const char *path, struct err *err)
{
	assert(path && err);
	struct yaml *y = yaml_load(path, err);
	return y ? read_plan(y, err) : NULL;
}

struct plan *plan_parse(const char *text, size_t size, const char *file,
                        struct err *err)
{
	assert(text && file && err);
	struct yaml *y = yaml_parse(text, size, file, err);
	return y ? read_plan(y, err) : NULL;
}

static void free_axis(struct plan_axis *a)
{
	for (int k = 0; k < a->n; k++)
		free(a->value[k]);
	free(a->value);
	free(a->number);
}

static void free_rules(struct expr **rule, int n)
{
	for (int i = 0; i < n; i++)
		expr_free(rule[i]);
	free(rule);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n_nets; i++) {
		joulet_net_close(p->net[i].net);
		free(p->net[i].input);
	}
	for (int i = 0; i < p->n_sets; i++)
		dataset_free(p->set[i]);
	for (int i = 0; i < p->n_axes; i++)
		free_axis(&p->axis[i]);
	for (int i = 0; i < p->n_techs; i++) {
		free(p->tech_path[i]);
		free(p->tech_name[i]);
	}
	free_rules(p->where, p->n_where);
	free_rules(p->limit, p->n_limits);
	free(p->set);
	free(p->net);
	free(p->axis);
	free(p->dim);
	free(p->goal);
	free(p->tech_path);
	free(p->tech_name);
	free(p->cell);
	free(p->name);
	yaml_drop(p->yaml);
	free(p);
}

bool plan_is_sweep(const struct plan *p, struct err *err)
{
	if (!p->large)
		return true;
	if (p->uncounted)
		return err_at(err, yaml_src(yaml_get(p->yaml, "where")),
		              "where: too many combinations to try all of "
		              "them; joulet search does not need to");
	return err_at(err, yaml_src(p->yaml),
	              "more than %d points: too many to run all of them; "
	              "joulet search runs some",
	              PLAN_MAX_POINTS);
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

struct plan plan_of_cells(const struct plan *p, int64_t *cell, long n)
{
	struct plan c = *p;

	c.large = false;
	c.cell = cell;
	c.n_points = n;
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
		buf_printf(&b, ", %s=%s", p->axis[i].key,
		           plan_value(p, point, i));
	buf_char(&b, ')');
	snprintf(buf, size, "%s", b.data);
	buf_free(&b);
}

struct src plan_src(const struct plan *p, const char *key)
{
	const struct yaml *axes = yaml_get(p->yaml, "axes");
	const struct yaml *at = axes ? yaml_get(axes, key) : NULL;

	if (!at)
		at = yaml_get(p->yaml, "base");
	return at ? yaml_key_src(at) : (struct src){p->yaml->file, 0};
}

/* ---- Points ------------------------------------------------------------ */

static void point_index(const struct plan *p, long point, int *index)
{
	assert(point >= 0 && point < p->n_points);
	plan_index(p, p->cell ? p->cell[point] : point, index);
}

struct plan_pick plan_pick(const struct plan *p, long point)
{
	int index[PLAN_MAX_DIMS];
	point_index(p, point, index);
	return plan_pick_at(p, index);
}

const struct plan_net *plan_net_of(const struct plan *p, long point)
{
	int index[PLAN_MAX_DIMS];
	point_index(p, point, index);
	return &p->net[index[0]];
}

struct design plan_design(const struct plan *p, long point)
{
	return plan_pick(p, point).design;
}

const char *plan_target_name(const struct plan_pick *pick)
{
	return plan_target_names[pick->target];
}

const char *plan_value(const struct plan *p, long point, int axis)
{
	int index[PLAN_MAX_DIMS];
	point_index(p, point, index);
	return p->axis[axis].value[index[p->axis[axis].dim]];
}

void plan_key(const struct plan *p, long point, char key[PLAN_KEY])
{
	const struct plan_pick pick = plan_pick(p, point);
	const struct plan_net *net = &p->net[pick.net];
	char text[300];
	int n = snprintf(text, sizeof text,
	                 "joulet point 1\n%016" PRIx64 "\n%016" PRIx64
	                 "\n%016" PRIx64 "\n%s\n%s\n%s\n",
	                 design_hash(&pick.design), joulet_net_hash(net->net),
	                 net->input_hash, p->tool, pick.backend,
	                 plan_target_name(&pick));
	if (strcmp(pick.backend, plan_backend_names[0]) != 0)
		n += snprintf(text + n, sizeof text - (size_t)n,
		              "%016" PRIx64 "\n", p->rtl_hash);
	assert(n > 0 && n < (int)sizeof text);
	XXH128_hash_t h = XXH3_128bits(text, (size_t)n);
	snprintf(key, PLAN_KEY, "%016" PRIx64 "%016" PRIx64, (uint64_t)h.high64,
	         (uint64_t)h.low64);
}
