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
	struct joulet_activity activity;
};

struct cuts {
	struct design d;
	uint8_t *flash; /* of all cuts */
	struct cut *cut;
	int n;
};

/* Compile `net` for `d`, run one inference of `in` and cut it. Layers of more
 * than some hundred commands are left out. ERR_DATA as for joulet_compile.
 * cuts_free in any case. */
bool cuts_take(struct cuts *to, const struct joulet_net *net,
               const struct design *d, const void *in, struct err *err);
void cuts_free(struct cuts *c);

/* Rows of a technology table. */
enum cut_row {
#define TECH(row, group, unit, doc) ROW_##row,
#include "sim/tech.def"
	N_ROWS
};
const char *cut_row_name(enum cut_row row);
const char *cut_row_unit(enum cut_row row);
/* How often each is paid for these counts, as every report does it; 0 for rows
 * of memories and of leakage. */
void cut_amounts(const struct design *d, const struct counts *c,
                 double amount[N_ROWS]);

#endif
