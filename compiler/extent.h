/* extent: which bytes a command may touch, from the first to the last.
 *
 * Of strided accesses the bytes between are included; addresses are those of
 * the command: scratchpad, or for extent_mem SRAM or flash. Pure functions of
 * the command and the hardware, not of how a program was made.
 */
#ifndef COMPILER_EXTENT_H
#define COMPILER_EXTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/cycles.h"
#include "isa/command.h"

/* Bytes lo .. hi-1; none if equal. */
struct extent {
	int64_t lo, hi;
};

/* LOAD, FILL, UNPACK, STORE. */
struct extent extent_spad(const struct hw *h, const struct command *c);
struct extent extent_mem(const struct command *c);

/* The others: first operand, weights or second operand of ADD, parameters,
 * output; and the second operand of PLUS, which the SUM before it named. */
struct extent extent_act(const struct command *c);
struct extent extent_wgt(const struct hw *h, const struct command *c);
struct extent extent_par(const struct hw *h, const struct command *c);
struct extent extent_out(const struct command *c);
struct extent extent_second(const struct command *c, const struct command *sum);

/* DWCONV, MAXPOOL, AVGPOOL. */
bool command_is_vector(const struct command *c);
/* Elements of an ADD. */
int64_t command_add_count(const struct command *c);

#endif
