/* tech: read a technology table; see tech.h and tech.def. */
#include "sim/tech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "sim/paths.h"

const struct tech_rule tech_rule[N_TECH] = {
#define TECH(row, group, unit, doc) {#row, unit, doc, TECH_GROUP_##group},
#include "sim/tech.def"
};

#define NEEDED true
#define OPTIONAL false
const struct tech_group_rule tech_group_rule[N_TECH_GROUPS] = {
#define TECH_GROUP(group, need, doc) {#group, doc, need},
#include "sim/tech.def"
};

const char *const joulet_level_name[N_LEVELS] = {"min", "nominal", "max"};

/* Provenance is part of a figure: without it the table is refused. */
bool tech_read_origin(const struct yaml *node, struct tech_figure *f,
                      struct err *err)
{
	static const char *const must[] = {"node_nm", "voltage", "source",
	                                   "confidence"};
	struct tech_figure any;
	struct tech_figure *to = f ? f : &any;
	const char **const text[] = {&to->node_nm, &to->voltage, &to->source,
	                             &to->confidence};
	for (size_t i = 0; i < sizeof must / sizeof must[0]; i++) {
		const struct yaml *origin = yaml_get(node, must[i]);
		if (!origin)
			return err_at(err, yaml_key_src(node),
			              "%s: has no %s: every figure needs its "
			              "origin",
			              node->key ? node->key : "sram", must[i]);
		if (!yaml_string(origin, text[i], err))
			return false;
	}
	const struct yaml *note = yaml_get(node, "note");
	to->note = NULL;
	return !note || yaml_string(note, &to->note, err);
}

static bool unit_is(const struct tech_rule *rule, const struct yaml *node,
                    struct err *err)
{
	const struct yaml *u = yaml_get(node, "unit");
	const char *unit;
	if (!u)
		return err_at(err, yaml_src(node), "%s: has no unit",
		              rule->name);
	if (!yaml_string(u, &unit, err))
		return false;
	return strcmp(unit, rule->unit) == 0 ||
	       err_at(err, yaml_src(u), "%s: unit is %s, must be %s",
	              rule->name, unit, rule->unit);
}

/* min <= value <= max, all of them there. */
static bool read_levels(const char *name, const struct yaml *node, double *at,
                        struct err *err)
{
	static const char *const keys[N_LEVELS] = {"min", "value", "max"};
	for (int i = 0; i < N_LEVELS; i++) {
		const struct yaml *v = yaml_get(node, keys[i]);
		if (!v)
			return err_at(err, yaml_src(node), "%s: has no %s",
			              name, keys[i]);
		if (!yaml_double(v, 0, 1e9, &at[i], err))
			return false;
		if (i > 0 && at[i] < at[i - 1])
			return err_at(err, yaml_src(v),
			              "%s: %s %g is less than %s %g", name,
			              keys[i], at[i], keys[i - 1], at[i - 1]);
	}
	return true;
}

static bool read_row(struct joulet_tech *t, int i, const struct yaml *node,
                     struct err *err)
{
	static const char *const keys[] = {
	        "value",   "min",    "max",        "unit", "node_nm",
	        "voltage", "source", "confidence", "note", NULL};
	const struct tech_rule *rule = &tech_rule[i];

	return yaml_is_map(node, rule->name, err) &&
	       yaml_known_keys(node, keys, err) &&
	       tech_read_origin(node, &t->row[i], err) &&
	       unit_is(rule, node, err) &&
	       read_levels(rule->name, node, t->row[i].at, err);
}

/* A group is there if one of its rows is. */
static void find_groups(struct joulet_tech *t, const struct yaml *root)
{
	for (int g = 0; g < N_TECH_GROUPS; g++)
		t->has[g] = tech_group_rule[g].needed;
	for (int i = 0; i < N_TECH; i++)
		if (yaml_get(root, tech_rule[i].name))
			t->has[tech_rule[i].group] = true;
}

static bool read_rows(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	find_groups(t, root);
	for (int i = 0; i < N_TECH; i++) {
		const struct tech_rule *rule = &tech_rule[i];
		const struct yaml *node = yaml_get(root, rule->name);
		if (node && !read_row(t, i, node, err))
			return false;
		if (!node && t->has[rule->group])
			return err_at(err, yaml_src(root),
			              "%s: missing (group %s)", rule->name,
			              tech_group_rule[rule->group].name);
	}
	const double *all = t->row[TECH_mac].at;
	const double *zero = t->row[TECH_mac_zero].at;
	for (int l = 0; l < N_LEVELS; l++)
		if (zero[l] > all[l])
			return err_at(err,
			              yaml_key_src(yaml_get(root, "mac_zero")),
			              "mac_zero: %s %g is more than mac's %g",
			              joulet_level_name[l], zero[l], all[l]);
	return true;
}

static bool needed_text(const struct yaml *root, const char *key,
                        const char **to, struct err *err)
{
	const struct yaml *node = yaml_get(root, key);
	if (!node)
		return err_at(err, yaml_src(root), "%s: missing", key);
	return yaml_string(node, to, err);
}

static bool needed_number(const struct yaml *root, const char *key, double *to,
                          struct err *err)
{
	const struct yaml *node = yaml_get(root, key);
	if (!node)
		return err_at(err, yaml_src(root), "%s: missing", key);
	return yaml_double(node, 0.001, 1e9, to, err);
}

static bool read_head(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	const struct yaml *about = yaml_get(root, "about");
	const char *name;
	if (!needed_text(root, "name", &name, err) ||
	    (about && !yaml_string(about, &t->about, err)) ||
	    !needed_number(root, "node_nm", &t->node_nm, err) ||
	    !needed_number(root, "voltage", &t->voltage, err))
		return false;
	snprintf(t->name, sizeof t->name, "%s", name);
	return true;
}

static bool read_table(struct joulet_tech *t, const struct yaml *root,
                       struct err *err)
{
	enum { HEAD = 5 };
	const char *keys[N_TECH + HEAD + 1] = {"name", "about", "node_nm",
	                                       "voltage", "sram"};
	for (int i = 0; i < N_TECH; i++)
		keys[HEAD + i] = tech_rule[i].name;
	return yaml_is_map(root, "technology table", err) &&
	       yaml_known_keys(root, keys, err) && read_head(t, root, err) &&
	       read_rows(t, root, err) && tech_read_sram(t, root, err);
}

static struct joulet_tech *parse(const char *text, size_t size,
                                 const char *path, struct err *err)
{
	struct yaml *root = yaml_parse(text, size, path, err);
	if (!root)
		return NULL;
	struct joulet_tech *t = mem_zero(1, sizeof *t);
	t->hash = XXH3_64bits(text, size);
	t->yaml = root;
	if (!read_table(t, root, err)) {
		joulet_tech_close(t);
		t = NULL;
	}
	return t;
}

struct joulet_tech *joulet_tech_open(const char *path, struct err *err)
{
	char *own = path ? NULL : path_data("configs/tech/horowitz45.yaml");
	const char *name = path ? path : own;
	size_t size;
	char *text = file_read(name, YAML_MAX_BYTES, &size, err);
	struct joulet_tech *t = text ? parse(text, size, name, err) : NULL;
	free(text);
	free(own);
	return t;
}

void joulet_tech_close(struct joulet_tech *t)
{
	if (!t)
		return;
	yaml_drop(t->yaml);
	free(t);
}

const char *joulet_tech_name(const struct joulet_tech *t)
{
	return t->name;
}

uint64_t joulet_tech_hash(const struct joulet_tech *t)
{
	return t->hash;
}
