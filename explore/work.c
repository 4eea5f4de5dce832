/* work: see work.h */
#include "explore/work.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "explore/point.h"
#include "explore/tool.h"

enum { LEASE_S = 120, RENEW_S = 20, GRACE_S = 3, MAX_JOBS = 1024 };

/* Exit status of a worker that has come to its end: one that something else
 * ended with exit() had work in its hands. */
enum { WORKED = 42, IDLE_DEATHS = 5 };

/* Between submitter and workers, in shared memory. */
struct board {
	atomic_long done, failed;
	atomic_int stop;
	atomic_int broken; /* 1: somebody writes err, 2: err is there */
	struct err err;
	atomic_long began[MAX_JOBS]; /* of a worker's point, ms; 0: has none */
};

struct worker {
	pid_t pid; /* 0: none */
	bool late; /* killed, since its point took too long */
	char owner[OWNER_SIZE];
};

struct crew {
	const struct plan *plan;
	const struct work_opts *opts;
	struct board *board;
	struct worker *worker;
	int n;
	struct work_progress progress;
	int idle_deaths; /* crashes of workers that had no point */
	double began, renewed, stopped; /* seconds; stopped 0: not yet */
	struct err *err;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long now_ms(void)
{
	return (long)(1000 * now());
}

bool work_differs(const struct plan *p, long point, const struct outcome *o,
                  struct err *err)
{
	char name[200];
	plan_name(p, point, name, sizeof name);
	return err_set(err, o->kind, "not confirmed: %s: %s", name, o->error);
}

void work_death(int status, char *why, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(why, size, "the worker died of signal %d (%s)",
		         WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, size, "the worker exited with status %d",
		         WEXITSTATUS(status));
}

void work_too_slow(long limit_s, char *why, size_t size)
{
	snprintf(why, size, "took longer than %ld s (--point-timeout)",
	         limit_s);
}

/* ---- A worker process -------------------------------------------------- */

static bool serve(const struct crew *c, int seat, struct store *s,
                  struct bench *b, const char *owner, struct err *err)
{
	atomic_long *began = &c->board->began[seat];
	long from = 0, point;
	while (!atomic_load(&c->board->stop)) {
		if (!store_claim(s, c->plan, owner, LEASE_S, from, &point, err))
			return false;
		if (point < 0 && from == 0)
			return true;
		if (point < 0) { /* points before `from` may be open again */
			from = 0;
			continue;
		}
		from = point + 1;
		struct outcome o;
		atomic_store(began, now_ms());
		if (!bench_point(b, point, &o, err))
			return false;
		atomic_store(began, 0);
		if (!store_finish(s, c->plan, point, owner, &o, err))
			return false;
		if (c->plan->of && !o.ok)
			return work_differs(c->plan, point, &o, err);
		atomic_fetch_add(o.ok ? &c->board->done : &c->board->failed, 1);
	}
	return true;
}

/* The first worker that fails tells everyone why. */
static void report_broken(struct board *b, const struct err *err)
{
	int none = 0;
	if (atomic_compare_exchange_strong(&b->broken, &none, 1)) {
		b->err = *err;
		atomic_store(&b->broken, 2);
	}
	atomic_store(&b->stop, 1);
}

static void be_worker(const struct crew *c, int seat, pid_t parent)
{
	char owner[OWNER_SIZE];
	struct err err = {0};

	setpgid(0, 0); /* with the tools that it starts */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before prctl */
		_exit(0);
	/* The submitter decides what signals mean. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);

	bool ok = owner_name(getpid(), owner) ||
	          err_set(&err, ERR_TOOL, "cannot read /proc");
	struct store *s = NULL;
	if (ok)
		s = store_open(c->opts->store, c->opts->durable, &err);
	struct bench *b = bench_open(c->plan);
	ok = s && serve(c, seat, s, b, owner, &err);
	bench_close(b);
	store_close(s);
	if (!ok)
		report_broken(c->board, &err);
	_exit(ok ? WORKED : 1);
}

/* ---- The submitter ----------------------------------------------------- */

static bool hire(struct crew *c, struct worker *w)
{
	pid_t self = getpid();
	int seat = (int)(w - c->worker);
	w->late = false;
	atomic_store(&c->board->began[seat], 0);
	w->pid = fork();
	if (w->pid == 0)
		be_worker(c, seat, self);
	if (w->pid < 0) {
		w->pid = 0;
		return err_set(c->err, ERR_TOOL, "cannot start a worker: %s",
		               strerror(errno));
	}
	if (!owner_name(w->pid, w->owner))
		w->owner[0] = '\0'; /* gone already; waitpid will say */
	setpgid(w->pid, w->pid);    /* here too, before anybody kills it */
	c->progress.workers++;
	return true;
}

/* The worker, and a build of the Verilog that it may have begun. */
static void kill_worker(const struct worker *w)
{
	kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
}

/* SQLite locks belong to a process and do not survive fork, so the submitter
 * has no store open while it may fork: it opens one for each of these. */
static bool give_back(struct crew *c, const struct worker *w, bool crashed,
                      int status)
{
	char why[96];
	struct store *s = store_open(c->opts->store, c->opts->durable, c->err);
	if (w->late)
		work_too_slow(c->opts->point_timeout_s, why, sizeof why);
	else
		work_death(status, why, sizeof why);
	long held = 0;
	bool ok = s && store_held(s, w->owner, &held, c->err) &&
	          store_release(s, w->owner, crashed, why, c->err);
	store_close(s);
	/* No point would ever be failed for these. */
	if (ok && crashed && !w->late && held == 0 &&
	    ++c->idle_deaths >= IDLE_DEATHS)
		return err_set(c->err, ERR_BUG,
		               "workers end before they take a point: %s", why);
	return ok;
}

static bool renew_all(struct crew *c)
{
	if (now() - c->renewed < RENEW_S)
		return true;
	c->renewed = now();
	struct store *s = store_open(c->opts->store, c->opts->durable, c->err);
	bool ok = s != NULL;
	for (int i = 0; ok && i < c->n; i++)
		if (c->worker[i].pid)
			ok = store_renew(s, c->worker[i].owner, LEASE_S,
			                 c->err);
	store_close(s);
	return ok;
}

/* Workers whose point takes too long are killed; look_after sees the rest. */
static void end_slow_points(struct crew *c)
{
	long limit = 1000 * c->opts->point_timeout_s;
	for (int i = 0; limit && i < c->n; i++) {
		struct worker *w = &c->worker[i];
		long began = atomic_load(&c->board->began[i]);
		if (w->pid && began && now_ms() - began > limit) {
			w->late = true;
			kill_worker(w);
		}
	}
}

static bool stopping(const struct crew *c)
{
	return c->stopped > 0 || atomic_load(&c->board->stop);
}

/* Take note of workers that ended; a crashed one is replaced. */
static bool look_after(struct crew *c)
{
	for (int i = 0; i < c->n; i++) {
		struct worker *w = &c->worker[i];
		int status;
		if (!w->pid || waitpid(w->pid, &status, WNOHANG) != w->pid)
			continue;
		w->pid = 0;
		c->progress.workers--;
		if (WIFEXITED(status) && WEXITSTATUS(status) == WORKED)
			continue;
		bool crashed = !stopping(c);
		if (!give_back(c, w, crashed, status))
			return false;
		if (crashed && !hire(c, w))
			return false;
	}
	return true;
}

static void report(struct crew *c)
{
	struct work_progress *p = &c->progress;
	p->seconds = now() - c->began;
	p->done = atomic_load(&c->board->done);
	p->failed = atomic_load(&c->board->failed);
	if (c->opts->progress)
		c->opts->progress(c->opts->ctx, p);
}

static void pause_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* Until no worker is left. */
static bool attend(struct crew *c)
{
	while (c->progress.workers > 0) {
		bool wanted = c->opts->stop && *c->opts->stop;
		if (wanted && c->stopped == 0) {
			c->stopped = now();
			atomic_store(&c->board->stop, 1);
		}
		if (c->stopped > 0 && now() - c->stopped > GRACE_S)
			for (int i = 0; i < c->n; i++)
				if (c->worker[i].pid)
					kill_worker(&c->worker[i]);
		end_slow_points(c);
		if (!look_after(c) || !renew_all(c))
			return false;
		report(c);
		pause_ms(20);
	}
	return true;
}

/* After an error of our own: nobody goes on working. */
static void dismiss(struct crew *c)
{
	struct err ignored, *kept = c->err;
	c->err = &ignored;
	for (int i = 0; i < c->n; i++) {
		struct worker *w = &c->worker[i];
		if (!w->pid)
			continue;
		kill_worker(w);
		waitpid(w->pid, NULL, 0);
		w->pid = 0;
		give_back(c, w, false, 0);
	}
	c->err = kept;
}

/* What the store says is left, claims of the dead given back. */
static bool left(struct crew *c, struct tally *t)
{
	long n;
	struct store *s = store_open(c->opts->store, c->opts->durable, c->err);
	bool ok = s && store_reap(s, c->plan, &n, c->err) &&
	          store_tally(s, c->plan, t, c->err);
	store_close(s);
	return ok;
}

/* True when the round found nothing to do any more. */
static bool one_round(struct crew *c, const struct tally *t, bool *ok)
{
	*ok = true;
	if (t->open == 0 && t->run == 0)
		return true;
	c->progress.waiting = t->open == 0;
	if (t->open == 0) { /* another submitter has them */
		report(c);
		pause_ms(250);
		return false;
	}
	for (int i = 0; *ok && i < c->n && i < t->open; i++)
		*ok = hire(c, &c->worker[i]);
	*ok = *ok && attend(c);
	return false;
}

static bool verdict(struct crew *c)
{
	if (atomic_load(&c->board->broken) == 2) {
		*c->err = c->board->err;
		return false;
	}
	if (c->opts->stop && *c->opts->stop)
		return err_set(c->err, ERR_INTERRUPTED,
		               "interrupted; the same command goes on");
	return true;
}

static bool rounds(struct crew *c)
{
	struct tally t;
	bool ok = left(c, &t);
	c->progress.total = t.total;
	c->progress.known = t.done + t.failed;
	while (ok && verdict(c)) {
		if (one_round(c, &t, &ok)) {
			report(c);
			return true;
		}
		ok = ok && left(c, &t);
		/* What other submitters finished counts as known. */
		if (ok)
			c->progress.known = t.done + t.failed -
			                    atomic_load(&c->board->done) -
			                    atomic_load(&c->board->failed);
	}
	return false;
}

bool work_run(const struct plan *p, const struct work_opts *opts,
              struct err *err)
{
	assert(p && opts && opts->store && opts->jobs >= 1);
	struct crew c = {.plan = p, .opts = opts, .err = err};
	c.board = mmap(NULL, sizeof *c.board, PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c.board == MAP_FAILED)
		return err_set(err, ERR_TOOL, "no shared memory: %s",
		               strerror(errno));
	c.n = opts->jobs < MAX_JOBS ? opts->jobs : MAX_JOBS;
	c.worker = mem_zero((size_t)c.n, sizeof *c.worker);
	c.began = c.renewed = now();
	bool ok = rounds(&c);
	dismiss(&c);
	free(c.worker);
	munmap(c.board, sizeof *c.board);
	return ok;
}
