/* packed: the lossless format of compressed weights that UNPACK reads.
 *
 * The stream is units. A unit holds 2*D bytes (D: dma.bytes_per_cycle) as
 * blocks of eight: first a header with the width m of each block, 0..8, four
 * bits each, the first in the low ones, padded to whole bytes; then the blocks,
 * m bytes each. Bit i of byte b of a block is bit b of its value i; the last
 * byte's bits are the signs, and are all higher bits, too. m = 0: zeros.
 *
 * A unit has at least D bytes (some widths are larger than they need be), so
 * that a load takes no longer than its stream does: at best half.
 */
#ifndef ISA_PACKED_H
#define ISA_PACKED_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that a unit holds, and that it takes at most. */
static inline int packed_unit(int dma)
{
	return 2 * dma;
}
static inline int packed_most(int dma)
{
	return (dma / 4 + 1) / 2 + 2 * dma;
}

/* Pack `units` units from `in` to `out` (NULL: only count). Returns bytes. */
int64_t packed_encode(const uint8_t *in, int64_t units, int dma, uint8_t *out);

/* Unpack. False: `in` does not hold `units` units in `n` bytes, no more and no
 * less; `out` has what there was. */
bool packed_decode(const uint8_t *in, int64_t n, int64_t units, int dma,
                   uint8_t *out);

#endif
