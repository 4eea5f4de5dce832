/* cut: pieces of an inference for the accelerator alone.
 *
 * A cut holds the commands of one layer as a job of its own, and all that they
 * depend on: the memories and the scratchpad as they are when the layer
 * begins. So another simulator of the accelerator (gates) can run real work
 * without the host, and what it must leave behind is known. Counts, cycles and
 * activity are those of the fast model.
 *
 * Made for calib/; apart from joulet.h the only door into sim.
 */
#ifndef SIM_CUT_H
#define SIM_CUT_H

#include "sim/joulet.h"

struct command;
struct array_state;

/* What moves in the array, summed over cells (popcounts of changes from one
 * cycle to the next), rows that are not in use included: weights move there,
 * too, and meet the bytes that earlier work left in their buffers. */
struct activity {
	double act_flips;  /* bits of activations, once for each cell they reach
	                    */
	double wgt_flips;  /* bits of weights, the same */
	double part_flips; /* partial products: a bit AND a bit */
	double add_flips;  /* bits of sums before their registers */
	double sum_flips;  /* bits of sums in their registers */
};

struct cut {
	char layer[64];
	uint32_t job, number; /* its job; its layer's number */
	uint32_t sram_bytes, flash_bytes, spad_bytes;
	uint8_t *sram, *spad;             /* before */
	uint8_t *sram_after, *spad_after; /* bytes that are nobody's included */
	struct command *cmd;              /* isa/command.h */
	uint32_t n_cmds;
	uint32_t list; /* offset in SRAM: its commands; the ring's entry is at 0
	                */
	struct counts counts; /* ACCEL_EVENTs */
	uint64_t cycles;      /* from TAIL written to the interrupt */
	struct activity activity;
};

struct cuts {
	struct design d;
	struct array_state *array; /* goes from cut to cut */
	uint8_t *flash;            /* of all cuts */
	struct cut *cut;
	int n;
};

/* Compile `net` for `d`, run one inference of `in` and cut it. What takes more
 * than `most` cycles is made smaller: fewer rows of pixels, fewer groups of
 * channels (loads stay as they are). ERR_DATA as for joulet_compile. cuts_free
 * in any case. */
bool cuts_take(struct cuts *to, const struct joulet_net *net,
               const struct design *d, const void *in, uint64_t most,
               struct err *err);
void cuts_free(struct cuts *c);

#endif
