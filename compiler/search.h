/* search: which program of a network is the fastest. Private to compiler/.
 *
 * The tiler is greedy: what it takes for a layer is the best for that layer,
 * behind those that it has taken before. So the network is tiled several times:
 * with other opinions on what is best, and as if for hardware with less
 * scratchpad, fewer banks or narrower memory, which the tiler then uses in
 * another way. What was found for less is moved to the design's own banks. Each
 * program is timed, exactly if there is a clock, and the fastest is taken; of
 * equals the first.
 *
 * The ordinary search looks at few programs, in an order of which are right
 * most often, until the array hardly rests or enough commands have been tried.
 * The longer search looks at all: docs/laws.md says what follows from that.
 */
#ifndef COMPILER_SEARCH_H
#define COMPILER_SEARCH_H

#include "compiler/tile.h"

/* Fills `p`, but for what compile() adds; t->s, which is open and empty, has
 * its schedule then, and t->l its tilings. */
bool search(struct tiler *t, const struct compile_opts *opts, struct program *p,
            struct err *err);

#endif
