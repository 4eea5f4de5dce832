/* slurm_worker: one element of the job array; see slurm.h.
 *
 * Two processes. The inner one takes slices and runs points; the outer one
 * shows that both are alive, writes down when the inner one dies of a point or
 * takes too long for it, and starts another one. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "explore/merge.h"
#include "explore/point.h"
#include "explore/slurm.h"
#include "explore/slurm_dir.h"

enum {
	WORKED = 42,
	IDLE_S = 30,
	PULSE_S = 2,
	GRACE_S = 3,
	MAX_IDLE_DEATHS = 5
};

/* Between the two, in shared memory. */
struct desk {
	atomic_bool stop;
	atomic_long slice, at; /* in work: its number and place; slice -1 */
	atomic_long point;     /* begun and not ended; -1: none */
	atomic_long began;     /* milliseconds */
	atomic_bool broken;    /* err says how */
	struct err err;
};

struct worker {
	struct run_dir dir;
	struct run_info info;
	struct plan *file; /* as the sweep file says */
	struct plan plan;  /* what is run of it */
	struct desk *desk;
	struct bench *bench; /* of the inner process */
	char name[OWNER_SIZE];
	char *log;
	struct pulse pulse;
	bool fenced; /* taken for dead */
	pid_t inner;
	long idle_deaths;
};

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* ---- The inner process ------------------------------------------------- */

static bool same_key(const struct worker *w, const struct slice *s, long i,
                     struct err *err)
{
	char key[PLAN_KEY] = "";
	if (s->point[i] >= 0 && s->point[i] < w->plan.n_points)
		plan_key(&w->plan, s->point[i], key);
	return strcmp(key, s->key[i]) == 0 ||
	       err_set(err, ERR_DATA,
	               "%s: was changed while the sweep runs; stop it and "
	               "begin anew",
	               w->info.sweep);
}

static bool run_point(struct worker *w, struct log *log, long point,
                      struct err *err)
{
	struct desk *b = w->desk;
	struct outcome o;
	if (!log_begin(log, &w->plan, point, err))
		return false;
	atomic_store(&b->began, now_ms());
	atomic_store(&b->point, point);
	bool ok = bench_point(w->bench, point, &o, err) &&
	          log_finish(log, &w->plan, point, &o, err);
	atomic_store(&b->point, -1);
	return ok;
}

static bool run_slice(struct worker *w, struct log *log, const struct slice *s,
                      long from, struct err *err)
{
	struct desk *b = w->desk;
	for (long i = from; i < s->n; i++) {
		if (atomic_load(&b->stop))
			return true;
		atomic_store(&b->at, i);
		if (!same_key(w, s, i, err) ||
		    !run_point(w, log, s->point[i], err))
			return false;
	}
	atomic_store(&b->slice, -1);
	return log_slice(log, s->id, err);
}

/* The slice that the process before us died in, from the next point on. */
static bool go_on(struct worker *w, struct log *log, struct err *err)
{
	long id = atomic_load(&w->desk->slice);
	char name[OWNER_SIZE + 32];
	struct slice s;
	if (id < 0)
		return true;
	snprintf(name, sizeof name, "%s.%08ld", w->name, id);
	if (!slice_read(&w->dir, "taken", name, &s, err))
		return false;
	bool ok = run_slice(w, log, &s, atomic_load(&w->desk->at) + 1, err);
	slice_free(&s);
	return ok;
}

static bool serve(struct worker *w, struct log *log, struct err *err)
{
	struct desk *b = w->desk;
	long idle_since = now_ms();
	bool ok = go_on(w, log, err);
	while (ok && !atomic_load(&b->stop)) {
		struct slice s;
		bool found;
		ok = slice_take(&w->dir, w->name, (unsigned)getpid(), &s,
		                &found, err);
		if (ok && !found) {
			if (now_ms() - idle_since > IDLE_S * 1000)
				return true;
			pause_ms(200);
			continue;
		}
		if (!ok)
			return false;
		atomic_store(&b->at, -1);
		atomic_store(&b->slice, s.id);
		ok = run_slice(w, log, &s, 0, err);
		slice_free(&s);
		idle_since = now_ms();
	}
	return ok;
}

static void be_inner(struct worker *w, pid_t outer)
{
	struct err err = {0};
	struct log log;
	setpgid(0, 0); /* with the tools that it starts */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != outer)
		_exit(1);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	bool ok = log_open(&log, w->log, w->info.durable, &err);
	if (ok) {
		w->bench = bench_open(&w->plan);
		ok = serve(w, &log, &err);
		bench_close(w->bench);
		log_close(&log);
	}
	if (!ok) {
		w->desk->err = err;
		atomic_store(&w->desk->broken, true);
	}
	_exit(ok ? WORKED : 1);
}

/* ---- The outer process ------------------------------------------------- */

static bool hire(struct worker *w, struct err *err)
{
	pid_t self = getpid();
	w->inner = fork();
	if (w->inner == 0)
		be_inner(w, self);
	if (w->inner < 0) {
		w->inner = 0;
		return err_set(err, ERR_TOOL, "cannot start a process: %s",
		               strerror(errno));
	}
	setpgid(w->inner, w->inner);
	return true;
}

static void kill_inner(struct worker *w)
{
	if (!w->inner)
		return;
	kill(-w->inner, SIGKILL);
	kill(w->inner, SIGKILL);
}

/* The inner process died: of a point, then others shall know; or between two,
 * which may not go on for ever. */
static bool note_death(struct worker *w, const char *why, struct err *err)
{
	long point = atomic_load(&w->desk->point);
	struct log log;
	if (point < 0) {
		if (++w->idle_deaths < MAX_IDLE_DEATHS)
			return true;
		return err_set(err, ERR_BUG,
		               "workers end before they take a point: %s", why);
	}
	atomic_store(&w->desk->point, -1);
	if (!log_open(&log, w->log, w->info.durable, err))
		return false;
	bool ok = log_crash(&log, &w->plan, point, why, err);
	log_close(&log);
	return ok;
}

/* *end: there is nothing more to do. */
static bool after_death(struct worker *w, int status, const char *late,
                        bool *end, struct err *err)
{
	char why[96];
	if (atomic_load(&w->desk->broken)) {
		*err = w->desk->err;
		return false;
	}
	*end = (WIFEXITED(status) && WEXITSTATUS(status) == WORKED) ||
	       atomic_load(&w->desk->stop);
	if (*end)
		return true;
	if (late[0] && atomic_load(&w->desk->point) < 0)
		return hire(w, err); /* it was done just before the kill */
	if (late[0])
		snprintf(why, sizeof why, "%s", late);
	else
		work_death(status, why, sizeof why);
	return note_death(w, why, err) && hire(w, err);
}

/* Show that we are alive; end if that is not believed, or wanted. */
static bool show_life(struct worker *w, struct err *err)
{
	w->pulse.tick++;
	if (!pulse_write(&w->dir, w->name, &w->pulse, false, &w->fenced, err))
		return false;
	if (w->fenced || run_stopped(&w->dir))
		atomic_store(&w->desk->stop, true);
	return true;
}

/* Is the point too slow? Then why, else "". */
static void judge_time(const struct worker *w, char *late, size_t size)
{
	long limit = w->info.timeout_s;
	if (limit && atomic_load(&w->desk->point) >= 0 &&
	    now_ms() - atomic_load(&w->desk->began) > limit * 1000)
		work_too_slow(limit, late, size);
}

static bool attend(struct worker *w, const volatile sig_atomic_t *stop,
                   struct err *err)
{
	long shown = now_ms(), stopped = 0;
	char late[96] = "";
	bool end = false;
	while (!end) {
		int status;
		if (waitpid(w->inner, &status, WNOHANG) == w->inner) {
			w->inner = 0;
			if (!after_death(w, status, late, &end, err))
				return false;
			late[0] = '\0';
			continue;
		}
		if (stop && *stop)
			atomic_store(&w->desk->stop, true);
		if (now_ms() - shown > PULSE_S * 500) {
			shown = now_ms();
			if (!show_life(w, err))
				return false;
		}
		judge_time(w, late, sizeof late);
		if (atomic_load(&w->desk->stop) && !stopped)
			stopped = now_ms();
		if (late[0] ||
		    (stopped && (now_ms() - stopped > GRACE_S * 1000)))
			kill_inner(w);
		pause_ms(20);
	}
	return true;
}

/* ---- Beginning and end ------------------------------------------------- */

static bool load_plan(struct worker *w, struct err *err)
{
	w->file = plan_load(w->info.sweep, err);
	if (!w->file)
		return false;
	if (strcmp(w->file->tool, w->info.tool) != 0)
		return err_set(
		        err, ERR_DATA,
		        "this node has another build of joulet (%s) than "
		        "the submitter (%s)",
		        w->file->tool, w->info.tool);
	if (w->info.confirm)
		w->plan = plan_confirm(w->file, w->info.rtl_hash, NULL, 0);
	else
		w->plan = w->info.cells ? plan_by_cell(w->file) : *w->file;
	return true;
}

static bool sign_in(struct worker *w, struct err *err)
{
	bool gone;
	struct log log;
	if (!owner_name(getpid(), w->pulse.owner))
		return err_set(err, ERR_TOOL, "cannot read /proc");
	snprintf(w->name, sizeof w->name, "%s", w->pulse.owner);
	for (char *s = w->name; *s; s++)
		if (*s == '/')
			*s = '-';
	w->log = run_path(&w->dir, "log", w->name);
	if (!log_create(&log, w->log, w->info.durable, err))
		return false;
	log_close(&log);
	return pulse_write(&w->dir, w->name, &w->pulse, true, &gone, err);
}

/* Nobody hears more of us. */
static void sign_out(struct worker *w, const struct err *why)
{
	struct err ignored;
	bool gone;
	kill_inner(w);
	if (w->inner)
		waitpid(w->inner, NULL, 0);
	w->pulse.ended = true;
	w->pulse.tick++;
	if (why)
		w->pulse.err = *why;
	if (w->name[0] && !w->fenced)
		pulse_write(&w->dir, w->name, &w->pulse, false, &gone,
		            &ignored);
}

bool slurm_work(const char *folder, const volatile sig_atomic_t *stop,
                struct err *err)
{
	struct worker w = {.dir.lock = -1};
	if (!run_open(folder, &w.dir, err))
		return false;
	w.desk = mmap(NULL, sizeof *w.desk, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w.desk == MAP_FAILED) {
		run_close(&w.dir);
		return err_set(err, ERR_TOOL, "no shared memory: %s",
		               strerror(errno));
	}
	atomic_store(&w.desk->slice, -1);
	atomic_store(&w.desk->point, -1);
	bool ok = sign_in(&w, err) && run_read_info(&w.dir, &w.info, err) &&
	          load_plan(&w, err) && hire(&w, err) && attend(&w, stop, err);
	sign_out(&w, ok ? NULL : err);
	plan_free(w.file);
	free(w.info.sweep);
	free(w.log);
	munmap(w.desk, sizeof *w.desk);
	run_close(&w.dir);
	return ok;
}
