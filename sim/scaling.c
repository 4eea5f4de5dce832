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

/* At a process: of the smaller neighbour, between them, of the larger one. */
static struct joulet_band at(figure *f, struct process p)
{
	int i = 1;
	while (i < N_NODES - 1 && nodes[i].nm > p.nm)
		i++;
	const struct node *big = &nodes[i - 1], *small = &nodes[i];
	if (p.nm == big->nm)
		small = big;
	if (p.nm == small->nm)
		big = small;
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

struct joulet_band scaling_area(double from_nm, double to_nm)
{
	return ratio(area, (struct process){from_nm, 1},
	             (struct process){to_nm, 1});
}
