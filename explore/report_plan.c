/* report_plan: what a sweep was, read back from the store (plan_json.c). JSON
 * is YAML in flow style, so the YAML reader reads it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/report_priv.h"

static char *text_of(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (!y || y->kind != YAML_SCALAR || !y->text ||
	    (y->plain && strcmp(y->text, "null") == 0))
		return NULL;
	return mem_str(y->text);
}

static uint64_t hash_of(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->text ? strtoull(y->text, NULL, 16) : 0;
}

static long number_of(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->text ? strtol(y->text, NULL, 10) : 0;
}

static bool true_of(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->text && strcmp(y->text, "true") == 0;
}

static void take_texts(const struct yaml *map, const char *key, char ***list,
                       int *n)
{
	const struct yaml *y = yaml_get(map, key);

	if (y)
		for
			YAML_EACH(one, y)
			{
				*list = mem_grow(*list, (size_t)*n + 1,
				                 sizeof **list);
				(*list)[(*n)++] =
				        mem_str(one->text ? one->text : "");
			}
}

static void take_networks(struct report *r, const struct yaml *list)
{
	for
		YAML_EACH(y, list)
		{
			size_t n = (size_t)r->n_nets++;
			r->net = mem_grow(r->net, n + 1, sizeof *r->net);
			r->net[n] = (struct report_net){
			        .name = text_of(y, "name"),
			        .path = text_of(y, "path"),
			        .input = text_of(y, "input"),
			        .hash = hash_of(y, "hash"),
			        .input_hash = hash_of(y, "input_hash"),
			        .data = text_of(y, "data"),
			        .data_hash = hash_of(y, "data_hash"),
			        .data_size = number_of(y, "data_size"),
			};
		}
}

static void take_techs(struct report *r, const struct yaml *list)
{
	if (list)
		for
			YAML_EACH(y, list)
			{
				size_t n = (size_t)r->n_techs++;
				r->tech = mem_grow(r->tech, n + 1,
				                   sizeof *r->tech);
				r->tech[n] = (struct report_tech){
				        .name = text_of(y, "name"),
				        .path = text_of(y, "path"),
				};
			}
}

static void take_axes(struct report *r, const struct yaml *list)
{
	for
		YAML_EACH(y, list)
		{
			size_t n = (size_t)r->n_axes++;
			r->axis = mem_grow(r->axis, n + 1, sizeof *r->axis);
			struct report_axis *a = &r->axis[n];
			*a = (struct report_axis){.key = text_of(y, "key"),
			                          .group = -1};
			if (!a->key)
				a->key = mem_str("");
			a->param = param_find(a->key);
			take_texts(y, "values", &a->value, &a->n);
		}
}

static struct report_axis *axis_find(struct report *r, const char *key)
{
	for (int i = 0; key && i < r->n_axes; i++)
		if (strcmp(r->axis[i].key, key) == 0)
			return &r->axis[i];
	return NULL;
}

/* Groups are numbered in the order of their first axes. */
static void take_groups(struct report *r, const struct yaml *zip)
{
	int *number = mem_zero((size_t)r->n_axes, sizeof *number);
	int n = r->n_axes;

	for (int i = 0; i < r->n_axes; i++)
		r->axis[i].group = i;
	if (zip)
		for
			YAML_EACH(group, zip)
			{
				n++;
				for
					YAML_EACH(y, group)
					{
						struct report_axis *a =
						        axis_find(r, y->text);
						if (a)
							a->group = n;
					}
			}
	for (int i = 0; i < r->n_axes; i++) {
		int k = 0;
		while (k < r->n_groups && number[k] != r->axis[i].group)
			k++;
		if (k == r->n_groups)
			number[r->n_groups++] = r->axis[i].group;
		r->axis[i].group = k;
	}
	free(number);
}

static bool take_goals(struct report *r, const struct yaml *list,
                       struct err *err)
{
	for
		YAML_EACH(y, list)
		{
			size_t n = (size_t)r->n_goals;
			char *name = text_of(y, "metric");
			struct report_goal g = {
			        .metric = name ? metric_find(name) : -1};
			g.maximize = true_of(y, "maximize");
			if (g.metric < 0)
				err_at(err, (struct src){r->store, 0},
				       "objective %s: no such metric",
				       name ? name : "?");
			free(name);
			if (g.metric < 0)
				return false;
			g.name = g.metric < N_METRICS
			                 ? metric_name[g.metric]
			                 : params[g.metric - N_METRICS].key;
			r->goal = mem_grow(r->goal, n + 1, sizeof *r->goal);
			r->goal[r->n_goals++] = g;
		}
	return true;
}

bool report_plan(struct report *r, const char *json, struct err *err)
{
	static const char *const lists[] = {"networks", "axes", "objectives",
	                                    "techs"};
	struct yaml *y = yaml_parse(json, strlen(json), r->store, err);
	bool ok = y && yaml_is_map(y, "plan", err);

	for (int i = 0; ok && i < 4; i++) {
		const struct yaml *list = yaml_get(y, lists[i]);
		ok = list ? yaml_is_list(list, lists[i], err)
		          : err_at(err, (struct src){r->store, 0},
		                   "plan: %s: missing", lists[i]);
	}
	if (ok) {
		r->file = text_of(y, "file");
		r->alternatives = true_of(y, "alternatives");
		r->any_clock = true_of(y, "any_clock");
		r->target = text_of(y, "target");
		r->backend = text_of(y, "backend");
		r->tool = text_of(y, "tool");
		r->tech_of = text_of(y, "tech_of");
		take_techs(r, yaml_get(y, "techs"));
		take_texts(y, "limits", &r->limit, &r->n_limits);
		take_texts(y, "where", &r->where, &r->n_where);
		take_networks(r, yaml_get(y, "networks"));
		take_axes(r, yaml_get(y, "axes"));
		take_groups(r, yaml_get(y, "zip"));
		ok = take_goals(r, yaml_get(y, "objectives"), err);
	}
	yaml_drop(y);
	return ok;
}

static void free_texts(char **list, int n)
{
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void report_plan_free(struct report *r)
{
	for (int i = 0; i < r->n_axes; i++) {
		free(r->axis[i].key);
		free_texts(r->axis[i].value, r->axis[i].n);
	}
	for (int i = 0; i < r->n_nets; i++) {
		free(r->net[i].name);
		free(r->net[i].path);
		free(r->net[i].input);
		free(r->net[i].data);
		free(r->net[i].absent);
	}
	for (int i = 0; i < r->n_techs; i++) {
		free(r->tech[i].name);
		free(r->tech[i].path);
		free(r->tech[i].absent);
		joulet_tech_close(r->tech[i].table);
	}
	for (int i = 0; r->rule && i < r->n_limits; i++)
		expr_free(r->rule[i]);
	free(r->rule);
	free(r->tech);
	free(r->tech_of);
	free_texts(r->limit, r->n_limits);
	free_texts(r->where, r->n_where);
	free(r->axis);
	free(r->net);
	free(r->goal);
	free(r->file);
	free(r->target);
	free(r->backend);
	free(r->tool);
}
