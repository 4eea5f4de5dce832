/* pair: run one program on two backends and say what differs. */
#ifndef COSIM_PAIR_H
#define COSIM_PAIR_H

#include <stddef.h>

#include "sim/accel.h"
#include "tests/cosim/program.h"

/* What the host saw: a register read, the interrupt, a time. */
struct seen {
	uint64_t cycle;
	const char *what;
	uint32_t value;
};

/* All that a run leaves behind. */
struct run {
	const char *name;
	uint8_t *mem[N_MEMS];
	struct accel_log log;
	struct seen *seen;
	size_t n_seen, cap_seen;
	uint64_t cycles; /* when the last job had ended, or when it gave up */
	bool done;       /* all jobs ended */
	bool faulty;
	struct err fault;
};

/* Run the program to its end (or `limit` cycles). False and err if the backend
 * cannot be opened. `r` is made here; run_free it also after false. */
bool run_program(struct run *r, const struct accel_ops *ops,
                 const struct program *p, const struct accel_opts *opts,
                 uint64_t limit, struct err *err);
void run_free(struct run *r);

/* The same program in one pass over the commands, without time: only the
 * memories of `r` mean something (naive.c). */
void run_naive(struct run *r, const struct program *p);

enum compare { COMPARE_TIME = 1, COMPARE_DATA = 2 };
/* True if equal; else the first difference as text in buf. */
bool run_compare(const struct run *a, const struct run *b,
                 const struct program *p, int what, char *buf, size_t size);

#endif
