/* nsga_parts: what nsga is made of. Internal. */
#ifndef EXPLORE_NSGA_PARTS_H
#define EXPLORE_NSGA_PARTS_H

#include "explore/nsga.h"

/* ---- Rank (nsga_rank.c) ------------------------------------------------- */

/* At least as good everywhere and better somewhere. */
bool nsga_dominates(const double *x, const double *y, int n_goals);

/* The best `want` of n rows, best first: by front, in it by crowding (the
 * loneliest first), of equals the one that comes first. front: of every row
 * named in `order`, from 0; or NULL. Returns how many: less than want only if
 * n is. */
long nsga_order(const double *const *goal, long n, int n_goals, long want,
                long *order, int *front);

/* ---- Model (nsga_model.c) ----------------------------------------------- */

struct nsga_model;

/* Of all points told; NULL if fewer than two are done. */
struct nsga_model *nsga_model_new(const struct nsga *s,
                                  const struct nsga_grid *grid);
void nsga_model_free(struct nsga_model *m);

/* What the point's goals may be, on a scale of the model's own that keeps
 * order, better than expected where little is known. excess as for nsga_tell;
 * *fails: more of its neighbours failed than did not. */
void nsga_model_guess(const struct nsga_model *m, const int *gene, double *goal,
                      double *excess, bool *fails);

/* Known goals on the same scale. */
void nsga_model_scale(const struct nsga_model *m, const double *goal,
                      double *scaled);

#endif
