/* space: a sweep's cells (plan.h) as a grid that nsga.h can search. Internal.
 *
 * A space is for one network, or for all together: then a point of the grid is
 * a design that runs all of them. Genes are the plan's dimensions but the
 * first, which is the network; where networks are alternatives, it is a gene
 * like the others, and there is one space. Legal is what `where` allows for
 * each of the networks, and what design_check does; with tables, what has a
 * clock that it reaches, unless the plan says any_clock.
 */
#ifndef EXPLORE_SPACE_H
#define EXPLORE_SPACE_H

#include "explore/nsga.h"
#include "explore/result.h"

struct space {
	const struct plan *plan;          /* borrowed */
	int net, n_nets;                  /* networks net .. net + n_nets - 1 */
	struct joulet_tech *const *techs; /* the plan's, borrowed; or NULL */
};

/* ERR_DATA if the plan has more goals than can be searched by. */
bool space_check(const struct plan *p, struct err *err);

/* ERR_DATA if the plan's networks are alternatives: then there is no design for
 * all of them. */
bool space_together(const struct plan *p, struct err *err);

/* How many spaces the plan has, and each of them. */
int space_count(const struct plan *p, bool together);
struct space space_of(const struct plan *p, bool together, int i);
/* The space of an index (plan_index), and its genes. */
int space_number(const struct plan *p, bool together, const int *index);
const int *space_gene(const struct plan *p, const int *index);

/* The space must outlive the grid. */
struct nsga_grid space_grid(const struct space *s);

/* The cell of a network at a point of the grid, as index and as number. */
void space_index(const struct space *s, int net, const int *gene, int *index);
int64_t space_cell(const struct space *s, int net, const int *gene);

/* Goals of a point of the grid from a sweep that has its cells; result_goals.
 */
bool space_goals(const struct space *s, const struct sweep *view,
                 const int *gene, double *goal, double *excess);

/* Cells of one space. */
double space_size(const struct plan *p);

#endif
