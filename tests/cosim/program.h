/* program: a random, legal program for the accelerator: memories, jobs, and
 * what the host does meanwhile. Library of the co-simulation tests.
 *
 * Legal by construction (docs/accelerator.md, "What a legal program obeys"):
 * every command locks the scratchpad banks and the SRAM blocks that it uses;
 * wait counts make it wait for earlier users in other queues.
 */
#ifndef COSIM_PROGRAM_H
#define COSIM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "isa/command.h"
#include "isa/design.h"
#include "sim/mem.h"

enum { MAX_JOBS = 6, N_LAYERS = 6 };

struct job {
	struct command *c;
	uint32_t n, cap;
	uint32_t addr; /* of the list; its bytes are in init[] */
	bool irq;
};

struct program {
	uint64_t seed;
	struct design d;
	struct job job[MAX_JOBS];
	int n_jobs;
	uint8_t *init[N_MEMS]; /* memories before the run */
	uint32_t size[N_MEMS];
	uint32_t ring_base, ring_mask;
	uint32_t data_end[N_MEMS]; /* lists begin here */
	uint32_t dump_at;          /* SRAM: the scratchpad's final contents */
	bool bad_opcode;           /* contains unknown commands: a fault */
	/* The host */
	bool irq_enable;
	int host_percent[N_MEMS]; /* cycles in which it uses a memory */
	int submit_gap;           /* cycles between two doorbells, at most */
};

/* Design point number `i` of the fixed set, or false. The first three are
 * what a short run uses. */
bool program_design(int i, struct design *d);

/* Make the program of `seed`; `d` is copied. `commands`: about how many. */
void program_make(struct program *p, const struct design *d, uint64_t seed,
                  int commands);
/* Write lists into init[] (again, after jobs were edited). */
void program_place(struct program *p);
/* Change a few words of the lists in init[]: most likely no legal program. */
void program_mutate(struct program *p, uint64_t seed);
/* What the driver writes for job `j`: four words at *at of SRAM. */
void program_ring(const struct program *p, uint32_t j, uint32_t *at,
                  uint32_t words[4]);
void program_free(struct program *p);

/* A little-endian word. */
void put32(uint8_t *p, uint32_t v);

/* Append a command to a job (for generators and hand-written cases). */
void job_append(struct job *j, const struct command *c);

#endif
