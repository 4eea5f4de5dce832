/* gen_dma: random LOAD, FILL and STORE; see gen.h. */
#include "isa/map.h"
#include "isa/packed.h"
#include "tests/cosim/gen.h"

int64_t gen_stride(struct gen *g, int64_t span)
{
	switch (pick(g, 0, 4)) {
	case 0:
		return span;
	case 1:
		return span + pick(g, 0, 9);
	case 2:
		return pick(g, -40, 40);
	case 3:
		return chance(g, 30) ? 0 : span;
	default:
		return -span;
	}
}

/* A place for `h` in SRAM blocks or in the data part of flash. */
static bool place_memory(struct gen *g, struct range h, bool flash, int64_t *at)
{
	int64_t size = h.hi - h.lo;
	int64_t room = flash ? FLASH_DATA : N_BLOCKS * BLOCK;
	int64_t base = flash ? MAP_FLASH + g->data_at : MAP_SRAM + g->blocks_at;

	if (size > room)
		return false;
	int64_t lo = pick(g, 0, room - size);
	if (chance(g, 40) && lo >= 16)
		lo -= lo % 16;
	if (chance(g, 5))
		lo = room - size;
	*at = lo - h.lo + base;
	if (!flash)
		for (int64_t b = lo / BLOCK; b <= (lo + size - 1) / BLOCK; b++)
			g->blocks |= 1u << b;
	return true;
}

/* Counts of runs and their bytes, as the style has it. */
static void sizes(struct gen *g, struct command *c)
{
	bool small = g->style != STYLE_MIXED;
	bool big = !small && chance(g, 10), many = !small && chance(g, 3);

	c->n0 = pick(g, 1, big ? 700 : many ? 2 : small ? 9 : 70);
	c->n1 = chance(g, 30) ? 1 : pick(g, 1, big ? 3 : many ? 600 : 7);
	c->n2 = chance(g, 50) ? 1 : pick(g, 1, many && c->n1 == 1 ? 600 : 4);
	if (g->style == STYLE_FLOOD && chance(g, 80))
		c->n0 = c->n1 = c->n2 = 1;
	/* In a tiny scratchpad few of them have room. */
	while (c->n0 * c->n1 * c->n2 > g->spad / 2)
		*(c->n2 > 1 ? &c->n2 : c->n1 > 1 ? &c->n1 : &c->n0) /= 2;
}

bool gen_dma(struct gen *g, int64_t op)
{
	struct command c = {.opcode = op};

	sizes(g, &c);
	c.fill = pick(g, 0, 255);
	c.spad_s1 = gen_stride(g, c.n0);
	c.spad_s2 = gen_stride(g, c.n0 * c.n1);
	c.mem_s1 = gen_stride(g, c.n0);
	c.mem_s2 = gen_stride(g, c.n0 * c.n1);
	if (chance(g, 20)) /* whole beats */
		c.mem_s1 = c.mem_s1 / 16 * 16, c.mem_s2 = c.mem_s2 / 16 * 16;
	struct range s = {0, c.n0}, m = {0, c.n0};
	gen_widen(&s, c.n1, c.spad_s1);
	gen_widen(&s, c.n2, c.spad_s2);
	gen_widen(&m, c.n1, c.mem_s1);
	gen_widen(&m, c.n2, c.mem_s2);
	bool flash = op == OP_LOAD && chance(g, 60);
	if (!gen_place(g, s, 0, &c.spad))
		return false;
	if (op != OP_FILL && !place_memory(g, m, flash, &c.mem))
		return false;
	gen_emit(g, &c);
	return true;
}

bool gen_unpack(struct gen *g)
{
	int m = chance(g, 60) ? MEM_FLASH : MEM_SRAM;
	int64_t i = pick(g, 0, STREAMS - 1);
	const struct stream_data *s = &g->packed[m][i];
	struct command c = {.opcode = OP_UNPACK, .n0 = s->bytes, .n1 = 1};
	struct range h = {0,
	                  (int64_t)s->units * packed_unit(g->t->d.dma_bytes)};

	c.n2 = s->units;
	c.mem = (m == MEM_FLASH ? MAP_FLASH : MAP_SRAM) + g->streams_at[m] +
	        i * STREAM + s->at;
	if (!gen_place(g, h, 0, &c.spad))
		return false;
	gen_emit(g, &c);
	return true;
}

void gen_copy(struct gen *g, int64_t op, int64_t mem, int64_t spad, int64_t n)
{
	struct command c = {
	        .opcode = op,
	        .mem = mem,
	        .spad = spad,
	        .n0 = n,
	        .n1 = 1,
	        .n2 = 1,
	};

	g->banks = gen_banks(g, spad, spad + n);
	gen_emit(g, &c);
}
