/* kernels: parameters of the host's software kernels, as the compiler puts
 * them into the image and the firmware reads them. All members are 32 bits;
 * addresses are absolute. Tensors are dense, NHWC, in the type that the
 * kernel's name says. Arithmetic: isa/numerics.h.
 */
#ifndef ISA_KERNELS_H
#define ISA_KERNELS_H

#include <stdint.h>

enum kernel {
#define KERNEL(name, params, doc) KERNEL_##name,
#include "isa/kernels.def"
	N_KERNELS
};

/* CONV: weights [oc][kh][kw][ic/groups]; DWCONV: weights [kh][kw][oc], oc =
 * ic*mult; FC: ih=iw=oh=ow=kh=kw=1, n rows of ic, weights [oc][ic].
 * sum over taps of (in - in_zp) * (w - w_zp), padding contributes nothing;
 * + bias[c]; multiply by (mult[c], shift[c]); + out_zp; clamp.
 * I16: bias is int64 (8 bytes each), zero points are 0. bias 0: none.
 * TCONV: weights as CONV; stride and padding are those of the convolution that
 * leads from the output back to the input; dilation and groups are 1. */
struct k_conv {
	uint32_t in, wgt, bias, mult, shift, out; /* mult, shift: int32[oc] */
	int32_t n, ih, iw, ic, oh, ow, oc, kh, kw;
	int32_t sh, sw, dh, dw; /* stride, dilation */
	int32_t pt, pl;         /* padding above and left */
	int32_t groups;         /* CONV only; 1 else */
	int32_t in_zp, w_zp, out_zp, qmin, qmax;
};

/* Broadcast: every operand has 6 dimensions (leading ones are 1) and strides
 * in elements, 0 where it is broadcast. flat != 0: no broadcast, n elements.
 * TFLM ADD: ((x + zp) << left) rescaled by (m, s) each, summed, rescaled. */
struct k_add {
	uint32_t a, b, out;
	int32_t flat, n;
	int32_t dim[6], a_stride[6], b_stride[6];
	int32_t minus; /* -1: a - b, 0: a + b */
	int32_t left;  /* 20 for int8, 15 for int16 */
	/* True zero points: subtracted, added to the output. */
	int32_t a_zp, b_zp, out_zp;
	/* Shifts as in TFLite: negative is to the right. */
	int32_t a_mult, a_shift, b_mult, b_shift, o_mult, o_shift;
	int32_t qmin, qmax;
};

/* Broadcast as in k_add. (a - a_zp) * (b - b_zp) rescaled by (mult, shift). */
struct k_mul {
	uint32_t a, b, out;
	int32_t flat, n;
	int32_t dim[6], a_stride[6], b_stride[6];
	int32_t a_zp, b_zp, out_zp, mult, shift, qmin, qmax;
};

struct k_pool {
	uint32_t in, out;
	int32_t n, ih, iw, c, oh, ow, kh, kw, sh, sw, pt, pl;
	int32_t qmin, qmax;
};

/* I8: exp_lut is int32[SOFTMAX_EXPS]: num_softmax_exp of the difference -i to
 * the largest of the row, 0 where TFLM leaves an element out. I16: mult, shift
 * and two tables of 513 int16 (exp, 1/(1+x)). The tables are in flash. */
enum { SOFTMAX_EXPS = 256 };
struct k_softmax {
	uint32_t in, out;
	int32_t rows, depth;
	int32_t mult, shift;
	uint32_t exp_lut, recip_lut;
};

struct k_copy {
	uint32_t in, out, bytes;
};

/* scale: float32 bits. REQUANTIZE: mult, shift; in_type, out_type: bytes of
 * an element, negative when signed (-1 int8, 1 uint8, -2 int16, -4 int32). */
struct k_quant {
	uint32_t in, out;
	int32_t n;
	uint32_t scale;
	int32_t in_zp, out_zp;
	int32_t mult, shift;
	int32_t in_type, out_type;
};

/* Up to 5 axes, leading ones are 1; sizes in elements. */
struct k_pad {
	uint32_t in, out;
	int32_t elem;   /* bytes of an element */
	int32_t value;  /* what the padding holds */
	int32_t dim[5]; /* of the input */
	int32_t before[5], after[5];
};

/* An output for each of the kept axes' steps: the sum over the other axes minus
 * zero, rescaled by (mult, shift), plus out_zp. Axes are merged where they lie
 * one behind the other; unused ones have dim 1. Steps in elements. */
enum { MEAN_AXES = 4 };
struct k_mean {
	uint32_t in, out;
	int32_t kept_dim[MEAN_AXES], kept_step[MEAN_AXES];
	int32_t sum_dim[MEAN_AXES], sum_step[MEAN_AXES];
	int32_t zero; /* zero point times summands, mod 2^32 */
	int32_t mult, shift, out_zp, qmin, qmax;
};

/* out[i] = lut[(uint8_t)in[i]]; the table is int8[256]. */
struct k_lut {
	uint32_t in, out, lut;
	int32_t n;
};

/* pixel: bytes. rows, cols: for each row and column of the output where it is
 * in the input (resize_bilinear; NEAREST: lo only), in flash. */
struct k_resize_at {
	int32_t lo, hi, frac;
};
struct k_resize {
	uint32_t in, out, rows, cols;
	int32_t n, ih, iw, oh, ow, pixel;
};

/* num_logistic_i16, num_tanh_i16; the table is uint16[NUM_SIGMOID_SIZE]. */
struct k_sigmoid {
	uint32_t in, out, lut;
	int32_t n, mult, shift;
};

/* Runs of `run` bytes. Steps and where the first run is in either tensor are in
 * bytes; steps may be negative. Unused axes, the first ones, have dim 1. */
enum { MOVE_AXES = 6 };
struct k_move {
	uint32_t in, out;
	int32_t in_at, out_at, run;
	int32_t dim[MOVE_AXES], in_step[MOVE_AXES], out_step[MOVE_AXES];
};

#endif
