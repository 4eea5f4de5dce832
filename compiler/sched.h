/* sched: the list of commands while it grows. Private to compiler/.
 *
 * Three jobs in one place, because each needs the others' state:
 *
 * - banks: buffers are whole banks. A buffer remembers what it holds, so that
 *   a tile that asks for bytes which are still there gets them without a load
 *   (weights over the tiles of a layer, an output that the next layer reads).
 *   New buffers take the banks that were used longest ago: then loads run
 *   ahead of the array as far as the scratchpad allows.
 * - order: each command waits for the last commands of the other queues that
 *   used one of its banks, or that touched its bytes of SRAM where one of the
 *   two writes. Any list is correct that way; a good one is also fast.
 * - time: start and end of every command, as if no memory access were denied.
 *   The tiler compares candidates by it: mark, try, look, go back.
 */
#ifndef COMPILER_SCHED_H
#define COMPILER_SCHED_H

#include <stdbool.h>
#include <stdint.h>
#include "compiler/cycles.h"
#include "isa/image.h"

enum { MAX_BANKS = 64, MAX_BUFFERS = MAX_BANKS };

/* What a buffer holds. LINEAR: bytes v[0] .. v[0]+v[1]-1 of tensor `id`; a
 * part of a longer LINEAR buffer is found too. NONE is never found. */
enum buffer_kind {
	BUF_NONE,
	BUF_LINEAR,
	BUF_REGION,
	BUF_PATCHES,
	BUF_COPY,
	BUF_WGT,
	BUF_PAR
};
enum { KEY_VALUES = 10 };
struct key {
	int64_t kind, id, v[KEY_VALUES];
};

/* A buffer that a tile asks for. */
struct want {
	struct key key;
	uint32_t bytes; /* 0: nothing is wanted */
	bool fresh;     /* never take a cached one */
	uint32_t addr;  /* result: scratchpad address */
	bool hit;       /* result: the bytes are there already */
	uint32_t begin; /* of the buffer that they are a part of, then */
	bool placed;    /* while planning */
};

/* A command, and what of the memories it touches. */
struct item {
	struct command c; /* flash addresses: offset in the weight section */
	int op;
	bool flash;
	uint64_t banks;
	uint64_t begins;    /* banks in which buffers begin; set by push */
	uint32_t lo, hi;    /* SRAM bytes; none if equal */
	int tensor;         /* whose bytes these are */
	int64_t start, end; /* estimate */
};

/* A step of the program: a job or a CPU op; or the end of a job that was
 * started. */
struct sched_step {
	enum step_kind kind;
	int op;       /* first op of a job, or the CPU op */
	int first, n; /* items of a job */
};

/* A buffer that holds something: what, in short; where; `key` says it all. */
struct buffer {
	uint64_t tag, banks;
	int slot; /* of its key */
};

/* Banks that no plan may take: what `id` names lies there. */
struct held {
	int id, bank, banks;
	uint32_t bytes;
};
enum { MAX_HELD = 16 };

/* Everything that going back must restore; plain values. Of `key`, the last,
 * only a part is in use. */
struct sched_state {
	int n_items, n_steps;
	bool open;          /* a job is being filled */
	int base[N_QUEUES]; /* index in `queue` of the job's first */
	int n[N_QUEUES];    /* commands of this job, per queue */
	int bank_last[MAX_BANKS]
	             [N_QUEUES];        /* last user: number from 1; 0 none */
	int waited[N_QUEUES][N_QUEUES]; /* largest wait count so far */
	int64_t fetch, free[N_QUEUES];  /* time of last push; units */
	int64_t debt[2];     /* cycles that SRAM, flash owe to loads */
	int64_t load_cycles; /* sum over all loads */
	int64_t load_late;   /* how much of it is contention */
	uint32_t age, bank_age[MAX_BANKS];
	uint32_t most_bytes; /* of buffers that one plan used */
	struct held held[MAX_HELD];
	int n_held, n_buf;
	struct buffer buf[MAX_BUFFERS]; /* in the order in which they came */
	uint64_t begins;                /* the first bank of each; of those
	                                 * forgotten too, until another buffer
	                                 * takes it: a command may still use
	                                 * what is behind */
	uint64_t slots;                 /* of `key`: those in use */
	struct key key[MAX_BUFFERS];
};

/* Per queue and command: index of its item; largest wait_ld up to it. */
struct queued {
	int item, waited_ld;
};

struct sched {
	const struct hw *hw;
	struct sched_state at;
	struct item *item;
	int cap_items;
	struct sched_step *step;
	int cap_steps;
	struct queued *queue[N_QUEUES];
	int cap_queue[N_QUEUES];
	int64_t pushed; /* commands, also those taken back */
};

void sched_open(struct sched *s, const struct hw *hw);
void sched_close(struct sched *s);

/* A mark to go back to. Commands behind it are lost then. */
void sched_save(const struct sched *s, struct sched_state *mark);
void sched_restore(struct sched *s, const struct sched_state *mark);

/* Give every want a place, different banks for each. False: they do not fit. */
bool sched_plan(struct sched *s, struct want *w, int n);

/* Are its bytes there already? */
bool sched_has(const struct sched *s, const struct want *w);

/* Are any bytes of tensor `id` there, in whatever form but patches? */
bool sched_knows(const struct sched *s, int id);

/* Hold a buffer that was just planned, until it is released. */
void sched_hold(struct sched *s, int id, uint32_t addr, uint32_t bytes);
void sched_release(struct sched *s, int id);
/* Is it held, and where? */
bool sched_held(const struct sched *s, int id, uint32_t *addr);
int sched_held_banks(const struct sched *s);

/* Append a command; sets its wait counts and times. */
void sched_push(struct sched *s, struct item it);
/* Banks of scratchpad bytes. */
uint64_t sched_banks(const struct sched *s, uint32_t addr, uint32_t bytes);

/* End the job that is open, if any; append a CPU step. */
void sched_end_job(struct sched *s);
void sched_cpu(struct sched *s, int op);
/* End the job that is open, if any: the CPU steps up to sched_wait run while it
 * does. Between the two there is no other job. */
void sched_start(struct sched *s);
void sched_wait(struct sched *s);
/* Is the job so long that it should be ended between two tiles? */
bool sched_full(const struct sched *s);

/* When everything so far has ended; all loads. */
int64_t sched_end(const struct sched *s);
int64_t sched_loaded(const struct sched *s);

/* Append all of `from` to `to`, which is open and empty: the same commands for
 * a scratchpad that is as large or larger, of as many banks or more. If its
 * banks are larger, what begins in bank b of n there begins b/n into this one.
 */
/* further: per tensor, how much further on in SRAM its bytes are. */
void sched_move(struct sched *to, const struct sched *from,
                const uint32_t *further);

/* Append all of `from` to `to`, which is open and empty, with weight loads
 * moved forward: to where the load unit would otherwise wait for a store. */
void sched_hoist(struct sched *to, const struct sched *from);

#endif
