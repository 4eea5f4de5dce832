/* tile_cmds: what the commands of windowed ops and of ADD share. Private to
 * compiler/tile_*.c. */
#ifndef COMPILER_TILE_CMDS_H
#define COMPILER_TILE_CMDS_H

#include "compiler/tile.h"

/* A tile's buffers. SECOND: of PLUS, if it is not where the output goes. */
enum { IN, OUT, PAR, WGT, SECOND, N_WANTS };

/* The fields that all execute commands of an op have in common. */
struct command exe_command(const struct tiler *t, int index);

/* Bring n bytes of the weight section, from `at` on, to `spad` unless `w` is
 * there. */
void load_section(struct tiler *t, int index, int64_t at, const struct want *w,
                  uint32_t spad, int64_t n);

/* Output bytes before the parameters that share the buffer. */
uint32_t word_up(const struct hw *h, int64_t n);

/* Note the first tile's places and sizes for the dump. */
void note_tile(struct tiler *t, struct tiling *g, const struct want *w);

/* tile_add.c: the commands of an ADD. */
bool tile_adds(struct tiler *t, int index);

#endif
