/* cost: energy = counts x technology table; which row is in cost.def. */
#include "isa/map.h"
#include "sim/tech.h"

const char *const joulet_share_name[N_SHARES] = {
#define SHARE(name, doc) #name,
#include "sim/shares.def"
};

/* The memories of a design under a table. */
struct memories {
	struct sram_point bank, dma, host, imem;
};

static struct memories memories_of(const struct joulet_tech *t,
                                   enum joulet_level level,
                                   const struct design *d)
{
	return (struct memories){
	        .bank = tech_sram(t, level, design_bank_bytes(d) / 1024.0,
	                          8.0 * design_word(d)),
	        .dma = tech_sram(t, level, d->sram_kib, 8.0 * d->dma_bytes),
	        .host = tech_sram(t, level, d->sram_kib, 32),
	        .imem = tech_sram(t, level, IMEM_BYTES / 1024.0, 32),
	};
}

#define RULE_FLAT(r) t->row[r].at[level]
#define RULE_BEAT(r) (RULE_FLAT(r) * d->dma_bytes)
#define RULE_WORD32(r) (RULE_FLAT(r) * 4)
#define RULE_CELLS(r) (RULE_FLAT(r) * d->rows * d->cols)
#define RULE_LANES(r) (RULE_FLAT(r) * d->lanes)
#define RULE_SPAD_READ(r) m.bank.read_pj
#define RULE_SPAD_WRITE(r) m.bank.write_pj
#define RULE_SRAM_DMA_READ(r) m.dma.read_pj
#define RULE_SRAM_DMA_WRITE(r) m.dma.write_pj
#define RULE_SRAM_HOST_READ(r) m.host.read_pj
#define RULE_SRAM_HOST_WRITE(r) m.host.write_pj
#define RULE_IMEM_READ(r) m.imem.read_pj

/* Leakage of everything that is there, whether used or not, in uW. */
static double leakage_uw(const struct joulet_tech *t, enum joulet_level level,
                         const struct design *d, const struct memories *m)
{
	return RULE_CELLS(TECH_leak_cell) + RULE_LANES(TECH_leak_lane) +
	       RULE_FLAT(TECH_leak_ctl) + RULE_FLAT(TECH_leak_cpu) +
	       RULE_FLAT(TECH_leak_flash) * d->flash_kib +
	       m->bank.leak_uw * d->banks + m->dma.leak_uw + m->imem.leak_uw;
}

double joulet_latency_us(const struct design *d, uint64_t cycles)
{
	return (double)cycles / d->clock_mhz;
}

void joulet_cost_at(const struct joulet_tech *t, enum joulet_level level,
                    const struct design *d, const struct counts *c,
                    uint64_t cycles, double share_pj[N_SHARES])
{
	const struct memories m = memories_of(t, level, d);
	for (int i = 0; i < N_SHARES; i++)
		share_pj[i] = 0;
#define COST(event, share, rule, row)                                          \
	share_pj[SHARE_##share] +=                                             \
	        (double)c->n[EV_##event] * RULE_##rule(TECH_##row);
#include "sim/cost.def"
	/* uW * us = pJ */
	share_pj[SHARE_leakage] +=
	        leakage_uw(t, level, d, &m) * joulet_latency_us(d, cycles);
}

void joulet_cost(const struct joulet_tech *t, const struct design *d,
                 const struct counts *c, uint64_t cycles,
                 double share_pj[N_SHARES])
{
	joulet_cost_at(t, JOULET_NOMINAL, d, c, cycles, share_pj);
}

struct joulet_band joulet_energy_band(const struct joulet_tech *t,
                                      const struct design *d,
                                      const struct counts *c, uint64_t cycles)
{
	double share[N_SHARES], uj[N_LEVELS];
	for (int l = 0; l < N_LEVELS; l++) {
		joulet_cost_at(t, (enum joulet_level)l, d, c, cycles, share);
		uj[l] = joulet_energy_uj(share);
	}
	return (struct joulet_band){uj[JOULET_MIN], uj[JOULET_NOMINAL],
	                            uj[JOULET_MAX]};
}

double joulet_energy_uj(const double share_pj[N_SHARES])
{
	double sum = 0;
	for (int i = 0; i < N_SHARES; i++)
		sum += share_pj[i];
	return sum * 1e-6;
}
