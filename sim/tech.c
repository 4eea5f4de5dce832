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
#define TECH_GROUP(group, need, scale, doc) {#group, doc, need, SCALE_##scale},
#include "sim/tech.def"
};

const char *const tech_scope_name[N_SCOPES] = {"core", "chip"};
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

	t->row[i].scaled = 1;
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
		t->has[g] = tech_group_rule[g].needed ||
		            (t->base && t->base->has[g]);
	for (int i = 0; i < N_TECH; i++)
		if (yaml_get(root, tech_rule[i].name))
			t->has[tech_rule[i].group] = true;
}

static bool zeros_cost_least(const struct joulet_tech *t,
                             const struct yaml *root, struct err *err)
{
	const struct yaml *node = yaml_get(root, "mac_zero");
	const double *all = t->row[TECH_mac].at;
	const double *zero = t->row[TECH_mac_zero].at;
	for (int l = 0; l < N_LEVELS; l++)
		if (zero[l] > all[l])
			return err_at(
			        err, node ? yaml_key_src(node) : yaml_src(root),
			        "mac_zero: %s %g is more than mac's %g",
			        joulet_level_name[l], zero[l], all[l]);
	return true;
}

/* Over those of the base. */
static bool read_rows(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	find_groups(t, root);
	for (int i = 0; i < N_TECH; i++) {
		const struct tech_rule *rule = &tech_rule[i];
		const struct yaml *node = yaml_get(root, rule->name);
		if (node && !read_row(t, i, node, err))
			return false;
		if (!node && t->has[rule->group] &&
		    !(t->base && t->base->has[rule->group]))
			return err_at(err, yaml_src(root),
			              "%s: missing (group %s)", rule->name,
			              tech_group_rule[rule->group].name);
	}
	return zeros_cost_least(t, root, err);
}

bool tech_text(const struct yaml *map, const char *key, const char **to,
               struct err *err)
{
	const struct yaml *node = yaml_get(map, key);
	if (!node)
		return err_at(err, yaml_src(map), "%s: missing", key);
	return yaml_string(node, to, err);
}

bool tech_number(const struct yaml *map, const char *key, double least,
                 double *to, struct err *err)
{
	const struct yaml *node = yaml_get(map, key);
	if (!node)
		return err_at(err, yaml_src(map), "%s: missing", key);
	return yaml_double(node, least, 1e9, to, err);
}

/* One of two words; *to keeps its value if the key is not there. */
static bool read_word(const struct yaml *root, const char *key, const char *no,
                      const char *yes, bool *to, struct err *err)
{
	const struct yaml *node = yaml_get(root, key);
	const char *text;
	if (!node)
		return true;
	if (!yaml_string(node, &text, err))
		return false;
	*to = strcmp(text, yes) == 0;
	return *to || strcmp(text, no) == 0 ||
	       err_at(err, yaml_src(node), "%s: %s is not %s or %s", key, text,
	              no, yes);
}

static bool read_words(struct joulet_tech *t, const struct yaml *root,
                       struct err *err)
{
	bool chip = t->scope == SCOPE_chip;
	if (!t->base && !yaml_get(root, "scope"))
		return err_at(err, yaml_src(root),
		              "scope: missing: core or chip");
	if (!read_word(root, "scope", "core", "chip", &chip, err) ||
	    !read_word(root, "weights", "onchip", "offchip", &t->ext_weights,
	               err) ||
	    !read_word(root, "data", "onchip", "offchip", &t->ext_data, err))
		return false;
	t->scope = chip ? SCOPE_chip : SCOPE_core;
	return true;
}

static bool has_memories(const struct joulet_tech *t, const struct yaml *root,
                         struct err *err)
{
	return t->has[TECH_GROUP_offchip] || !(t->ext_weights || t->ext_data) ||
	       err_at(err, yaml_src(root),
	              "memory beside the chip: the table has no rows of group "
	              "offchip");
}

static bool read_head(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	const struct yaml *about = yaml_get(root, "about");
	const char *name;
	if (!tech_text(root, "name", &name, err) ||
	    (about && !yaml_string(about, &t->about, err)) ||
	    !tech_number(root, "node_nm", 0.001, &t->node_nm, err) ||
	    !tech_number(root, "voltage", 0.001, &t->voltage, err))
		return false;
	snprintf(t->name, sizeof t->name, "%s", name);
	return true;
}

static bool open_base(struct joulet_tech *t, const struct yaml *root, int deep,
                      struct err *err)
{
	const struct yaml *node = yaml_get(root, "base");
	const char *name;
	if (!node)
		return true;
	if (!yaml_string(node, &name, err))
		return false;
	if (deep == MAX_TECH_BASES)
		return err_at(err, yaml_src(node),
		              "base: more than %d on top of each other",
		              MAX_TECH_BASES);
	t->base = tech_open(name, root->file, deep + 1, err);
	if (!t->base) {
		struct err inner = *err;
		err_at(err, yaml_src(node), "base: %.400s", inner.msg);
		err->kind = inner.kind;
		return false;
	}
	t->hash ^= t->base->hash * 31;
	return tech_inherit(t, root, err);
}

static bool read_table(struct joulet_tech *t, const struct yaml *root, int deep,
                       struct err *err)
{
	static const char *const head[] = {
	        "name",    "about", "base", "node_nm", "voltage", "scope",
	        "weights", "data",  "sram", "area",    "timing"};
	enum { HEAD = sizeof head / sizeof head[0] };
	const char *keys[N_TECH + HEAD + 1] = {NULL};
	memcpy(keys, head, sizeof head);
	for (int i = 0; i < N_TECH; i++)
		keys[HEAD + i] = tech_rule[i].name;
	return yaml_is_map(root, "technology table", err) &&
	       yaml_known_keys(root, keys, err) && read_head(t, root, err) &&
	       open_base(t, root, deep, err) && read_words(t, root, err) &&
	       read_rows(t, root, err) && has_memories(t, root, err) &&
	       tech_read_sram(t, root, err) && tech_read_area(t, root, err) &&
	       tech_read_timing(t, root, err);
}

static struct joulet_tech *parse(const char *text, size_t size,
                                 const char *path, int deep, struct err *err)
{
	struct yaml *root = yaml_parse(text, size, path, err);
	if (!root)
		return NULL;
	struct joulet_tech *t = mem_zero(1, sizeof *t);
	t->hash = XXH3_64bits(text, size);
	t->yaml = root;
	if (!read_table(t, root, deep, err)) {
		joulet_tech_close(t);
		t = NULL;
	}
	return t;
}

struct joulet_tech *tech_open(const char *name, const char *from, int deep,
                              struct err *err)
{
	char *path = tech_path(name, "tech", from);
	size_t size;
	char *text = file_read(path, YAML_MAX_BYTES, &size, err);
	struct joulet_tech *t =
	        text ? parse(text, size, path, deep, err) : NULL;
	free(text);
	free(path);
	return t;
}

struct joulet_tech *joulet_tech_open(const char *name, struct err *err)
{
	const char *which = name ? name : "horowitz45";
	if (joulet_tech_is_preset(which) && !tech_known_preset(which, err))
		return NULL;
	return tech_open(which, NULL, 0, err);
}

void joulet_tech_close(struct joulet_tech *t)
{
	if (!t)
		return;
	joulet_tech_close(t->base);
	yaml_drop(t->sram_yaml);
	yaml_drop(t->yaml);
	free(t);
}

const char *joulet_tech_name(const struct joulet_tech *t)
{
	return t->name;
}

const char *joulet_tech_about(const struct joulet_tech *t)
{
	return t->about;
}

const char *joulet_tech_scope(const struct joulet_tech *t)
{
	return tech_scope_name[t->scope];
}

uint64_t joulet_tech_hash(const struct joulet_tech *t)
{
	return t->hash;
}
