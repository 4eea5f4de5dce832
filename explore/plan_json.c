/* plan_json: see plan_json.h */
#include "explore/plan_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

/* A file that the sweep file names; NULL stays NULL. */
static void put_path(struct json *j, const char *key, const struct plan *p,
                     const struct yaml *name)
{
	if (!name || !name->text) {
		json_null(j, key);
		return;
	}
	char *dir = path_dir(p->yaml->file);
	char *path = path_join(dir, name->text);
	char *real = realpath(path, NULL);
	json_string(j, key, real ? real : path);
	free(real);
	free(path);
	free(dir);
}

static void put_file(struct json *j, const struct plan *p)
{
	char *real = realpath(p->yaml->file, NULL);
	json_string(j, "file", real ? real : p->yaml->file);
	free(real);
}

static void put_hash(struct json *j, const char *key, uint64_t hash)
{
	char text[20];
	snprintf(text, sizeof text, "%016" PRIx64, hash);
	json_string(j, key, text);
}

/* A network's labelled data; nothing if it has none. */
static void put_data(struct json *j, const struct dataset *d)
{
	if (!d)
		return;
	char *real = realpath(d->path, NULL);
	json_string(j, "data", real ? real : d->path);
	put_hash(j, "data_hash", d->hash);
	json_int(j, "data_size", (int64_t)d->n);
	free(real);
}

/* The file lists networks, and inputs if it does, in the plan's order. */
static void put_networks(struct json *j, const struct plan *p)
{
	const struct yaml *nets = yaml_get(p->yaml, "networks");
	const struct yaml *inputs = yaml_get(p->yaml, "inputs");
	const struct yaml *net = nets ? nets->first : NULL;
	const struct yaml *input = inputs ? inputs->first : NULL;

	json_list(j, "networks");
	for (int i = 0; i < p->n_nets; i++) {
		json_object(j, NULL);
		json_string(j, "name", joulet_net_name(p->net[i].net));
		put_path(j, "path", p, net);
		put_hash(j, "hash", joulet_net_hash(p->net[i].net));
		put_path(j, "input", p, input);
		put_hash(j, "input_hash", p->net[i].input_hash);
		put_data(j, p->net[i].data);
		json_close(j);
		net = net ? net->next : NULL;
		input = input ? input->next : NULL;
	}
	json_close(j);
}

static void put_axes(struct json *j, const struct plan *p)
{
	json_list(j, "axes");
	for (int i = 0; i < p->n_axes; i++) {
		const struct plan_axis *a = &p->axis[i];
		json_object(j, NULL);
		json_string(j, "key", a->key);
		json_string(j, "unit", a->param ? a->param->unit : "");
		json_list(j, "values");
		for (int k = 0; k < a->n; k++)
			json_string(j, NULL, a->value[k]);
		json_close(j);
		json_close(j);
	}
	json_close(j);
}

/* Every technology table, as the axis of that key names them. */
static void put_techs(struct json *j, const struct plan *p)
{
	json_list(j, "techs");
	for (int i = 0; i < p->n_techs; i++) {
		const char *path = p->tech_path[i];
		char *real = path && !joulet_tech_is_preset(path)
		                     ? realpath(path, NULL)
		                     : NULL;
		json_object(j, NULL);
		json_string(j, "name", p->tech_name[i]);
		if (path)
			json_string(j, "path", real ? real : path);
		else
			json_null(j, "path");
		json_close(j);
		free(real);
	}
	json_close(j);
}

/* Which of them each point has, as "0*480 1*480": 480 points with the first. */
static void put_tech_of(struct json *j, const struct plan *p)
{
	struct buf b = {0};
	long n = 0;

	for (long i = 0; p->n_techs > 1 && i < p->n_points; i++) {
		int now = plan_pick(p, i).tech;
		n++;
		if (i + 1 < p->n_points && plan_pick(p, i + 1).tech == now)
			continue;
		buf_printf(&b, "%s%d*%ld", b.len ? " " : "", now, n);
		n = 0;
	}
	json_string(j, "tech_of", b.data ? b.data : "");
	buf_free(&b);
}

static void put_zip(struct json *j, const struct plan *p)
{
	const struct yaml *zip = yaml_get(p->yaml, "zip");

	json_list(j, "zip");
	if (zip)
		for
			YAML_EACH(group, zip)
			{
				json_list(j, NULL);
				for
					YAML_EACH(y, group)
				json_string(j, NULL, y->text);
				json_close(j);
			}
	json_close(j);
}

void plan_json_goals(const struct plan *p, struct json *j)
{
	json_list(j, "objectives");
	for (int i = 0; i < p->n_goals; i++) {
		json_object(j, NULL);
		json_string(j, "metric", p->goal[i].metric);
		json_bool(j, "maximize", p->goal[i].maximize);
		json_close(j);
	}
	json_close(j);
}

/* The texts of one key: a list, a single one, or none. */
static void put_texts(struct json *j, const struct plan *p, const char *key)
{
	const struct yaml *y = yaml_get(p->yaml, key);

	json_list(j, key);
	if (y && y->kind == YAML_SCALAR)
		json_string(j, NULL, y->text);
	else if (y)
		for
			YAML_EACH(one, y)
	if (one->text)
		json_string(j, NULL, one->text);
	json_close(j);
}

void plan_json(const struct plan *p, struct buf *to)
{
	struct json j = json_begin(to, false);

	json_object(&j, NULL);
	json_string(&j, "name", p->name);
	put_file(&j, p);
	put_networks(&j, p);
	put_path(&j, "base", p, yaml_get(p->yaml, "base"));
	put_axes(&j, p);
	put_zip(&j, p);
	if (p->alternatives)
		json_bool(&j, "alternatives", true);
	if (p->any_clock)
		json_bool(&j, "any_clock", true);
	plan_json_goals(p, &j);
	put_texts(&j, p, "where");
	put_texts(&j, p, "limits");
	json_string(&j, "backend", p->backend);
	json_string(&j, "target", p->target_name);
	put_path(&j, "tech", p, yaml_get(p->yaml, "tech"));
	put_techs(&j, p);
	put_tech_of(&j, p);
	json_string(&j, "tool", p->tool);
	json_close(&j);
}
