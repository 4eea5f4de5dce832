/* area_fit: see area_fit.h */
#include "calib/area_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/area_designs.h"
#include "calib/nnls.h"

struct design area_design_of(int rows, int cols, int spad_kib, int banks,
                             int lanes, int dma_bytes, int queue, int split,
                             int narrow, int sparse, int unpack)
{
	struct design d = design_default();

	d.rows = rows;
	d.cols = cols;
	d.spad_kib = spad_kib;
	d.banks = banks;
	d.lanes = lanes;
	d.dma_bytes = dma_bytes;
	d.queue = queue;
	d.split = split;
	d.narrow = narrow;
	d.sparse = sparse;
	d.unpack = unpack;
	return d;
}

/* Every cell belongs to a block. */
static bool share_out(struct area_design *a, const struct synth *s,
                      struct err *err)
{
	char word[80];

	for (int i = 0; i < s->n; i++) {
		int b = 0;
		snprintf(word, sizeof word, " %s ", s->cls[i].name);
		while (b < N_AREA_BLOCKS &&
		       !strstr(joulet_area_modules((enum joulet_part)b), word))
			b++;
		if (b < N_AREA_BLOCKS)
			a->block_um2[b] += s->cls[i].area_um2;
		else if (s->cls[i].cells)
			return err_set(err, ERR_BUG,
			               "area.def: module%s is in no block",
			               word);
	}
	a->um2 = s->total.area_um2;
	return true;
}

/* So many designs go into one run of yosys. */
enum { FIT_GROUP = 4, CHECK_GROUP = 3 };

static int synthesize(const struct design *d, int n, int group,
                      struct area_design *a, const struct synth_opts *opts,
                      struct err *err)
{
	struct synth s[MAX_AREA_DESIGNS];
	struct synth_opts grouped = *opts;

	grouped.group = group;
	grouped.netlist = false;
	if (!synth_designs(d, n, &grouped, s, err))
		return -1;
	bool ok = true;
	for (int i = 0; i < n; i++) {
		a[i] = (struct area_design){.design = d[i]};
		ok = ok && share_out(&a[i], &s[i], err);
		synth_free(&s[i]);
	}
	return ok ? n : -1;
}

int area_fit_designs(struct area_design *a, const struct synth_opts *opts,
                     struct err *err)
{
	const struct design d[] = {
#define FIT(...) area_design_of(__VA_ARGS__),
#include "calib/area_designs.def"
	};
	return synthesize(d, sizeof d / sizeof d[0], FIT_GROUP, a, opts, err);
}

int area_check_designs(struct area_design *a, const struct synth_opts *opts,
                       struct err *err)
{
	const struct design d[] = {
#define CHECK(...) area_design_of(__VA_ARGS__),
#include "calib/area_designs.def"
	};
	return synthesize(d, sizeof d / sizeof d[0], CHECK_GROUP, a, opts, err);
}

/* Terms of one block; their numbers go to term. */
static int terms_of(enum joulet_part block, int *term)
{
	enum joulet_part of;
	int n = 0;

	for (int i = 0; i < joulet_area_terms(); i++) {
		joulet_area_term(i, &of);
		if (of == block)
			term[n++] = i;
	}
	return n;
}

static void fit_block(const struct area_design *a, int n,
                      enum joulet_part block, double *um2)
{
	const size_t all = (size_t)joulet_area_terms();
	int *term = mem_zero(all, sizeof *term);
	const int cols = terms_of(block, term);
	double *count = mem_zero(all, sizeof *count);
	double *x = mem_zero(all, sizeof *x);
	double *m = mem_zero((size_t)(n * cols), sizeof *m);
	double *y = mem_zero((size_t)n, sizeof *y);

	for (int i = 0; i < n; i++) {
		joulet_area_counts(&a[i].design, count);
		for (int k = 0; k < cols; k++)
			m[i * cols + k] = count[term[k]] / a[i].um2;
		y[i] = a[i].block_um2[block] / a[i].um2;
	}
	nnls(n, cols, m, y, x);
	for (int k = 0; k < cols; k++)
		um2[term[k]] = x[k];
	free(term);
	free(count);
	free(x);
	free(m);
	free(y);
}

void area_fit(const struct area_design *a, int n, double *um2)
{
	for (int b = 0; b < N_AREA_BLOCKS; b++)
		fit_block(a, n, (enum joulet_part)b, um2);
}

double area_model(const struct design *d, const double *um2,
                  double block_um2[N_AREA_BLOCKS])
{
	double *count = mem_zero((size_t)joulet_area_terms(), sizeof *count);
	enum joulet_part block;
	double sum = 0;

	memset(block_um2, 0, N_AREA_BLOCKS * sizeof *block_um2);
	joulet_area_counts(d, count);
	for (int i = 0; i < joulet_area_terms(); i++) {
		joulet_area_term(i, &block);
		block_um2[block] += count[i] * um2[i];
		sum += count[i] * um2[i];
	}
	free(count);
	return sum;
}

static double largest_error(const struct area_design *a, int n,
                            const double *um2)
{
	double block[N_AREA_BLOCKS], most = 0;

	for (int i = 0; i < n; i++)
		most = fmax(most, fabs(area_model(&a[i].design, um2, block) /
		                               a[i].um2 -
		                       1));
	return most;
}

void area_fit_yaml(const struct area_design *a, int n, const double *um2,
                   const struct area_library *library, struct buf *to)
{
	/* kGE of lowRISC's README at 03d5317: small and maxperf; a core with
	 * the branch target ALU only is between the two. */
	static const double core_kge[N_CORES] = {[CORE_MAXPERF] = 35.64,
	                                         [CORE_BTALU] = 30.85,
	                                         [CORE_SMALL] = 26.06};
	/* Designs that are not among these may be off by more. */
	const double band =
	        fmax(0.03, ceil(1000 * largest_error(a, n, um2)) / 1000);
	enum joulet_part block;

	buf_printf(to,
	           "area:\n"
	           "  node_nm: %s\n"
	           "  voltage: %g\n"
	           "  source: \"joulet area --fit, yosys, %s\"\n"
	           "  confidence: measured_here\n"
	           "  note: >-\n"
	           "    um2 of each term of sim/area.def, fitted to %d "
	           "designs; no wires.\n"
	           "    Band: 3 %%, what joulet area --check allows. Cores: "
	           "kGE in the README\n"
	           "    of lowRISC/ibex @03d5317 times a NAND2; btalu: "
	           "between the others.\n"
	           "  min: %.3f\n"
	           "  max: %.3f\n",
	           library->node_nm, library->voltage, library->name, n,
	           1 - band, 1 + band);
	for (int i = 0; i < N_CORES; i++)
		buf_printf(to, "  %s: %.0f\n", core_name[i],
		           1000 * core_kge[i] * library->nand2_um2);
	for (int i = 0; i < joulet_area_terms(); i++)
		buf_printf(to, "  %s: %.4g\n", joulet_area_term(i, &block),
		           um2[i]);
}
