/* ir: the network between file and image. Private to compiler/.
 *
 *     struct graph -> lower -> struct lowered (ops)
 *                  -> order -> what the CPU does while a job runs
 *                  -> place -> SRAM addresses of activations
 *                  -> tile  -> struct schedule (commands; sched.h)
 *                  -> emit  -> image
 *
 * An op is a piece of work for one unit. Most nodes become one op; RESHAPE
 * and its kin become none (their output is an alias of their input), an
 * average pool whose windows differ becomes several. A layer is a node of the
 * file: ops carry its index as their tag.
 */
#ifndef COMPILER_IR_H
#define COMPILER_IR_H

#include <stdbool.h>
#include <stdint.h>
#include "compiler/compiler.h"
#include "compiler/arena.h"
#include "isa/command.h"
#include "isa/kernels.h"
#include "isa/wfmt.h"

enum unit { UNIT_CPU, UNIT_ARRAY };

/* A windowed operator. FULLY_CONNECTED is a 1x1 convolution of `rows` pixels:
 * n = ih = oh = 1, iw = ow = rows. The op computes rows y0 .. y1-1 and columns
 * x0 .. x1-1 of an output of oh x ow (all of it, except for parts of average
 * pools). */
struct window {
	int n, ih, iw, ic, oh, ow, oc;
	int kh, kw, sh, sw, dh, dw;
	int pt, pl;
	int y0, y1, x0, x1;
};

/* An ADD fused into the convolution that makes one of its operands: PLUS. The
 * other operand is the op's second input. */
struct plus {
	int8_t zp, qmin, qmax;
	int32_t bias[3], mult[3], shift[3]; /* conv's output, other, sum */
};

/* Parameters of an array op. */
struct array_op {
	int opcode;            /* OP_CONV, OP_DWCONV, ..., OP_ADD */
	struct window shape;   /* as in the file; not for ADD */
	struct window win;     /* as it is cut: shape, or flat (tile.c) */
	int64_t n;             /* ADD: elements */
	int8_t fill;           /* what the padding holds */
	int8_t zp, qmin, qmax; /* output */
	bool par_shared;       /* one parameter block for all groups */
	int n_par;             /* entries of bias, mult, shift */
	const int32_t *bias, *mult, *shift; /* bias: zero point folded in */
	const struct plus *plus;            /* NULL: none */
	const int8_t *wgt; /* CONV [oc][kh][kw][ic], DWCONV [kh][kw][c] */
	/* How they are laid out (wgt.h). Compressed if stream is not NULL: all
	 * column groups, group g from group_at[g] on. */
	struct wfmt fmt;
	const uint8_t *stream;
	const uint32_t *group_at;
};

/* Constant bytes of a CPU op. */
struct blob {
	const void *bytes; /* NULL: absent */
	uint32_t n;
};

enum {
	BLOB_WGT,
	BLOB_BIAS,
	BLOB_MULT,
	BLOB_SHIFT,
	BLOB_LUT0,
	BLOB_LUT1,
	N_BLOBS
};

/* Parameters of a CPU op; addresses in `k` are filled in by emit. */
struct cpu_op {
	enum kernel kernel;
	union {
		struct k_conv conv;
		struct k_add add;
		struct k_pool pool;
		struct k_softmax softmax;
		struct k_copy copy;
		struct k_quant quant;
		struct k_pad pad;
		struct k_mul mul;
		struct k_mean mean;
		struct k_lut lut;
		struct k_sigmoid sigmoid;
		struct k_move move;
		struct k_resize resize;
	} k;
	struct blob blob[N_BLOBS];
};

/* How an array op is cut. */
struct tiling {
	int ty, tx;      /* output rows and columns of a tile */
	int tc;          /* output channels of a tile */
	int kpiece;      /* input bytes of a sum per command; 0: all */
	bool in_piece;   /* each of those loads its own input (1x1) */
	bool chan_outer; /* loop over channels outside of space */
	bool par_out;    /* parameters lie behind each output */
	bool flat;       /* 1x1: the image as one long row */
	bool keep;       /* the output stays in the scratchpad (keep.h) */
	bool out_whole;  /* one output buffer for all channel tiles */
	bool patches;    /* CONV: input as one row of taps per pixel */
	bool swap;       /* vector mode: image y is the chain axis */
	bool reuse;      /* vector mode: strips that read each row once */
	int64_t tn;      /* ADD: elements of a tile */
	/* At least, in cycles; see tile_bound. 0: not known. */
	int64_t load_least, store_last;
	/* What came of it, for dumps. */
	int n_tiles, n_commands;
	int in_bytes, wgt_bytes, par_bytes, out_bytes, second_bytes;
	int in_bank, wgt_bank, par_bank, out_bank; /* of the first tile */
	int64_t ex_cycles;  /* sum of the execute commands; 0: not known */
	int64_t begin, end; /* estimate: cycles since the job began */
};

struct op {
	int layer;
	enum unit unit;
	int beside; /* ops of one number run at the same time: those of the
	             * array as a job, those of the CPU. 0: alone */
	int n_in, in[2], out; /* root tensors */
	struct cpu_op cpu;
	struct array_op array;
	struct tiling tiling;
	uint32_t wgt_at, par_at; /* array: offsets in the weight section */
};

/* Where a root tensor lives. */
struct home {
	bool used;
	bool sram;       /* it has a place there (place_in_sram) */
	int first, last; /* ops: from definition to last use */
	int from, to;    /* with those that run at the same time */
	uint32_t addr;   /* SRAM address; constants: set by emit */
};

struct lowered {
	const struct graph *g;
	const struct design *d;     /* it is lowered and tiled for */
	const struct design *whole; /* ... of which that is a part, or all */
	enum target target;
	struct arena *arena; /* owns op, root, home, tables */
	struct op *op;
	int n_ops, cap_ops;
	int *root;           /* per tensor: the tensor whose bytes it is */
	struct home *home;   /* per tensor, of roots */
	struct layer *layer; /* per node */
	uint32_t arena_bytes, peak_bytes;
};

/* ---- lower ---- */

/* False: an operator that no unit can run, or a contradiction in the file. */
bool lower(struct lowered *l, struct err *err);

/* For lower_*.c. "net.tflite: operator 3 (CONV_2D): ..." */
bool lower_error(const struct lowered *l, const struct node *n, struct err *err,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
struct op *lower_add_op(struct lowered *l, const struct node *n,
                        enum unit unit);
/* Tensor of input i; NULL if absent. */
const struct tensor *lower_in(const struct lowered *l, const struct node *n,
                              int i);
const struct tensor *lower_out(const struct lowered *l, const struct node *n);
/* Clamp of a fused activation in the output's quantization. */
bool lower_clamp(const struct lowered *l, const struct node *n,
                 const struct tensor *out, int32_t *qmin, int32_t *qmax,
                 struct err *err);
int32_t lower_zero(const struct tensor *t);

/* CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED as both targets need them:
 * geometry and requantization per output channel. */
struct lower_conv {
	struct window win;
	int groups; /* of a CONV_2D; 1 else */
	bool depthwise;
	bool i16;
	const struct tensor *in, *wgt, *bias, *out; /* bias may be NULL */
	int32_t *mult, *shift;                      /* oc */
	int32_t in_zp, w_zp, out_zp, qmin, qmax;
};
bool lower_conv(struct lowered *l, const struct node *n, struct lower_conv *c,
                struct err *err);
bool lower_pool(struct lowered *l, const struct node *n, struct window *w,
                struct err *err);

/* Parameters of TFLM's quantized ADD. */
struct lower_add {
	int32_t left, mult[3], shift[3]; /* first, second, sum */
	int32_t zp[3], qmin, qmax;
};
bool lower_add(struct lowered *l, const struct node *n, struct lower_add *a,
               struct err *err);

/* *done: the array runs it (ops were added). Else nothing was added. */
bool lower_array(struct lowered *l, const struct node *n, bool *done,
                 struct err *err);
bool lower_cpu(struct lowered *l, const struct node *n, struct err *err);

/* For lower_cpu's files. An op of the first n_in inputs; its parameters, but
 * for addresses, are still to be set. */
struct op *lower_cpu_op(struct lowered *l, const struct node *n,
                        enum kernel kernel, int n_in);
/* ADD, SUB, MUL: sizes of the output's axes and strides of both operands in
 * them, 0 where one is broadcast. */
enum { BROADCAST_AXES = 6 };
bool lower_broadcast(const struct lowered *l, const struct node *n,
                     int32_t dim[BROADCAST_AXES],
                     int32_t a_stride[BROADCAST_AXES],
                     int32_t b_stride[BROADCAST_AXES], struct err *err);
/* lower_elem.c, lower_move.c */
bool lower_mul(struct lowered *l, const struct node *n, struct err *err);
bool lower_mean(struct lowered *l, const struct node *n, struct err *err);
bool lower_relu(struct lowered *l, const struct node *n, struct err *err);
bool lower_resize(struct lowered *l, const struct node *n, struct err *err);
bool lower_depth_to_space(struct lowered *l, const struct node *n,
                          struct err *err);
bool lower_logistic(struct lowered *l, const struct node *n, struct err *err);
bool lower_slice(struct lowered *l, const struct node *n, struct err *err);
bool lower_transpose(struct lowered *l, const struct node *n, struct err *err);
bool lower_concat(struct lowered *l, const struct node *n, struct err *err);

/* fuse.c: ADDs into the convolutions before them, where that is possible. */
void fuse_adds(struct lowered *l);

/* ---- order ---- */

/* Let CPU ops run beside jobs that need nothing of them: sets the order of the
 * ops and their `beside`. False: nothing to gain, nothing was changed. */
bool order_beside(struct lowered *l);
/* From the ops in their order: home[], but for addresses. */
void order_lives(struct lowered *l);

/* ---- place ---- */

/* Addresses for all activations, as if all were in SRAM and it were large: for
 * the tiler, which does not know yet what stays in the scratchpad. */
bool place_all(struct lowered *l, struct err *err);
/* Addresses for those that home[] says are in SRAM; arena_bytes, peak_bytes. */
bool place_in_sram(struct lowered *l, struct err *err);
/* List them in p->place; l->arena owns the list. */
void place_list(struct lowered *l, struct program *p);

#endif
