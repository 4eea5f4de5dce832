/* trial: a run of the accelerator alone, and whether two backends agree on it.
 *
 * A trial holds all that a run depends on: a design, what is in the memories,
 * jobs, and what the host does, act by act. Equal backends leave equal runs.
 * Trials come from the random programs of tests/cosim, or from a replay file
 * (trial_text.c; docs/replay.md), which is how a difference is passed on.
 *
 * Times are cycles, addresses are bytes of the system's map. Arrays belong to
 * the trial: trial_free. Nothing here prints.
 */
#ifndef SIM_TRIAL_H
#define SIM_TRIAL_H

#include <stddef.h>
#include <stdio.h>

#include "sim/accel.h"

/* Bytes of a memory before the run, made from a seed: any; parameter blocks
 * that are legal for CONV and the like, or for ADD and SUM; indices of weights
 * of which two of four are there, COLS bytes after COLS bytes (or `cols`);
 * whole units for UNPACK. Else zero. */
enum trial_kind {
	TRIAL_BYTES,
	TRIAL_PARAMS,
	TRIAL_ADD_PARAMS,
	TRIAL_INDICES,
	TRIAL_PACKED,
	N_TRIAL_KINDS
};
struct trial_data {
	int mem;            /* MEM_* */
	uint32_t at, bytes; /* offset in it */
	enum trial_kind kind;
	uint64_t seed;
	int cols; /* of indices; 0: the design's */
};

struct trial_job {
	uint32_t list; /* address of the commands, 64-byte aligned */
	bool irq;
	uint32_t n, cap;
	struct command *c;
	int *line; /* in the replay file; NULL if there is none */
};

/* What the host does, and its arguments in order. */
enum act_kind {
	ACT_WAIT,    /* cycles */
	ACT_TRAFFIC, /* cycles, sram %, flash %, seed: uses the memories */
	ACT_READ,    /* register; 1 cycle */
	ACT_WRITE,   /* register, value, times: so many cycles */
	ACT_ENTRY,   /* job: writes its ring entry, 4 cycles */
	ACT_IRQ,     /* sees the interrupt line; no time */
	ACT_SLEEP,   /* cycles: until the interrupt, at most so long */
	ACT_AWAIT,   /* jobs, every: reads HEAD until it is that many, each time
	              * `every` cycles later */
	ACT_COUNTERS, /* reads all counters if STATUS is not busy */
	N_ACTS
};
enum { ACT_ARGS = 4 };
struct act {
	enum act_kind kind;
	uint32_t arg[ACT_ARGS];
	int line;
};
struct act_form {
	const char *name;
	struct {
		const char *name; /* NULL: no such argument */
		uint32_t min, max;
	} arg[ACT_ARGS];
};
extern const struct act_form act_form[N_ACTS];

struct trial {
	struct design d; /* sizes of the memories included */
	uint64_t limit;  /* of the run, in cycles */
	struct trial_data *data;
	struct trial_job *job;
	struct act *act;
	int n_data, n_jobs, n_acts;
};

void trial_free(struct trial *t);
void trial_copy(struct trial *to, const struct trial *from);
void trial_add_data(struct trial *t, const struct trial_data *d);
struct trial_job *trial_add_job(struct trial *t);
void trial_add_command(struct trial_job *j, const struct command *c);
void trial_add_act(struct trial *t, const struct act *a);

/* Bytes that so many units of TRIAL_PACKED take with this seed. */
uint32_t trial_packed(const struct design *d, uint64_t seed, int64_t units);

/* The memories before the run, sizes from the design; the caller's. */
void trial_memories(const struct trial *t, struct mem *mem);

/* ---- Running ----------------------------------------------------------- */

/* What the host saw: a register's value (what: its offset), the line. */
enum { SEEN_IRQ = 0x1000, SEEN_SLEEP };
struct seen {
	uint64_t cycle;
	uint32_t what, value;
	int act; /* its number; n_acts: after the last */
};

/* All that a run leaves behind. */
struct run {
	const char *name; /* "fast", "timing", "rtl" */
	uint8_t *mem[N_MEMS];
	struct accel_log log;
	struct seen *seen;
	size_t n_seen, cap_seen;
	uint64_t cycles; /* when all jobs had ended, or when it gave up */
	bool done;       /* they had */
	bool faulty;
	struct err fault;
};

/* The host of a run in progress. */
struct host {
	struct run *r;
	const struct trial *trial;
	const struct accel_ops *ops;
	struct accel *a;
	struct mem mem;
	uint64_t t;                /* the present cycle */
	int n_acts;                /* done */
	uint32_t base, mask, tail; /* as written last */
	/* Called in every cycle, when the host has done its part; the run is
	 * the same, and slower. */
	void (*probe)(void *ctx, const struct host *h);
	void *probe_ctx;
};

/* Begin, act by act, end. The trial's own list of acts is not used: run
 * trial_run for that. False and err if the backend cannot be opened; run_free
 * `r` in any case. host_end waits until the accelerator is not busy, reads
 * every register and closes. */
bool host_begin(struct host *h, struct run *r, const struct accel_ops *ops,
                const struct trial *t, const struct accel_opts *opts,
                struct err *err);
void host_act(struct host *h, const struct act *a);
void host_end(struct host *h);

bool trial_run(struct run *r, const struct accel_ops *ops,
               const struct trial *t, const struct accel_opts *opts,
               struct err *err);
void run_free(struct run *r);

enum compare { COMPARE_TIME = 1, COMPARE_DATA = 2 };
/* True if equal; else the first difference as one line of text. */
bool run_compare(const struct run *a, const struct run *b,
                 const struct trial *t, int what, char *buf, size_t size);

/* ---- Replay files ------------------------------------------------------ */

/* Strict: every error names file, line, key and reason. What is read can be
 * run, legal or not: all lists and data lie inside their memories. */
bool trial_parse(struct trial *t, const char *text, size_t size,
                 const char *file, struct err *err);
bool trial_load(struct trial *t, const char *path, struct err *err);
/* Text that trial_parse reads back; `note` goes into comments, or NULL. */
void trial_write(const struct trial *t, const char *note, FILE *f);

/* Seeded numbers (splitmix64), the same on every machine. */
struct rng {
	uint64_t state;
};
uint64_t rng_next(struct rng *r);
/* lo..hi, both included. */
int64_t rng_in(struct rng *r, int64_t lo, int64_t hi);
bool rng_percent(struct rng *r, int percent);

#endif
