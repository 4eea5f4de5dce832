/* plan_schema: see plan_schema.h */
#include "explore/plan_schema.h"

#include "explore/metric.h"
#include "explore/plan_priv.h"
#include "isa/schema.h"

static void no_other_keys(struct json *j)
{
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
}

/* A list of at least so many values; the object of one value is left open. */
static void list_begin(struct json *j, const char *key, int least)
{
	json_object(j, key);
	json_string(j, "type", "array");
	json_int(j, "minItems", least);
	json_bool(j, "uniqueItems", true);
	json_object(j, "items");
}

static void list_end(struct json *j)
{
	json_close(j);
	json_close(j);
}

/* A text, or several. */
static void one_or_more(struct json *j, const char *key, const char *doc)
{
	json_object(j, key);
	json_string(j, "description", doc);
	json_list(j, "anyOf");
	schema_string(j, NULL, NULL);
	json_object(j, NULL);
	json_string(j, "type", "array");
	schema_string(j, "items", NULL);
	json_close(j);
	json_close(j);
	json_close(j);
}

/* ---- Axes -------------------------------------------------------------- */

static void integer(struct json *j, const char *key, long least, long most)
{
	json_object(j, key);
	json_string(j, "type", "integer");
	json_int(j, "minimum", least);
	json_int(j, "maximum", most);
	json_close(j);
}

/* A power of two. */
static void power(struct json *j, const char *key, long least, long most)
{
	json_object(j, key);
	json_list(j, "enum");
	for (long v = 1; v <= most; v *= 2)
		if (v >= least)
			json_int(j, NULL, v);
	json_close(j);
	json_close(j);
}

/* {from, to, step} or {from, to, times}: `more` is one of the last two. */
static void range(struct json *j, const struct param *p, const char *more,
                  long least)
{
	json_object(j, NULL);
	no_other_keys(j);
	json_object(j, "properties");
	json_object(j, "from");
	schema_values(j, p);
	json_close(j);
	integer(j, "to", p->min, p->max);
	if (p->rule == RULE_POW2)
		power(j, more, least, p->max);
	else
		integer(j, more, least, 1000000000);
	json_close(j);
	json_list(j, "required");
	json_string(j, NULL, "from");
	json_string(j, NULL, "to");
	json_string(j, NULL, more);
	json_close(j);
	json_close(j);
}

static void powers(struct json *j, const struct param *p)
{
	json_object(j, NULL);
	no_other_keys(j);
	json_object(j, "properties");
	json_object(j, "pow2");
	json_string(j, "type", "array");
	json_int(j, "minItems", 2);
	json_int(j, "maxItems", 2);
	power(j, "items", p->min, p->max);
	json_close(j);
	json_close(j);
	json_list(j, "required");
	json_string(j, NULL, "pow2");
	json_close(j);
	json_close(j);
}

static void param_axis(struct json *j, const struct param *p)
{
	json_object(j, p->key);
	json_string(j, "description", p->doc);
	json_list(j, "anyOf");
	schema_param(j, NULL, p);
	list_begin(j, NULL, 1);
	schema_values(j, p);
	list_end(j);
	if (!p->word) {
		range(j, p, "times", 2);
		powers(j, p);
	}
	if (p->rule == RULE_ANY || p->rule == RULE_VOLT)
		range(j, p, "step", 1);
	json_close(j);
	json_close(j);
}

static void word_axis(struct json *j, const char *key, const char *const *word,
                      int n)
{
	json_object(j, key);
	json_list(j, "anyOf");
	json_object(j, NULL);
	schema_words(j, "enum", word, n);
	json_close(j);
	list_begin(j, NULL, 1);
	schema_words(j, "enum", word, n);
	list_end(j);
	json_close(j);
	json_close(j);
}

static void axes(struct json *j)
{
	json_object(j, "axes");
	json_string(j, "description", "what is varied, and over which values");
	no_other_keys(j);
	json_object(j, "properties");
	for (int i = 0; i < n_params; i++)
		param_axis(j, &params[i]);
	one_or_more(j, "tech", "technology tables");
	word_axis(j, "target", plan_target_names, N_PLAN_TARGETS);
	word_axis(j, "backend", plan_backend_names, N_PLAN_BACKENDS);
	json_close(j);
	json_close(j);
}

/* ---- The other keys ---------------------------------------------------- */

static void files(struct json *j, const char *key, const char *doc, int least)
{
	json_object(j, key);
	json_string(j, "description", doc);
	json_string(j, "type", "array");
	json_int(j, "minItems", least);
	schema_string(j, "items", NULL);
	json_close(j);
}

static void flag(struct json *j, const char *key, const char *doc)
{
	json_object(j, key);
	json_string(j, "description", doc);
	json_string(j, "type", "boolean");
	json_close(j);
}

static void words(struct json *j, const char *key, const char *doc,
                  const char *const *word, int n)
{
	json_object(j, key);
	json_string(j, "description", doc);
	schema_words(j, "enum", word, n);
	json_close(j);
}

static void zip(struct json *j)
{
	json_object(j, "zip");
	json_string(j, "description", "axes that move together");
	json_string(j, "type", "array");
	json_object(j, "items");
	json_string(j, "type", "array");
	json_object(j, "items");
	json_list(j, "enum");
	for (int i = 0; i < n_params; i++)
		json_string(j, NULL, params[i].key);
	json_string(j, NULL, "tech");
	json_string(j, NULL, "target");
	json_string(j, NULL, "backend");
	json_close(j);
	json_close(j);
	json_close(j);
	json_close(j);
}

/* Metrics, each with its description; or a parameter. */
static void metric(struct json *j)
{
	json_list(j, "anyOf");
	for (int i = 0; i < N_METRICS; i++) {
		json_object(j, NULL);
		json_string(j, "const", metric_name[i]);
		json_string(j, "description", metric_doc[i]);
		json_close(j);
	}
	json_object(j, NULL);
	json_string(j, "description", "a metric in another unit");
	schema_words(j, "enum", metric_unit_name, N_METRIC_UNITS);
	json_close(j);
	json_object(j, NULL);
	json_string(j, "description", "a parameter");
	json_list(j, "enum");
	for (int i = 0; i < n_params; i++)
		json_string(j, NULL, params[i].key);
	json_close(j);
	json_close(j);
	json_close(j);
}

static void objectives(struct json *j)
{
	static const char *const way[] = {"minimize", "maximize"};
	json_object(j, "objectives");
	json_string(j, "description",
	            "what makes a point better; else minimize latency_us and "
	            "energy_uj");
	no_other_keys(j);
	json_object(j, "properties");
	for (int i = 0; i < 2; i++) {
		json_object(j, way[i]);
		json_string(j, "type", "array");
		json_object(j, "items");
		metric(j);
		json_close(j);
		json_close(j);
	}
	json_close(j);
	json_int(j, "minProperties", 1);
	json_close(j);
}

void plan_schema(struct buf *to)
{
	struct json j = json_begin(to, true);
	schema_begin(
	        &j, "joulet sweep",
	        "A sweep: many designs and networks (docs/sweeps.md). Made "
	        "from isa/params.def and explore/metric.h.");
	no_other_keys(&j);
	json_object(&j, "properties");
	files(&j, "networks", ".tflite files, relative to this one", 1);
	files(&j, "inputs", "raw inputs, one for each network", 0);
	one_or_more(&j, "data",
	            "labelled data sets that accuracy is measured with: one "
	            "for each network (or none), or one for all");
	flag(&j, "alternatives",
	     "the networks do the same task: their points are compared with "
	     "each other");
	flag(&j, "any_clock",
	     "points are kept whose clock the design does not reach by the "
	     "technology table");
	schema_string(&j, "base", "the design that the axes start from");
	axes(&j);
	zip(&j);
	one_or_more(&j, "where",
	            "conditions that combinations must satisfy, as in "
	            "array.rows * array.cols <= 256");
	words(&j, "backend", "what runs", plan_backend_names, N_PLAN_BACKENDS);
	words(&j, "target", "accelerator, or the host core alone",
	      plan_target_names, N_PLAN_TARGETS);
	schema_string(&j, "tech", "technology table");
	objectives(&j);
	one_or_more(&j, "limits",
	            "conditions that points should keep, as in latency_ms <= "
	            "20");
	json_close(&j);
	json_list(&j, "required");
	json_string(&j, NULL, "networks");
	json_close(&j);
	json_close(&j);
	json_done(&j);
}
