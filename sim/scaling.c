/* scaling: see scaling.h */
#include "sim/scaling.h"

#include <assert.h>
#include <math.h>

static const struct node {
	double nm, a, b, c, area;
} nodes[] = {
#define NODE(nm, a, b, c, area) {nm, a, b, c, area},
#include "sim/scaling.def"
};
enum { N_NODES = sizeof nodes / sizeof nodes[0] };

bool scaling_covers(struct process p)
{
	return p.nm <= nodes[0].nm && p.nm >= nodes[N_NODES - 1].nm &&
	       p.volt >= 0.5 && p.volt <= 1.5;
}

static double energy(const struct node *n, double volt)
{
	return n->a * volt * volt + n->b * volt + n->c;
}

static double area(const struct node *n, double volt)
{
	(void)volt;
	return n->area;
}

typedef double figure(const struct node *n, double volt);

/* The nodes beside one, which are itself twice if the source has it. */
static void neighbours(double nm, const struct node **big,
                       const struct node **small)
{
	int i = 1;
	while (i < N_NODES - 1 && nodes[i].nm > nm)
		i++;
	*big = &nodes[i - 1];
	*small = &nodes[i];
	if (nm == (*big)->nm)
		*small = *big;
	if (nm == (*small)->nm)
		*big = *small;
}

/* At a process: of the smaller neighbour, between them, of the larger one. */
static struct joulet_band at(figure *f, struct process p)
{
	const struct node *big, *small;
	neighbours(p.nm, &big, &small);
	double x = f(big, p.volt), y = f(small, p.volt);
	double part =
	        big == small ? 0 : (big->nm - p.nm) / (big->nm - small->nm);
	return (struct joulet_band){fmin(x, y), x + part * (y - x), fmax(x, y)};
}

static struct joulet_band ratio(figure *f, struct process from,
                                struct process to)
{
	assert(scaling_covers(from) && scaling_covers(to));
	if (from.nm == to.nm && from.volt == to.volt)
		return (struct joulet_band){1, 1, 1};
	double of = at(f, from).nominal;
	struct joulet_band x = at(f, to);
	return (struct joulet_band){x.min / of, x.nominal / of, x.max / of};
}

struct joulet_band scaling_energy(struct process from, struct process to)
{
	return ratio(energy, from, to);
}

struct joulet_band scaling_supply(double nm, double from, double to)
{
	const struct node *big, *small;
	neighbours(nm, &big, &small);
	const double nominal = scaling_energy((struct process){nm, from},
	                                      (struct process){nm, to})
	                               .nominal;
	const double x = energy(big, to) / energy(big, from);
	const double y = energy(small, to) / energy(small, from);
	return (struct joulet_band){fmin(nominal, fmin(x, y)), nominal,
	                            fmax(nominal, fmax(x, y))};
}

double scaling_least_supply(double nm)
{
	const struct node *big, *small;
	neighbours(nm, &big, &small);
	return fmax(0.5,
	            fmax(-big->b / (2 * big->a), -small->b / (2 * small->a)));
}

struct joulet_band scaling_area(double from_nm, double to_nm)
{
	return ratio(area, (struct process){from_nm, 1},
	             (struct process){to_nm, 1});
}
