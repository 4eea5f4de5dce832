/* slurm_roster: who is alive, what they did, and how a run ends; see
 * slurm_run.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/slurm_run.h"

/* A worker counts up every second or two; NFS may show it late. */
enum { DEAD_S = 60, EASY_S = 3, HASTE_S = 15, TRIES = 6 };

double foreman_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- Logs -------------------------------------------------------------- */

struct through {
	struct foreman *f;
	const char *worker;
};

static void on_slice(void *ctx, long id)
{
	struct through *t = ctx;
	slice_drop(&t->f->dir, t->worker, id);
	slices_forget(t->f, id);
}

static bool merge_one(struct foreman *f, const char *worker)
{
	struct through through = {f, worker};
	char name[OWNER_SIZE + 80];
	snprintf(name, sizeof name, "%s/%s", f->dir.name, worker);
	char *path = run_path(&f->dir, "log", worker);
	f->news.slice = on_slice;
	f->news.ctx = &through;
	bool ok = merge_log(f->store, path, name, &f->news, f->err);
	free(path);
	return ok;
}

bool foreman_merge(struct foreman *f)
{
	char *path = run_path(&f->dir, "log", NULL);
	struct names n = dir_names(path);
	bool ok = true;
	for (long i = 0; ok && i < n.n; i++)
		ok = merge_one(f, n.name[i]);
	names_free(&n);
	free(path);
	return ok;
}

/* ---- Workers ----------------------------------------------------------- */

static struct hand *find(struct roster *r, const char *name)
{
	for (long i = 0; i < r->n; i++)
		if (strcmp(r->hand[i].name, name) == 0)
			return &r->hand[i];
	r->hand = mem_grow(r->hand, (size_t)r->n + 1, sizeof *r->hand);
	struct hand *h = &r->hand[r->n++];
	*h = (struct hand){.name = mem_str(name), .heard = foreman_now()};
	r->alive++;
	return h;
}

/* Its slices are to be given to others. */
static void drop_slices(struct foreman *f, const char *worker)
{
	char *path = run_path(&f->dir, "taken", NULL);
	struct names n = dir_names(path);
	size_t length = strlen(worker);
	for (long i = 0; i < n.n; i++) {
		const char *name = n.name[i];
		if (strncmp(name, worker, length) != 0 || name[length] != '.')
			continue;
		slice_drop(&f->dir, worker, slice_id(name));
		slices_forget(f, slice_id(name));
	}
	names_free(&n);
	free(path);
}

/* The point that the worker had when it vanished. */
static bool note_crash(struct foreman *f, const char *worker)
{
	char key[PLAN_KEY];
	char *path = run_path(&f->dir, "log", worker);
	bool ok = merge_open_point(path, key) < 0 ||
	          merge_crash(f->store, key,
	                      "its worker vanished (killed? out of memory?)",
	                      f->err);
	free(path);
	return ok;
}

/* Without its file in alive/ the worker, if it lives after all, ends. */
static bool settle(struct foreman *f, struct hand *h, bool vanished)
{
	char *path = run_path(&f->dir, "alive", h->name);
	unlink(path);
	free(path);
	h->gone = true;
	f->roster.alive--;
	f->look_again = true;
	bool ok =
	        merge_one(f, h->name) && (!vanished || note_crash(f, h->name));
	if (ok)
		drop_slices(f, h->name);
	return ok;
}

static bool look_at(struct foreman *f, struct hand *h, struct err *bad)
{
	struct pulse p;
	if (pulse_read(&f->dir, h->name, &p)) {
		if (p.tick != h->last.tick)
			h->heard = foreman_now();
		h->last = p;
	}
	if (h->last.ended) {
		if (h->last.err.kind != ERR_NONE)
			*bad = h->last.err;
		return settle(f, h, false);
	}
	bool known_dead = h->last.owner[0] && !owner_maybe_alive(h->last.owner);
	if (!known_dead && foreman_now() - h->heard < DEAD_S)
		return true;
	/* Perhaps it ended between the two questions. */
	if (pulse_read(&f->dir, h->name, &p) && p.ended) {
		*bad = p.err.kind != ERR_NONE ? p.err : *bad;
		return settle(f, h, false);
	}
	return settle(f, h, true);
}

bool roster_update(struct foreman *f, struct err *bad)
{
	char *path = run_path(&f->dir, "alive", NULL);
	struct names n = dir_names(path);
	bool ok = true;
	for (long i = 0; i < n.n; i++)
		find(&f->roster, n.name[i]);
	for (long i = 0; ok && i < f->roster.n; i++)
		if (!f->roster.hand[i].gone)
			ok = look_at(f, &f->roster.hand[i], bad);
	names_free(&n);
	free(path);
	return ok;
}

void roster_free(struct roster *r)
{
	for (long i = 0; i < r->n; i++)
		free(r->hand[i].name);
	free(r->hand);
	*r = (struct roster){0};
}

/* ---- The end of a run -------------------------------------------------- */

/* Also those that wait in the queue. slurmctld may be away for a while; if it
 * stays away, they find no folder when they start, and end. */
static void cancel(const struct foreman *f)
{
	struct err ignored;
	for (int i = 0; f->submitted && i < TRIES; i++) {
		if (slurm_cancel(f->dir.name, &ignored))
			return;
		nanosleep(&(struct timespec){0, 500000000}, NULL);
	}
}

/* Until all workers ended, but not for ever. */
static bool wait_for_all(struct foreman *f, bool in_haste)
{
	struct err ignored = {0};
	double since = foreman_now();
	bool cancelled = in_haste;
	/* One that is only tidied up after has to be over. */
	double limit = f->slurm ? HASTE_S : DEAD_S + HASTE_S;
	if (in_haste)
		cancel(f);
	for (;;) {
		double waited = foreman_now() - since;
		if (!roster_update(f, &ignored))
			return false;
		if (f->roster.alive == 0 || waited > limit)
			break;
		if (!cancelled && waited > EASY_S) {
			cancel(f);
			cancelled = true;
		}
		nanosleep(&(struct timespec){0, 50000000}, NULL);
	}
	if (!cancelled)
		cancel(f);
	return true;
}

bool foreman_wind_up(struct foreman *f, bool in_haste, bool *all)
{
	char prefix[80];
	*all = false;
	if (!run_stop(&f->dir, f->err) || !wait_for_all(f, in_haste) ||
	    !foreman_merge(f))
		return false;
	if (f->roster.alive > 0)
		return true;
	snprintf(prefix, sizeof prefix, "%s/", f->dir.name);
	if (!store_release(f->store, f->dir.owner, false, NULL, f->err) ||
	    !merge_forget(f->store, prefix, f->err))
		return false;
	*all = true;
	run_remove(&f->dir);
	return true;
}
