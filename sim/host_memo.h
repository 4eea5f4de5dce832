/* host_memo: what an instruction does to the front end, found out once.
 *
 * The state of the front end (host_front.h) without its cycle number takes few
 * values in a program, and the memories answer after constant times: so the
 * cycles an instruction takes and the state it leaves behind follow from its
 * class and the state before. They are kept in a table with a row per state,
 * filled as the program meets them; the fast loop makes one step in it per
 * instruction.
 */
#ifndef SIM_HOST_MEMO_H
#define SIM_HOST_MEMO_H

#include "sim/host_front.h"

enum {
	MEMO_CLASSES = 64, /* kind << 2 | odd << 1 | wide */
	/* A row that stays what it is, for when time is kept elsewhere. */
	MEMO_NOWHERE = 0,
};

struct memo_entry {
	const struct memo_entry *row; /* the next one; NULL: not known yet */
	uint64_t cycles;
};

struct memo;

static inline uint8_t memo_class(enum kind kind, bool odd, bool wide)
{
	return (uint8_t)((unsigned)kind << 2 | (unsigned)odd << 1 | wide);
}

/* NULL: no memory. */
struct memo *memo_open(const struct front_rules *r);
void memo_close(struct memo *m);
/* The rows, MEMO_CLASSES entries each. They stay where they are. */
const struct memo_entry *memo_table(const struct memo *m);

/* The row of a state, and the state of a row. */
uint32_t memo_row(struct memo *m, const struct front *f);
void memo_front(const struct memo *m, uint32_t row, struct front *f,
                uint64_t cyc);
/* Fill in an entry. All rows may have been forgotten then, but for the one
 * that it leads to. */
const struct memo_entry *memo_learn(struct memo *m, uint32_t row,
                                    uint8_t class);

#endif
