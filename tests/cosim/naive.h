/* naive: a trial's commands in one pass, without time, element by element. */
#ifndef COSIM_NAIVE_H
#define COSIM_NAIVE_H

#include "sim/trial.h"

/* Only the memories of `r` mean something. Every job must have been posted,
 * every command legal but for its parameter block: false if one of those is
 * not, and then outputs may differ. */
bool run_naive(struct run *r, const struct trial *t);

#endif
