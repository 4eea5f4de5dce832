/* slurm: see slurm.h */
#include "explore/slurm.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "explore/slurm_run.h"

enum {
	LEASE_S = 120,
	RENEW_S = 20,
	SLICES = 16, /* a worker's share of the points, at first */
	MAX_SLICE = 128,
	ODD_S = 60,
	IN_VAIN = 5,
	ASK_S = 2
};

/* ---- Slices ------------------------------------------------------------ */

void slices_forget(struct foreman *f, long id)
{
	for (long i = 0; i < f->n_slices; i++)
		if (f->slice[i].id == id) {
			slice_free(&f->slice[i]);
			f->slice[i] = f->slice[--f->n_slices];
			f->look_again = true;
			return;
		}
}

static void add_slice(struct foreman *f, struct slice s)
{
	f->slice =
	        mem_grow(f->slice, (size_t)f->n_slices + 1, sizeof *f->slice);
	f->slice[f->n_slices++] = s;
	if (s.id >= f->next_slice)
		f->next_slice = s.id + 1;
}

static bool give_out(struct foreman *f, const long *point, long n)
{
	struct slice s = {.id = f->next_slice, .n = n};
	s.point = mem_zero((size_t)n, sizeof *s.point);
	memcpy(s.point, point, (size_t)n * sizeof *point);
	add_slice(f, s);
	return slice_write(&f->dir, f->plan, f->team, s.id, point, n, f->err);
}

/* Of n points, those that nobody has and that nobody can take. */
static long in_no_slice(const struct foreman *f, long *point, long n)
{
	long kept = 0;
	char *has = mem_zero((size_t)f->plan->n_points, 1);
	for (long i = 0; i < f->n_slices; i++)
		for (long k = 0; k < f->slice[i].n; k++)
			if (f->slice[i].point[k] < f->plan->n_points)
				has[f->slice[i].point[k]] = 1;
	for (long i = 0; i < n; i++)
		if (!has[point[i]])
			point[kept++] = point[i];
	free(has);
	return kept;
}

/* Claim what is open; what we have claimed and is in no slice gets into one.
 * *end: nothing is left. */
static bool hand_out(struct foreman *f, bool *end)
{
	long *point, n, claimed;
	struct tally t;
	bool due = foreman_now() - f->taken > 0.25;
	*end = false;
	if (!f->look_again || !due)
		return true;
	f->taken = foreman_now();
	if (!store_claim_all(f->store, f->plan, f->dir.owner, LEASE_S, &claimed,
	                     f->err) ||
	    !store_owned(f->store, f->plan, f->dir.owner, &point, &n, f->err))
		return false;
	f->look_again = n == 0; /* others have the rest */
	f->progress.waiting = false;
	bool ok = true;
	long left = in_no_slice(f, point, n);
	long size = left / (f->slurm->workers * SLICES);
	size = size < 1 ? 1 : size > MAX_SLICE ? MAX_SLICE : size;
	for (long i = 0; ok && i < left; i += size)
		ok = give_out(f, point + i, left - i < size ? left - i : size);
	free(point);
	if (!ok || n > 0 || !store_tally(f->store, f->plan, &t, f->err))
		return ok && n > 0;
	*end = t.open == 0 && t.run == 0;
	f->progress.waiting = !*end;
	f->progress.known = t.done + t.failed - f->news.done - f->news.failed;
	return true;
}

/* ---- Workers ----------------------------------------------------------- */

static long count_todo(const struct foreman *f)
{
	char *path = run_path(&f->dir, "todo", NULL);
	struct names n = dir_names(path);
	long count = n.n;
	names_free(&n);
	free(path);
	return count;
}

/* The last line that any worker said. */
static void last_words(const struct foreman *f, char *buf, size_t size)
{
	char *path = run_path(&f->dir, "out", NULL);
	struct names n = dir_names(path);
	snprintf(buf, size, "they said nothing");
	for (long i = 0; i < n.n; i++) {
		size_t length;
		struct err ignored;
		char *file = path_join(path, n.name[i]);
		char *text = file_read(file, 1 << 20, &length, &ignored);
		free(file);
		while (text && length > 0 && text[length - 1] == '\n')
			text[--length] = '\0';
		char *line = text ? strrchr(text, '\n') : NULL;
		if (text && length > 0)
			snprintf(buf, size, "%s", line ? line + 1 : text);
		free(text);
	}
	names_free(&n);
	free(path);
}

static bool submit(struct foreman *f, long n)
{
	char words[256];
	long merged = f->news.done + f->news.failed + f->news.again;
	f->submits_in_vain =
	        merged == f->merged_then ? f->submits_in_vain + 1 : 0;
	f->merged_then = merged;
	if (f->submits_in_vain > IN_VAIN) {
		last_words(f, words, sizeof words);
		return err_set(f->err, ERR_TOOL,
		               "Slurm's workers end before they finish a "
		               "point: %s",
		               words);
	}
	char *script = run_path(&f->dir, "script", NULL);
	char *out = run_path(&f->dir, "out", NULL);
	struct err err;
	bool ok = slurm_submit(f->slurm, f->dir.name, script, out, n, &err);
	f->submitted = f->submitted || ok;
	/* Later it may be only that slurmctld is away for a while. */
	if (!ok && f->roster.n == 0 && f->submits_in_vain <= 1)
		*f->err = err;
	else
		ok = true;
	free(script);
	free(out);
	return ok;
}

/* How many work or will, as far as one can know. Slurm may take a dead one for
 * running, or not know of one that runs. */
static long have(struct foreman *f, const struct jobs *jobs)
{
	long running = jobs->running, alive = f->roster.alive;
	if (running <= alive) {
		f->odd_since = 0;
		return jobs->pending + alive;
	}
	if (f->odd_since == 0)
		f->odd_since = foreman_now();
	bool odd = foreman_now() - f->odd_since > ODD_S;
	return jobs->pending + (odd ? alive : running);
}

/* Submit workers that are missing. */
static bool add_workers(struct foreman *f, const struct jobs *jobs)
{
	long todo = count_todo(f);
	long wanted = f->roster.alive + todo, here = have(f, jobs);
	snprintf(f->progress.queue, sizeof f->progress.queue, "%s",
	         jobs->pending ? jobs->reason : "");
	if (wanted > f->slurm->workers)
		wanted = f->slurm->workers;
	return todo == 0 || here >= wanted || submit(f, wanted - here);
}

/* Ask Slurm now and then, if there is work for more. */
static bool want_workers(struct foreman *f)
{
	struct err err;
	bool ended, first = f->asked == 0, ok;
	if (!f->query.name) {
		if ((!first && foreman_now() - f->asked < ASK_S) ||
		    count_todo(f) == 0)
			return true;
		if (!slurm_ask(&f->query, f->dir.name, f->err))
			return false;
	}
	ok = call_poll(&f->query, first ? -1 : 0, &ended, &err);
	if (!ended)
		return true;
	f->asked = foreman_now();
	struct jobs jobs = slurm_answer(&f->query);
	call_drop(&f->query);
	if (ok)
		return add_workers(f, &jobs);
	/* Without an answer those who work go on. */
	if (first && f->roster.n == 0)
		*f->err = err;
	return !first || f->roster.n > 0;
}

/* ---- The folder -------------------------------------------------------- */

/* `exec 'PROGRAM' worker 'FOLDER'`; a quote becomes '\''. */
static void quote(struct buf *b, const char *s)
{
	buf_char(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_str(b, "'\\'");
		buf_char(b, *s);
	}
	buf_char(b, '\'');
}

static bool write_script(const struct foreman *f)
{
	char self[4096];
	struct buf b = {0};
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		return err_set(f->err, ERR_TOOL, "cannot read /proc");
	self[n] = '\0';
	buf_str(&b, "#!/bin/sh\nexec ");
	quote(&b, self);
	buf_str(&b, " worker ");
	quote(&b, f->dir.path);
	buf_char(&b, '\n');
	char *path = run_path(&f->dir, "script", NULL);
	bool ok = file_write(path, b.data, b.len, f->err);
	free(path);
	buf_free(&b);
	return ok;
}

static struct run_info describe(const struct foreman *f, char *sweep)
{
	const struct plan *p = f->plan;
	struct run_info i = {.sweep = sweep,
	                     .confirm = p->of != NULL,
	                     .rtl_hash = p->rtl_hash,
	                     .timeout_s = f->opts->point_timeout_s,
	                     .durable = f->opts->durable,
	                     .cells = f->team};
	memcpy(i.id, p->id, sizeof i.id);
	memcpy(i.tool, p->tool, sizeof i.tool);
	return i;
}

static bool begin_run(struct foreman *f, const char *base)
{
	char *sweep = realpath(f->sweep, NULL);
	if (!sweep)
		return err_set(f->err, ERR_NOINPUT, "%s: %s", f->sweep,
		               strerror(errno));
	struct run_info info = describe(f, sweep);
	bool ok = run_make(base, &f->dir, f->err);
	if (ok &&
	    !(run_write_info(&f->dir, &info, f->err) && write_script(f))) {
		run_remove(&f->dir);
		ok = false;
	}
	free(sweep);
	return ok;
}

/* Could we go on with the run in d? */
static bool fits(const struct plan *p, const struct work_opts *opts,
                 const struct run_dir *d)
{
	struct run_info i;
	struct err ignored;
	if (!p || run_stopped(d) || !run_read_info(d, &i, &ignored))
		return false;
	bool yes = !i.cells && strcmp(i.id, p->id) == 0 &&
	           strcmp(i.tool, p->tool) == 0 &&
	           i.confirm == (p->of != NULL) && i.rtl_hash == p->rtl_hash &&
	           i.timeout_s == opts->point_timeout_s;
	free(i.sweep);
	return yes;
}

/* One that was moved meanwhile is read where it is now. */
static bool load_slice(struct foreman *f, const char *in, const char *name)
{
	struct slice s;
	struct err err;
	for (long i = 0; i < f->n_slices; i++)
		if (f->slice[i].id == slice_id(name))
			return true;
	if (slice_read(&f->dir, in, name, &s, &err)) {
		add_slice(f, s);
		return true;
	}
	if (err.kind == ERR_NOINPUT)
		return true;
	*f->err = err;
	return false;
}

/* Its worker signed out, or was found dead. */
static bool has_no_worker(const struct foreman *f, const char *slice)
{
	char worker[OWNER_SIZE];
	snprintf(worker, sizeof worker, "%.*s",
	         (int)(strlen(slice) - SLICE_NAME), slice);
	char *path = run_path(&f->dir, "alive", worker);
	bool none = !file_exists(path);
	if (none)
		slice_drop(&f->dir, worker, slice_id(slice));
	free(path);
	return none;
}

static bool load_folder(struct foreman *f, const char *in, bool taken)
{
	char *path = run_path(&f->dir, in, NULL);
	struct names n = dir_names(path);
	bool ok = true;
	for (long i = 0; ok && i < n.n; i++) {
		if (slice_id(n.name[i]) < 0)
			continue;
		ok = load_slice(f, in, n.name[i]);
		if (taken && has_no_worker(f, n.name[i]))
			slices_forget(f, slice_id(n.name[i]));
	}
	names_free(&n);
	free(path);
	return ok;
}

/* In this order: one that is taken meanwhile is seen at least once. */
static bool load_slices(struct foreman *f)
{
	return load_folder(f, "todo", false) && load_folder(f, "taken", true);
}

/* The run of a submitter that died, if there is one. */
static bool take_over(struct foreman *f, const char *base, bool *found)
{
	struct names n = run_names(base);
	bool ok = true;
	*found = false;
	for (long i = 0; ok && !*found && i < n.n; i++) {
		bool ours;
		ok = run_take(base, n.name[i], &f->dir, &ours, f->err);
		if (!ok || !ours)
			continue;
		*found = fits(f->plan, f->opts, &f->dir);
		if (!*found)
			run_close(&f->dir);
	}
	names_free(&n);
	f->submitted = *found;
	return ok && (!*found || load_slices(f));
}

/* ---- A run ------------------------------------------------------------- */

static void report(struct foreman *f)
{
	struct work_progress *p = &f->progress;
	p->seconds = foreman_now() - f->began;
	p->done = f->news.done;
	p->failed = f->news.failed;
	p->workers = (int)f->roster.alive;
	if (f->opts->progress)
		f->opts->progress(f->opts->ctx, p);
}

static bool renew(struct foreman *f)
{
	if (foreman_now() - f->renewed < RENEW_S)
		return true;
	f->renewed = foreman_now();
	return store_renew(f->store, f->dir.owner, LEASE_S, f->err);
}

static bool check_comparison(const struct foreman *f)
{
	const struct log_line *l = &f->news.differs;
	return !f->plan->of || l->kind != LOG_FAILED ||
	       work_differs(f->plan, l->number, &l->o, f->err);
}

static bool attend(struct foreman *f)
{
	struct err bad = {0};
	bool end = false;
	while (!end) {
		if (f->opts->stop && *f->opts->stop)
			return err_set(f->err, ERR_INTERRUPTED,
			               "interrupted; the same command goes on");
		if (!foreman_merge(f) || !roster_update(f, &bad) ||
		    !check_comparison(f))
			return false;
		if (bad.kind != ERR_NONE) {
			*f->err = bad;
			return false;
		}
		if (!hand_out(f, &end) || !renew(f))
			return false;
		if (!end && !want_workers(f))
			return false;
		report(f);
		if (!end)
			nanosleep(&(struct timespec){0, 100000000}, NULL);
	}
	return true;
}

static bool open_run(struct foreman *f)
{
	struct tally t;
	bool found = false;
	char *base = run_base(f->opts->store);
	if (!f->store)
		f->store = store_open(f->opts->store, f->opts->durable, f->err);
	bool ok = f->store && store_tally(f->store, f->plan, &t, f->err);
	if (ok) {
		f->progress.total = t.total;
		f->progress.known = t.done + t.failed;
	}
	if (ok && !f->dir.path)
		ok = (f->team || take_over(f, base, &found)) &&
		     (found || begin_run(f, base));
	free(base);
	return ok;
}

static void close_run(struct foreman *f)
{
	call_drop(&f->query);
	roster_free(&f->roster);
	for (long i = 0; i < f->n_slices; i++)
		slice_free(&f->slice[i]);
	free(f->slice);
	run_close(&f->dir);
	store_close(f->store);
}

static void begin_plan(struct foreman *f, const struct plan *p,
                       const struct work_opts *opts, struct err *err)
{
	const double now = foreman_now();
	/* Of the plan before: through, if perhaps not yet signed off. */
	for (long i = 0; i < f->n_slices; i++)
		slice_free(&f->slice[i]);
	f->n_slices = 0;
	f->plan = p;
	f->opts = opts;
	f->err = err;
	f->look_again = true;
	f->taken = 0;
	f->news = (struct merge_news){.differs.kind = N_LOG_KINDS};
	f->merged_then = f->submits_in_vain = 0;
	f->progress = (struct work_progress){0};
	f->began = f->renewed = now;
}

bool slurm_run(const struct plan *p, const char *sweep,
               const struct work_opts *opts, const struct slurm_opts *slurm,
               struct err *err)
{
	assert(p && opts && slurm && slurm->workers >= 1);
	struct foreman f = {.slurm = slurm, .sweep = sweep, .dir.lock = -1};
	begin_plan(&f, p, opts, err);
	bool ok = open_run(&f), all;
	if (ok) {
		ok = attend(&f);
		/* What went wrong first is what is told. */
		struct err later;
		f.err = ok ? err : &later;
		ok = foreman_wind_up(&f, !ok, &all) && ok;
		if (ok)
			report(&f);
	}
	close_run(&f);
	return ok;
}

/* ---- Plan after plan --------------------------------------------------- */

struct slurm_team {
	struct foreman f;
};

struct slurm_team *slurm_team_new(const char *sweep,
                                  const struct slurm_opts *slurm)
{
	struct slurm_team *t = mem_zero(1, sizeof *t);
	t->f = (struct foreman){
	        .slurm = slurm, .sweep = sweep, .dir.lock = -1, .team = true};
	return t;
}

bool slurm_team_run(struct slurm_team *t, const struct plan *p,
                    const struct work_opts *opts, struct err *err)
{
	assert(p->cell);
	begin_plan(&t->f, p, opts, err);
	return open_run(&t->f) && attend(&t->f);
}

bool slurm_team_end(struct slurm_team *t, bool in_haste, struct err *err)
{
	bool all;
	t->f.err = err;
	return !t->f.dir.path || foreman_wind_up(&t->f, in_haste, &all);
}

void slurm_team_free(struct slurm_team *t)
{
	if (t)
		close_run(&t->f);
	free(t);
}

/* ---- Runs that were left ----------------------------------------------- */

static bool end_run(struct store *store, struct run_dir dir,
                    const struct work_opts *opts, struct err *err)
{
	bool all;
	struct foreman f = {.opts = opts,
	                    .submitted = true,
	                    .dir = dir,
	                    .store = store,
	                    .news.differs.kind = N_LOG_KINDS,
	                    .err = err};
	bool ok = foreman_wind_up(&f, true, &all);
	roster_free(&f.roster);
	run_close(&f.dir);
	return ok;
}

bool slurm_tidy(const char *path, const struct plan *p,
                const struct work_opts *opts, struct err *err)
{
	char *base = run_base(path);
	struct names n = run_names(base);
	bool ok = true, fit = false;
	for (long i = 0; ok && i < n.n; i++) {
		struct run_dir dir;
		bool ours;
		ok = run_take(base, n.name[i], &dir, &ours, err);
		if (!ok || !ours)
			continue;
		if (!fit && fits(p, opts, &dir)) {
			fit = true;
			run_close(&dir);
			continue;
		}
		struct store *s = store_open(path, opts->durable, err);
		ok = s && end_run(s, dir, opts, err);
		store_close(s);
	}
	names_free(&n);
	free(base);
	return ok;
}
