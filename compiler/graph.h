/* graph: a network as read from a .tflite file, checked.
 *
 * graph_load reads with bounds checks on every access, so that no file can make
 * it read outside the buffer, overflow or loop. After success: every index is
 * in range, every shape is positive and its size fits 31 bits, constant
 * buffers are at least as large as their tensors, per-axis quantization has
 * as many scales as the axis, zero points fit the type. Nodes are in execution
 * order: each input is constant, an input of the graph, or made by one earlier
 * node. For the codes of enum builtin, inputs that are not optional are there,
 * strides and the like are positive and the tensors' shapes agree with each
 * other (shape.h); types are for each stage to check. Only subgraph 0 is taken.
 *
 * Ownership: everything belongs to the graph's arena and is freed with
 * graph_free; constant data is a copy. Errors: ERR_DATA "net.tflite: operator
 * 3 (CONV_2D): ..." or ERR_NOINPUT.
 */
#ifndef COMPILER_GRAPH_H
#define COMPILER_GRAPH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"

enum dtype {
	DT_F32,
	DT_I8,
	DT_U8,
	DT_I16,
	DT_I32,
	DT_I64,
	DT_BOOL,
	DT_OTHER,
	N_DTYPES
};
extern const char *const dtype_name[N_DTYPES];
size_t dtype_bytes(enum dtype t); /* 0 for DT_OTHER */

enum { MAX_RANK = 8 };

struct tensor {
	const char *name;
	enum dtype type;
	int rank;
	int32_t dim[MAX_RANK];
	int32_t n; /* elements */
	int32_t bytes;
	const void *data;    /* constant contents, or NULL for activations */
	int nq;              /* scales; 0: not quantized; 1: per tensor */
	const float *scale;  /* nq */
	const int64_t *zero; /* nq */
	int qdim;            /* axis of per-axis quantization */
};

/* TFLite's builtin operator codes that we know by name; any other code is
 * kept as its number and refused by the stage that cannot handle it. */
enum builtin {
	BI_ADD = 0,
	BI_AVERAGE_POOL_2D = 1,
	BI_CONCATENATION = 2,
	BI_CONV_2D = 3,
	BI_DEPTHWISE_CONV_2D = 4,
	BI_DEPTH_TO_SPACE = 5,
	BI_DEQUANTIZE = 6,
	BI_FULLY_CONNECTED = 9,
	BI_LOGISTIC = 14,
	BI_MAX_POOL_2D = 17,
	BI_MUL = 18,
	BI_RELU = 19,
	BI_RELU6 = 21,
	BI_RESHAPE = 22,
	BI_RESIZE_BILINEAR = 23,
	BI_SOFTMAX = 25,
	BI_TANH = 28,
	BI_PAD = 34,
	BI_TRANSPOSE = 39,
	BI_MEAN = 40,
	BI_SUB = 41,
	BI_SQUEEZE = 43,
	BI_STRIDED_SLICE = 45,
	BI_PADV2 = 60,
	BI_TRANSPOSE_CONV = 67,
	BI_EXPAND_DIMS = 70,
	BI_RESIZE_NEAREST_NEIGHBOR = 97,
	BI_LEAKY_RELU = 98,
	BI_QUANTIZE = 114,
	BI_HARD_SWISH = 117,
};
/* Name of a builtin code (all codes of the schema, for messages). */
const char *builtin_name(int code);

enum padding { PAD_SAME, PAD_VALID };
enum act { ACT_NONE = 0, ACT_RELU = 1, ACT_RELU_N1_1 = 2, ACT_RELU6 = 3 };

enum { MAX_INPUTS = 16, MAX_OUTPUTS = 8 };

struct node {
	int index;          /* position in the file */
	int code;           /* enum builtin or another code */
	const char *custom; /* custom operator's name, or NULL */
	int n_in, n_out;
	/* Tensor indices; -1: absent optional input. Those of TRANSPOSE_CONV
	 * are in CONV_2D's order: input, weights, bias, output shape. */
	int in[MAX_INPUTS];
	int out[MAX_OUTPUTS];
	struct { /* builtin options; defaults as in the schema */
		enum padding padding;
		int act;
		int stride_h, stride_w, dil_h, dil_w;
		int filter_h, filter_w; /* pools */
		int depth_mult;
		int axis;
		float beta;
		float alpha;                     /* LEAKY_RELU */
		int block;                       /* DEPTH_TO_SPACE */
		bool align_corners, half_pixels; /* RESIZE */
		int keep_num_dims;
		int pot_scale_int16;
		int weights_format; /* FC: 0 default, 1 shuffled */
		int begin_mask, end_mask, shrink_mask; /* STRIDED_SLICE */
		int other_mask; /* ellipsis, new axis, offset: none is known */
		enum dtype bias_type; /* of int16 sums where bias is absent:
		                         DT_I32, or else int64 */
	} opt;
};

struct graph {
	const char *path;
	int n_tensors, n_nodes, n_inputs, n_outputs;
	struct tensor *tensor;
	struct node *node;   /* in execution order */
	int *input, *output; /* tensor indices */
	uint64_t file_hash;  /* of the file's bytes */
	void *arena;
};

bool graph_load(struct graph *g, const char *path, struct err *err);
bool graph_parse(struct graph *g, const char *path, const void *bytes,
                 size_t size, struct err *err);
void graph_free(struct graph *g);

/* ERR_DATA "net.tflite: operator 3 (CONV_2D): " and the text; the way in which
 * every stage refuses a node. Returns false. */
bool graph_refuse(const struct graph *g, const struct node *n, struct err *err,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* `--dump graph`: one line a tensor and a node, stable text. */
void graph_dump(const struct graph *g, FILE *f);

/* Useful multiply-accumulates of a node (0 for others). */
int64_t node_macs(const struct graph *g, const struct node *n);

/* The compiler's own reference: run the whole graph in plain C with TFLM's
 * arithmetic (isa/numerics.h). in: all inputs, concatenated; out: all
 * outputs. Every operator it does not know is an ERR_DATA that names it. */
bool graph_run(const struct graph *g, const void *in, void *out,
               struct err *err);
/* The same, keeping what every tensor holds: of[tensor], constants included.
 * Free it with graph_values_free, also after false. The graph must outlive it.
 */
struct graph_values {
	const void *const *of;
	struct arena *memory;
};
bool graph_values(struct graph_values *v, const struct graph *g, const void *in,
                  struct err *err);
void graph_values_free(struct graph_values *v);
size_t graph_input_bytes(const struct graph *g);
size_t graph_output_bytes(const struct graph *g);

#endif
