/* tile_cmds: what the commands of windowed ops and of ADD share. Private to
 * compiler/tile_*.c. */
#ifndef COMPILER_TILE_CMDS_H
#define COMPILER_TILE_CMDS_H

#include "compiler/region.h"
#include "compiler/tile.h"

/* A tile's buffers. SECOND: of PLUS, if it is not where the output goes. */
enum { IN, OUT, PAR, WGT, SECOND, N_WANTS };

/* A tile of a windowed op: image, output rows, columns and channels. */
struct tile {
	int img, y, ny, x, nx, c, nc;
};

/* A command's part of the sum: `nb` runs of the kernel from run `at` on, or
 * bytes off .. off+len-1 of run `at`. */
struct piece {
	int at, nb, off, len;
	bool first, last;
};

/* Boxes of the input that a tile reads and of the output that it writes. */
struct region tile_in_region(const struct op *op, const struct tile *e);
struct region tile_out_region(const struct op *op, const struct tile *e);

/* Bytes of a contiguous run of the kernel. */
int tile_run_bytes(const struct window *w);
/* Column groups, and parameter bytes, of nc output channels. */
int tile_groups_of(const struct hw *h, int nc);
int64_t tile_par_bytes(const struct hw *h, const struct array_op *a, int nc);
/* Are the parameters of the whole layer loaded at once? */
bool tile_par_whole(const struct hw *h, const struct op *op);

/* tile_exe.c: the execute commands of a tile, or of piece `p` of it; its
 * buffers are w, its parameters at `par`. */
void tile_execute(struct tiler *t, int index, const struct tile *e,
                  const struct piece *p, const struct region *in,
                  const struct region *out, const struct want *w, uint32_t par);
/* Cycles of all execute commands of a tile that is not cut into pieces. */
int64_t tile_execute_cycles(const struct tiler *t, int index,
                            const struct tile *e);

/* How many tiles; number i in the order of the loops. */
int64_t tile_total(const struct op *op);
struct tile nth_tile(const struct op *op, int64_t i);

/* What a tile that is not cut into pieces asks for; its input alone. */
void tile_wants(const struct tiler *t, int index, const struct tile *e,
                struct want w[N_WANTS]);
struct want tile_input(const struct tiler *t, int index, const struct tile *e);
/* Beats that loading this input takes at least. */
int64_t tile_input_beats(const struct tiler *t, int index,
                         const struct tile *e);

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
