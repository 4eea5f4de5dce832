/* part: the part of the array that an execute command uses: its fields rows,
 * cols and par_n, of which zero stands for all of the design's.
 *
 * Given are the design's own rows, columns and bytes of a parameter block.
 */
#ifndef ISA_PART_H
#define ISA_PART_H

#include <stdbool.h>
#include <stddef.h>
#include "isa/command.h"

enum { PARAM_BYTES = 9, PAR_UNIT = 8 }; /* of a column; what par_n counts */

static inline int part_rows(const struct command *c, int rows)
{
	return c->rows ? (int)c->rows : rows;
}

static inline int part_cols(const struct command *c, int cols)
{
	return c->cols ? (int)c->cols : cols;
}

/* Bytes of a parameter block, and its words. */
static inline int part_block(const struct command *c, int bytes)
{
	return c->par_n ? (int)c->par_n * PAR_UNIT : bytes;
}

static inline int part_words(const struct command *c, int bytes, int word)
{
	return (part_block(c, bytes) + word - 1) / word;
}

/* Is there such a part, and are the parameters of all its columns in a block?
 * NULL, or why not. */
static inline const char *part_fault(const struct command *c, int rows,
                                     int cols, int bytes)
{
	bool adds = c->opcode == OP_ADD || c->opcode == OP_SUM;
	int64_t used = part_cols(c, cols);

	if (c->rows > rows || c->cols > cols)
		return "more rows or columns than the array has";
	if (part_block(c, bytes) > bytes)
		return "a larger block of parameters than all columns have";
	if (!adds && c->nchan < used)
		used = c->nchan;
	if (part_block(c, bytes) < PARAM_BYTES * (adds ? 3 : used))
		return "too small a block of parameters";
	return NULL;
}

#endif
