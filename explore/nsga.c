/* nsga: see nsga.h */
#include "explore/nsga.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "explore/nsga_parts.h"

enum {
	FIRST = 24,        /* points spread evenly before anything is learnt */
	ELITE = 48,        /* points that become parents */
	CHILDREN = 24,     /* made for every one proposed */
	DRAWS = 4000,      /* attempts at legal new points */
	MAX_SCAN = 1 << 20 /* cells that are tried one by one */
};

struct nsga {
	struct nsga_grid grid;
	uint64_t seed;
	long n, cap;
	int *gene; /* n_genes numbers a point */
	double *goal, *excess;
	enum nsga_state *state;
	long *slot; /* hash table of numbers, -1: free */
	long n_slots;
};

/* ---- Seeded numbers ----------------------------------------------------- */

struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *d) /* splitmix64 */
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(struct dice *d, long n)
{
	return (int)(roll(d) % (uint64_t)n);
}

/* ---- Known points -------------------------------------------------------- */

struct nsga *nsga_new(const struct nsga_grid *grid, uint64_t seed)
{
	assert(grid->n_genes >= 0 && grid->n_genes <= NSGA_MAX_GENES);
	assert(grid->n_goals >= 1 && grid->n_goals <= NSGA_MAX_GOALS);
	struct nsga *s = mem_zero(1, sizeof *s);
	s->grid = *grid;
	s->seed = seed;
	return s;
}

void nsga_free(struct nsga *s)
{
	if (!s)
		return;
	free(s->gene);
	free(s->goal);
	free(s->excess);
	free(s->state);
	free(s->slot);
	free(s);
}

long nsga_count(const struct nsga *s)
{
	return s->n;
}

const int *nsga_gene(const struct nsga *s, long point)
{
	assert(point >= 0 && point < s->n);
	return s->gene + point * s->grid.n_genes;
}

enum nsga_state nsga_state(const struct nsga *s, long point)
{
	assert(point >= 0 && point < s->n);
	return s->state[point];
}

const double *nsga_goal(const struct nsga *s, long point)
{
	assert(nsga_state(s, point) == NSGA_DONE);
	return s->goal + point * s->grid.n_goals;
}

double nsga_excess(const struct nsga *s, long point)
{
	assert(nsga_state(s, point) == NSGA_DONE);
	return s->excess[point];
}

static size_t gene_bytes(const struct nsga *s)
{
	return (size_t)s->grid.n_genes * sizeof *s->gene;
}

/* Where the point is in the table, or would be. */
static long find_slot(const struct nsga *s, const int *gene)
{
	uint64_t hash = XXH3_64bits(gene, gene_bytes(s));
	long at = (long)(hash % (uint64_t)s->n_slots);
	while (s->slot[at] >= 0 &&
	       memcmp(nsga_gene(s, s->slot[at]), gene, gene_bytes(s)) != 0)
		at = at + 1 == s->n_slots ? 0 : at + 1;
	return at;
}

long nsga_find(const struct nsga *s, const int *gene)
{
	return s->n ? s->slot[find_slot(s, gene)] : -1;
}

static void make_room(struct nsga *s)
{
	if (s->n < s->cap)
		return;
	s->cap = s->cap ? 2 * s->cap : 256;
	const size_t n = (size_t)s->cap;
	s->gene = mem_grow(s->gene, n, gene_bytes(s));
	s->goal =
	        mem_grow(s->goal, n, (size_t)s->grid.n_goals * sizeof *s->goal);
	s->excess = mem_grow(s->excess, n, sizeof *s->excess);
	s->state = mem_grow(s->state, n, sizeof *s->state);
	s->n_slots = 2 * s->cap + 1;
	s->slot = mem_grow(s->slot, (size_t)s->n_slots, sizeof *s->slot);
	memset(s->slot, -1, (size_t)s->n_slots * sizeof *s->slot);
	for (long i = 0; i < s->n; i++)
		s->slot[find_slot(s, nsga_gene(s, i))] = i;
}

long nsga_add(struct nsga *s, const int *gene)
{
	for (int g = 0; g < s->grid.n_genes; g++)
		assert(gene[g] >= 0 && gene[g] < s->grid.size[g]);
	make_room(s);
	long at = find_slot(s, gene);
	if (s->slot[at] >= 0)
		return s->slot[at];
	s->slot[at] = s->n;
	memcpy(s->gene + s->n * s->grid.n_genes, gene, gene_bytes(s));
	s->state[s->n] = NSGA_OPEN;
	return s->n++;
}

void nsga_tell(struct nsga *s, long point, const double *goal, double excess)
{
	assert(point >= 0 && point < s->n);
	s->state[point] = goal ? NSGA_DONE : NSGA_FAILED;
	s->excess[point] = excess;
	for (int k = 0; goal && k < s->grid.n_goals; k++) {
		assert(isfinite(goal[k]));
		s->goal[point * s->grid.n_goals + k] = goal[k];
	}
}

/* ---- The front ----------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;
	return x < y ? -1 : x > y;
}

/* Done points within what is allowed; their goals in `goal`. */
static long allowed(const struct nsga *s, long *point, const double **goal)
{
	long n = 0;
	for (long i = 0; i < s->n; i++) {
		if (s->state[i] != NSGA_DONE || s->excess[i] > 0)
			continue;
		goal[n] = nsga_goal(s, i);
		point[n++] = i;
	}
	return n;
}

/* The best `want` points within what is allowed, best first; *best of them are
 * the front. To be freed; it has room for all points. */
static long *ordered(const struct nsga *s, long want, long *n, long *best)
{
	const size_t all = (size_t)s->n;
	long *point = mem_zero(all, sizeof *point);
	long *order = mem_zero(all, sizeof *order);
	int *front = mem_zero(all, sizeof *front);
	const double **goal = mem_zero(all, sizeof *goal);
	long found = allowed(s, point, goal);

	*n = nsga_order(goal, found, s->grid.n_goals, want, order, front);
	*best = 0;
	for (long i = 0; i < *n; i++) {
		*best += front[order[i]] == 0;
		order[i] = point[order[i]];
	}
	free(goal);
	free(front);
	free(point);
	return order;
}

/* Where few points are allowed, those that are least beyond it are parents,
 * too. */
static long fill_up(const struct nsga *s, long *elite, long n)
{
	const long from = n;
	for (long i = 0; i < s->n; i++) {
		if (s->state[i] != NSGA_DONE || s->excess[i] == 0)
			continue;
		if (n == ELITE && s->excess[i] >= s->excess[elite[n - 1]])
			continue;
		long at = n < ELITE ? n++ : n - 1;
		for (; at > from && s->excess[elite[at - 1]] > s->excess[i];
		     at--)
			elite[at] = elite[at - 1];
		elite[at] = i;
	}
	return n;
}

long *nsga_front(const struct nsga *s, long *n)
{
	long all;
	long *order = ordered(s, s->n, &all, n);
	qsort(order, (size_t)*n, sizeof *order, by_number);
	return order;
}

/* ---- Candidates ---------------------------------------------------------- */

/* Points that may be proposed: legal, not known, none twice. */
struct pool {
	struct nsga *s;
	struct nsga *seen; /* their genes */
	struct dice dice;
};

static bool put(struct pool *p, const int *gene)
{
	const struct nsga_grid *g = &p->s->grid;
	if (nsga_find(p->seen, gene) >= 0 || nsga_find(p->s, gene) >= 0 ||
	    (g->legal && !g->legal(g->ctx, gene)))
		return false;
	nsga_add(p->seen, gene);
	return true;
}

static bool put_any(struct pool *p)
{
	int gene[NSGA_MAX_GENES];
	for (int g = 0; g < p->s->grid.n_genes; g++)
		gene[g] = below(&p->dice, p->s->grid.size[g]);
	return put(p, gene);
}

/* A step up or down that is mostly short. */
static int step_from(struct dice *d, int value, int size)
{
	int far = 1;
	while (far < size && below(d, 3) == 0)
		far *= 2;
	int to = below(d, 2) ? value + far : value - far;
	if (to < 0 || to >= size)
		to = 2 * value - to; /* the other way */
	return to < 0 ? 0 : to >= size ? size - 1 : to;
}

/* A child of two parents: every gene of one of them, and about one changed. */
static void put_child(struct pool *p, const int *a, const int *b)
{
	const struct nsga_grid *grid = &p->s->grid;
	struct dice *d = &p->dice;
	int gene[NSGA_MAX_GENES];
	for (int g = 0; g < grid->n_genes; g++) {
		gene[g] = below(d, 2) ? a[g] : b[g];
		if (grid->size[g] > 1 && below(d, grid->n_genes) == 0)
			gene[g] = step_from(d, gene[g], grid->size[g]);
	}
	put(p, gene);
}

/* Every point one step beside it. */
static void put_neighbours(struct pool *p, const int *of)
{
	const struct nsga_grid *grid = &p->s->grid;
	int gene[NSGA_MAX_GENES];
	memcpy(gene, of, gene_bytes(p->s));
	for (int g = 0; g < grid->n_genes; g++)
		for (int by = -1; by <= 1; by += 2) {
			gene[g] = of[g] + by;
			if (gene[g] >= 0 && gene[g] < grid->size[g])
				put(p, gene);
			gene[g] = of[g];
		}
}

/* The better of two parents; they are best first. */
static const int *parent(struct pool *p, const long *elite, long n)
{
	int a = below(&p->dice, n), b = below(&p->dice, n);
	return nsga_gene(p->s, elite[a < b ? a : b]);
}

/* ---- The first points -----------------------------------------------------
 */

static long n_first(const struct nsga *s)
{
	return FIRST + 2 * s->grid.n_genes;
}

/* Number i of the first points: of n, every value of a gene comes equally
 * often, in an order of its own (a Latin hypercube). */
static void first_point(const struct nsga *s, long i, int *gene)
{
	const long n = n_first(s);
	long *order = mem_zero((size_t)n, sizeof *order);
	for (int g = 0; g < s->grid.n_genes; g++) {
		struct dice d = {s->seed + (uint64_t)g * 0x632be59bd9b4e019u};
		for (long k = 0; k < n; k++) {
			long at = below(&d, k + 1);
			order[k] = order[at];
			order[at] = k;
		}
		gene[g] = (int)((2 * order[i] + 1) * s->grid.size[g] / (2 * n));
	}
	free(order);
}

/* ---- Choosing -------------------------------------------------------------
 */

/* What the model makes of a candidate; goals of the front on the same scale. */
struct guess {
	long row; /* in the pool */
	double goal[NSGA_MAX_GOALS];
	double excess;
	bool fails;
};

static bool promising(const struct guess *g)
{
	return !g->fails && g->excess == 0;
}

/* Those that promise nothing: what is least beyond the limits, then what may
 * fail. */
static int by_excess(const void *a, const void *b)
{
	const struct guess *x = a, *y = b;
	if (x->fails != y->fails)
		return x->fails ? 1 : -1;
	if (x->excess != y->excess)
		return x->excess < y->excess ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Guesses of all candidates, those that promise something first: *good. */
static struct guess *guess_all(const struct pool *p, const struct nsga_model *m,
                               long room, long *good)
{
	const long n = nsga_count(p->seen);
	struct guess *guess = mem_zero((size_t)(n + room), sizeof *guess);
	*good = 0;
	for (long i = 0; i < n; i++) {
		struct guess g = {.row = i};
		nsga_model_guess(m, nsga_gene(p->seen, i), g.goal, &g.excess,
		                 &g.fails);
		guess[i] = g;
		if (promising(&g)) {
			guess[i] = guess[*good];
			guess[(*good)++] = g;
		}
	}
	qsort(guess + *good, (size_t)(n - *good), sizeof *guess, by_excess);
	return guess;
}

/* The candidates among `good` guesses, best first with regard to the front,
 * whose goals stand behind all guesses. */
static long best_of(const struct guess *guess, long good, long all,
                    long n_front, int n_goals, long *order)
{
	const double **goal = mem_zero((size_t)(good + n_front), sizeof *goal);
	long n = 0;
	for (long i = 0; i < good; i++)
		goal[i] = guess[i].goal;
	for (long i = 0; i < n_front; i++)
		goal[good + i] = guess[all + i].goal;
	long rows = nsga_order(goal, good + n_front, n_goals, good + n_front,
	                       order, NULL);
	for (long i = 0; i < rows; i++)
		if (order[i] < good)
			order[n++] = order[i];
	free(goal);
	return n;
}

/* Make points of the n candidates that look best. */
static void choose(struct pool *p, const struct nsga_model *m,
                   const long *front, long n_front, int n)
{
	struct nsga *s = p->s;
	const long all = nsga_count(p->seen);
	long good;
	struct guess *guess = guess_all(p, m, n_front, &good);
	long *order = mem_zero((size_t)(all + n_front), sizeof *order);

	for (long i = 0; i < n_front; i++)
		nsga_model_scale(m, nsga_goal(s, front[i]),
		                 guess[all + i].goal);
	best_of(guess, good, all, n_front, s->grid.n_goals, order);
	for (long i = good; i < all; i++)
		order[i] = i;
	for (long i = 0; i < n && i < all; i++)
		nsga_add(s, nsga_gene(p->seen, guess[order[i]].row));
	free(order);
	free(guess);
}

static void evolve(struct pool *p, int n)
{
	struct nsga *s = p->s;
	struct nsga_model *m = nsga_model_new(s, &s->grid);
	long n_elite, n_front;
	long *elite = ordered(s, ELITE, &n_elite, &n_front);

	n_elite = fill_up(s, elite, n_elite);
	if (m && n_elite > 0) {
		for (long i = 0; i < n_elite; i++)
			put_neighbours(p, nsga_gene(s, elite[i]));
		for (long i = 0; i < (long)n * CHILDREN; i++)
			put_child(p, parent(p, elite, n_elite),
			          parent(p, elite, n_elite));
		choose(p, m, elite, n_front, n);
	}
	free(elite);
	nsga_model_free(m);
}

/* ---- Asking ---------------------------------------------------------------
 */

/* Make points of candidates, from number `from` of the pool on. */
static void take(struct pool *p, long from)
{
	for (long i = from; i < nsga_count(p->seen); i++)
		nsga_add(p->s, nsga_gene(p->seen, i));
}

/* Another point of the first ones; false if nothing legal was found. */
static bool begin(struct pool *p)
{
	int gene[NSGA_MAX_GENES];
	const long from = nsga_count(p->seen);
	first_point(p->s, p->s->n, gene);
	bool ok = put(p, gene);
	for (int i = 0; !ok && i < DRAWS; i++)
		ok = put_any(p);
	take(p, from);
	return ok;
}

/* Values of a grid as one number, the last gene fastest; -1 if they are more
 * than can be tried one by one. */
static long n_cells(const struct nsga_grid *g)
{
	long n = 1;
	for (int i = 0; i < g->n_genes; i++) {
		n *= g->size[i];
		if (n > MAX_SCAN)
			return -1;
	}
	return n;
}

/* Up to n points wherever there are any, the cells tried in their order. */
static void scan(struct pool *p, int n)
{
	const struct nsga_grid *grid = &p->s->grid;
	const long cells = n_cells(grid), from = nsga_count(p->seen);
	int gene[NSGA_MAX_GENES];
	for (long cell = 0; n > 0 && cell < cells; cell++) {
		long rest = cell;
		for (int g = grid->n_genes - 1; g >= 0; g--) {
			gene[g] = (int)(rest % grid->size[g]);
			rest /= grid->size[g];
		}
		n -= put(p, gene);
	}
	take(p, from);
}

/* Whatever is left, when nothing better is known. */
static void anything(struct pool *p, int n)
{
	const long from = nsga_count(p->seen);
	int found = 0;
	for (int i = 0; found < n && i < DRAWS; i++)
		found += put_any(p);
	take(p, from);
	if (found < n)
		scan(p, n - found);
}

int nsga_ask(struct nsga *s, int n)
{
	assert(n >= 0);
	const long was = s->n;
	const uint64_t turn[2] = {s->seed, (uint64_t)was};
	struct pool p = {.s = s,
	                 .seen = nsga_new(&s->grid, 0),
	                 .dice = {XXH3_64bits(turn, sizeof turn)}};

	while (s->n - was < n && s->n < n_first(s) && begin(&p))
		;
	if (s->n - was < n)
		evolve(&p, n - (int)(s->n - was));
	if (s->n - was < n)
		anything(&p, n - (int)(s->n - was));
	nsga_free(p.seen);
	return (int)(s->n - was);
}
