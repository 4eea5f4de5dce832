/* gen: a random trial in the making; private to gen*.c.
 *
 * generate.c      the whole: sizes, where things are, jobs
 * gen_dma.c       LOAD, FILL, STORE
 * gen_exec.c      CONV, DWCONV, MAXPOOL, AVGPOOL, ADD, SUM
 * gen_host.c      what the host does meanwhile
 *
 * Legal by construction (docs/accelerator.md, "What a legal program obeys"):
 * every command locks the scratchpad banks and the SRAM blocks that it uses;
 * wait counts make it wait for earlier users in other queues.
 */
#ifndef COSIM_GEN_H
#define COSIM_GEN_H

#include "sim/trial.h"

enum {
	N_BLOCKS = 8, /* of SRAM, that loads read and stores write */
	BLOCK = 2048,
	FLASH_DATA = 16 * 1024,
	N_PAR = 24,  /* parameter blocks of each kind, in flash */
	STREAMS = 4, /* of packed weights, in each memory */
	STREAM = 640,
	MAX_UNITS = 16,
	INDICES = 4096, /* bytes of indices of sparse weights */
	RINGS = 2,      /* places for the ring */
	RING = 16,      /* entries of the longest */
	MAX_JOBS = 16,
	N_LAYERS = 6,
	GRANULE = 64,           /* of the scratchpad: used or not */
	PIECE = 8192 / GRANULE, /* the longest copy of it */
	SMALL = 16 * 1024,      /* bytes of one that is always used whole */
};

/* How the commands of a job are. */
enum style { STYLE_MIXED, STYLE_SMALL, STYLE_FLOOD, N_STYLES };

/* A range of bytes, around which a command's address is placed. */
struct range {
	int64_t lo, hi;
};

struct gen {
	struct trial *t;
	struct rng r;
	struct trial_job *job;
	int64_t word, par_bytes, bank, spad;
	int64_t few;  /* columns that parts often have */
	int commands; /* about how many are wanted */
	enum style style;
	int64_t flood;                   /* what most of a flood are */
	int wait_percent;                /* of needless waits */
	uint32_t count[N_QUEUES];        /* commands of this job */
	uint32_t bank_use[64][N_QUEUES]; /* number of the last user */
	uint32_t block_use[N_BLOCKS][N_QUEUES];
	bool used[1024 * 1024 / GRANULE]; /* parts of the scratchpad */
	uint64_t banks;                   /* that the command being made uses */
	unsigned blocks;                  /* SRAM blocks, alike */
	int64_t layer, tag[N_LAYERS];
	bool bad_opcode; /* now and then an unknown command */
	/* Addresses */
	uint32_t blocks_at, dump_at, ring_at[RINGS], data_at, par_at;
	uint32_t streams_at[N_MEMS], indices_at, few_at;
	struct stream_data {
		uint32_t at, bytes, units, seed; /* at: in its slot */
	} packed[N_MEMS][STREAMS];
	/* Of the host */
	int traffic[N_MEMS], ring_now;
	uint32_t ring_mask;
	uint32_t ring_user[RINGS][RING]; /* 1 + the last job with that entry */
};

int64_t pick(struct gen *g, int64_t lo, int64_t hi);
bool chance(struct gen *g, int percent);

/* Append the command: waits from what it locks, and a few needless ones. */
void gen_emit(struct gen *g, struct command *c);

/* The commands that follow are of another job. False: this one is empty, or
 * there are enough. */
bool gen_cut(struct gen *g);

uint64_t gen_banks(const struct gen *g, int64_t lo, int64_t hi);
/* Find bytes for `h` in banks outside `taken`; *at becomes the address of
 * relative byte 0. Marks the banks as used by this command. */
bool gen_place(struct gen *g, struct range h, uint64_t taken, int64_t *at);
void gen_widen(struct range *h, int64_t n, int64_t stride);
/* A stride for things of `span` bytes: one after the other, apart, into each
 * other, backwards. */
int64_t gen_stride(struct gen *g, int64_t span);

/* False: no room; nothing but loads of parameters was added. */
bool gen_dma(struct gen *g, int64_t op);
bool gen_unpack(struct gen *g);
bool gen_exec(struct gen *g, int64_t op);
/* A plain copy of n bytes to or from memory. */
void gen_copy(struct gen *g, int64_t op, int64_t mem, int64_t spad, int64_t n);

/* The host's acts, found by running the fast model along. */
void gen_host(struct gen *g);

#endif
