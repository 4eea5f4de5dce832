/* batch: some cells of a space (plan.h), run as a sweep of their own. Internal.
 *
 *     struct batch b = {0};
 *     batch_open(&b, base, cell, n);
 *     batch_run(&b, &opts, &err);  // then b.view.row[i] is of b.cell[i]
 *     batch_close(&b);
 *
 * Results stay in the store; that there was such a sweep does not: batches come
 * and go by the thousand.
 */
#ifndef EXPLORE_BATCH_H
#define EXPLORE_BATCH_H

#include "explore/result.h"

struct batch {
	int64_t *cell; /* ascending, none twice */
	long n;
	struct plan plan;
	struct sweep view; /* borrows what base has */
};

/* The cells are copied; in any order, a cell may be there twice. base: of
 * sweep_open_space, outlives the batch. */
void batch_open(struct batch *b, const struct sweep *base, const int64_t *cell,
                long n);
/* Also of one that is all zero. */
void batch_close(struct batch *b);

/* As sweep_run, without a word and without comparisons. */
bool batch_run(struct batch *b, const struct sweep_opts *opts, struct err *err);

#endif
