/* tech_timing: section timing of a technology table; see tech.h. */
#include "isa/schema.h"
#include "sim/tech.h"

/* Keys that are no terms: the origin of them all, the law, the band. */
static const char *const head[] = {"note",   "node_nm",    "voltage",
                                   "source", "confidence", "min",
                                   "max",    "vth",        "alpha"};
enum { N_HEAD = sizeof head / sizeof head[0] };

bool tech_read_timing(struct joulet_tech *t, const struct yaml *root,
                      struct err *err)
{
	const struct yaml *section = yaml_get(root, "timing");
	const char *keys[N_TIMING_TERMS + N_HEAD + 1] = {NULL};
	struct tech_figure origin;
	struct tech_timing *m = &t->timing;

	if (!section)
		return true;
	*m = (struct tech_timing){.there = true};
	for (int i = 0; i < N_TIMING_TERMS + N_HEAD; i++)
		keys[i] = i < N_HEAD ? head[i] : timing_term_name[i - N_HEAD];
	m->factor[JOULET_NOMINAL] = 1;
	bool ok = yaml_is_map(section, "timing", err) &&
	          yaml_known_keys(section, keys, err) &&
	          tech_read_origin(section, &origin, err) &&
	          tech_section_number(section, "voltage", 0.1, 10, &m->voltage,
	                              err) &&
	          tech_section_number(section, "vth", 0, 10, &m->vth, err) &&
	          tech_section_number(section, "alpha", 1, 2, &m->alpha, err) &&
	          tech_section_number(section, "min", 0.1, 1,
	                              &m->factor[JOULET_MIN], err) &&
	          tech_section_number(section, "max", 1, 10,
	                              &m->factor[JOULET_MAX], err);
	for (int i = 0; ok && i < N_TIMING_TERMS; i++)
		ok = tech_section_number(section, timing_term_name[i], 0, 1e6,
		                         &m->ns[i], err);
	if (!ok)
		return false;
	m->source = origin.source;
	m->confidence = origin.confidence;
	return m->vth < m->voltage ||
	       err_at(err, yaml_src(yaml_get(section, "vth")),
	              "timing: vth %g is not below voltage %g", m->vth,
	              m->voltage);
}

void tech_timing_schema(struct json *j)
{
	static const char *const doc[N_TIMING_TERMS] = {
#define TIMING_TERM(name, path, count, text) "ns of " #count ": " text,
#include "sim/timing.def"
	};

	json_object(j, "timing");
	json_string(j, "description", "longest paths, by docs/area.md");
	json_string(j, "type", "object");
	json_bool(j, "additionalProperties", false);
	json_object(j, "properties");
	tech_provenance_schema(j);
	tech_number_schema(j, "min", 0.1, 1, "factor on all delays, at least");
	tech_number_schema(j, "max", 1, 10, "factor on all delays, at most");
	tech_number_schema(j, "vth", 0, 10, "threshold of the transistors, V");
	tech_number_schema(j, "alpha", 1, 2, "of the alpha-power law");
	for (int i = 0; i < N_TIMING_TERMS; i++)
		tech_number_schema(j, timing_term_name[i], 0, 1e6, doc[i]);
	json_close(j);
	json_list(j, "required");
	for (int i = 1; i < N_HEAD; i++) /* but the note */
		json_string(j, NULL, head[i]);
	for (int i = 0; i < N_TIMING_TERMS; i++)
		json_string(j, NULL, timing_term_name[i]);
	json_close(j);
	json_close(j);
}
