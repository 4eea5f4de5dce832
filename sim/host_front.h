/* host_front: the core's front end between two instructions, cycle by cycle.
 *
 * With memories that make the core wait, the time of an instruction depends on
 * what the prefetch buffer holds and has asked for. This is that state, and how
 * it moves: the words of the fetch queue, the fetches under way, and the data
 * access whose answer is still to come. It knows nothing of registers: the
 * caller says what kind of instruction runs.
 *
 * A state belongs to the first cycle in which the next instruction may leave
 * the queue for ID: the last ID cycle of the one before (`held`), or the one
 * after it where the cycle itself turns the fetch elsewhere.
 */
#ifndef SIM_HOST_FRONT_H
#define SIM_HOST_FRONT_H

#include "sim/host.h"

/* Kinds of instruction that the time tells apart. Those up to KIND_BRANCH are
 * what the fast loop runs. _USE: the next instruction reads what is loaded. */
enum kind {
	KIND_ONE,
	KIND_MUL,
	KIND_MULH,
	KIND_DIV,
	KIND_DIV_ZERO,
	KIND_MEM,
	KIND_MEM_USE,
	KIND_SPLIT,
	KIND_SPLIT_USE,
	KIND_JUMP,
	KIND_BRANCH, /* taken */
	KIND_FLUSH,  /* CSR access that empties the pipeline */
	KIND_TRAP,   /* exception, mret */
	KIND_SLEEP,
};

/* What the times depend on: the core and its memories. */
struct front_rules {
	struct host_timing mem;
	bool wb;    /* writeback stage */
	bool btalu; /* branch target ALU */
	uint8_t mul, mulh;
};

struct front {
	uint64_t cyc;
	uint64_t due[2]; /* when the fetches under way arrive */
	uint64_t answer; /* of the access in writeback; <= cyc: none */
	uint8_t n_due;
	uint8_t drop;    /* a bit for each of them that a jump has outdated */
	uint8_t words;   /* in the queue */
	bool asked;      /* a fetch waits for its grant */
	bool drop_asked; /* and is outdated */
	bool granted;    /* the data port is granted in this cycle */
	bool held;       /* the instruction before is in ID in this cycle */
	bool use;        /* the next one reads what writeback waits for */
};

/* When an instruction does what. HOST_NEVER: it does not. */
struct front_plan {
	uint64_t x;        /* it executes from here on */
	uint64_t jump;     /* turns the fetch */
	uint64_t grant[2]; /* of its data accesses */
	uint64_t answer;   /* to the last of them */
	uint64_t e;        /* it leaves ID */
	uint64_t last;     /* last cycle in which ID takes no other */
	bool whole;        /* `last` lets none leave the queue either */
	bool use;
};

/* One cycle in which an instruction leaves the queue (`wide`: of 32 bits,
 * `odd`: at address % 4 = 2), if front_ready. */
void front_take(const struct front_rules *r, struct front *f, bool odd,
                bool wide);
/* One cycle in which none does. */
void front_wait(const struct front_rules *r, struct front *f);
/* One cycle in which the fetch begins anew elsewhere. */
void front_turn(const struct front_rules *r, struct front *f);
/* One cycle on the way to sleep, or asleep: no fetch begins. */
void front_rest(const struct front_rules *r, struct front *f);
/* Is a fetch under way? */
bool front_busy(const struct front *f);
bool front_ready(const struct front *f, bool odd, bool wide);

/* The next instruction, now in ID: when it will do what. */
struct front_plan front_plan(const struct front_rules *r, const struct front *f,
                             enum kind kind);
/* Let it do that. */
void front_run(const struct front_rules *r, struct front *f,
               const struct front_plan *p);

/* At the target of a jump that was fetched for in cycle `cyc` - 1, with nothing
 * else under way. */
void front_fresh(const struct front_rules *r, struct front *f, uint64_t cyc);

/* The state without its cycle number, and back. Never 0. */
uint32_t front_pack(const struct front *f);
void front_unpack(struct front *f, uint32_t key, uint64_t cyc);

#endif
