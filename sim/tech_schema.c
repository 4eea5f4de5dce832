/* tech_schema: JSON Schema of a technology table; see joulet.h. */
#include "isa/schema.h"
#include "sim/tech.h"

/* Text that YAML may take for a number. */
static void text(struct json *j, const char *key, const char *doc)
{
	json_object(j, key);
	json_list(j, "type");
	json_string(j, NULL, "string");
	json_string(j, NULL, "number");
	json_close(j);
	json_int(j, "minLength", 1);
	json_string(j, "description", doc);
	json_close(j);
}

/* Every figure says where it is from. */
void tech_provenance_schema(struct json *j)
{
	text(j, "node_nm", "process of the source, nm");
	text(j, "voltage", "supply voltage, V");
	text(j, "source", "where the figure is from");
	json_object(j, "confidence");
	json_string(j, "type", "string");
	json_int(j, "minLength", 1);
	json_string(j, "description",
	            "read, derived, measured_here or recalled");
	json_close(j);
	text(j, "note", "what else is to be known");
}

static void number(struct json *j, const char *key, double least,
                   const char *doc)
{
	json_object(j, key);
	json_string(j, "type", "number");
	json_double(j, "minimum", least);
	json_double(j, "maximum", 1e9);
	json_string(j, "description", doc);
	json_close(j);
}

static void required(struct json *j, const char *const *key, int n)
{
	json_list(j, "required");
	for (int i = 0; i < n; i++)
		json_string(j, NULL, key[i]);
	json_close(j);
}

static void row(struct json *j, const struct tech_rule *rule)
{
	static const char *const must[] = {"value",  "min",       "max",
	                                   "unit",   "node_nm",   "voltage",
	                                   "source", "confidence"};
	json_object(j, rule->name);
	json_string(j, "description", rule->doc);
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	number(j, "value", 0, rule->unit);
	number(j, "min", 0, "at most value");
	number(j, "max", 0, "at least value");
	json_object(j, "unit");
	json_string(j, "const", rule->unit);
	json_close(j);
	tech_provenance_schema(j);
	json_close(j);
	required(j, must, 8);
	json_close(j);
}

/* A list of points, each with its origin. */
static void points(struct json *j)
{
	static const char *const must[] = {"kib",      "bits",    "read_pj",
	                                   "write_pj", "leak_uw", "node_nm",
	                                   "voltage",  "source",  "confidence"};
	json_object(j, NULL);
	json_string(j, "type", "array");
	json_int(j, "minItems", 1);
	json_int(j, "maxItems", MAX_SRAM_POINTS);
	json_object(j, "items");
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	number(j, "kib", 0.001, "capacity, KiB");
	number(j, "bits", 0.001, "width of a word");
	number(j, "read_pj", 0.001, "reading a word, pJ");
	number(j, "write_pj", 0.001, "writing a word, pJ");
	number(j, "leak_uw", 0, "leakage, uW");
	number(j, "area_mm2", 1e-9, "area, mm2");
	number(j, "access_ns", 1e-6, "from the clock to the data, ns");
	text(j, "cell", "class of the cells");
	tech_provenance_schema(j);
	json_close(j);
	required(j, must, 9);
	json_close(j);
	json_close(j);
}

/* Or a choice among those of a file in configs/sram. */
static void choice(struct json *j)
{
	static const char *const must[] = {"table", "node_nm", "cell"};
	json_object(j, NULL);
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	text(j, "table", "NAME of configs/sram/NAME.yaml, or a path");
	number(j, "node_nm", 0.001, "its points of this node");
	text(j, "cell", "and of this class of cells: lstp, hp");
	json_close(j);
	required(j, must, 3);
	json_close(j);
}

static void sram(struct json *j)
{
	json_object(j, "sram");
	json_string(j, "description", "SRAM macros, of several sizes");
	json_list(j, "oneOf");
	points(j);
	choice(j);
	json_close(j);
	json_close(j);
}

static void word(struct json *j, const char *key, const char *a, const char *b,
                 const char *doc)
{
	json_object(j, key);
	json_list(j, "enum");
	json_string(j, NULL, a);
	json_string(j, NULL, b);
	json_close(j);
	json_string(j, "description", doc);
	json_close(j);
}

/* All rows of an optional group or none. */
static void optional_group(struct json *j, int group)
{
	for (int i = 0; i < N_TECH; i++) {
		if (tech_rule[i].group != (enum tech_group)group)
			continue;
		json_list(j, tech_rule[i].name);
		for (int k = 0; k < N_TECH; k++)
			if (k != i && tech_rule[k].group == tech_rule[i].group)
				json_string(j, NULL, tech_rule[k].name);
		json_close(j);
	}
}

/* What must be there where there is no base. */
static void without_base(struct json *j)
{
	const char *must[N_TECH + 2] = {"scope", "sram"};
	int n = 2;
	for (int i = 0; i < N_TECH; i++)
		if (tech_group_rule[tech_rule[i].group].needed)
			must[n++] = tech_rule[i].name;
	required(j, must, n);
	json_object(j, "dependencies");
	for (int g = 0; g < N_TECH_GROUPS; g++)
		if (!tech_group_rule[g].needed)
			optional_group(j, g);
	json_close(j);
}

static void properties(struct json *j)
{
	json_object(j, "properties");
	text(j, "name", "of the table");
	text(j, "about", "in a sentence");
	number(j, "node_nm", 0.001, "process that all rows were brought to");
	number(j, "voltage", 0.001, "supply that all rows were brought to, V");
	text(j, "base", "the table from which it has what it lacks, scaled");
	word(j, "scope", "core", "chip", "what the host core's figures cover");
	word(j, "weights", "onchip", "offchip", "where weight memory is");
	word(j, "data", "onchip", "offchip", "where data memory is");
	for (int i = 0; i < N_TECH; i++)
		row(j, &tech_rule[i]);
	sram(j);
	tech_area_schema(j);
	tech_timing_schema(j);
	json_close(j);
}

void joulet_tech_schema(struct buf *to)
{
	static const char *const must[] = {"name", "node_nm", "voltage"};
	static const char *const base[] = {"base"};
	struct json j = json_begin(to, true);
	schema_begin(&j, "joulet technology table",
	             "What events cost: made from sim/tech.def.");
	json_string(&j, "type", "object");
	json_bool(&j, "additionalProperties", false);
	properties(&j);
	required(&j, must, 3);
	json_object(&j, "if");
	json_object(&j, "not");
	required(&j, base, 1);
	json_close(&j);
	json_close(&j);
	json_object(&j, "then");
	without_base(&j);
	json_close(&j);
	json_close(&j);
	json_done(&j);
}
