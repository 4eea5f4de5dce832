/* schema: see schema.h */
#include "isa/schema.h"

#include <stdio.h>
#include <string.h>

void schema_begin(struct json *j, const char *title, const char *about)
{
	json_object(j, NULL);
	json_string(j, "$schema", "http://json-schema.org/draft-07/schema#");
	json_string(j, "title", title);
	json_string(j, "description", about);
}

/* 0, or at least VOLT_LEAST. */
static void between_zero_and_least(struct json *j)
{
	json_object(j, "not");
	json_int(j, "minimum", 1);
	json_int(j, "maximum", VOLT_LEAST - 1);
	json_close(j);
}

void schema_values(struct json *j, const struct param *p)
{
	if (p->word) {
		schema_words(j, "enum", p->word, (int)p->max + 1);
	} else if (p->rule == RULE_POW2) {
		long v = 1;
		while (v < p->min)
			v *= 2;
		json_list(j, "enum");
		for (; v <= p->max; v *= 2)
			json_int(j, NULL, v);
		json_close(j);
	} else {
		json_string(j, "type", "integer");
		json_int(j, "minimum", p->min);
		json_int(j, "maximum", p->max);
		if (p->rule == RULE_VOLT)
			between_zero_and_least(j);
	}
}

void schema_param(struct json *j, const char *key, const struct param *p)
{
	char text[256], def[32];
	const struct design d = design_default();
	snprintf(text, sizeof text, "%s%s%s", p->doc, *p->unit ? ", " : "",
	         p->unit);
	design_get(&d, p, def, sizeof def);
	json_object(j, key);
	json_string(j, "description", text);
	schema_values(j, p);
	if (p->word)
		json_string(j, "default", def);
	else
		json_raw(j, "default", def);
	json_close(j);
}

void schema_string(struct json *j, const char *key, const char *doc)
{
	json_object(j, key);
	json_string(j, "type", "string");
	json_int(j, "minLength", 1);
	if (doc)
		json_string(j, "description", doc);
	json_close(j);
}

void schema_words(struct json *j, const char *key, const char *const *word,
                  int n)
{
	json_list(j, key);
	for (int i = 0; i < n; i++)
		json_string(j, NULL, word[i]);
	json_close(j);
}

/* Characters of the group, with its dot. */
static size_t group_size(const struct param *p)
{
	return strcspn(p->key, ".") + 1;
}

static bool same_group(const struct param *a, const struct param *b)
{
	return strncmp(a->key, b->key, group_size(a)) == 0;
}

/* All of the group whose first row this is, as nested keys; others have been
 * there already. */
static void design_group(struct json *j, int first)
{
	const struct param *of = &params[first];
	size_t n = group_size(of);
	char group[32];
	for (int i = 0; i < first; i++)
		if (same_group(of, &params[i]))
			return;
	snprintf(group, sizeof group, "%.*s", (int)n - 1, of->key);
	json_object(j, group);
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	for (int i = first; i < n_params; i++)
		if (same_group(of, &params[i]))
			schema_param(j, params[i].key + n, &params[i]);
	json_close(j);
	json_close(j);
}

void schema_design(struct buf *to)
{
	struct json j = json_begin(to, true);
	schema_begin(&j, "joulet design",
	             "A design: one accelerator and its microcontroller. Made "
	             "from isa/params.def.");
	json_list(&j, "type");
	json_string(&j, NULL, "object");
	json_string(&j, NULL, "null");
	json_close(&j);
	json_bool(&j, "additionalProperties", false);
	json_object(&j, "properties");
	for (int i = 0; i < n_params; i++)
		design_group(&j, i);
	for (int i = 0; i < n_params; i++)
		schema_param(&j, params[i].key, &params[i]);
	json_close(&j);
	json_close(&j);
	json_done(&j);
}
