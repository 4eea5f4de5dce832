/* point: run one point of a sweep.
 *
 * A bench belongs to one process and keeps what points share: the simulator,
 * the tensors of each network, and results of designs that differ only in the
 * clock. Results do not depend on what it ran before.
 */
#ifndef EXPLORE_POINT_H
#define EXPLORE_POINT_H

#include "explore/store.h"

struct bench;

/* The plan must outlive it. */
struct bench *bench_open(const struct plan *p);
void bench_close(struct bench *b);

/* Compile and run one point, or compare it if the plan is of plan_confirm.
 * False only if the point says nothing about the design (a tool is missing):
 * then err. */
bool bench_point(struct bench *b, long point, struct outcome *o,
                 struct err *err);

#endif
