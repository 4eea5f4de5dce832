/* accel_fast: state of the fast model; private to accel_fast.c and fast_*.c.
 *
 * accel_fast.c  the backend's interface: registers, host accesses
 * fast_loop.c   time: fetch unit, queues, start and end of commands
 * fast_dma.c    beats of LOAD, FILL, STORE and of the fetch unit; arbiter
 * fast_exec.c   how long an execute command takes and what it counts
 * fast_check.c  is a command legal? (addresses, banks, ranges)
 * fast_math.c   what a command does to the scratchpad and the memories
 * fast_weights.c  weights of all formats as plain bytes
 *
 * Timing never looks at tensor data. Arithmetic happens in one go when a
 * command ends: a legal program cannot tell the difference.
 */
#ifndef SIM_ACCEL_FAST_H
#define SIM_ACCEL_FAST_H

#include "isa/part.h"
#include "isa/wfmt.h"
#include "sim/accel.h"

#define NEVER UINT64_MAX

enum { MAX_QUEUE = 16, MAX_ROWS = 64, MAX_COLS = 64 };

/* Reads of whole vectors may run past the last byte of the scratchpad. */
enum { SPAD_SLACK = 64 };

/* A fetched command. */
struct entry {
	struct command c;
	uint32_t seq;
	uint64_t visible; /* first cycle in which it can be popped */
};

/* A queue and the unit behind it. */
struct unit {
	struct entry q[MAX_QUEUE];
	int head, n;
	uint16_t ended; /* completion counter */
	bool busy;      /* a command has started and not yet ended */
	struct entry cur;
	uint64_t start, end; /* end is NEVER while beats are outstanding */
	uint64_t n_ev[N_ACCEL_EVENTS]; /* counts of `cur`, added at its end */
};

/* Beats still to be granted on one memory; in order of priority. */
enum stream_id { STREAM_FETCH, STREAM_ST, STREAM_LD, N_STREAMS };
struct stream {
	uint64_t from; /* first cycle with a request */
	uint64_t left; /* beats; 0: idle */
	uint64_t waited;
	int mem;
};

enum fetch_state { FETCH_IDLE, FETCH_RING, FETCH_CMD, FETCH_PUSH, FETCH_DRAIN };
struct fetch {
	enum fetch_state state;
	uint64_t at;        /* PUSH: first cycle of the state */
	uint64_t job_start; /* first cycle that is not IDLE */
	uint32_t addr;      /* of the ring entry or command being read */
	uint32_t seq, n;    /* commands of this job: number, how many */
	uint32_t flags;
	uint16_t layer; /* of the last command read */
	struct entry got;
	bool got_known; /* its opcode is one of ours */
};

/* Registers that software writes; a write waits for the end of its cycle. */
enum reg { REG_CTRL, REG_ACK, REG_BASE, REG_MASK, REG_TAIL, N_REGS };

/* Columns 0, 1, 2 of SUM's parameter block: operands and sum. */
struct second {
	int32_t bias[2], mult[3];
	int8_t shift[3];
};

struct accel {
	const struct accel_ops *ops;
	const struct design *d;
	struct mem *mem;
	struct accel_log *log;
	bool timing_only;
	int word, par_bytes; /* W; PW * W */
	uint32_t spad_bytes, bank_bytes;
	uint8_t *spad; /* NULL if timing_only; else with SPAD_SLACK */

	uint64_t now; /* cycles before this one are simulated */
	uint32_t reg[N_REGS], written[N_REGS];
	unsigned write_mask; /* written[] takes effect after this cycle */
	unsigned host;       /* 1 << MEM_*: the host's in this cycle */
	uint32_t head;
	bool pending, bad_command;
	bool again; /* something changed: look again next cycle */

	struct fetch fetch;
	struct unit unit[N_QUEUES];
	struct stream stream[N_STREAMS];
	uint64_t ex_wait[3]; /* fetch, load, store: for the next execute */
	struct counts total;

	int32_t sums[MAX_ROWS][MAX_COLS]; /* what HOLD left */
	int held_rows, held_cols;         /* 0: nothing */
	bool held_split;                  /* ... left by a SPLIT */
	struct command sum;               /* the last SUM; opcode 0: none */
	struct second second;             /* ... and what it has read */
	int16_t *act16, *wgt16;           /* fast_math.c: CONV operands */
	int8_t *wgt8;                     /* fast_weights.c: of a group */

	bool halted; /* after a fault that leaves nothing sensible to do */
	struct err fault;
};

/* fast_loop.c */
void fast_step(struct accel *a, uint64_t limit);
void fast_count(struct accel *a, uint16_t layer, enum event ev, uint64_t n);

/* fast_dma.c: begin the beats of u->cur, which starts now; move all streams by
 * up to `dt` cycles, in which none begins and none but the last beat ends. */
void fast_dma_start(struct accel *a, enum queue q);
uint64_t fast_dma_horizon(const struct accel *a, uint64_t next);
void fast_dma_move(struct accel *a, uint64_t dt);
void fast_fetch_read(struct accel *a, uint64_t from, uint32_t bytes);
void fast_fetch_done(struct accel *a, uint64_t last_grant); /* fast_loop.c */

/* fast_exec.c: set end and counts of the execute command that starts now. */
void fast_exec_start(struct accel *a);

/* fast_check.c: false (and a fault) if the command cannot be run safely. */
bool fast_check(struct accel *a, const struct entry *e);
void fast_fault(struct accel *a, const struct entry *e, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

/* fast_math.c: the data of a command that has passed fast_check. */
void fast_math(struct accel *a, const struct command *c);

/* fast_weights.c: the weights of a column group as plain bytes, a vector of
 * COLS after the other: where they lie, or as made in wgt8. */
const int8_t *fast_weights(struct accel *a, const struct command *c,
                           int64_t group);

/* The part of the array that `c` uses: isa/part.h. */
static inline int used_rows(const struct accel *a, const struct command *c)
{
	return part_rows(c, a->d->rows);
}

static inline int used_cols(const struct accel *a, const struct command *c)
{
	return part_cols(c, a->d->cols);
}

static inline int64_t used_block(const struct accel *a, const struct command *c)
{
	return part_block(c, a->par_bytes);
}

/* CONV: bytes of the last piece of a run, and pieces before it. */
struct pieces {
	uint64_t full, last;
};
static inline struct pieces run_pieces(const struct accel *a, int64_t run)
{
	uint64_t full = (uint64_t)(run - 1) / (uint64_t)a->word;

	return (struct pieces){full, (uint64_t)run - full * (uint64_t)a->word};
}

/* REUSE: steps of a group with elements that the group before has read. */
static inline uint64_t kept_steps(const struct command *c)
{
	return (uint64_t)(c->pm == 1 ? 2 * c->ka : c->ka);
}

static inline int64_t div_up(int64_t a, int64_t b)
{
	return (a + b - 1) / b;
}

static inline int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#endif
