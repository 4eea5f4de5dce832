/* fast_dma: beats of the load, store and fetch units, and the arbiter.
 *
 * A stream asks for one beat a cycle until all are granted. Between two events
 * the same stream wins a memory in every cycle, so beats move in bulk.
 */
#include "sim/accel_fast.h"

#include "isa/map.h"
#include "sim/fast_timing.h"

/* Beats of one run at address `at`: the aligned blocks that it touches. */
static uint64_t run_beats(uint32_t at, int64_t n, unsigned shift)
{
	uint64_t first = at;
	uint64_t last = first + (uint64_t)n - 1;

	return (last >> shift) - (first >> shift) + 1;
}

/* Beats of all runs. fast_check bounds the number of runs. */
static uint64_t memory_beats(const struct command *c, unsigned shift)
{
	uint32_t d = 1u << shift, mem = (uint32_t)c->mem;
	uint32_t s1 = (uint32_t)c->mem_s1, s2 = (uint32_t)c->mem_s2;
	bool even1 = c->n1 == 1 || s1 % d == 0;
	bool even2 = c->n2 == 1 || s2 % d == 0;

	if (even1 && even2)
		return (uint64_t)(c->n1 * c->n2) * run_beats(mem, c->n0, shift);
	uint64_t beats = 0;
	for (uint32_t i2 = 0; i2 < (uint32_t)c->n2; i2++)
		for (uint32_t i1 = 0; i1 < (uint32_t)c->n1; i1++)
			beats += run_beats((mem + i2 * s2 + i1 * s1) % d, c->n0,
			                   shift);
	return beats;
}

static unsigned log2_of(int n)
{
	unsigned k = 0;

	while (n > 1 << k)
		k++;
	return k;
}

static void start_fill(struct accel *a, struct unit *u)
{
	const struct command *c = &u->cur.c;
	int64_t beats = c->n1 * c->n2 * div_up(c->n0, a->d->dma_bytes);

	u->n_ev[EV_spad_load] = (uint64_t)beats;
	u->end = u->start + (uint64_t)beats + T_FILL_END;
}

void fast_dma_start(struct accel *a, enum queue q)
{
	struct unit *u = &a->unit[q];
	const struct command *c = &u->cur.c;

	if (c->opcode == OP_FILL) {
		start_fill(a, u);
		return;
	}
	bool packed = c->opcode == OP_UNPACK;
	unsigned shift = log2_of(a->d->dma_bytes);
	uint64_t beats = packed ? run_beats((uint32_t)c->mem, c->n0, shift)
	                        : memory_beats(c, shift);
	uint64_t bytes = (uint64_t)(packed ? c->n0 : c->n0 * c->n1 * c->n2);
	int mem = c->mem >> 30 & 1 ? MEM_FLASH : MEM_SRAM;
	bool load = q == QUEUE_LD;
	if (load && mem == MEM_FLASH) {
		u->n_ev[EV_ld_flash_beats] = beats;
		u->n_ev[EV_ld_flash_bytes] = bytes;
	} else if (load) {
		u->n_ev[EV_ld_sram_beats] = beats;
		u->n_ev[EV_ld_sram_bytes] = bytes;
	} else {
		u->n_ev[EV_st_sram_beats] = beats;
		u->n_ev[EV_st_sram_bytes] = bytes;
	}
	u->n_ev[load ? EV_spad_load : EV_spad_store] =
	        packed ? (uint64_t)c->n2 : beats;
	a->stream[load ? STREAM_LD : STREAM_ST] = (struct stream){
	        .from = u->start + (load ? T_LOAD_FIRST : T_STORE_FIRST),
	        .left = beats,
	        .mem = mem,
	};
}

/* Who is granted memory `mem` in this cycle, or NULL. */
static const struct stream *winner(const struct accel *a, int mem)
{
	if (a->host >> mem & 1)
		return NULL;
	for (int i = 0; i < N_STREAMS; i++) {
		const struct stream *s = &a->stream[i];
		if (s->left && s->mem == mem && s->from <= a->now)
			return s;
	}
	return NULL;
}

uint64_t fast_dma_horizon(const struct accel *a, uint64_t next)
{
	for (int i = 0; i < N_STREAMS; i++) {
		const struct stream *s = &a->stream[i];
		if (s->left && s->from > a->now && s->from < next)
			next = s->from;
	}
	for (int mem = 0; mem < N_MEMS; mem++) {
		const struct stream *s = winner(a, mem);
		if (s && a->now + s->left < next)
			next = a->now + s->left;
	}
	return next;
}

/* The last beat of a stream was granted in cycle `e`. */
static void stream_done(struct accel *a, enum stream_id id, uint64_t e)
{
	struct stream *s = &a->stream[id];
	struct unit *u = &a->unit[id == STREAM_LD ? QUEUE_LD : QUEUE_ST];

	if (id == STREAM_FETCH) {
		fast_fetch_done(a, e);
	} else if (id == STREAM_LD) {
		u->n_ev[EV_ld_wait_mem] = s->waited;
		u->end = e + (u->cur.c.opcode == OP_UNPACK ? T_UNPACK_END
		                                           : T_LOAD_END);
	} else {
		u->n_ev[EV_st_wait_mem] = s->waited;
		u->end = e + T_STORE_END;
	}
}

void fast_dma_move(struct accel *a, uint64_t dt)
{
	const struct stream *won[N_MEMS];

	for (int mem = 0; mem < N_MEMS; mem++)
		won[mem] = winner(a, mem);
	for (int i = 0; i < N_STREAMS; i++) {
		struct stream *s = &a->stream[i];
		if (!s->left || s->from > a->now)
			continue;
		if (s != won[s->mem]) {
			s->waited += dt;
			continue;
		}
		s->left -= dt;
		if (!s->left)
			stream_done(a, (enum stream_id)i, a->now + dt - 1);
	}
}
