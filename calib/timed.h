/* timed: how often nets change when cells take time.
 *
 * In settle.h a net changes at most once in a cycle. Here the inputs of a cell
 * arrive one after the other, and its output may change with each: glitches.
 * One edge of the clock at a time, from the nets as they had settled before it:
 * registers, inputs and memories change a while after the edge, then cells,
 * each after its own delay. Delays are inertial: what a cell would do is undone
 * if its inputs change back before the delay is over.
 */
#ifndef CALIB_TIMED_H
#define CALIB_TIMED_H

#include "calib/settle.h"

struct settle_readers;
struct timed_event;

struct timed {
	const struct settle *s; /* borrowed */
	struct settle_readers *readers;
	uint32_t *delay;       /* of operations, ps */
	uint32_t *begin;       /* of nets that no gate drives: after the edge */
	uint32_t *stamp;       /* of operations: the event that counts */
	uint8_t *pending;      /* ... whether there is one */
	uint8_t *gate, *value; /* of nets: a gate drives it; 0 or 1 */
	uint32_t *count;       /* of nets: changes */
	uint32_t *changed;     /* nets that move at the present time */
	struct timed_event *heap;
	size_t n_heap, cap_heap;
};

/* delays: calib/power.h. timed_close in any case. */
void timed_open(struct timed *t, const struct settle *s, const double *delays);
void timed_close(struct timed *t);

/* The edge that brought the nets from `before` to what they settled to: adds
 * the changes to `count`. False: they do not end there. */
bool timed_edge(struct timed *t, const uint8_t *before);

#endif
