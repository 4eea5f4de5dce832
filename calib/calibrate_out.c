/* calibrate_out: what a calibration says: errors, the technology table. */
#include <math.h>
#include <string.h>

#include "calib/calibrate.h"

/* Sums over samples. */
struct sums {
	double gates[N_PIECES], model[N_PIECES], worst[N_PIECES];
	double gates_all, model_all, worst_all, cycles;
	int n;
};

static double error(double model, double gates)
{
	return gates > 0 ? model / gates - 1 : 0;
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void keep_worst(double *worst, double e)
{
	if (fabs(e) > fabs(*worst))
		*worst = e;
}

static void sum_up(const struct calibration *c, const struct design *d,
                   bool fit, struct sums *to)
{
	*to = (struct sums){0};
	for (int i = 0; i < c->n; i++) {
		const struct energy_sample *s = &c->sample[i];
		double fj[N_PIECES], all[2] = {0};
		if (s->fit != fit || (d && memcmp(&s->d, d, sizeof *d) != 0))
			continue;
		energy_model(&c->model, s, fj);
		for (int p = 0; p < N_PIECES; p++) {
			to->gates[p] += s->fj[p];
			to->model[p] += fj[p];
			all[0] += s->fj[p];
			all[1] += fj[p];
			keep_worst(&to->worst[p], error(fj[p], s->fj[p]));
		}
		keep_worst(&to->worst_all, error(all[1], all[0]));
		to->gates_all += all[0];
		to->model_all += all[1];
		to->cycles += (double)s->cycles;
		to->n++;
	}
}

static void print_row(FILE *f, const char *name, double gates, double model,
                      double worst, double cycles)
{
	if (gates <= 0)
		return;
	fprintf(f, "| %s | %.2f | %.2f | %+.1f %% | %+.1f %% |\n", name,
	        gates / cycles / 1e3, model / cycles / 1e3,
	        100 * error(model, gates), 100 * worst);
}

static void print_sums(FILE *f, const struct sums *s, const char *what,
                       const struct design *d)
{
	if (s->n == 0)
		return;
	fprintf(f,
	        "%dx%d cells, %d lanes, %d banks, %d B a cycle; %d layers %s:"
	        "\n\n| part | gates pJ/cycle | model pJ/cycle | error | worst "
	        "layer |\n| --- | ---: | ---: | ---: | ---: |\n",
	        d->rows, d->cols, d->lanes, d->banks, d->dma_bytes, s->n, what);
	for (int p = 0; p < N_PIECES; p++)
		print_row(f, energy_part_name[p], s->gates[p], s->model[p],
		          s->worst[p], s->cycles);
	print_row(f, "all", s->gates_all, s->model_all, s->worst_all,
	          s->cycles);
	fprintf(f, "\n");
}

/* ------------------------------------------------------------------------
 * The table */

/* What the rows of a table are made of: over the samples of the fit, in fJ. */
struct split {
	double macs, pools, requants, bytes, cycles, cell_cycles, lane_cycles;
	double mac, pool, idle_mac, requant, byte, cell, lane, all;
	double mac_min, mac_max; /* of a layer, a MAC */
};

static double term(const struct calibration *c, const double *amount,
                   enum energy_term t)
{
	return c->model.fj[t] * amount[t];
}

static void split_array(struct split *to, const struct calibration *c,
                        const struct energy_sample *s, const double *x)
{
	double moved = 0, weights = c->model.fj[TERM_array_flip] * FLIP_WGT *
	                            s->activity.wgt_flips;
	double macs = (double)s->counts.n[EV_macs];

	for (int t = 0; t < N_TERMS; t++)
		if (t != TERM_array_cell_cycle &&
		    (energy_term_part[t] == PIECE_array))
			moved += term(c, x, (enum energy_term)t);
	if (macs > 0) {
		double each = moved / macs;
		to->macs += macs;
		to->mac += moved;
		to->idle_mac += weights;
		if (to->mac_max == 0 || each < to->mac_min)
			to->mac_min = each;
		if (each > to->mac_max)
			to->mac_max = each;
	} else {
		to->pools += (double)s->counts.n[EV_pool_ops];
		to->pool += moved;
	}
}

static void split_sample(struct split *to, const struct calibration *c,
                         const struct energy_sample *s)
{
	double x[N_TERMS];

	energy_amounts(s, x);
	split_array(to, c, s, x);
	to->cycles += (double)s->cycles;
	to->cell_cycles += x[TERM_array_cell_cycle];
	to->cell += term(c, x, TERM_array_cell_cycle) +
	            term(c, x, TERM_requant_cell_cycle);
	to->lane_cycles += x[TERM_requant_lane_cycle];
	to->lane += term(c, x, TERM_requant_lane_cycle);
	to->requants += x[TERM_requant_requant];
	to->requant += term(c, x, TERM_requant_requant);
	to->bytes += x[TERM_dma_load_byte] + x[TERM_dma_store_byte];
	to->byte += term(c, x, TERM_dma_load_beat) +
	            term(c, x, TERM_dma_load_byte) +
	            term(c, x, TERM_dma_store_beat) +
	            term(c, x, TERM_dma_store_byte);
	for (int p = 0; p < N_PIECES; p++)
		to->all += s->fj[p];
}

static void split_all(struct split *s, const struct calibration *c)
{
	*s = (struct split){0};
	for (int i = 0; i < c->n; i++)
		if (c->sample[i].fit)
			split_sample(s, c, &c->sample[i]);
}

/* The array of a layer by the table's rows, which know counts but not what
 * flips. */
static double by_rows(const struct calibration *c, const struct split *s,
                      const struct energy_sample *k)
{
	double x[N_TERMS];

	energy_amounts(k, x);
	return term(c, x, TERM_array_cell_cycle) +
	       ratio(s->mac, s->macs) * (double)k->counts.n[EV_macs] +
	       ratio(s->pool, s->pools) * (double)k->counts.n[EV_pool_ops];
}

static void row_errors(const struct calibration *c, const struct split *s,
                       double *least, double *most)
{
	*least = *most = 0;
	for (int i = 0; i < c->n; i++) {
		const struct energy_sample *k = &c->sample[i];
		double e = error(by_rows(c, s, k), k->fj[PIECE_array]);
		*least = fmin(*least, e);
		*most = fmax(*most, e);
	}
}

static void print_layers(const struct calibration *c, FILE *f)
{
	struct split s;

	split_all(&s, c);
	fprintf(f, "Array, layer by layer:\n\n| cells | layer | of the fit | "
	           "gates pJ/cycle | model | the table's rows |\n"
	           "| --- | --- | --- | ---: | ---: | ---: |\n");
	for (int i = 0; i < c->n; i++) {
		const struct energy_sample *k = &c->sample[i];
		double fj[N_PIECES], gates = k->fj[PIECE_array];
		energy_model(&c->model, k, fj);
		fprintf(f,
		        "| %dx%d | %s: %s | %s | %.2f | %+.1f %% | %+.1f %% "
		        "|\n",
		        k->d.rows, k->d.cols, k->net, k->layer,
		        k->fit ? "yes" : "no", gates / (double)k->cycles / 1e3,
		        100 * error(fj[PIECE_array], gates),
		        100 * error(by_rows(c, &s, k), gates));
	}
	fprintf(f, "\n");
}

void calibrate_errors(const struct calibration *c, FILE *f)
{
	for (int i = 0; i < c->n_designs; i++) {
		struct sums s;
		sum_up(c, &c->design[i], true, &s);
		print_sums(f, &s, "of the fit", &c->design[i]);
		sum_up(c, &c->design[i], false, &s);
		print_sums(f, &s, "not used for the fit", &c->design[i]);
	}
	print_layers(c, f);
}

struct row {
	const char *name, *unit;
	double value, min, max; /* pJ, uW */
	const char *note;
};

static void print_table_row(FILE *f, const struct calibration *c,
                            const struct row *r, const char *liberty)
{
	fprintf(f,
	        "\n%s:\n  value: %.4g\n  min: %.4g\n  max: %.4g\n  unit: %s\n"
	        "  node_nm: 45\n  voltage: %g\n"
	        "  source: \"joulet calibrate: yosys, Icarus Verilog, %s\"\n"
	        "  confidence: measured_here\n  note: >-\n    %s\n",
	        r->name, r->value, r->min, r->max, r->unit, c->volts, liberty,
	        r->note);
}

static double leak(const struct calibration *c, const char *const *modules,
                   double units)
{
	double uw = 0;

	for (; *modules; modules++) {
		const struct synth_class *k =
		        synth_find(&c->synth[0], *modules);
		uw += k ? k->leak_uw : 0;
	}
	return uw / units;
}

/* Rows of leakage: the first design's, without a band but for the states of
 * cells, which the library gives within a factor of some two. */
static void print_leakage(const struct calibration *c, const char *liberty,
                          FILE *f)
{
	static const char *const cells[] = {"mac_row",    "mac_array",
	                                    "row_buf",    "line_tail",
	                                    "drain_lane", NULL};
	static const char *const lanes[] = {"requant_lane", NULL};
	static const char note[] =
	        "cell_leakage_power of the library, summed over the modules of "
	        "the\n    first design; band: half and twice, for the states "
	        "of "
	        "inputs.";
	const struct design *d = &c->design[0];
	double cell = leak(c, cells, d->rows * d->cols);
	double lane = leak(c, lanes, d->lanes);
	double rest = c->synth[0].total.leak_uw - cell * d->rows * d->cols -
	              lane * d->lanes;
	const struct row row[] = {
	        {"leak_cell", "uW", cell, cell / 2, cell * 2, note},
	        {"leak_lane", "uW", lane, lane / 2, lane * 2, note},
	        {"leak_ctl", "uW", rest, rest / 2, rest * 2, note}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		print_table_row(f, c, &row[i], liberty);
}

/* Of all layers, those of the fit too. */
static double worst_of(const struct calibration *c, enum energy_part part)
{
	struct sums fit, kept;

	sum_up(c, NULL, true, &fit);
	sum_up(c, NULL, false, &kept);
	return fmax(fabs(fit.worst[part]), fabs(kept.worst[part]));
}

static void print_energy(const struct calibration *c, const struct split *s,
                         const char *liberty, FILE *f)
{
	struct sums e;
	sum_up(c, NULL, false, &e);
	if (e.n == 0)
		sum_up(c, NULL, true, &e);
	double cell = ratio(s->cell, s->cell_cycles) / 1e3;
	double lane = ratio(s->lane, s->lane_cycles) / 1e3;
	double mac = ratio(s->mac, s->macs) / 1e3;
	double zero = fmin(ratio(s->idle_mac, s->macs) / 1e3, mac);
	double pool = ratio(s->pool, s->pools) / 1e3;
	double req = ratio(s->requant, s->requants) / 1e3;
	double byte = ratio(s->byte, s->bytes) / 1e3;
	double rest = s->all - s->mac - s->pool - s->cell - s->lane -
	              s->requant - s->byte;
	double ctl = ratio(rest, s->cycles) / 1e3;
	double array = worst_of(c, PIECE_array) + 0.01;
	double other = worst_of(c, PIECE_requant) + 0.01;
	char mac_note[200], fit_note[160], part_note[160];
	snprintf(mac_note, sizeof mac_note,
	         "Beyond cell_cycle. Band: least and most of a layer. Where "
	         "flips are known, the\n    array fits its gates within "
	         "%.1f %% (worst layer %.1f %%).",
	         100 * fabs(error(e.model[PIECE_array], e.gates[PIECE_array])),
	         100 * worst_of(c, PIECE_array));
	snprintf(fit_note, sizeof fit_note,
	         "Fitted. Band: the array's worst layer, %.1f %%.",
	         100 * array);
	snprintf(part_note, sizeof part_note,
	         "Fitted. Band: the worst layer of requantization, %.1f %%.",
	         100 * other);
	const struct row row[] = {
	        {"mac", "pJ", mac, s->mac_min / 1e3, s->mac_max / 1e3,
	         mac_note},
	        {"mac_zero", "pJ", zero, 0, mac,
	         "An operand byte that is zero: only weights move. A network's "
	         "own zero is\n    its zero point, often another byte."},
	        {"pool_op", "pJ", pool, 0, pool * (1 + array), fit_note},
	        {"requant", "pJ", req, req * (1 - fmin(other, 1)),
	         req * (1 + other), part_note},
	        {"cell_cycle", "pJ", cell, cell * (1 - fmin(array, 1)),
	         cell * (1 + array), fit_note},
	        {"lane_cycle", "pJ", lane, lane * (1 - fmin(other, 1)),
	         lane * (1 + other), part_note},
	        {"ctl_cycle", "pJ", ctl, ctl / 2, ctl * 2,
	         "All that the other rows do not name, a cycle of the designs "
	         "of the fit (small\n    ones). Band: half and twice, since it "
	         "grows with banks, words and queues."},
	        {"dma_byte", "pJ/B", byte, 0, 2 * byte,
	         "Load and store units beyond their clock. Band: none, "
	         "twice."}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		print_table_row(f, c, &row[i], liberty);
}

void calibrate_table(const struct calibration *c, const char *name,
                     const char *liberty, FILE *f)
{
	struct split s;
	double least, most;

	split_all(&s, c);
	row_errors(c, &s, &least, &most);
	fprintf(f,
	        "# %s\n#\n# Made by `joulet calibrate`: docs/calibration.md. "
	        "Logic is calibrated against\n# gates without wires, clock "
	        "tree "
	        "and glitches; all else is horowitz45's,\n# scaled to this "
	        "voltage.\n\nname: %s\nabout: >-\n",
	        name, name);
	fprintf(f,
	        "  Standard cells, calibrated against gates of this "
	        "accelerator (designs: %d); rest as\n  horowitz45. %s array "
	        "energy of a layer by these rows is off its gates by\n  %+.0f "
	        "to %+.0f %%: a MAC's energy depends on what flips, which "
	        "counts do not tell.\nbase: horowitz45\nnode_nm: 45\n"
	        "voltage: %g\n",
	        c->n_designs,
	        fmax(most, -least) > 0.1 ? "Preliminary: the" : "The",
	        100 * least, 100 * most, c->volts);
	print_energy(c, &s, liberty, f);
	print_leakage(c, liberty, f);
}
