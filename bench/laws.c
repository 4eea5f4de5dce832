/* laws: how often, and by how much, more of something makes a program slower.
 *
 *     bench_laws DESIGNS [--longer] NET.tflite...
 *
 * So many random designs of each network; each beside the designs that have
 * twice as much of one thing. What is a law, and what is none: docs/laws.md.
 * Equal arguments print the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/joulet.h"

enum { SPAD, BANKS, BOTH, WIDTH, ROWS, COLS, LANES, QUEUE, N_TWICE };
static const char *const names[N_TWICE] = {"scratchpad", "banks", "both",
                                           "port width", "rows",  "columns",
                                           "lanes",      "queue"};

/* What came of all pairs of one kind. */
struct row {
	int pairs, slower;
	double worst; /* hundredths */
	char where[200];
};

/* Numbers that look random. */
static uint64_t seed = 1;

static int in_range(int lo, int hi)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return lo + (int)((seed >> 33) % (uint64_t)(hi - lo + 1));
}

static bool legal(const struct design *d)
{
	struct err err;

	return d->banks <= 64 && d->spad_kib <= 1024 && d->dma_bytes <= 16 &&
	       d->rows <= 64 && d->cols <= 64 && d->lanes <= d->cols &&
	       design_check(d, (struct src){NULL, 0}, &err);
}

static struct design random_design(void)
{
	static const int rows[] = {1, 2, 4, 6, 8, 13, 16, 32},
	                 cols[] = {4, 8, 10, 16, 32, 64};
	struct design d;

	do {
		d = design_default();
		d.rows = rows[in_range(0, 7)];
		d.cols = cols[in_range(0, 5)];
		d.lanes = in_range(1, d.cols);
		d.spad_kib = 4 << in_range(0, 6);
		d.banks = 4 << in_range(0, 3);
		d.dma_bytes = 4 << in_range(0, 2);
		d.queue = 2 << in_range(0, 2);
		d.split = in_range(0, 1);
		d.sram_kib = 1024;
		d.flash_kib = 4096;
	} while (!legal(&d));
	return d;
}

static bool twice(struct design *d, int what)
{
	int *const of[N_TWICE] = {&d->spad_kib,  &d->banks, &d->banks,
	                          &d->dma_bytes, &d->rows,  &d->cols,
	                          &d->lanes,     &d->queue};

	*of[what] *= 2;
	if (what == BOTH)
		d->spad_kib *= 2;
	return d->queue <= 16 && legal(d);
}

/* 0: it does not fit. */
static uint64_t cycles_of(const struct joulet_net *net, const struct design *d,
                          bool longer)
{
	const struct joulet_opts opts = {.backend = "fast",
	                                 .timing_only = true};
	struct err err;
	struct joulet_result r;
	struct joulet_program *p =
	        longer ? joulet_compile_longer(net, d, NULL, &err)
	               : joulet_compile(net, d, JOULET_ACCEL, NULL, &err);

	if (!p)
		return 0;
	uint8_t *in = mem_zero(joulet_net_in_bytes(net), 1);
	uint64_t cycles = 0;
	if (joulet_run(p, &opts, in, 1, NULL, &r, &err)) {
		cycles = r.cycles;
		joulet_result_free(&r);
	}
	free(in);
	joulet_program_close(p);
	return cycles;
}

static void note(struct row *row, const struct joulet_net *net,
                 const struct design *d, uint64_t less, uint64_t more)
{
	double worse = 100 * ((double)more - (double)less) / (double)less;

	row->pairs++;
	row->slower += more > less;
	if (worse <= row->worst)
		return;
	row->worst = worse;
	snprintf(row->where, sizeof row->where,
	         "%s, %dx%d, %d lanes, %d KiB, %d banks, %d B, queue %d: "
	         "%" PRIu64 ", %" PRIu64,
	         joulet_net_name(net), d->rows, d->cols, d->lanes, d->spad_kib,
	         d->banks, d->dma_bytes, d->queue, less, more);
}

static void measure(const struct joulet_net *net, int designs, bool longer,
                    struct row row[N_TWICE])
{
	for (int i = 0; i < designs; i++) {
		const struct design d = random_design();
		uint64_t less = cycles_of(net, &d, longer);
		for (int k = 0; less && k < N_TWICE; k++) {
			struct design more = d;
			if (!twice(&more, k))
				continue;
			uint64_t cycles = cycles_of(net, &more, longer);
			if (cycles)
				note(&row[k], net, &d, less, cycles);
		}
	}
}

int main(int argc, char **argv)
{
	struct row row[N_TWICE] = {{0}};
	struct err err;
	int at = 2;

	if (argc < 3) {
		fprintf(stderr,
		        "usage: bench_laws DESIGNS [--longer] NET...\n");
		return ERR_USAGE;
	}
	bool longer = strcmp(argv[at], "--longer") == 0;
	for (at += longer; at < argc; at++) {
		struct joulet_net *net = joulet_net_open(argv[at], &err);
		if (!net) {
			fprintf(stderr, "bench_laws: %s\n", err.msg);
			return (int)err.kind;
		}
		measure(net, atoi(argv[1]), longer, row);
		joulet_net_close(net);
	}
	printf("%-12s %6s %6s %8s  %s\n", "twice", "pairs", "slower", "worst",
	       "where; cycles of less and of more");
	for (int k = 0; k < N_TWICE; k++)
		printf("%-12s %6d %6d %6.2f %%  %s\n", names[k], row[k].pairs,
		       row[k].slower, row[k].worst, row[k].where);
	return 0;
}
