/* calibrate_out: what a calibration says: errors, the technology table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/calibrate.h"
#include "calib/nnls.h"

static double error(double model, double gates)
{
	return gates > 0 ? model / gates - 1 : 0;
}

static void keep_worst(double *worst, double e)
{
	if (fabs(e) > fabs(*worst))
		*worst = e;
}

/* ------------------------------------------------------------------------
 * Errors */

/* Sums over samples; the last of each is all pieces together. */
enum { ALL = N_PIECES, N_SUMS };
struct sums {
	double gates[N_SUMS], rows[N_SUMS], moves[N_SUMS];
	double worst_rows[N_SUMS], worst_moves[N_SUMS];
	double cycles;
	int n;
};

static void add_sample(struct sums *to, const struct calibration *c,
                       const struct energy_sample *s)
{
	double gates[N_SUMS] = {0}, rows[N_SUMS] = {0}, moves[N_SUMS] = {0};

	memcpy(gates, s->fj, sizeof s->fj);
	energy_by_rows(&c->model, s, rows);
	energy_by_activity(&c->model, s, moves);
	for (int p = 0; p < N_PIECES; p++) {
		gates[ALL] += gates[p];
		rows[ALL] += rows[p];
		moves[ALL] += moves[p];
	}
	for (int p = 0; p < N_SUMS; p++) {
		to->gates[p] += gates[p];
		to->rows[p] += rows[p];
		to->moves[p] += moves[p];
		keep_worst(&to->worst_rows[p], error(rows[p], gates[p]));
		keep_worst(&to->worst_moves[p], error(moves[p], gates[p]));
	}
	to->cycles += (double)s->cycles;
	to->n++;
}

/* The samples that are (not) of the fit, of one design or (NULL) all. */
static struct sums sum_up(const struct calibration *c, const struct design *d,
                          bool fit)
{
	struct sums s = {0};

	for (int i = 0; i < c->n; i++)
		if (c->sample[i].fit == fit &&
		    (!d || memcmp(&c->sample[i].d, d, sizeof *d) == 0))
			add_sample(&s, c, &c->sample[i]);
	return s;
}

static void print_sums(FILE *f, const struct sums *s, const char *what,
                       const struct design *d)
{
	if (s->n == 0)
		return;
	fprintf(f,
	        "%dx%d cells, %d lanes, %d banks, ports of %d bytes, queues of "
	        "%d; %d layers %s:\n\n"
	        "| piece | gates pJ/cycle | by rows | worst layer | by "
	        "activity "
	        "| worst layer |\n"
	        "| --- | ---: | ---: | ---: | ---: | ---: |\n",
	        d->rows, d->cols, d->lanes, d->banks, d->dma_bytes, d->queue,
	        s->n, what);
	for (int p = 0; p < N_SUMS; p++) {
		const char *name = p == ALL ? "all" : energy_piece_name[p];
		fprintf(f, "| %s | %.2f | %+.1f %% | %+.1f %% |", name,
		        s->gates[p] / s->cycles / 1e3,
		        100 * error(s->rows[p], s->gates[p]),
		        100 * s->worst_rows[p]);
		if (p == PIECE_array || p == ALL)
			fprintf(f, " %+.1f %% | %+.1f %% |\n",
			        100 * error(s->moves[p], s->gates[p]),
			        100 * s->worst_moves[p]);
		else
			fprintf(f, " | |\n");
	}
	fprintf(f, "\n");
}

/* The last two parts of a layer's name, which is a path. */
static const char *short_name(const char *name)
{
	const char *at = name + strlen(name);

	for (int parts = 2; at > name; at--)
		if (at[-1] == '/' && --parts == 0)
			break;
	return at;
}

static void print_layers(const struct calibration *c, FILE *f)
{
	fprintf(f, "Array, layer by layer:\n\n"
	           "| cells | layer | of the fit | gates pJ/cycle | by rows | "
	           "by activity |\n"
	           "| --- | --- | --- | ---: | ---: | ---: |\n");
	for (int i = 0; i < c->n; i++) {
		const struct energy_sample *k = &c->sample[i];
		double rows[N_PIECES], moves[N_PIECES];
		const double gates = k->fj[PIECE_array];
		energy_by_rows(&c->model, k, rows);
		energy_by_activity(&c->model, k, moves);
		fprintf(f,
		        "| %dx%d | %s: %s | %s | %.2f | %+.1f %% | %+.1f %% "
		        "|\n",
		        k->d.rows, k->d.cols, k->net, short_name(k->layer),
		        k->fit ? "yes" : "no", gates / (double)k->cycles / 1e3,
		        100 * error(rows[PIECE_array], gates),
		        100 * error(moves[PIECE_array], gates));
	}
	fprintf(f, "\n");
}

/* What changes more than once in a cycle, of all layers. */
static void print_glitches(const struct calibration *c, FILE *f)
{
	fprintf(f, "Energy with glitches, times that without; of single "
	           "layers:\n\n| piece | all | least | most |\n"
	           "| --- | ---: | ---: | ---: |\n");
	for (int p = 0; p < N_PIECES; p++) {
		double with = 0, without = 0, least = INFINITY, most = 0;
		for (int i = 0; i < c->n; i++) {
			const struct energy_sample *k = &c->sample[i];
			with += k->fj[p];
			without += k->fj[p] / k->glitch[p];
			least = fmin(least, k->glitch[p]);
			most = fmax(most, k->glitch[p]);
		}
		fprintf(f, "| %s | %.2f | %.2f | %.2f |\n",
		        energy_piece_name[p], with / without, least, most);
	}
	fprintf(f, "\n");
}

/* ------------------------------------------------------------------------
 * The table */

struct row {
	const char *name, *unit;
	double value, min, max; /* pJ, uW */
	const char *note;
};

static void print_row(FILE *f, const struct calibration *c, const struct row *r,
                      const char *liberty)
{
	fprintf(f,
	        "\n%s:\n  value: %.4g\n  min: %.4g\n  max: %.4g\n  unit: %s\n"
	        "  node_nm: 45\n  voltage: %g\n"
	        "  source: \"joulet calibrate: yosys, %s\"\n"
	        "  confidence: measured_here\n  note: >-\n    %s\n",
	        r->name, r->value, r->min, r->max, r->unit, c->volts, liberty,
	        r->note);
}

/* The array's rows when a layer of the fit is like no other: of all of them
 * the one that needs least and the one that needs most. */
static void array_band(const struct calibration *c, double *least, double *most)
{
	*least = *most = 1;
	for (int i = 0; i < c->n; i++) {
		double fj[N_PIECES];
		const struct energy_sample *s = &c->sample[i];
		energy_by_rows(&c->model, s, fj);
		double ratio = s->fj[PIECE_array] / fj[PIECE_array];
		*least = fmin(*least, ratio);
		*most = fmax(*most, ratio);
	}
}

/* What a zero activation saves at most is what a MAC has beyond a step. */
static void print_array(const struct calibration *c, const double *fj,
                        const char *liberty, FILE *f)
{
	double least, most;
	array_band(c, &least, &most);
	char note[240];
	snprintf(note, sizeof note,
	         "Typical operands, beyond cell_cycle and cell_step. Band: the "
	         "array of single\n    layers is %.2f to %.2f times what rows "
	         "say, since operands differ.",
	         least, most);
	const double mac = fj[ROW_mac] / 1e3;
	const struct row row[] = {
	        {"mac", "pJ", mac, mac * least, mac * most, note},
	        {"mac_zero", "pJ", 0, 0, mac,
	         "With a zero activation nothing moves but the weight, which "
	         "cell_step has, and\n    at times the sum. Band: no saving."},
	        {"pool_op", "pJ", fj[ROW_pool_op] / 1e3,
	         fj[ROW_pool_op] / 1e3 * least, fj[ROW_pool_op] / 1e3 * most,
	         note}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		print_row(f, c, &row[i], liberty);
}

/* The worst layer of a piece that pays for a row. A cell's clock in the array
 * is fitted with what flips. */
static double worst_of(const struct calibration *c, enum cut_row row, int fit)
{
	const enum energy_piece piece = energy_fit_piece[fit];
	double fj[N_PIECES], worst = 0;

	for (int i = 0; i < c->n; i++) {
		const struct energy_sample *s = &c->sample[i];
		if (row == ROW_cell_cycle)
			energy_by_activity(&c->model, s, fj);
		else
			energy_by_rows(&c->model, s, fj);
		if (c->model.fj[fit] > 0 && energy_told(s, piece))
			keep_worst(&worst, error(fj[piece], s->fj[piece]));
	}
	return fabs(worst);
}

static void print_fitted(const struct calibration *c, const double *fj,
                         const char *liberty, FILE *f)
{
	for (enum cut_row r = 0; r < N_ROWS; r++) {
		double worst = -1, v = fj[r] / 1e3;
		char note[200];
		for (int i = 0; i < N_FITS; i++)
			if (energy_fit_row[i] == r)
				worst = fmax(worst, worst_of(c, r, i));
		if (worst < 0 || r == ROW_mac || r == ROW_pool_op)
			continue;
		worst = fmin(1, worst + 0.01);
		snprintf(note, sizeof note,
		         "Fitted. Band: the worst layer of the modules that "
		         "pay for it, %.0f %%.",
		         100 * worst);
		print_row(f, c,
		          &(struct row){cut_row_name(r), cut_row_unit(r), v,
		                        v * (1 - worst), v * (1 + worst), note},
		          liberty);
	}
}

static void print_flips(const struct calibration *c, const char *liberty,
                        FILE *f)
{
	static const enum cut_row row[N_MOVES] = {[MOVE_wgt] = ROW_flip_weight,
	                                          [MOVE_idle] = ROW_flip_idle,
	                                          [MOVE_prod] =
	                                                  ROW_flip_product,
	                                          [MOVE_add] = ROW_flip_add,
	                                          [MOVE_sum] = ROW_flip_sum};
	struct sums fit = sum_up(c, NULL, true), kept = sum_up(c, NULL, false);
	const double worst = 0.01 + fmax(fabs(fit.worst_moves[PIECE_array]),
	                                 fabs(kept.worst_moves[PIECE_array]));
	char note[200];

	snprintf(note, sizeof note,
	         "Fitted. Band: the array's worst layer, %.0f %%.",
	         100 * worst);
	for (int m = MOVE_wgt; m < N_MOVES; m++) {
		const double v = c->model.move[m] / 1e3;
		print_row(f, c,
		          &(struct row){cut_row_name(row[m]), "pJ", v,
		                        v * (1 - worst), v * (1 + worst), note},
		          liberty);
	}
}

/* ------------------------------------------------------------------------
 * Leakage: of each design by module, as the library has it. */

enum {
	LEAK_CELL,
	LEAK_COL,
	LEAK_BUFFER,
	LEAK_LANE,
	LEAK_BANK,
	LEAK_PORT,
	LEAK_QUEUE,
	LEAK_CTL,
	N_LEAKS
};
static const enum cut_row leak_row[N_LEAKS] = {
        ROW_leak_cell, ROW_leak_col,  ROW_leak_buffer, ROW_leak_lane,
        ROW_leak_bank, ROW_leak_port, ROW_leak_queue,  ROW_leak_ctl};

static void leak_counts(const struct design *d, double *to)
{
	const double w = design_word(d);

	to[LEAK_CELL] = (double)d->rows * d->cols;
	to[LEAK_COL] = d->cols;
	to[LEAK_BUFFER] = d->rows * w;
	to[LEAK_LANE] = d->lanes;
	to[LEAK_BANK] = d->banks * w;
	to[LEAK_PORT] = d->dma_bytes;
	to[LEAK_QUEUE] = d->queue;
	to[LEAK_CTL] = 1;
}

/* Which terms a module's leakage may be made of. */
static const struct leak_part {
	const char *modules;
	int term[4], n;
} leak_parts[] = {
        {" mac_array mac_row drain_lane line_tail ", {LEAK_CELL, LEAK_COL}, 2},
        {" row_buf ", {LEAK_BUFFER, LEAK_CELL}, 2},
        {" requant_lane ", {LEAK_LANE}, 1},
        {" param_regs wgt_decode ", {LEAK_COL}, 1},
        {" spad spad_align spad_half spad_port spad_spread ",
         {LEAK_BANK, LEAK_CTL},
         2},
        {" load_unit store_unit dma_gen mem_arb unpack ",
         {LEAK_PORT, LEAK_CTL},
         2},
        {" cmd_queue ", {LEAK_QUEUE, LEAK_CTL}, 2},
        {"", {LEAK_CTL}, 1}};
enum { N_LEAK_PARTS = sizeof leak_parts / sizeof *leak_parts };

static double leak_of(const struct synth *s, int part)
{
	char word[80];
	double uw = 0;

	for (int i = 0; i < s->n; i++) {
		int p = 0;
		snprintf(word, sizeof word, " %s ", s->cls[i].name);
		while (p < N_LEAK_PARTS - 1 &&
		       !strstr(leak_parts[p].modules, word))
			p++;
		uw += p == part ? s->cls[i].leak_uw : 0;
	}
	return uw;
}

static void fit_leakage(const struct calibration *c, double *uw)
{
	const int n = c->n_designs - (c->n_designs == CALIBRATE_DESIGNS);
	double a[CALIBRATE_DESIGNS * 4], b[CALIBRATE_DESIGNS], x[4];
	double count[N_LEAKS];

	memset(uw, 0, N_LEAKS * sizeof *uw);
	for (int p = 0; p < N_LEAK_PARTS; p++) {
		const struct leak_part *k = &leak_parts[p];
		for (int i = 0; i < n; i++) {
			double is = leak_of(&c->synth[i], p);
			leak_counts(&c->design[i], count);
			for (int t = 0; t < k->n; t++)
				a[i * k->n + t] = count[k->term[t]] / is;
			b[i] = 1;
		}
		nnls(n, k->n, a, b, x);
		for (int t = 0; t < k->n; t++)
			uw[k->term[t]] += x[t];
	}
}

static double leak_error(const struct calibration *c, const double *uw, int i)
{
	double count[N_LEAKS], sum = 0;

	leak_counts(&c->design[i], count);
	for (int t = 0; t < N_LEAKS; t++)
		sum += uw[t] * count[t];
	return error(sum, c->synth[i].total.leak_uw);
}

static void print_leaks(const struct calibration *c, FILE *f)
{
	double uw[N_LEAKS];

	fit_leakage(c, uw);
	fprintf(f, "Leakage:\n\n| cells | of the fit | gates mW | by rows |\n"
	           "| --- | --- | ---: | ---: |\n");
	for (int i = 0; i < c->n_designs; i++)
		fprintf(f, "| %dx%d | %s | %.3f | %+.1f %% |\n",
		        c->design[i].rows, c->design[i].cols,
		        i < CALIBRATE_DESIGNS - 1 ? "yes" : "no",
		        c->synth[i].total.leak_uw / 1e3,
		        100 * leak_error(c, uw, i));
}

static void print_leakage(const struct calibration *c, const char *liberty,
                          FILE *f)
{
	double uw[N_LEAKS];
	char note[200];

	fit_leakage(c, uw);
	snprintf(note, sizeof note,
	         "cell_leakage_power of the library, fitted to the modules of "
	         "the designs. Band:\n    half and twice, for the states of "
	         "inputs.");
	for (int t = 0; t < N_LEAKS; t++)
		print_row(f, c,
		          &(struct row){cut_row_name(leak_row[t]), "uW", uw[t],
		                        uw[t] / 2, uw[t] * 2, note},
		          liberty);
}

/* ------------------------------------------------------------------------ */

static void print_head(const struct calibration *c, const char *name, FILE *f)
{
	struct sums kept = sum_up(c, NULL, false);

	fprintf(f,
	        "# %s\n#\n# Made by `joulet calibrate`: docs/calibration.md. "
	        "Logic is calibrated against\n# gates with glitches, without "
	        "wires and clock tree; all else is horowitz45's,\n# scaled to "
	        "this voltage.\n\nname: %s\nabout: >-\n"
	        "  Standard cells, calibrated against gates of this "
	        "accelerator (designs: %d); rest as\n  horowitz45. Layers and "
	        "designs that were not fitted: accelerator's logic %+.1f %%, "
	        "worst\n  layer %+.1f %%.\n"
	        "base: horowitz45\nnode_nm: 45\nvoltage: %g\n",
	        name, name, c->n_designs,
	        100 * error(kept.rows[ALL], kept.gates[ALL]),
	        100 * kept.worst_rows[ALL], c->volts);
}

void calibrate_table(const struct calibration *c, const char *name,
                     const char *liberty, FILE *f)
{
	double fj[N_ROWS];

	energy_rows(&c->model, fj);
	print_head(c, name, f);
	print_array(c, fj, liberty, f);
	print_fitted(c, fj, liberty, f);
	print_flips(c, liberty, f);
	print_leakage(c, liberty, f);
}

/* What was not fitted: layers of designs that were, and a whole design. */
static void print_kept(const struct calibration *c, FILE *f)
{
	struct sums kept[3] = {0}; /* layers, a design, both */

	for (int i = 0; i < c->n_designs; i++)
		for (int k = 0; k < c->n; k++)
			if (!c->sample[k].fit &&
			    memcmp(&c->sample[k].d, &c->design[i],
			           sizeof c->design[i]) == 0)
				add_sample(&kept[i == CALIBRATE_DESIGNS - 1], c,
				           &c->sample[k]);
	kept[2] = sum_up(c, NULL, false);
	fprintf(f,
	        "Not used for the fit: %d layers on designs that were, and all "
	        "%d layers on one that\nwas not.\n\n"
	        "| piece | layers, by rows | by activity | design, by rows | "
	        "by activity | together, by rows | by activity |\n"
	        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
	        kept[0].n, kept[1].n);
	for (int p = 0; p < N_SUMS; p++) {
		fprintf(f, "| %s |", p == ALL ? "all" : energy_piece_name[p]);
		for (int k = 0; k < 3; k++) {
			const struct sums *s = &kept[k];
			fprintf(f, " %+.1f %% |",
			        100 * error(s->rows[p], s->gates[p]));
			if (p == PIECE_array || p == ALL)
				fprintf(f, " %+.1f %% |",
				        100 * error(s->moves[p], s->gates[p]));
			else
				fprintf(f, " |");
		}
		fprintf(f, "\n");
	}
	fprintf(f, "\n");
}

void calibrate_errors(const struct calibration *c, FILE *f)
{
	print_kept(c, f);
	for (int i = 0; i < c->n_designs; i++)
		for (int fit = 1; fit >= 0; fit--) {
			struct sums s = sum_up(c, &c->design[i], fit);
			print_sums(f, &s,
			           fit ? "of the fit" : "not used for the fit",
			           &c->design[i]);
		}
	print_layers(c, f);
	print_glitches(c, f);
	print_leaks(c, f);
}
