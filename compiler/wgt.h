/* wgt: how the weights of an op lie in flash and scratchpad. Private to
 * compiler/.
 *
 * Every format of isa/wfmt.h and compression (isa/packed.h) keep the weights as
 * they are. So the choice is free: whatever the hardware has and the weights
 * allow, and of that what is fastest.
 */
#ifndef COMPILER_WGT_H
#define COMPILER_WGT_H

#include "compiler/cycles.h"
#include "compiler/ir.h"

/* Set op->array.fmt, and stream and group_at if they shall be compressed,
 * unless that has been done. */
void wgt_choose(const struct hw *h, struct op *op, struct arena **arena);

/* For tilings that cut the kernel: weights that can be cut after any kernel
 * byte. */
void wgt_plain(struct op *op);
bool wgt_is_plain(const struct op *op);

/* Bytes of a column group in the scratchpad; of `steps` kernel bytes of it, if
 * plain. */
int64_t wgt_group(const struct hw *h, const struct array_op *a);
int64_t wgt_steps(const struct hw *h, const struct array_op *a, int64_t steps);

/* Bytes in flash of the first `bytes` of the scratchpad's, and of all. */
int64_t wgt_flash(const struct hw *h, const struct array_op *a, int64_t bytes);
int64_t wgt_section(const struct hw *h, const struct array_op *a);

/* Write n weights as a vector to zeroed memory. */
void wgt_vector(const int8_t *from, struct wfmt f, int n, uint8_t *to);

/* Write a CONV's weights as they lie in flash, to zeroed memory. */
void wgt_pack(const struct hw *h, const struct array_op *a, uint8_t *to);

#endif
