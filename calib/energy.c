/* energy: see energy.h. */
#include "calib/energy.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/nnls.h"

const char *const energy_piece_name[N_PIECES] = {
#define PIECE(name, modules, doc) #name,
#include "calib/energy.def"
};
const enum energy_piece energy_fit_piece[N_FITS] = {
#define FIT(piece, row) PIECE_##piece,
#include "calib/energy.def"
};
const enum cut_row energy_fit_row[N_FITS] = {
#define FIT(piece, row) ROW_##row,
#include "calib/energy.def"
};

static const char *const piece_modules[N_PIECES] = {
#define PIECE(name, modules, doc) " " modules " ",
#include "calib/energy.def"
};

static enum energy_piece piece_of(const char *module)
{
	char word[CELL_NAME + 2];

	snprintf(word, sizeof word, " %s ", module);
	for (int i = 0; i < N_PIECES; i++)
		if (strstr(piece_modules[i], word))
			return (enum energy_piece)i;
	return (enum energy_piece)(N_PIECES - 1);
}

void energy_take(struct energy_sample *s, const struct netlist *n,
                 const struct gates_result *r)
{
	double still[N_PIECES] = {0}, timed[N_PIECES] = {0};

	memset(s->fj, 0, sizeof s->fj);
	for (int i = 0; i < n->n_classes; i++) {
		const enum energy_piece p = piece_of(n->cls[i]);
		s->fj[p] += r->fj[i];
		still[p] += r->still[i];
		timed[p] += r->timed[i];
	}
	for (int p = 0; p < N_PIECES; p++) {
		s->glitch[p] = still[p] > 0 ? timed[p] / still[p] : 1;
		s->fj[p] *= s->glitch[p];
	}
}

/* ------------------------------------------------------------------------
 * Fitting */

/* Least squares of relative errors: of each sample `terms` amounts, and what
 * they are to give. */
struct problem {
	double *a, *b, x[N_FITS];
	int terms, rows;
};

static struct problem problem_new(int samples, int terms)
{
	const size_t n = (size_t)samples + 1;

	return (struct problem){
	        .a = mem_zero(n * (size_t)terms, sizeof(double)),
	        .b = mem_zero(n, sizeof(double)),
	        .terms = terms};
}

static void add_row(struct problem *p, const double *amount, double want,
                    double scale)
{
	for (int k = 0; k < p->terms; k++)
		p->a[p->rows * p->terms + k] = amount[k] / scale;
	p->b[p->rows++] = want / scale;
}

static void solve(struct problem *p)
{
	if (p->rows)
		nnls(p->rows, p->terms, p->a, p->b, p->x);
	free(p->a);
	free(p->b);
}

bool energy_told(const struct energy_sample *s, enum energy_piece piece)
{
	return piece != PIECE_requant || s->counts.n[EV_pool_ops] == 0;
}

static bool fitted(const struct energy_sample *s, enum energy_piece piece)
{
	return s->fit && s->fj[piece] > 0 && energy_told(s, piece);
}

static void fit_piece(struct energy_model *m, const struct energy_sample *s,
                      int n, enum energy_piece piece)
{
	double row[N_ROWS], amount[N_FITS];
	int fit[N_FITS], terms = 0;

	for (int i = 0; i < N_FITS; i++)
		if (energy_fit_piece[i] == piece)
			fit[terms++] = i;
	struct problem p = problem_new(n, terms);
	for (int i = 0; i < n; i++) {
		cut_amounts(&s[i].d, &s[i].counts, row);
		for (int k = 0; k < terms; k++)
			amount[k] = row[energy_fit_row[fit[k]]];
		if (fitted(&s[i], piece))
			add_row(&p, amount, s[i].fj[piece], s[i].fj[piece]);
	}
	solve(&p);
	for (int k = 0; k < terms; k++)
		m->fj[fit[k]] = p.x[k];
}

static void moves_of(const struct energy_sample *s, double amount[N_MOVES])
{
	double row[N_ROWS];

	cut_amounts(&s->d, &s->counts, row);
	amount[MOVE_cell_cycle] = row[ROW_cell_cycle];
	amount[MOVE_wgt] = s->activity.wgt_flips;
	amount[MOVE_idle] = s->activity.idle_flips;
	amount[MOVE_prod] = s->activity.prod_flips;
	amount[MOVE_add] = s->activity.add_flips;
	amount[MOVE_sum] = s->activity.sum_flips;
}

static void fit_array(struct energy_model *m, const struct energy_sample *s,
                      int n)
{
	struct problem moves = problem_new(n, N_MOVES),
	               typical = problem_new(n, 3);
	double row[N_ROWS], amount[N_MOVES];

	for (int i = 0; i < n; i++) {
		moves_of(&s[i], amount);
		if (fitted(&s[i], PIECE_array))
			add_row(&moves, amount, s[i].fj[PIECE_array],
			        s[i].fj[PIECE_array]);
	}
	solve(&moves);
	for (int i = 0; i < n; i++) {
		cut_amounts(&s[i].d, &s[i].counts, row);
		const double three[] = {row[ROW_cell_step], row[ROW_mac],
		                        row[ROW_pool_op]};
		if (fitted(&s[i], PIECE_array))
			add_row(&typical, three,
			        s[i].fj[PIECE_array] -
			                moves.x[0] * row[ROW_cell_cycle],
			        s[i].fj[PIECE_array]);
	}
	solve(&typical);
	m->fj[FIT_array_cell_cycle] = moves.x[0];
	memcpy(m->move, moves.x, sizeof m->move);
	m->fj[FIT_array_cell_step] = typical.x[0];
	m->fj[FIT_array_mac] = typical.x[1];
	m->fj[FIT_array_pool_op] = typical.x[2];
}

void energy_fit(struct energy_model *m, const struct energy_sample *s, int n)
{
	*m = (struct energy_model){0};
	for (int piece = 0; piece < N_PIECES; piece++)
		if (piece != PIECE_array)
			fit_piece(m, s, n, (enum energy_piece)piece);
	fit_array(m, s, n);
}

/* ------------------------------------------------------------------------
 * Using it */

void energy_by_rows(const struct energy_model *m, const struct energy_sample *s,
                    double fj[N_PIECES])
{
	double row[N_ROWS];

	cut_amounts(&s->d, &s->counts, row);
	memset(fj, 0, N_PIECES * sizeof *fj);
	for (int i = 0; i < N_FITS; i++)
		fj[energy_fit_piece[i]] += m->fj[i] * row[energy_fit_row[i]];
}

void energy_by_activity(const struct energy_model *m,
                        const struct energy_sample *s, double fj[N_PIECES])
{
	double amount[N_MOVES];

	energy_by_rows(m, s, fj);
	moves_of(s, amount);
	fj[PIECE_array] = 0;
	for (int i = 0; i < N_MOVES; i++)
		fj[PIECE_array] += m->move[i] * amount[i];
}

void energy_rows(const struct energy_model *m, double fj[N_ROWS])
{
	memset(fj, 0, N_ROWS * sizeof *fj);
	for (int i = 0; i < N_FITS; i++)
		fj[energy_fit_row[i]] += m->fj[i];
}
