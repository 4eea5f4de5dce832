/* gen_host: what the host does: posts jobs, a few at a time or all at once,
 * uses the memories, sleeps, reads and writes registers at any time, moves the
 * ring. It looks at the fast model, which runs along, to stay legal: an entry
 * of the ring is written when the last job that had its place has ended, and
 * the ring moves when the address of every job posted has been taken. */
#include <assert.h>

#include "isa/map.h"
#include "sim/accel_fast.h"
#include "tests/cosim/gen.h"

enum { MAX_ACTS = 1500 };

struct driver {
	struct gen *g;
	struct host h;
	uint32_t written, posted; /* entries; jobs told of */
	int busy_percent;         /* of acts that pass time */
};

static void act(struct driver *v, enum act_kind kind, uint32_t x, uint32_t y,
                uint32_t z)
{
	const struct act a = {.kind = kind, .arg = {x, y, z}};

	trial_add_act(v->g->t, &a);
	host_act(&v->h, &a);
}

static uint32_t some(struct driver *v, int64_t lo, int64_t hi)
{
	return (uint32_t)pick(v->g, lo, hi);
}

static void put(struct driver *v, uint32_t offset, uint32_t value)
{
	act(v, ACT_WRITE, offset, value, 1);
}

static uint32_t head(struct driver *v)
{
	return v->h.ops->read(v->h.a, v->h.t, ACCEL_HEAD);
}

/* Until all jobs posted have ended, the last perhaps still in DRAIN. */
static bool idle(struct driver *v)
{
	return !(v->h.ops->read(v->h.a, v->h.t, ACCEL_STATUS) & 1);
}

static void traffic(struct driver *v)
{
	struct gen *g = v->g;
	struct act a = {.kind = ACT_TRAFFIC,
	                .arg = {some(v, 1, chance(g, 20) ? 2000 : 300),
	                        (uint32_t)g->traffic[MEM_SRAM],
	                        (uint32_t)g->traffic[MEM_FLASH],
	                        (uint32_t)rng_next(&g->r)}};

	trial_add_act(g->t, &a);
	host_act(&v->h, &a);
}

static void spend_time(struct driver *v)
{
	struct gen *g = v->g;

	if (g->traffic[MEM_SRAM] + g->traffic[MEM_FLASH] && chance(g, 80))
		traffic(v);
	else if (chance(g, 50))
		act(v, ACT_SLEEP, some(v, 1, 4000), 0, 0);
	else
		act(v, ACT_WAIT, some(v, 1, chance(g, 50) ? 9 : 3000), 0, 0);
}

/* ------------------------------------------------------------------------
 * Jobs */

/* The addresses of all entries are taken. The last one's bytes perhaps are not
 * yet read: a ring that moves to where it is has to leave them alone. */
static bool ring_is_free(struct driver *v)
{
	uint32_t left = v->written - head(v);

	return left == 0 || (left == 1 && v->posted == v->written &&
	                     v->h.a->fetch.state != FETCH_IDLE);
}

static void move_ring(struct driver *v)
{
	struct gen *g = v->g;

	g->ring_now = chance(g, 70) ? !g->ring_now : g->ring_now;
	g->ring_mask = (1u << pick(g, 0, 4)) - 1;
	uint32_t base = MAP_SRAM + g->ring_at[g->ring_now];
	if (chance(g, 50)) { /* either order */
		put(v, ACCEL_RING_BASE, base);
		put(v, ACCEL_RING_MASK, g->ring_mask);
	} else {
		put(v, ACCEL_RING_MASK, g->ring_mask);
		put(v, ACCEL_RING_BASE, base);
	}
}

static void write_entry(struct driver *v)
{
	uint32_t *user =
	        &v->g->ring_user[v->g->ring_now][v->written & v->g->ring_mask];

	if (*user) /* the place's last job must have ended */
		act(v, ACT_AWAIT, *user, some(v, 1, 100), 0);
	act(v, ACT_ENTRY, v->written++, 0, 0);
	*user = v->written;
}

static void post(struct driver *v)
{
	struct gen *g = v->g;
	uint32_t n = (uint32_t)g->t->n_jobs;

	if (v->written < n && v->written - head(v) <= g->ring_mask) {
		write_entry(v);
		/* Several entries, then the bell, now and then. */
		while (v->written < n && chance(g, 30) &&
		       v->written - head(v) <= g->ring_mask)
			write_entry(v);
		if (chance(g, 10))
			spend_time(v);
	}
	if (v->posted != v->written || chance(g, 20)) /* or the same again */
		put(v, ACCEL_TAIL, v->posted = v->written);
}

/* ------------------------------------------------------------------------
 * Registers */

static void write_some(struct driver *v)
{
	static const uint32_t ignored[] = {ACCEL_ID, ACCEL_STATUS,   ACCEL_HEAD,
	                                   0x20,     ACCEL_COUNTERS, 0xffc};
	struct gen *g = v->g;
	int64_t x = pick(g, 0, 99);

	if (x < 35)
		act(v, ACT_WRITE, ACCEL_CTRL,
		    some(v, 0, 1) | some(v, 0, 1) << 5, 1);
	else if (x < 75)
		act(v, ACT_WRITE, ACCEL_IRQ_ACK, some(v, 0, 1),
		    chance(g, 40) ? some(v, 2, 60) : 1);
	else if (x < 90)
		put(v, ACCEL_TAIL, v->posted);
	else
		put(v, ignored[pick(g, 0, 5)], (uint32_t)rng_next(&g->r));
}

static void read_some(struct driver *v)
{
	static const uint32_t offset[] = {
	        ACCEL_ID,        ACCEL_CTRL,      ACCEL_STATUS, ACCEL_IRQ_ACK,
	        ACCEL_RING_BASE, ACCEL_RING_MASK, ACCEL_HEAD,   ACCEL_TAIL,
	        ACCEL_STATUS,    ACCEL_HEAD,      0x20,         0xffc};

	for (int64_t n = pick(v->g, 1, 4); n; n--)
		act(v, ACT_READ, offset[pick(v->g, 0, sizeof(offset) / 4 - 1)],
		    0, 0);
	if (idle(v) && chance(v->g, 30))
		act(v, ACT_COUNTERS, 0, 0, 0);
}

static void interrupt(struct driver *v)
{
	struct gen *g = v->g;

	act(v, ACT_IRQ, 0, 0, 0);
	if (!v->h.ops->irq(v->h.a))
		return;
	if (chance(g, 70))
		act(v, ACT_WAIT, some(v, 1, 9), 0, 0);
	if (chance(g, 80))
		put(v, ACCEL_IRQ_ACK, 1);
}

static void step(struct driver *v)
{
	int64_t x = pick(v->g, 0, 99);

	if (x < v->busy_percent)
		spend_time(v);
	else if (x < 70)
		post(v);
	else if (x < 80)
		interrupt(v);
	else if (x < 90)
		read_some(v);
	else if (x < 96)
		write_some(v);
	else if (ring_is_free(v))
		move_ring(v);
	interrupt(v);
}

/* ------------------------------------------------------------------------ */

static void settings(struct gen *g)
{
	static const int percent[] = {0, 0, 3, 20, 60, 85};

	for (int m = 0; m < N_MEMS; m++)
		g->traffic[m] = percent[pick(g, 0, 5)];
	g->ring_mask = (1u << pick(g, 0, 4)) - 1;
}

void gen_host(struct gen *g)
{
	const struct accel_opts timing = {.timing_only = true};
	struct driver v = {.g = g, .busy_percent = (int)pick(g, 10, 60)};
	struct run r;
	struct err err;

	settings(g);
	bool ok = host_begin(&v.h, &r, &accel_fast, g->t, &timing, &err);
	assert(ok);
	(void)ok;
	if (chance(g, 50))
		act(&v, ACT_WAIT, some(&v, 1, 5), 0, 0);
	put(&v, ACCEL_CTRL, chance(g, 70));
	put(&v, ACCEL_RING_BASE, MAP_SRAM + g->ring_at[0]);
	put(&v, ACCEL_RING_MASK, g->ring_mask);
	uint32_t n = (uint32_t)g->t->n_jobs;
	while (g->t->n_acts < MAX_ACTS && head(&v) < n && !v.h.a->halted &&
	       v.h.t < g->t->limit)
		step(&v);
	while (v.written < n) {
		write_entry(&v);
		put(&v, ACCEL_TAIL, v.posted = v.written);
	}
	if (v.posted < n)
		put(&v, ACCEL_TAIL, n);
	for (int64_t i = pick(g, 0, 3); i; i--)
		step(&v);
	host_end(&v.h);
	run_free(&r);
}
