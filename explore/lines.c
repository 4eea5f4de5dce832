/* lines: see lines.h */
#include "explore/lines.h"

#include <string.h>

#include "base/text.h"
#include "explore/plan_json.h"

/* ---- In ----------------------------------------------------------------- */

/* Lines of a tree that was read as if it stood in the first one. */
static void move_down(struct yaml *y, int by)
{
	y->line += by;
	if (y->key_line)
		y->key_line += by;
	for (struct yaml *c = y->first; c; c = c->next)
		move_down(c, by);
}

struct yaml *line_parse(const char *text, size_t size, const char *file,
                        long number, struct err *err)
{
	const struct src at = {file, (int)number};
	struct err inner = {0};
	struct yaml *y = yaml_parse(text, size, file, &inner);
	if (y && y->kind == YAML_MAP && size > 0 && text[0] == '{') {
		move_down(y, (int)number - 1);
		return y;
	}
	if (y)
		err_at(err, at, "must be a JSON object");
	else /* "FILE:1: why" */
		err_at(err, at, "%s", strstr(inner.msg, ": ") + 2);
	yaml_drop(y);
	return NULL;
}

static bool read_network(const struct plan *p, const struct yaml *line,
                         int *net, struct err *err)
{
	const struct yaml *y = yaml_get(line, "network");
	const char *name = NULL;
	*net = 0;
	if (!y && p->n_nets == 1)
		return true;
	if (!y)
		return err_at(err, yaml_src(line),
		              "network: missing; there are %d", p->n_nets);
	if (!yaml_string(y, &name, err))
		return false;
	for (; *net < p->n_nets; ++*net)
		if (strcmp(joulet_net_name(p->net[*net].net), name) == 0)
			return true;
	return err_at(err, yaml_src(y), "network: %s is not one of the space",
	              name);
}

static const struct plan_axis *find_axis(const struct plan *p,
                                         const struct yaml *y, struct err *err)
{
	for (int i = 0; i < p->n_axes; i++)
		if (strcmp(p->axis[i].key, y->key) == 0)
			return &p->axis[i];
	const char *near = NULL;
	if (p->n_axes > 0)
		near = text_nearest(y->key, &p->axis[0].key, p->n_axes,
		                    sizeof p->axis[0]);
	err_at(err, yaml_key_src(y), "%s: no such axis%s%s%s", y->key,
	       near ? "; did you mean " : "", near ? near : "",
	       near ? "?" : "");
	return NULL;
}

/* One parameter: its dimension gets the number of the value. */
static bool read_value(const struct plan *p, const struct yaml *y, int *index,
                       struct err *err)
{
	const struct plan_axis *a = find_axis(p, y, err);
	if (!a)
		return false;
	if (y->kind != YAML_SCALAR)
		return err_at(err, yaml_src(y), "%s: must be a value", y->key);
	int i = 0;
	while (i < a->n && strcmp(a->value[i], y->text) != 0)
		i++;
	if (i == a->n)
		return err_at(err, yaml_src(y),
		              "%s: %s is not one of the axis' %d values",
		              y->key, y->text, a->n);
	if (index[a->dim] >= 0 && index[a->dim] != i)
		return err_at(err, yaml_src(y),
		              "%s: %s does not go with the others of its zip",
		              y->key, y->text);
	index[a->dim] = i;
	return true;
}

bool line_index(const struct plan *p, const struct yaml *line, bool any_net,
                int *index, struct err *err)
{
	const struct yaml *map = yaml_get(line, "parameters");
	for (int i = 0; i < p->n_dims; i++)
		index[i] = i > 0 && p->dim[i] > 1 ? -1 : 0;
	if (!any_net && !read_network(p, line, &index[0], err))
		return false;
	if (map && !yaml_is_map(map, "parameters", err))
		return false;
	if (map)
		for
			YAML_EACH(y, map)
	if (!read_value(p, y, index, err))
		return false;
	for (int i = 0; i < p->n_axes; i++)
		if (index[p->axis[i].dim] < 0)
			return err_at(err, yaml_src(map ? map : line),
			              "parameters: %s is missing",
			              p->axis[i].key);
	return true;
}

/* ---- Out ---------------------------------------------------------------- */

void line_echo(struct json *j, const char *key, const struct yaml *node)
{
	static const char *const word[] = {"true", "false", "null"};
	double number;
	long whole;
	bool known = false;
	if (!node || node->kind != YAML_SCALAR) {
		json_null(j, key);
		return;
	}
	for (int i = 0; i < 3; i++)
		known = known || strcmp(node->text, word[i]) == 0;
	if (node->plain && (known || text_long(node->text, &whole) == TEXT_OK))
		json_raw(j, key, node->text);
	else if (node->plain && text_double(node->text, &number))
		json_double(j, key, number);
	else
		json_string(j, key, node->text);
}

static void put_value(struct json *j, const char *key,
                      const struct plan_axis *a, int i)
{
	if (a->param && !a->param->word)
		json_raw(j, key, a->value[i]);
	else
		json_string(j, key, a->value[i]);
}

void line_point(struct json *j, const struct plan *p, const int *index,
                bool any_net)
{
	if (!any_net)
		json_string(j, "network",
		            joulet_net_name(p->net[index[0]].net));
	json_object(j, "parameters");
	for (int i = 0; i < p->n_axes; i++)
		put_value(j, p->axis[i].key, &p->axis[i],
		          index[p->axis[i].dim]);
	json_close(j);
}

void line_space(struct json *j, const struct plan *p)
{
	json_object(j, NULL);
	json_list(j, "networks");
	for (int i = 0; i < p->n_nets; i++)
		json_string(j, NULL, joulet_net_name(p->net[i].net));
	json_close(j);
	json_list(j, "axes");
	for (int i = 0; i < p->n_axes; i++) {
		const struct plan_axis *a = &p->axis[i];
		json_object(j, NULL);
		json_string(j, "key", a->key);
		json_int(j, "dimension", a->dim);
		json_list(j, "values");
		for (int k = 0; k < a->n; k++)
			put_value(j, NULL, a, k);
		json_close(j);
		json_close(j);
	}
	json_close(j);
	plan_json_goals(p, j);
	json_close(j);
}
