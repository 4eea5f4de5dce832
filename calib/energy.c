/* energy: see energy.h. */
#include "calib/energy.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/nnls.h"

const char *const energy_part_name[N_PIECES] = {
#define PIECE(name, modules, doc) #name,
#include "calib/energy.def"
};
const char *const energy_term_name[N_TERMS] = {
#define TERM(part, name, amount, doc) #part "." #name,
#include "calib/energy.def"
};
const enum energy_part energy_term_part[N_TERMS] = {
#define TERM(part, name, amount, doc) PIECE_##part,
#include "calib/energy.def"
};

static const char *const part_modules[N_PIECES] = {
#define PIECE(name, modules, doc) " " modules " ",
#include "calib/energy.def"
};

static enum energy_part part_of(const char *module)
{
	char word[CELL_NAME + 2];

	snprintf(word, sizeof word, " %s ", module);
	for (int i = 0; i < N_PIECES; i++)
		if (strstr(part_modules[i], word))
			return (enum energy_part)i;
	return (enum energy_part)(N_PIECES - 1);
}

void energy_take(struct energy_sample *s, const struct gates_result *r)
{
	memset(s->fj, 0, sizeof s->fj);
	for (int i = 0; i < r->n_classes; i++)
		s->fj[part_of(r->cls[i])] += r->fj[i];
}

void energy_amounts(const struct energy_sample *s, double amount[N_TERMS])
{
	const struct design *d = &s->d;
	const double W = design_word(d), CYCLES = (double)s->cycles;
	const double CELLS = (double)d->rows * d->cols;

#define N(event) ((double)s->counts.n[EV_##event])
#define A(field) (s->activity.field)
#define TERM(part, name, expr, doc) amount[TERM_##part##_##name] = (expr);
#include "calib/energy.def"
#undef N
#undef A
}

/* A row of relative amounts, of the terms of one part. */
static int row_of(const struct energy_sample *s, enum energy_part part,
                  double *a)
{
	double amount[N_TERMS];
	int n = 0;

	energy_amounts(s, amount);
	for (int i = 0; i < N_TERMS; i++)
		if (energy_term_part[i] == part)
			a[n++] = amount[i] / s->fj[part];
	return n;
}

static void fit_part(struct energy_model *m, const struct energy_sample *s,
                     int n, enum energy_part part)
{
	double *a = mem_zero((size_t)n * N_TERMS, sizeof *a);
	double *b = mem_zero((size_t)n, sizeof *b), x[N_TERMS] = {0};
	int rows = 0, terms = 0;

	for (int i = 0; i < n; i++)
		if (s[i].fit && s[i].fj[part] > 0) {
			terms = row_of(&s[i], part, a + rows * terms);
			b[rows++] = 1;
		}
	if (rows)
		nnls(rows, terms, a, b, x);
	for (int i = 0, k = 0; i < N_TERMS; i++)
		if (energy_term_part[i] == part)
			m->fj[i] = x[k++];
	free(a);
	free(b);
}

void energy_fit(struct energy_model *m, const struct energy_sample *s, int n)
{
	*m = (struct energy_model){0};
	for (int part = 0; part < N_PIECES; part++)
		fit_part(m, s, n, (enum energy_part)part);
}

void energy_model(const struct energy_model *m, const struct energy_sample *s,
                  double fj[N_PIECES])
{
	double amount[N_TERMS];

	energy_amounts(s, amount);
	memset(fj, 0, N_PIECES * sizeof *fj);
	for (int i = 0; i < N_TERMS; i++)
		fj[energy_term_part[i]] += m->fj[i] * amount[i];
}
