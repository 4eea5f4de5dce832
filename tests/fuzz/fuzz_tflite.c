/* fuzz_tflite: thousands of damaged .tflite files for the reader.
 *
 *     fuzz_tflite [MUTANTS [SECONDS [SEED]]]
 *
 * Deterministic: mutant number i is the same on every machine. A mutant may be
 * read or refused with one line; whatever is read is dumped and, if it is
 * small, run. Meant for the debug preset, whose sanitizers do the judging.
 * SECONDS bounds the time on slow machines; the count reached is printed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/file.h"
#include "compiler/graph.h"
#include "tests/tiny_tflite.h"

enum { MAX_SEEDS = 8, MAX_RUN_BYTES = 1 << 16, MAX_RUN_MACS = 1 << 20 };

struct rng {
	uint64_t x;
};

static uint32_t next(struct rng *r, uint32_t below)
{
	r->x ^= r->x << 13;
	r->x ^= r->x >> 7;
	r->x ^= r->x << 17;
	return (uint32_t)((r->x >> 32) % below);
}

struct file {
	char *data;
	size_t size;
};

struct tally {
	long read, run, refused;
};

static void put32(struct file *f, size_t at, uint32_t v)
{
	if (at + 4 <= f->size)
		memcpy(f->data + at, &v, 4);
}

/* Values that offsets, counts, indices and sizes go wrong at. */
static uint32_t nasty(struct rng *r, size_t size)
{
	const uint32_t value[] = {
	        0,
	        1,
	        2,
	        4,
	        7,
	        16,
	        0x7f,
	        0x80,
	        0xff,
	        0x100,
	        0x7fff,
	        0x8000,
	        0xffff,
	        0x10000,
	        0x10000000,
	        0x40000000,
	        0x7ffffffc,
	        0x7fffffff,
	        0x80000000u,
	        0x80000001u,
	        0xfffffff0u,
	        0xfffffffcu,
	        0xffffffffu,
	        (uint32_t)size,
	        (uint32_t)size - 4,
	};
	return value[next(r, sizeof value / sizeof value[0])];
}

static void mutate(struct file *f, struct rng *r)
{
	const size_t at = next(r, (uint32_t)f->size);
	const size_t word = at & ~(size_t)3;
	const size_t from = next(r, (uint32_t)f->size);
	size_t n = 1 + next(r, 32);

	switch (next(r, 8)) {
	case 0:
		f->data[at] = (char)(f->data[at] ^ 1 << next(r, 8));
		break;
	case 1:
		f->data[at] = (char)next(r, 256);
		break;
	case 2:
	case 3:
		put32(f, word, nasty(r, f->size));
		break;
	case 4: { /* near what it was */
		uint32_t v = 0;
		memcpy(&v, f->data + word, f->size - word < 4 ? 1 : 4);
		put32(f, word, v + next(r, 17) - 8);
		break;
	}
	case 5: /* 16 bits of a vtable */
		f->data[at & ~(size_t)1] = (char)(next(r, 24) * 2);
		break;
	case 6: /* one part in the place of another */
		n = n > f->size - at ? f->size - at : n;
		n = n > f->size - from ? f->size - from : n;
		memmove(f->data + at, f->data + from, n);
		break;
	default:
		if (next(r, 8) == 0)
			f->size = 1 + at;
		else
			put32(f, word, next(r, 64));
		break;
	}
}

/* One line, and not empty. */
static bool is_message(const struct err *err)
{
	return err->kind == ERR_DATA && err->msg[0] && !strchr(err->msg, '\n');
}

static bool is_small(const struct graph *g)
{
	int64_t macs = 0, bytes = 0;
	for (int i = 0; i < g->n_nodes; i++)
		macs += node_macs(g, &g->node[i]);
	for (int i = 0; i < g->n_tensors; i++)
		bytes += g->tensor[i].bytes;
	return macs <= MAX_RUN_MACS && bytes <= MAX_RUN_BYTES;
}

/* False if the reader broke its promise. */
static bool run(const struct graph *g, struct tally *t)
{
	struct err err = {0};
	char *in = calloc(1, graph_input_bytes(g) + 1);
	char *out = calloc(1, graph_output_bytes(g) + 1);
	const bool ran = graph_run(g, in, out, &err);
	free(in);
	free(out);
	t->run += ran;
	return ran || is_message(&err);
}

static bool feed(const struct file *f, FILE *sink, struct tally *t)
{
	struct graph g;
	struct err err = {0};
	/* Its own block, so that the sanitizer sees the end of it. */
	char *copy = malloc(f->size);
	memcpy(copy, f->data, f->size);
	const bool read = graph_parse(&g, "mutant", copy, f->size, &err);
	free(copy);
	if (!read) {
		t->refused++;
		return is_message(&err);
	}
	t->read++;
	graph_dump(&g, sink);
	rewind(sink);
	const bool ok = !is_small(&g) || run(&g, t);
	graph_free(&g);
	return ok;
}

/* PAD, STRIDED_SLICE, TRANSPOSE, CONCATENATION, MEAN: operators that take
 * indices from constants. */
static struct tiny_model movers(void)
{
	static const int32_t pad[8] = {0, 0, 1, 2, 0, 1, 0, 0};
	static const int32_t begin[4] = {0, 1, -1, 0}, end[4] = {1, 7, -5, 2};
	static const int32_t step[4] = {1, 2, -1, 1}, perm[4] = {0, 3, 1, 2};
	static const int32_t axes[2] = {-1, 2};
	return (struct tiny_model){
	        .n_tensors = 12,
	        .tensor =
	                {
	                        {"in", 9, 4, {1, 4, 4, 2}, 0.5f, -1},
	                        {"pads",
	                         2,
	                         2,
	                         {4, 2},
	                         .data = pad,
	                         .bytes = 32},
	                        {"padded", 9, 4, {1, 7, 5, 2}, 0.5f, -1},
	                        {"begin",
	                         2,
	                         1,
	                         {4},
	                         .data = begin,
	                         .bytes = 16},
	                        {"end", 2, 1, {4}, .data = end, .bytes = 16},
	                        {"step", 2, 1, {4}, .data = step, .bytes = 16},
	                        {"sliced", 9, 4, {1, 3, 4, 2}, 0.5f, -1},
	                        {"perm", 2, 1, {4}, .data = perm, .bytes = 16},
	                        {"turned", 9, 4, {1, 2, 3, 4}, 0.5f, -1},
	                        {"joined", 9, 4, {1, 2, 6, 4}, 0.5f, -1},
	                        {"axes", 2, 1, {2}, .data = axes, .bytes = 8},
	                        {"out", 9, 2, {1, 2}, 0.25f, 0},
	                },
	        .n_ops = 5,
	        .op =
	                {
	                        {.code = BI_PAD,
	                         .n_in = 2,
	                         .in = {0, 1},
	                         .n_out = 1,
	                         .out = {2}},
	                        {.code = BI_STRIDED_SLICE,
	                         .options_type = 32,
	                         .options = 5,
	                         .n_in = 4,
	                         .in = {2, 3, 4, 5},
	                         .n_out = 1,
	                         .out = {6}},
	                        {.code = BI_TRANSPOSE,
	                         .n_in = 2,
	                         .in = {6, 7},
	                         .n_out = 1,
	                         .out = {8}},
	                        {.code = BI_CONCATENATION,
	                         .options_type = 10,
	                         .options = 2,
	                         .option = {2, 0},
	                         .n_in = 2,
	                         .in = {8, 8},
	                         .n_out = 1,
	                         .out = {9}},
	                        {.code = BI_MEAN,
	                         .options_type = 27,
	                         .options = 1,
	                         .n_in = 2,
	                         .in = {9, 10},
	                         .n_out = 1,
	                         .out = {11}},
	                },
	        .n_in = 1,
	        .in = {0},
	        .n_out = 1,
	        .out = {11},
	};
}

static int load_seeds(struct file *seed)
{
	static const char *const path[] = {"models/digits_mlp.tflite",
	                                   "models/digits_cnn.tflite"};
	int n = 0;
	/* More than once: small files have more of interest in a byte. */
	for (int i = 0; i < 4; i++) {
		const struct tiny_model m = i % 2 ? tiny_example() : movers();
		struct buf b = tiny_build(&m);
		seed[n++] = (struct file){b.data, b.len};
	}
	for (int i = 0; i < 2; i++) {
		struct err err;
		struct file *f = &seed[n];
		f->data = file_read(path[i], 1 << 24, &f->size, &err);
		if (f->data)
			n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	const long mutants = argc > 1 ? atol(argv[1]) : 20000;
	const long seconds = argc > 2 ? atol(argv[2]) : 10;
	const uint64_t start = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	struct file seed[MAX_SEEDS] = {0};
	struct tally t = {0};
	const int n = load_seeds(seed);
	FILE *sink = tmpfile();
	const time_t until = time(NULL) + seconds;
	bool ok = sink != NULL;

	/* A seed that is wrong itself would test little. */
	for (int k = 0; ok && k < n; k++)
		ok = feed(&seed[k], sink, &t);
	if (!ok || t.run != n) {
		printf("%ld of %d seeds can be read and run\n", t.run, n);
		return 1;
	}

	long i = 0;
	for (; ok && i < mutants && time(NULL) <= until; i++) {
		struct rng r = {(start + (uint64_t)i) * 0x9e3779b97f4a7c15u};
		const struct file *from = &seed[next(&r, (uint32_t)n)];
		struct file f = {malloc(from->size), from->size};
		memcpy(f.data, from->data, f.size);
		for (uint32_t k = 1 + next(&r, 6); k > 0; k--)
			mutate(&f, &r);
		ok = feed(&f, sink, &t);
		free(f.data);
		if (!ok)
			printf("mutant %ld: a bad message\n", i);
	}
	printf("%ld mutants: %ld read, %ld of them run, %ld refused\n", i,
	       t.read, t.run, t.refused);
	for (int k = 0; k < n; k++)
		free(seed[k].data);
	if (sink)
		fclose(sink);
	return ok ? 0 : 1;
}
