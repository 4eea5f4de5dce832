/* tech: a technology table in memory. Internal to sim; see joulet.h. */
#ifndef SIM_TECH_H
#define SIM_TECH_H

#include <stdint.h>
#include "base/yaml.h"
#include "sim/joulet.h"

enum tech_row {
#define TECH(row, group, unit, doc) TECH_##row,
#include "sim/tech.def"
	N_TECH
};

enum tech_group {
#define TECH_GROUP(group, need, scale, doc) TECH_GROUP_##group,
#include "sim/tech.def"
	N_TECH_GROUPS
};

/* What tech.def says of a row and of a group. */
struct tech_rule {
	const char *name, *unit, *doc;
	enum tech_group group;
};
extern const struct tech_rule tech_rule[N_TECH];
struct tech_group_rule {
	const char *name, *doc;
	bool needed;
	enum { SCALE_LOGIC, SCALE_AREA, SCALE_FIXED } scale;
};
extern const struct tech_group_rule tech_group_rule[N_TECH_GROUPS];

/* One row: its value at every level, and where it is from. The texts are the
 * tree's. */
struct tech_figure {
	double at[N_LEVELS];
	const char *node_nm, *voltage, *source, *confidence, *note;
	double scaled; /* the factor to the table's node and supply; else 1 */
};

/* One characterized SRAM macro. area_mm2, access_ns (from the clock to the
 * data) are 0 if the table has none. */
struct sram_point {
	double kib, bits, read_pj, write_pj, leak_uw, area_mm2, access_ns;
};

enum { MAX_SRAM_POINTS = 64, MAX_TECH_BASES = 4 };
/* What the figures of the host core cover: the core, or with it everything that
 * a microcontroller draws while it runs. */
enum tech_scope { SCOPE_core, SCOPE_chip, N_SCOPES };
extern const char *const tech_scope_name[N_SCOPES];

enum area_term {
#define AREA_TERM(name, block, count, doc) AREA_##name,
#include "sim/area.def"
	N_AREA_TERMS
};
extern const char *const area_term_name[N_AREA_TERMS];

/* Section area: um2 of one of each term of area.def and of each host core;
 * all of them times the factor of the level. */
struct tech_area {
	bool there;
	double um2[N_AREA_TERMS];
	double core_um2[N_CORES];
	double factor[N_LEVELS];
};

enum timing_term {
#define TIMING_TERM(name, path, count, doc) TIMING_##name,
#include "sim/timing.def"
	N_TIMING_TERMS
};
extern const char *const timing_term_name[N_TIMING_TERMS];

/* Section timing: ns of one of each term of timing.def at `voltage`; all of
 * them times the factor of the level. Delay is proportional to
 * V / (V - vth)^alpha. */
struct tech_timing {
	bool there;
	double ns[N_TIMING_TERMS];
	double voltage, vth, alpha;
	double factor[N_LEVELS];
	const char *source, *confidence; /* the tree's */
};

struct joulet_tech {
	char name[64];
	const char *about;       /* the tree's; NULL: none */
	double node_nm, voltage; /* what all rows were brought to */
	enum tech_scope scope;
	bool ext_weights, ext_data; /* flash, data memory beside the chip */
	struct tech_figure row[N_TECH];
	bool has[N_TECH_GROUPS];
	struct sram_point sram[MAX_SRAM_POINTS]; /* nominal */
	int n_sram;
	char sram_from[128]; /* where the points are from */
	struct tech_area area;
	struct tech_timing timing;
	uint64_t hash; /* of the bytes of all files */
	struct yaml *yaml, *sram_yaml;
	struct joulet_tech *base; /* owned; NULL: none */
};

/* An SRAM of this capacity and word width, from the table's points: the width
 * nearest to `bits` (energy scaled by the ratio of widths), between sizes a
 * power law through the two neighbours, outside them the nearest pair's. A
 * width with one point alone follows the sizes of the nearest width that has
 * several. The rows of group memory are in it, at that level. */
struct sram_point tech_sram(const struct joulet_tech *t,
                            enum joulet_level level, double kib, double bits);

/* Open a table that is `deep` bases below another one. */
struct joulet_tech *tech_open(const char *name, const char *from, int deep,
                              struct err *err);
/* The file that a name stands for: NAME.yaml in `folder` of configs, or a path
 * relative to the file `from` (NULL: to here). To be freed. */
char *tech_path(const char *name, const char *folder, const char *from);
/* Is there a preset of that name? ERR_NOINPUT. */
bool tech_known_preset(const char *name, struct err *err);
/* tech_base.c: take scope, memories and rows from t->base. */
bool tech_inherit(struct joulet_tech *t, const struct yaml *root,
                  struct err *err);
/* Read section area, if the table has it: tech_area.c. */
bool tech_read_area(struct joulet_tech *t, const struct yaml *root,
                    struct err *err);
/* Its JSON Schema. */
struct json;
void tech_area_schema(struct json *j);
/* The same of section timing: tech_timing.c. */
bool tech_read_timing(struct joulet_tech *t, const struct yaml *root,
                      struct err *err);
void tech_timing_schema(struct json *j);
/* A number of a section that must be there. */
bool tech_section_number(const struct yaml *section, const char *key,
                         double least, double most, double *to,
                         struct err *err);
void tech_number_schema(struct json *j, const char *key, double least,
                        double most, const char *doc);
/* The properties node_nm, voltage, source, confidence, note. */
void tech_provenance_schema(struct json *j);
/* tech_sram.c: the points, in the file or in one of configs/sram. */
bool tech_read_sram(struct joulet_tech *t, const struct yaml *root,
                    struct err *err);
/* The keys that every figure's origin is in; *f may be NULL. False if one is
 * missing. */
bool tech_read_origin(const struct yaml *node, struct tech_figure *f,
                      struct err *err);
/* A key that must be there. */
bool tech_text(const struct yaml *map, const char *key, const char **to,
               struct err *err);
bool tech_number(const struct yaml *map, const char *key, double least,
                 double *to, struct err *err);

#endif
