/* legal_host: see legal.h. What is checked is docs/accelerator.md, "What a
 * legal driver obeys". */
#include <stdlib.h>

#include "base/mem.h"
#include "isa/map.h"
#include "sim/accel_fast.h"
#include "tests/cosim/legal.h"

enum { NOWHERE = -1 };

struct watch {
	const struct trial *t;
	struct host h;
	int64_t *where; /* of each job: offset of its entry, or NOWHERE */
	uint32_t tail;
};

/* HEAD at the start of this cycle. */
static uint32_t head(struct watch *w)
{
	return w->h.ops->read(w->h.a, w->h.t, ACCEL_HEAD);
}

/* The fetch unit has the address of the job's entry. */
static bool taken(struct watch *w, uint32_t job)
{
	uint32_t now = head(w);

	return job < now || (job == now && w->h.a->fetch.state != FETCH_IDLE);
}

/* ... and all its bytes. */
static bool fetched(struct watch *w, uint32_t job)
{
	return taken(w, job) &&
	       !(job == head(w) && w->h.a->fetch.state == FETCH_RING);
}

static const char *check_entry(struct watch *w, uint32_t job)
{
	int64_t at = entry_offset(w->h.base, w->h.mask, job);

	if (job < w->tail)
		return "an entry is written after its job was posted";
	for (uint32_t k = 0; k < (uint32_t)w->t->n_jobs; k++)
		if (k != job && w->where[k] == at && !fetched(w, k))
			return "an entry is written over one not yet read";
	w->where[job] = at;
	return NULL;
}

/* All jobs that are told of are where the fetch unit will look. */
static bool found(struct watch *w, uint32_t base, uint32_t mask, uint32_t tail)
{
	for (uint32_t k = head(w); k < tail; k++)
		if (!taken(w, k) && w->where[k] != entry_offset(base, mask, k))
			return false;
	return true;
}

static const char *check_write(struct watch *w, uint32_t offset, uint32_t value)
{
	if (offset == ACCEL_RING_BASE && !found(w, value, w->h.mask, w->tail))
		return "the ring moves before a job was looked for";
	if (offset == ACCEL_RING_MASK && !found(w, w->h.base, value, w->tail))
		return "the ring moves before a job was looked for";
	if (offset != ACCEL_TAIL)
		return NULL;
	if (value < w->tail || value > (uint32_t)w->t->n_jobs)
		return "TAIL goes back, or beyond the jobs";
	if (!found(w, w->h.base, w->h.mask, value))
		return "a job is posted that is not in the ring";
	w->tail = value;
	return NULL;
}

/* Why the act must not be done now, or NULL. */
static const char *check_act(struct watch *w, const struct act *a)
{
	if (a->kind == ACT_ENTRY)
		return check_entry(w, a->arg[0]);
	if (a->kind == ACT_WRITE)
		return check_write(w, a->arg[0], a->arg[1]);
	return NULL;
}

/* Number of the first act that is wrong, or how many there are. */
static int watch(struct watch *w, const char **why)
{
	const struct trial *t = w->t;

	for (int i = 0; i < t->n_acts && w->h.t < t->limit; i++) {
		if ((*why = check_act(w, &t->act[i])))
			return i;
		host_act(&w->h, &t->act[i]);
	}
	if (w->tail != (uint32_t)t->n_jobs)
		*why = "not all jobs are posted";
	return t->n_acts;
}

bool host_legal(const struct trial *t, char *text, size_t size)
{
	const struct accel_opts timing = {.timing_only = true};
	struct watch w = {.t = t};
	const char *why = NULL;
	struct run r;
	struct err err;
	int at = 0;

	if (!host_begin(&w.h, &r, &accel_fast, t, &timing, &err)) {
		snprintf(text, size, "%s", err.msg);
		run_free(&r);
		return false;
	}
	w.where = mem_zero((size_t)t->n_jobs, sizeof(*w.where));
	for (int j = 0; j < t->n_jobs; j++)
		w.where[j] = NOWHERE;
	at = watch(&w, &why);
	host_end(&w.h);
	run_free(&r);
	free(w.where);
	if (why)
		snprintf(text, size, "act %d: %s", at, why);
	return !why;
}
