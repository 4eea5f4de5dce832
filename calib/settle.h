/* settle: a netlist, cycle by cycle, and how often each net changes.
 *
 * Two values, no delays: between two clock edges every net settles once, in the
 * order in which cells feed each other, so what moves twice in a cycle
 * (glitches) is not seen. One clock, no latches, no loops. Flip-flops and
 * memories begin at zero.
 */
#ifndef CALIB_SETTLE_H
#define CALIB_SETTLE_H

#include "calib/logic.h"
#include "calib/netlist.h"

struct settle_op;
struct settle_flop;

struct settle {
	const struct netlist *n; /* borrowed */
	uint8_t *value;          /* of nets: 0 or 1 */
	uint32_t *count;         /* of nets: changes while counting */
	bool counting;
	struct settle_op *op; /* in the order in which nets settle */
	uint32_t n_ops;
	struct settle_flop *flop;
	uint32_t n_flops;
	uint32_t clock; /* the net */
	uint8_t **ram;  /* by netlist.ram: words of data_bits bytes, 0 or 1 */
};

/* ERR_DATA: a cell that is neither gate nor flip-flop, a second clock, a loop.
 * settle_close in any case. */
bool settle_open(struct settle *s, const struct netlist *n, struct err *err);
void settle_close(struct settle *s);

/* All zero, nothing counted. */
void settle_reset(struct settle *s);
/* A net that no cell drives. */
void settle_set(struct settle *s, uint32_t net, bool value);
/* Let all nets settle. */
void settle_nets(struct settle *s);
/* A whole cycle of the clock: flip-flops and memories take what has settled;
 * nets do not settle yet. */
void settle_clock(struct settle *s);

#endif
