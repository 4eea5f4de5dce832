/* cycles: how long a command takes, from docs/accelerator.md. Private to
 * compiler/; the tiler decides with it.
 *
 * Exact for execute commands. LOAD and STORE are counted as if their memory
 * port were free, so they are a lower bound.
 */
#ifndef COMPILER_CYCLES_H
#define COMPILER_CYCLES_H

#include <stdbool.h>
#include <stdint.h>
#include "isa/command.h"
#include "isa/design.h"

/* Sizes of a design, derived once. */
struct hw {
	int rows, cols, lanes, dma, queue, banks;
	int word, par_words; /* W, PW */
	int par_bytes;       /* PW * W: a block of one column group */
	uint32_t spad_bytes, bank_bytes;
	int dma_log2, word_log2, bank_log2;
	bool split, narrow, sparse, unpack; /* what the design has */
};

struct hw hw_of(const struct design *d);
/* The same with a smaller scratchpad, fewer banks or a narrower memory. False:
 * no design has such banks. */
bool hw_less(struct hw *h, uint32_t spad_bytes, int banks, int dma);

/* Banks that so many bytes take. */
static inline int hw_banks(const struct hw *h, int64_t bytes)
{
	return (int)((bytes + h->bank_bytes - 1) >> h->bank_log2);
}

/* Beats of so many bytes, from the beginning of one on. */
static inline int64_t hw_beats(const struct hw *h, int64_t bytes)
{
	return (bytes + h->dma - 1) >> h->dma_log2;
}

/* end - start. */
int64_t command_cycles(const struct hw *h, const struct command *c);

/* Cycles from the push of one command to the push of the next. */
int64_t fetch_cycles(const struct hw *h);

#endif
