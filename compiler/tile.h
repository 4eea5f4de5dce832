/* tile: array ops cut into commands. Private to compiler/.
 *
 * tile.c       which tilings there are, and the search for the best
 * tile_bound.c what a tiling costs at least
 * tile_cmds.c  the commands of an op for a given tiling
 * tile_exe.c   among them, those that execute
 * pack.c       weights and parameters in the order in which they are used
 */
#ifndef COMPILER_TILE_H
#define COMPILER_TILE_H

#include "compiler/ir.h"
#include "compiler/sched.h"

struct layout;

/* What is left of a job behind an op, in cycles of the two units. */
struct rest {
	int64_t load, execute;
};

struct tiler {
	struct lowered *l;
	struct hw hw;
	struct hw part; /* whose columns weights and parameters are for */
	struct sched *s;
	uint32_t *const_at;     /* per tensor: constant inputs of array ops,
	                         * offset in the weight section */
	uint32_t section_bytes; /* of the weight section */
	struct layout *layout;  /* per tensor: how it is kept (keep.h) */
	int keep;    /* tensors may be kept in so many quarters of the banks */
	bool denied; /* set: one was not, because of that */
	int64_t limit; /* tile_commands may stop when it is sure to cost more */
	int64_t most_pushed; /* no tiling is tried after so many commands; those
	                      * taken back count too */
	uint64_t rival;      /* cycles of another search's program; 0: none */
	const struct rest *rest; /* per op; NULL: only its own end counts */
	int load_weight;         /* what a busy cycle of the load unit costs, in
	                          * sixteenths of a cycle that passes */
};

/* Commands for the whole network, in steps (t->s, which is open and empty).
 * Error: a layer that no tiling brings into the scratchpad. */
bool tile(struct tiler *t, struct err *err);

/* Sizes of the largest tile's buffers; from the op's tiling. */
void tile_sizes(const struct tiler *t, struct op *op);

/* Append the commands of op number `index`; only some of them, if they cost
 * more than t->limit. False: the buffers have no place beside what is kept. */
bool tile_commands(struct tiler *t, int index);

/* What op `index` with its tiling costs at least, in the cycles of t->limit:
 * the end of the schedule and a part of the load unit's work. Sets the
 * tiling's ex_cycles (unless they are known), load_least and store_last. */
int64_t tile_bound(const struct tiler *t, int index);

/* Array steps of one column group; 0 for pools. */
int64_t tile_steps(const struct array_op *a);
/* Column groups of all output channels; parameter blocks. */
int tile_groups(const struct hw *h, const struct array_op *a);
int tile_par_blocks(const struct hw *h, const struct array_op *a);
/* Vector mode: kernel sizes along and across the chain, phases. */
void tile_chain(const struct array_op *a, bool swap, int *ka, int *kb, int *pm);

/* Vector mode: cycles of the execute commands of the largest tile, from the
 * op's tiling; -1: it cannot have strips (reuse). */
int64_t tile_vector_cycles(const struct tiler *t, const struct op *op);

/* Write an op's weights and parameters to `section` (zeroed). */
void pack_op(const struct hw *h, const struct op *op, uint8_t *section);

#endif
