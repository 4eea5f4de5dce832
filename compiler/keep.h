/* keep: activations that stay in the scratchpad. Private to compiler/.
 *
 * A tensor that only array ops read need not go to SRAM. It gets a buffer of
 * its own from its producer to its last consumer, in the layout that the
 * consumers want: with a border of their zero point if they pad. Then nothing
 * is stored or loaded, and the next op starts when this one ends.
 *
 * If there is no room for that, or no longer, the tensor goes to SRAM.
 */
#ifndef COMPILER_KEEP_H
#define COMPILER_KEEP_H

#include "compiler/tile.h"

/* How a tensor lies when it is kept. */
struct layout {
	bool ok;     /* may be kept */
	bool border; /* then h, w, c are its shape; else it is linear */
	int h, w, c;
	int pt, pl;     /* border above and left */
	int rows, cols; /* with border */
	int fill;       /* of the border */
	int64_t bytes;
};

/* Layout of every tensor; t->l has been lowered and placed. */
struct layout *keep_layouts(struct lowered *l);

/* May the output of op `index` be kept now? Not if all kept tensors would take
 * more of the banks than t->keep says. */
bool keep_possible(struct tiler *t, int index);

/* Give the output of op `index` its buffer and fill the border. False: no run
 * of banks is free. */
bool keep_begin(struct tiler *t, int index);

/* Bring tensor `tensor` to SRAM if it is kept; commands belong to op `index`,
 * which wants its banks. */
void keep_spill(struct tiler *t, int index, int tensor);

/* Forget what nobody reads after op `index`. */
void keep_release(struct tiler *t, int index);

#endif
