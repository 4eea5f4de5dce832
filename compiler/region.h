/* region: boxes of tensors between memory and scratchpad. Private to compiler/.
 */
#ifndef COMPILER_REGION_H
#define COMPILER_REGION_H

#include "compiler/tile.h"

/* Rows of a copy between a memory and the scratchpad. */
struct copy {
	int opcode;
	bool flash;
	int tensor; /* if mem is in SRAM: whose bytes */
	uint32_t mem, spad;
	int64_t n0, n1, n2, mem_s1, mem_s2, spad_s1, spad_s2;
	int fill;
};

/* Append it as one command. */
void push_copy(struct tiler *t, int op, const struct copy *c);

/* A copy of n contiguous bytes (n0 .. spad_s2 are ignored). */
void push_linear(struct tiler *t, int op, struct copy c, int64_t n);

/* Set flash, tensor and mem to byte `offset` of a tensor. */
void set_source(const struct tiler *t, struct copy *c, int tensor,
                int64_t offset);

/* rows x cols pixels of nch channels, from (y, x, c) on, every ystep-th row
 * and xstep-th column, of a tensor of images h x w x ch. Pixels outside of the
 * image hold `fill`. In the scratchpad it lies densely. */
struct region {
	int tensor, img, y, rows, ystep, x, cols, xstep, c, nch, fill;
	int h, w, ch;
};

int64_t region_bytes(const struct region *r);

/* For each of ny x nx output pixels the kh rows of taps it reads, each kw * ch
 * bytes, one after the other: a convolution with short runs becomes one with a
 * single long run. Taps outside of the image hold `fill`. */
struct patches {
	int tensor, img, y, ny, x, nx, fill;
	const struct window *win;
};
int64_t patches_bytes(const struct patches *p);
/* Beats of the load unit at least: a row of taps inside of the image is a run
 * of its own. */
int64_t patches_beats(const struct patches *p, const struct hw *h);
struct key patches_key(const struct patches *p, int op);
void load_patches(struct tiler *t, int op, const struct patches *p,
                  uint32_t spad);

/* The name of its contents; equal bytes have equal names. */
struct key region_key(const struct region *r);

/* Fill what of it lies outside of the image; some of it must lie inside. */
void fill_border(struct tiler *t, int op, const struct region *r,
                 uint32_t spad);

/* Commands that bring it to scratchpad address `spad`, border included. */
void load_region(struct tiler *t, int op, const struct region *r,
                 uint32_t spad);
/* Commands that bring it back; it must lie inside its tensor. */
void store_region(struct tiler *t, int op, const struct region *r,
                  uint32_t spad);

#endif
