/* plan: a sweep file, read and checked: which points there are.
 *
 *     # which array and memory does keyword spotting want
 *     networks: [kws.tflite, ad.tflite]    # relative to this file
 *     base: ../designs/default.yaml        # optional: what axes start from
 *     axes:
 *       array.rows: [4, 8, 16]
 *       array.cols: [4, 8, 16]
 *       scratchpad.kib: {from: 16, to: 128, times: 2}
 *       clock.mhz: {from: 50, to: 200, step: 50}
 *     zip: [[array.rows, array.cols]]      # axes that move together
 *     inputs: [kws.in.bin, ad.in.bin]      # optional: one per network, raw;
 *                                          # otherwise joulet_made_up
 *     backend: fast                        # or rtl
 *     target: accel                        # or cpu
 *     tech: ../tech/x.yaml                 # optional
 *     objectives: {minimize: [latency_us, energy_uj]}
 *
 * Points are numbered 0..n_points-1: networks outermost, then the axes in the
 * order of the file, the last one fastest. Values are checked one by one when
 * the file is read; whether a combination is a legal design shows per point.
 *
 * plan_load gives a plan that the caller frees with plan_free. Nothing in it
 * changes afterwards, so forked processes may share it.
 */
#ifndef EXPLORE_PLAN_H
#define EXPLORE_PLAN_H

#include "base/yaml.h"
#include "sim/joulet.h"

enum { PLAN_MAX_POINTS = 1000000, PLAN_KEY = 33 };

struct plan_axis {
	const struct param *param;
	char **value; /* as text, for design_set */
	int n;
	int turn; /* axes with equal turn move together */
};

struct plan_net {
	struct joulet_net *net;
	void *input; /* one inference */
	uint64_t input_hash;
};

/* What is better: less (or more) of a metric; names in metric.h. */
struct plan_goal {
	const char *metric; /* borrowed from the file's tree */
	bool maximize;
};

struct plan {
	struct yaml *yaml;
	char *name; /* file name without folder and suffix */
	struct design base;
	struct plan_net *net;
	int n_nets;
	struct plan_axis *axis;
	int n_axes;
	int *turn; /* length of each turn, outermost first */
	int n_turns;
	struct plan_goal *goal;
	int n_goals;
	const char *backend, *target_name;
	enum joulet_target target;
	char *tech_path; /* NULL: the default table */
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
void plan_free(struct plan *p);

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

/* Network and design of a point. The design's values are in range; design_check
 * is the caller's. */
const struct plan_net *plan_net_of(const struct plan *p, long point);
struct design plan_design(const struct plan *p, long point);

/* The value of an axis at a point, as text. */
const char *plan_value(const struct plan *p, long point, int axis);

/* What the point's result depends on, as a hash in hex: design, network,
 * input, tool, backend, target, and the Verilog where it takes part. */
void plan_key(const struct plan *p, long point, char key[PLAN_KEY]);

#endif
