/* program: designs, memory images and lists; see program.h. The commands come
 * from generate.c. */
#include "tests/cosim/program.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/program_generate.h"
#include "tests/cosim/rng.h"

/* rows, cols, spad_kib, banks, lanes, dma_bytes, queue */
static const int designs[][7] = {
        {8, 8, 16, 16, 4, 8, 4},      {6, 10, 16, 8, 3, 4, 2},
        {16, 16, 64, 32, 8, 16, 8},   {1, 4, 8, 4, 1, 4, 2},
        {5, 7, 16, 16, 7, 16, 16},    {3, 20, 32, 8, 20, 8, 4},
        {32, 32, 128, 16, 16, 16, 4}, {20, 5, 32, 16, 2, 4, 8},
        {13, 64, 256, 16, 40, 8, 2},  {64, 6, 64, 8, 6, 16, 4},
        {8, 8, 512, 32, 8, 16, 4},    {4, 4, 4, 4, 2, 8, 2},
        {2, 9, 64, 64, 9, 16, 16},
};

bool program_design(int i, struct design *d)
{
	if (i < 0 || i >= (int)(sizeof(designs) / sizeof(designs[0])))
		return false;
	const int *v = designs[i];
	*d = design_default();
	d->rows = v[0];
	d->cols = v[1];
	d->spad_kib = v[2];
	d->banks = v[3];
	d->lanes = v[4];
	d->dma_bytes = v[5];
	d->queue = v[6];
	return true;
}

void job_append(struct job *j, const struct command *c)
{
	if (j->n == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 64;
		void *p = realloc(j->c, j->cap * sizeof(*j->c));
		if (!p)
			abort();
		j->c = p;
	}
	j->c[j->n++] = *c;
}

void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* Lists alternate between flash and SRAM. */
void program_place(struct program *p)
{
	for (int m = 0; m < N_MEMS; m++)
		p->size[m] = p->data_end[m];
	for (int i = 0; i < p->n_jobs; i++) {
		struct job *j = &p->job[i];
		int m = (p->seed >> i & 1) ? MEM_SRAM : MEM_FLASH;
		uint32_t at = p->size[m];
		uint32_t bytes = j->n * COMMAND_BYTES;
		p->init[m] = realloc(p->init[m], at + bytes);
		if (!p->init[m])
			abort();
		p->size[m] += bytes;
		j->addr = (m == MEM_SRAM ? MAP_SRAM : MAP_FLASH) + at;
		for (uint32_t k = 0; k < j->n; k++) {
			uint32_t w[COMMAND_WORDS];
			command_encode(&j->c[k], w);
			for (int q = 0; q < COMMAND_WORDS; q++)
				put32(p->init[m] + at + k * COMMAND_BYTES +
				              4 * q,
				      w[q]);
		}
	}
}

void program_make(struct program *p, const struct design *d, uint64_t seed,
                  int commands)
{
	memset(p, 0, sizeof(*p));
	p->seed = seed;
	p->d = *d;
	generate(p, commands);
	program_place(p);
}

void program_mutate(struct program *p, uint64_t seed)
{
	struct rng r = {seed};

	for (int64_t n = rng_in(&r, 1, 4); n; n--) {
		const struct job *j = &p->job[rng_in(&r, 0, p->n_jobs - 1)];
		int m = j->addr >> 30 & 1 ? MEM_FLASH : MEM_SRAM;
		int64_t words = j->n * COMMAND_WORDS;
		uint8_t *at = p->init[m] + (j->addr & 0xfffffff) +
		              4 * rng_in(&r, 0, words - 1);
		uint32_t w;
		memcpy(&w, at, 4);
		uint32_t v = (uint32_t)rng_next(&r);
		uint32_t lane = 0xffu << rng_in(&r, 0, 3) * 8;
		switch (rng_in(&r, 0, 3)) {
		case 0:
			w ^= 1u << v % 32;
			break;
		case 1:
			w = (w & ~lane) | (v & lane);
			break;
		case 2:
			w += v % 9 - 4;
			break;
		default:
			w = v % 3 ? v : v % 2 - 1;
		}
		memcpy(at, &w, 4);
	}
}

void program_ring(const struct program *p, uint32_t j, uint32_t *at,
                  uint32_t words[4])
{
	*at = p->ring_base - MAP_SRAM + (j & p->ring_mask) * RING_ENTRY_BYTES;
	words[0] = p->job[j].addr;
	words[1] = p->job[j].n;
	words[2] = p->job[j].irq ? JOB_IRQ : 0;
	words[3] = 0;
}

void program_free(struct program *p)
{
	for (int i = 0; i < p->n_jobs; i++)
		free(p->job[i].c);
	for (int m = 0; m < N_MEMS; m++)
		free(p->init[m]);
	memset(p, 0, sizeof(*p));
}
