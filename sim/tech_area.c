/* tech_area: section area of a technology table; see tech.h. */
#include "isa/schema.h"
#include "sim/tech.h"

/* Keys that are no terms: the origin of them all, the band, the cores. */
static const char *const head[] = {
        "note", "node_nm", "voltage", "source", "confidence",
        "min",  "max",     "maxperf", "btalu",  "small"};
enum { N_HEAD = sizeof head / sizeof head[0] };

bool tech_section_number(const struct yaml *section, const char *key,
                         double least, double most, double *to, struct err *err)
{
	const struct yaml *v = yaml_get(section, key);

	if (!v)
		return err_at(err, yaml_key_src(section), "%s: has no %s",
		              section->key, key);
	return yaml_double(v, least, most, to, err);
}

bool tech_read_area(struct joulet_tech *t, const struct yaml *root,
                    struct err *err)
{
	const struct yaml *section = yaml_get(root, "area");
	const char *keys[N_AREA_TERMS + N_HEAD + 1] = {NULL};
	struct tech_area *a = &t->area;

	if (!section)
		return true;
	a->there = true;
	for (int i = 0; i < N_AREA_TERMS + N_HEAD; i++)
		keys[i] = i < N_HEAD ? head[i] : area_term_name[i - N_HEAD];
	a->factor[JOULET_NOMINAL] = 1;
	bool ok = yaml_is_map(section, "area", err) &&
	          yaml_known_keys(section, keys, err) &&
	          tech_read_origin(section, NULL, err) &&
	          tech_section_number(section, "min", 0, 1,
	                              &a->factor[JOULET_MIN], err) &&
	          tech_section_number(section, "max", 1, 1e3,
	                              &a->factor[JOULET_MAX], err);
	for (int i = 0; ok && i < N_CORES; i++)
		ok = tech_section_number(section, core_name[i], 0, 1e9,
		                         &a->core_um2[i], err);
	for (int i = 0; ok && i < N_AREA_TERMS; i++)
		ok = tech_section_number(section, area_term_name[i], 0, 1e9,
		                         &a->um2[i], err);
	return ok;
}

void tech_number_schema(struct json *j, const char *key, double least,
                        double most, const char *doc)
{
	json_object(j, key);
	json_string(j, "type", "number");
	json_double(j, "minimum", least);
	json_double(j, "maximum", most);
	json_string(j, "description", doc);
	json_close(j);
}

void tech_area_schema(struct json *j)
{
	static const char *const doc[N_AREA_TERMS] = {
#define AREA_TERM(name, block, count, text) "um2 of " #count ": " text,
#include "sim/area.def"
	};

	json_object(j, "area");
	json_string(j, "description", "logic, by docs/area.md");
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	tech_provenance_schema(j);
	tech_number_schema(j, "min", 0, 1, "factor on all areas, at least");
	tech_number_schema(j, "max", 1, 1e3, "factor on all areas, at most");
	for (int i = 0; i < N_CORES; i++)
		tech_number_schema(j, core_name[i], 0, 1e9,
		                   "um2 of that host core");
	for (int i = 0; i < N_AREA_TERMS; i++)
		tech_number_schema(j, area_term_name[i], 0, 1e9, doc[i]);
	json_close(j);
	json_list(j, "required");
	for (int i = 1; i < N_HEAD; i++) /* but the note */
		json_string(j, NULL, head[i]);
	for (int i = 0; i < N_AREA_TERMS; i++)
		json_string(j, NULL, area_term_name[i]);
	json_close(j);
	json_close(j);
}
