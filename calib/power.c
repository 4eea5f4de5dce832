/* power: see power.h. */
#include "calib/power.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Nets: what hangs on them, whether a cell drives them, how fast they are. */
struct nets {
	double *load, *slew;
	uint8_t *driven;
};

static double slew_in(const struct netlist *t, const struct nets *n,
                      const struct netlist_cell *c)
{
	double sum = 0;
	int k = 0;

	for (int i = 0; i < c->cell->n_pins; i++)
		if (!c->cell->pin[i].out) {
			sum += n->slew[t->net[c->pin + (uint32_t)i]];
			k++;
		}
	return k ? sum / k : 0;
}

/* A cell's speed depends little on that of its inputs: a few rounds do. */
static void find_slews(const struct netlist *t, struct nets *n)
{
	enum { ROUNDS = 4 };
	static const double first_ns = 0.03;

	for (uint32_t i = 0; i <= t->n_nets; i++)
		n->slew[i] = first_ns;
	for (int round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < t->n_cells; i++) {
			const struct netlist_cell *c = &t->cell[i];
			double in = slew_in(t, n, c);
			for (int k = 0; k < c->cell->n_pins; k++) {
				const struct cell_pin *p = &c->cell->pin[k];
				uint32_t net = t->net[c->pin + (uint32_t)k];
				if (p->out)
					n->slew[net] =
					        cell_slew(p, in, n->load[net]);
			}
		}
}

static void find_loads(const struct netlist *t, struct nets *n)
{
	for (uint32_t i = 0; i < t->n_cells; i++)
		for (int k = 0; k < t->cell[i].cell->n_pins; k++) {
			const struct cell_pin *p = &t->cell[i].cell->pin[k];
			uint32_t net = t->net[t->cell[i].pin + (uint32_t)k];
			if (p->out)
				n->driven[net] = 1;
			else
				n->load[net] += p->cap_ff;
		}
}

/* A change of each pin of a cell. */
static void price_cell(const struct netlist *t, const struct nets *n,
                       const struct netlist_cell *c, double volts, double *fj)
{
	double in = slew_in(t, n, c), half = 0.5 * volts * volts;

	for (int k = 0; k < c->cell->n_pins; k++) {
		const struct cell_pin *p = &c->cell->pin[k];
		uint32_t net = t->net[c->pin + (uint32_t)k];
		if (p->out)
			fj[k] = half * n->load[net] +
			        cell_energy(p, in, n->load[net]);
		else
			fj[k] = (n->driven[net] ? 0 : half * p->cap_ff) +
			        cell_energy(p, n->slew[net], 0);
	}
}

static struct nets nets_of(const struct netlist *t)
{
	const size_t count = (size_t)t->n_nets + 1;
	struct nets n = {.load = mem_zero(count, sizeof(double)),
	                 .slew = mem_zero(count, sizeof(double)),
	                 .driven = mem_zero(count, 1)};

	find_loads(t, &n);
	find_slews(t, &n);
	return n;
}

static void nets_free(struct nets *n)
{
	free(n->load);
	free(n->slew);
	free(n->driven);
}

double *power_prices(const struct netlist *t, double volts)
{
	struct nets n = nets_of(t);
	double *fj = mem_zero(t->n_pins, sizeof *fj);

	for (uint32_t i = 0; i < t->n_cells; i++)
		price_cell(t, &n, &t->cell[i], volts, fj + t->cell[i].pin);
	nets_free(&n);
	return fj;
}

double *power_delays(const struct netlist *t)
{
	struct nets n = nets_of(t);
	double *ns = mem_zero(t->n_pins, sizeof *ns);

	for (uint32_t i = 0; i < t->n_cells; i++) {
		const struct netlist_cell *c = &t->cell[i];
		double in = slew_in(t, &n, c);
		for (int k = 0; k < c->cell->n_pins; k++) {
			uint32_t pin = c->pin + (uint32_t)k;
			if (c->cell->pin[k].out)
				ns[pin] = cell_delay(&c->cell->pin[k], in,
				                     n.load[t->net[pin]]);
		}
	}
	nets_free(&n);
	return ns;
}

void power_energy(const struct netlist *t, const double *prices,
                  const uint32_t *count, double by_class[NETLIST_CLASSES])
{
	memset(by_class, 0, NETLIST_CLASSES * sizeof *by_class);
	for (uint32_t i = 0; i < t->n_cells; i++) {
		const struct netlist_cell *c = &t->cell[i];
		for (int k = 0; k < c->cell->n_pins; k++) {
			uint32_t pin = c->pin + (uint32_t)k;
			by_class[c->cls] += prices[pin] * count[t->net[pin]];
		}
	}
}
