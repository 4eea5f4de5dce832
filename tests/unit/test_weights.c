/* Formats of weights: packed streams come back as they were and never take
 * longer than their bytes; slim networks have the bits and zeros they should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "compiler/slim.h"
#include "compiler/wgt.h"
#include "isa/packed.h"
#include "tests/unit/random_graph.h"

enum { UNITS = 64, MOST_DMA = 16 };

static uint64_t seed = 1;

static unsigned bits(int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> (64 - n));
}

/* Values of a few bits, some blocks zero, some of all bits. */
static void fill(uint8_t *to, int64_t n)
{
	for (int64_t i = 0; i < n; i += 8) {
		int width = (int)bits(4) % 9;
		int half = width ? 1 << (width - 1) : 0;
		for (int k = 0; k < 8; k++) {
			int v = width ? (int)bits(width) - half : 0;
			to[i + k] = (uint8_t)v;
		}
	}
}

static void what_is_packed_comes_back(void **state)
{
	static uint8_t raw[UNITS * 2 * MOST_DMA], back[sizeof(raw)];
	static uint8_t packed[UNITS * 40 + 1];

	(void)state;
	for (int dma = 4; dma <= MOST_DMA; dma *= 2)
		for (int try = 0; try < 300; try++) {
			int64_t units = 1 + bits(6) % UNITS;
			int64_t n = units * packed_unit(dma);
			fill(raw, n);
			int64_t bytes = packed_encode(raw, units, dma, NULL);
			assert_in_range(bytes, units * dma,
			                units * packed_most(dma));
			assert_int_equal(packed_encode(raw, units, dma, packed),
			                 bytes);
			assert_true(
			        packed_decode(packed, bytes, units, dma, back));
			assert_memory_equal(raw, back, (size_t)n);
			assert_false(packed_decode(packed, bytes - 1, units,
			                           dma, back));
			packed[bytes] = 0;
			assert_false(packed_decode(packed, bytes + 1, units,
			                           dma, back));
		}
}

static void zeros_pack_to_half(void **state)
{
	static const uint8_t raw[UNITS * 16];

	(void)state;
	assert_int_equal(packed_encode(raw, UNITS, 8, NULL), UNITS * 8);
}

static void any_bytes_unpack_or_are_refused(void **state)
{
	uint8_t in[64], out[UNITS * 2 * MOST_DMA];

	(void)state;
	for (int try = 0; try < 20000; try++) {
		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = (uint8_t)bits(try % 8 + 1);
		packed_decode(in, bits(6), 1 + bits(3), 4 << bits(8) % 3, out);
	}
}

/* Bytes 0 .. of a run: how many more than `keep` of any four are not zero? */
static int extra(const int8_t *w, int n, int keep)
{
	int any = 0;

	for (int i = 0; i < n; i++)
		any += w[i] != 0;
	return any > keep;
}

static void check_slim(const struct graph *g, const struct node *n,
                       const struct slim *how)
{
	const struct tensor *w = &g->tensor[n->in[1]];
	const int8_t *v = w->data;
	int most = (1 << (how->bits - 1)) - 1;
	int run = n->code == BI_FULLY_CONNECTED ? w->dim[1]
	          : n->opt.dil_w > 1            ? w->dim[3]
	                                        : w->dim[2] * w->dim[3];

	for (int i = 0; how->bits < 8 && i < w->n; i++)
		assert_in_range(v[i] + most, 0, 2 * most);
	if (n->code == BI_DEPTHWISE_CONV_2D)
		return;
	for (int r = 0; r < w->n; r += run)
		for (int k = 0; k < run; k += 4)
			assert_false(extra(v + r + k, run - k < 4 ? run - k : 4,
			                   how->keep));
}

static void slim_weights_have_their_bits_and_zeros(void **state)
{
	int seen = 0;

	(void)state;
	for (int s = 0; s < 300; s++) {
		const struct slim how = {.bits = 8 >> s % 3,
		                         .keep = 1 << s / 3 % 3};
		struct random_graph r;
		struct graph g;
		rg_make(&r, (uint64_t)s);
		graph_slim(&g, &r.g, &how);
		for (int i = 0; i < g.n_nodes; i++) {
			const struct node *n = &g.node[i];
			if (g.tensor[n->in[0]].type != DT_I8 ||
			    (n->code != BI_CONV_2D &&
			     n->code != BI_DEPTHWISE_CONV_2D &&
			     n->code != BI_FULLY_CONNECTED) ||
			    g.tensor[n->in[1]].data ==
			            r.g.tensor[n->in[1]].data)
				continue;
			check_slim(&g, n, &how);
			seen++;
		}
		graph_free(&g);
		rg_close(&r);
	}
	assert_in_range(seen, 50, 300);
}

/* Half the scale would do: the new scale times the new weights stays close. */
static void four_bits_are_close(void **state)
{
	static int8_t w[64];
	float scale = 0.5f;
	int64_t zero = 0;
	struct tensor t[3] = {{.name = "x", .type = DT_I8, .rank = 2, .n = 64},
	                      {.name = "w",
	                       .type = DT_I8,
	                       .rank = 2,
	                       .dim = {1, 64},
	                       .n = 64,
	                       .bytes = 64,
	                       .data = w,
	                       .nq = 1,
	                       .scale = &scale,
	                       .zero = &zero},
	                      {.name = "y", .type = DT_I8, .rank = 2, .n = 1}};
	struct node n = {.code = BI_FULLY_CONNECTED,
	                 .n_in = 2,
	                 .n_out = 1,
	                 .in = {0, 1},
	                 .out = {2}};
	int out = 2;
	const struct graph g = {.n_tensors = 3,
	                        .n_nodes = 1,
	                        .n_outputs = 1,
	                        .tensor = t,
	                        .node = &n,
	                        .output = &out};
	const struct slim how = {.bits = 4, .keep = 4};
	struct graph to;

	(void)state;
	for (int i = 0; i < 64; i++)
		w[i] = (int8_t)(i * 4 - 127);
	graph_slim(&to, &g, &how);
	const struct tensor *s = &to.tensor[1];
	for (int i = 0; i < 64; i++) {
		float was = scale * (float)w[i];
		float is = s->scale[0] * (float)((const int8_t *)s->data)[i];
		assert_true(was - is <= 0.8f * s->scale[0]);
		assert_true(is - was <= 0.8f * s->scale[0]);
	}
	assert_int_equal(w[0], -127); /* the original is as it was */
	graph_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_packed_comes_back),
	        cmocka_unit_test(zeros_pack_to_half),
	        cmocka_unit_test(any_bytes_unpack_or_are_refused),
	        cmocka_unit_test(slim_weights_have_their_bits_and_zeros),
	        cmocka_unit_test(four_bits_are_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
