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
                                   const struct design *d)
{
	return (struct memories){
	        .bank = tech_sram(t, design_bank_bytes(d) / 1024.0,
	                          8.0 * design_word(d)),
	        .dma = tech_sram(t, d->sram_kib, 8.0 * d->dma_bytes),
	        .host = tech_sram(t, d->sram_kib, 32),
	        .imem = tech_sram(t, IMEM_BYTES / 1024.0, 32),
	};
}

#define RULE_FLAT(row) t->value[row]
#define RULE_BEAT(row) (t->value[row] * d->dma_bytes)
#define RULE_WORD32(row) (t->value[row] * 4)
#define RULE_SPAD_READ(row) m.bank.read_pj
#define RULE_SPAD_WRITE(row) m.bank.write_pj
#define RULE_SRAM_DMA_READ(row) m.dma.read_pj
#define RULE_SRAM_DMA_WRITE(row) m.dma.write_pj
#define RULE_SRAM_HOST_READ(row) m.host.read_pj
#define RULE_SRAM_HOST_WRITE(row) m.host.write_pj
#define RULE_IMEM_READ(row) m.imem.read_pj

/* Leakage of everything that is there, whether used or not, in uW. */
static double leakage_uw(const struct joulet_tech *t, const struct design *d,
                         const struct memories *m)
{
	return t->value[TECH_leak_cell] * d->rows * d->cols +
	       t->value[TECH_leak_lane] * d->lanes + t->value[TECH_leak_cpu] +
	       t->value[TECH_leak_flash] * d->flash_kib +
	       m->bank.leak_uw * d->banks + m->dma.leak_uw + m->imem.leak_uw;
}

double joulet_latency_us(const struct design *d, uint64_t cycles)
{
	return (double)cycles / d->clock_mhz;
}

void joulet_cost(const struct joulet_tech *t, const struct design *d,
                 const struct counts *c, uint64_t cycles,
                 double share_pj[N_SHARES])
{
	const struct memories m = memories_of(t, d);
	for (int i = 0; i < N_SHARES; i++)
		share_pj[i] = 0;
#define COST(event, share, rule, row)                                          \
	share_pj[SHARE_##share] +=                                             \
	        (double)c->n[EV_##event] * RULE_##rule(TECH_##row);
#include "sim/cost.def"
	/* uW * us = pJ */
	share_pj[SHARE_leakage] +=
	        leakage_uw(t, d, &m) * joulet_latency_us(d, cycles);
}

double joulet_energy_uj(const double share_pj[N_SHARES])
{
	double sum = 0;
	for (int i = 0; i < N_SHARES; i++)
		sum += share_pj[i];
	return sum * 1e-6;
}
