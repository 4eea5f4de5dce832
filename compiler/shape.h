/* shape: how the shapes of an operator's tensors belong together.
 *
 * graph_parse calls shape_check, so every later stage may rely on it: of the
 * operators of enum builtin, ranks are what the operator needs, outputs have
 * the size that inputs and options give, biases have one element a channel,
 * and the operands named below are constants of int32:
 * PAD's paddings, MEAN's axes, TRANSPOSE's permutation, STRIDED_SLICE's begin,
 * end and strides, RESIZE's size. PADV2's value is a constant scalar of the
 * input's type.
 */
#ifndef COMPILER_SHAPE_H
#define COMPILER_SHAPE_H

#include "compiler/graph.h"

/* One axis of a window that moves over an input: outputs there are, and
 * padding before the first input cell (ComputePaddingHeightWidth). */
struct window_axis {
	int32_t out, before;
};

/* False if it gives no output or is absurdly large. Sizes are positive. */
bool window_1d(enum padding padding, int32_t in, int32_t kernel, int32_t stride,
               int32_t dilation, struct window_axis *w);

/* One axis of STRIDED_SLICE: input cells start, start + step, ...; all inside.
 * shrink: the axis is not in the output. */
struct slice {
	int32_t start, step, count;
	bool shrink;
};
struct slice slice_axis(const struct graph *g, const struct node *n, int axis);

/* MEAN: bit i is set if axis i of the input is reduced. */
unsigned mean_axes(const struct graph *g, const struct node *n);

/* CONCATENATION's axis, counted from the front. */
int concat_axis(const struct graph *g, const struct node *n);

bool shape_check(const struct graph *g, struct err *err);

#endif
