/* compare: what changed between two runs of a network, and why.
 *
 * Every cycle has one cause (joulet_why) and one layer, every pJ one unit and
 * one layer; so the differences by layer and cause sum to the difference of
 * cycles, those by layer and unit to that of energy. All are whole numbers:
 * energies are rounded to pJ such that the layers of a unit sum to its rounded
 * total, and that of the whole is the sum over units.
 */
#ifndef EXPLORE_COMPARE_H
#define EXPLORE_COMPARE_H

#include <stdio.h>

#include "sim/joulet.h"

struct compare_side {
	char name[80]; /* "point 12", "big16" */
	struct design design;
	const char *target;               /* "accel" */
	const struct joulet_explain *run; /* borrowed */
	const struct joulet_tech *tech;   /* borrowed */
	double accuracy; /* share of right outputs; NAN: not known */
};

/* side[0] is before, side[1] after; both ran the same network. For a terminal
 * of `width` columns; as one JSON object (docs/report.md). */
void compare_text(const struct compare_side side[2], const char *network,
                  int width, FILE *f);
void compare_json(const struct compare_side side[2], const char *network,
                  FILE *f);

struct report;

/* Run two points of a report, by their numbers, for compare_text; *network is
 * borrowed from r, as are the runs. ERR_USAGE: no such point, or of different
 * networks; ERR_DATA: it cannot be run again. */
bool compare_points(struct report *r, long a, long b,
                    struct compare_side side[2], const char **network,
                    struct err *err);

#endif
