/* settle_ops: what a netlist is made of when it runs. For settle.c and
 * timed.c. */
#ifndef CALIB_SETTLE_OPS_H
#define CALIB_SETTLE_OPS_H

#include "calib/settle.h"

/* An output of a gate, or (ram >= 0) all outputs of a memory. Inputs that are
 * not used are NET_LOW. */
struct settle_op {
	uint64_t table;
	uint32_t in[LOGIC_INPUTS], out;
	uint32_t pin; /* of the output, in netlist.net */
	int16_t ram;
	bool wide; /* more than four inputs */
};

struct settle_flop {
	uint64_t table;                   /* of the next state */
	uint32_t in[LOGIC_INPUTS], q, qn; /* NET_NONE: not there */
	uint8_t next;
};

/* Which operations read a net: first[net] to first[net + 1] of `reader`. */
struct settle_readers {
	uint32_t *first, *reader;
};

/* The caller frees both. */
struct settle_readers settle_find_readers(const struct settle *s);

/* The row of an operation's truth table. */
static inline unsigned settle_row(const uint8_t *v, const uint32_t *in,
                                  bool wide)
{
	unsigned row = 0;

	for (int i = 0; i < (wide ? 6 : 4); i++)
		row |= (unsigned)v[in[i]] << i;
	return row;
}

#endif
