/* reference: what the files of the reference executor share; see graph_run in
 * graph.h. For nobody else.
 *
 * Loops straight from the operators' definitions, on tensors widened to int32,
 * without any cleverness: this is what everything else is compared with.
 * shape_check has been there before, so shapes agree; types, quantization and
 * options are checked here.
 */
#ifndef COMPILER_REFERENCE_H
#define COMPILER_REFERENCE_H

#include "compiler/arena.h"
#include "compiler/graph.h"

struct run {
	const struct graph *g;
	struct err *err;
	void **value;         /* of each tensor, or NULL */
	struct arena *memory; /* owns the values that are not constants */
	struct arena *temp;   /* until the end of the node */
};

/* Tensors of a node; NULL if the input is absent. */
const struct tensor *ref_in(const struct run *r, const struct node *n, int i);
const struct tensor *ref_out(const struct run *r, const struct node *n);
const void *ref_data(const struct run *r, const struct node *n, int i);
void *ref_result(const struct run *r, const struct node *n);

/* An input's elements widened; of any integer type. */
const int32_t *ref_load(struct run *r, const struct node *n, int i);
const int64_t *ref_load64(struct run *r, const struct node *n, int i);
/* Room for the output's elements, and its way into the output's own type,
 * which they must fit. */
int32_t *ref_room(struct run *r, const struct node *n);
void ref_store(struct run *r, const struct node *n, const int32_t *y);

/* The range of an integer type. */
int32_t ref_min(enum dtype t);
int32_t ref_max(enum dtype t);

/* Refusals; return false. `types` also covers quantization: input i and the
 * output have one scale each. */
bool ref_refuse(struct run *r, const struct node *n, const char *what);
bool ref_one_scale(struct run *r, const struct node *n, int inputs);
bool ref_act(struct run *r, const struct node *n, int32_t *lo, int32_t *hi);

bool ref_conv(struct run *r, const struct node *n);
bool ref_depthwise(struct run *r, const struct node *n);
bool ref_fc(struct run *r, const struct node *n);
bool ref_add(struct run *r, const struct node *n); /* SUB too */
bool ref_mul(struct run *r, const struct node *n);
bool ref_pool(struct run *r, const struct node *n); /* both */
bool ref_mean(struct run *r, const struct node *n);
bool ref_softmax(struct run *r, const struct node *n);
bool ref_logistic(struct run *r, const struct node *n); /* TANH too */
bool ref_quantize(struct run *r, const struct node *n);
bool ref_dequantize(struct run *r, const struct node *n);
bool ref_reshape(struct run *r, const struct node *n);
bool ref_pad(struct run *r, const struct node *n);
bool ref_concat(struct run *r, const struct node *n);
bool ref_slice(struct run *r, const struct node *n);
bool ref_transpose(struct run *r, const struct node *n);
bool ref_transpose_conv(struct run *r, const struct node *n);
bool ref_relu(struct run *r, const struct node *n); /* and its kin */
bool ref_resize_nearest(struct run *r, const struct node *n);
bool ref_resize_bilinear(struct run *r, const struct node *n);
bool ref_depth_to_space(struct run *r, const struct node *n);

#endif
