/* compiler: a graph for one design, as a program image.
 *
 *     graph -> lower -> order -> place -> tile -> emit -> image
 *
 * compile() runs all stages. Stages are separate modules with a text dump
 * each (--dump graph,tiles,image), which the golden tests use.
 *
 * Deterministic: equal graph and design give equal bytes. Errors: ERR_DATA
 * naming operator, tensor, bytes needed and bytes there are.
 */
#ifndef COMPILER_COMPILER_H
#define COMPILER_COMPILER_H

#include "compiler/graph.h"
#include "isa/design.h"
#include "isa/image.h"

enum target { TARGET_ACCEL, TARGET_CPU };

/* One layer as reports show it: an operator of the file, or operators fused
 * or removed with it. */
struct layer {
	char name[64];      /* output tensor's name, shortened */
	const char *op;     /* "CONV_2D" ... */
	const char *unit;   /* "array", "cpu", "fused" (an ADD in the
	                     * convolution before), "none" (RESHAPE) */
	int64_t macs;       /* useful multiply-accumulates */
	int32_t n_commands; /* accelerator commands */
	int32_t in_bytes, wgt_bytes, out_bytes;
};

/* A tensor in SRAM: its bytes and the layers from the one that writes it (-1:
 * it is there before the first) to the last that reads it (n_layers: it is
 * needed after the last). */
struct placed {
	const char *name; /* the file's; lives as long as the graph */
	uint32_t addr, bytes;
	int first, last;
};

/* A tensor that the CPU needs in SRAM when a step begins: input of a kernel;
 * with step n_steps, an output of the network. Not constants. Or one that a
 * kernel makes in that step. */
struct need {
	uint32_t step;
	int tensor; /* of the graph */
	uint32_t addr, bytes;
};

struct program {
	uint8_t *image; /* bytes for the start of flash */
	uint32_t image_bytes;
	uint32_t arena_bytes; /* SRAM after FW_SRAM_BYTES */
	uint32_t peak_bytes;  /* of activations alive at once: lower bound */
	uint32_t spad_bytes;  /* most scratchpad in use at once */
	struct layer *layer;
	int n_layers;
	struct placed *place;
	int n_places;
	struct need *need; /* by step, ascending */
	int n_needs;
	struct need *made; /* outputs of kernels, by step */
	int n_made;
	uint64_t hash;   /* of the image */
	uint64_t cycles; /* as the search has compared it */
	void *arena;     /* owns all the above */
};

/* How long does it take, exactly? Only compared: the same for equal programs,
 * and up to a constant the cycles of an inference. False: err. */
struct compile_clock {
	bool (*cycles)(void *ctx, const struct program *p, uint64_t *cycles,
	               struct err *err);
	void *ctx;
};

struct compile_opts {
	enum target target;
	/* What programs are compared by. NULL: the compiler's own estimate. */
	const struct compile_clock *clock;
	/* Look at all programs that the search knows, as if for every smaller
	 * scratchpad, fewer banks, narrower memory and part of the array too.
	 */
	bool longer;
	/* Every layer's output goes to SRAM. Only to see what it saves that
	 * others stay in the scratchpad. */
	bool apart;
	/* The CPU never works while a job runs. Only to see what that saves. */
	bool in_turn;
	const char *dump; /* comma-separated stages, or NULL */
	FILE *dump_to;
};

bool compile(struct program *p, const struct graph *g, const struct design *d,
             const struct compile_opts *opts, struct err *err);
void program_free(struct program *p);

#endif
