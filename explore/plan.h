/* plan: a sweep file, read and checked: which points there are.
 *
 * The file is explained in docs/sweeps.md. Its axes make a grid; a cell of it
 * is one value for every dimension: the network first, then the axes in the
 * order of the file (those of one zip are one dimension). `where` says which
 * cells belong to the sweep. Those are its points, numbered 0..n_points-1 in
 * the order of cells, the last dimension fastest. Values are checked one by
 * one when the file is read; whether a combination is a legal design shows per
 * point.
 *
 * plan_load gives a plan that the caller frees with plan_free. Nothing in it
 * changes afterwards, so forked processes may share it.
 *
 * More than PLAN_MAX_POINTS points are no sweep, but can be searched: such a
 * plan is `large`, has no points and no id, and what is below "Cells" works.
 * plan_of_cells makes a plan of some cells, which can be run as any other.
 */
#ifndef EXPLORE_PLAN_H
#define EXPLORE_PLAN_H

#include "base/yaml.h"
#include "explore/dataset.h"
#include "explore/expr.h"
#include "sim/joulet.h"

enum {
	PLAN_MAX_POINTS = 1000000,
	PLAN_MAX_DIMS = 64,
	PLAN_MAX_RULES = 32, /* of where, of limits */
	PLAN_KEY = 33
};

/* What an axis goes over. */
enum plan_axis_kind { AXIS_PARAM, AXIS_TECH, AXIS_TARGET, AXIS_BACKEND };

struct plan_axis {
	enum plan_axis_kind kind;
	const struct param *param; /* NULL unless AXIS_PARAM */
	const char *key;           /* "array.rows", "tech" */
	const char *label;         /* short, for a table: "rows", "tech" */
	char **value; /* as text; of a technology table its file's stem */
	int *number;  /* of a parameter as in struct design; else an index */
	int n;
	int dim; /* axes with equal dim move together */
};

struct plan_net {
	struct joulet_net *net;
	void *input; /* one inference */
	uint64_t input_hash;
	const struct dataset *data; /* borrowed from the plan; or NULL */
};

/* What is better: less (or more) of a metric; names in metric.h. */
struct plan_goal {
	const char *metric; /* borrowed from the file's tree */
	bool maximize;
};

/* What a point is made of. */
struct plan_pick {
	struct design design; /* values in range; design_check is not done */
	int net, tech;        /* indices into plan.net, plan.tech_path */
	enum joulet_target target;
	const char *backend;
};

struct plan {
	struct yaml *yaml;
	char *name; /* file name without folder and suffix */
	struct design base;
	struct plan_net *net;
	int n_nets;
	struct dataset **set; /* labelled data; networks may share one */
	int n_sets;
	bool alternatives; /* networks do the same task: points of all of them
	                    * are compared with each other */
	bool any_clock;    /* clocks that a design does not reach are allowed */
	struct plan_axis *axis;
	int n_axes;
	int *dim; /* length of each dimension, dim[0] is n_nets */
	int n_dims;
	struct expr **where; /* over what a point is made of */
	int n_where;
	struct plan_goal *goal;
	int n_goals;
	struct expr **limit; /* over metrics as well */
	int n_limits;
	/* Of points without an axis of their own; plan_pick has the others. */
	const char *backend, *target_name;
	enum joulet_target target;
	char **tech_path; /* of every table; NULL: the default one */
	char **tech_name; /* stems of these */
	int n_techs;
	int64_t n_cells;
	bool large;     /* more than PLAN_MAX_POINTS */
	bool uncounted; /* large, or trying where on all would take minutes */
	int64_t *cell;  /* of every point, ascending; NULL: the same number */
	long n_points;
	char tool[48];     /* version and hash of this program */
	uint64_t rtl_hash; /* of the Verilog; 0 if nothing depends on it */
	char id[PLAN_KEY]; /* hash of all keys, in order */
	/* plan_confirm: points of this plan, `part` of them; NULL: all. */
	const struct plan *of;
	const long *part;
	long n_part;
};

struct plan *plan_load(const char *path, struct err *err);
/* The same from text; `file` names it in messages, and the files that it names
 * are found from that one's folder. */
struct plan *plan_parse(const char *text, size_t size, const char *file,
                        struct err *err);
void plan_free(struct plan *p);

/* False, and says so, if the plan is large: there is nothing to enumerate. */
bool plan_is_sweep(const struct plan *p, struct err *err);

/* The work of comparing some points of p with the Verilog: numbers and designs
 * are those of p, keys and id are others. Borrows p and `part`, ascending
 * numbers, and need not be freed. rtl_hash: joulet_backend_hash. */
struct plan plan_confirm(const struct plan *p, uint64_t rtl_hash,
                         const long *part, long n_part);

/* The points to be run: how many, and the number of each. */
long plan_members(const struct plan *p);
long plan_member(const struct plan *p, long i);

/* "point 12 (kws, array.rows=8, scratchpad.kib=64)" */
void plan_name(const struct plan *p, long point, char *buf, size_t size);

/* Where a parameter's values are written: the axis, or else the base design's
 * name, or else the file. */
struct src plan_src(const struct plan *p, const char *key);

/* What a point is made of; all, or one thing. */
struct plan_pick plan_pick(const struct plan *p, long point);
const struct plan_net *plan_net_of(const struct plan *p, long point);
struct design plan_design(const struct plan *p, long point);
const char *plan_target_name(const struct plan_pick *pick);

/* Points of one network: *n from *first on, perhaps none. */
void plan_net_points(const struct plan *p, int net, long *first, long *n);

/* The value of an axis at a point, as text. */
const char *plan_value(const struct plan *p, long point, int axis);

/* What the point's result depends on, as a hash in hex: design, network,
 * input, tool, backend, target, and the Verilog where it takes part. Not the
 * technology table: points that differ in it alone have one result. */
void plan_key(const struct plan *p, long point, char key[PLAN_KEY]);

/* ---- Cells -------------------------------------------------------------
 *
 * index: n_dims numbers, index[i] in 0..dim[i]-1. Cells are numbered
 * 0..n_cells-1. */

int64_t plan_cell(const struct plan *p, const int *index);
void plan_index(const struct plan *p, int64_t cell, int *index);
struct plan_pick plan_pick_at(const struct plan *p, const int *index);

/* Does the cell satisfy where? One for which where has no value (a division by
 * zero) does not. Enumerates nothing. */
bool plan_legal(const struct plan *p, const int *index);

/* The point at a cell, -1 if it is not one. Not for large plans. */
long plan_point_at(const struct plan *p, const int *index);

/* A plan whose points are these n cells, ascending, without regard to where:
 * what a search runs. Borrows p and `cell`, and need not be freed. */
struct plan plan_of_cells(const struct plan *p, int64_t *cell, long n);

/* A plan in which each cell is a point, with its number: what those see who are
 * told which cells to run. Borrows p, and need not be freed. */
struct plan plan_by_cell(const struct plan *p);

/* ---- Limits ------------------------------------------------------------ */

enum { N_PLAN_NAMES = 4 }; /* network, target, backend, tech */

/* The limits that a point breaks, bit i for limit[i], and by how much in all
 * (expr_excess; 0 if none); metric has N_METRICS values. ERR_DATA if one has no
 * value there. */
bool plan_broken(const struct plan *p, const struct plan_pick *pick,
                 const double *metric, uint32_t *broken, double *excess,
                 struct err *err);

#endif
