/* folded: a profile as collapsed stacks, for flame-graph tools. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "sim/report.h"

static void put_cycles(struct buf *b, const struct joulet_result *r)
{
	for (size_t i = 0; i < r->n_stacks; i++)
		buf_printf(b, "%s %" PRIu64 "\n", r->stack[i].frames,
		           r->stack[i].cycles);
}

static double energy_pj(const struct joulet_report *r, const struct counts *c,
                        uint64_t cycles)
{
	double share[N_SHARES], sum = 0;

	joulet_cost(r->tech, r->design, c, cycles, share);
	for (int i = 0; i < N_SHARES; i++)
		sum += share[i];
	return sum;
}

/* One line; `*sum` is the energy up to here, and what is rounded, so that
 * lines add up to the total. */
static void put_energy(struct buf *b, const char *frames, double pj,
                       double *sum)
{
	double before = round(*sum);

	*sum += pj;
	if (round(*sum) > before)
		buf_printf(b, "%s %.0f\n", frames, round(*sum) - before);
}

/* Leakage goes by time, so it falls to whatever the host was doing. */
static void put_energies(struct buf *b, const struct joulet_report *r)
{
	struct counts accel = {{0}};
	double sum = 0;

	for (size_t i = 0; i < r->result->n_stacks; i++) {
		const struct joulet_stack *s = &r->result->stack[i];

		put_energy(b, s->frames, energy_pj(r, &s->counts, s->cycles),
		           &sum);
	}
	for (int e = 0; e < N_ACCEL_EVENTS; e++)
		accel.n[e] = r->result->total.n[e];
	put_energy(b, "[accelerator]", energy_pj(r, &accel, 0), &sum);
}

bool joulet_report_profile(const struct joulet_report *r, const char *path,
                           struct err *err)
{
	assert(r && r->result && r->tech && r->design && path);
	struct buf cycles = {0}, energy = {0}, name = {0};

	buf_printf(&name, "%s.energy", path);
	put_cycles(&cycles, r->result);
	put_energies(&energy, r);
	bool ok = file_write(path, cycles.data, cycles.len, err) &&
	          file_write(name.data, energy.data, energy.len, err);
	buf_free(&cycles);
	buf_free(&energy);
	buf_free(&name);
	return ok;
}
