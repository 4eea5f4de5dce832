/* slim: a network with fewer bits and fewer weights, from one with int8.
 *
 * Weights of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED become multiples of
 * a larger scale, so that they fit `bits` (per scale of the original, the one
 * with the least squared error); before that, of four consecutive weights of a
 * run only the `keep` largest stay (not for depthwise ones). Biases follow the
 * new scale. The result is an ordinary int8 network: TFLite Micro could run it,
 * and the compiler sees by itself what the hardware can make of it (wgt.h).
 *
 * This is rounding after training, without data: what a choice of layers or
 * fine-tuning can save of the accuracy is not tried here.
 */
#ifndef COMPILER_SLIM_H
#define COMPILER_SLIM_H

#include <stdbool.h>
#include "compiler/graph.h"

struct slim {
	int bits; /* 8 (as they are), 4, 2 */
	int keep; /* of four: 4 (all), 2, 1 */
};

static inline bool slim_changes(const struct slim *how)
{
	return how->bits < 8 || how->keep < 4;
}

/* Make `to` from `from`, which must outlive it. Free it with graph_free. Nodes
 * that share their weights or bias with others stay as they are. */
void graph_slim(struct graph *to, const struct graph *from,
                const struct slim *how);

#endif
