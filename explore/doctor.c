/* doctor: see doctor.h */
#include "explore/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/merge.h"
#include "explore/slurm.h"
#include "explore/slurm_dir.h"
#include "explore/store_sql.h"

enum { MAX_NODES = 64, OLD_S = 600 };

static struct finding *find(struct diagnosis *d, const char *kind,
                            const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

static struct finding *find(struct diagnosis *d, const char *kind,
                            const char *fmt, ...)
{
	va_list ap;
	d->finding = mem_grow(d->finding, (size_t)d->n + 1, sizeof *d->finding);
	struct finding *f = &d->finding[d->n++];
	*f = (struct finding){.kind = kind};
	va_start(ap, fmt);
	vsnprintf(f->what, sizeof f->what, fmt, ap);
	va_end(ap);
	return f;
}

static void advise(struct finding *f, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));

static void advise(struct finding *f, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(f->fix, sizeof f->fix, fmt, ap);
	va_end(ap);
}

void doctor_free(struct diagnosis *d)
{
	free(d->finding);
	*d = (struct diagnosis){0};
}

long doctor_left(const struct diagnosis *d)
{
	long n = 0;
	for (long i = 0; i < d->n; i++)
		n += !d->finding[i].fixed && !d->finding[i].note;
	return n;
}

/* ---- The file ---------------------------------------------------------- */

/* SQLite's own check; *ok false: points cannot be trusted. */
static bool check_file(const struct doctor_opts *o, struct diagnosis *d,
                       bool *sound, struct err *err)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	char said[256] = "";
	int code = sqlite3_open_v2(o->store, &db, SQLITE_OPEN_READWRITE, NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1,
		                          &q, NULL);
	if (code == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		snprintf(said, sizeof said, "%s",
		         (const char *)sqlite3_column_text(q, 0));
	else
		snprintf(said, sizeof said, "%s", sqlite3_errmsg(db));
	code = sqlite3_errcode(db) & 0xff;
	sqlite3_finalize(q);
	sqlite3_close(db);
	*sound = strcmp(said, "ok") == 0;
	if (code == SQLITE_NOTADB)
		return err_at(err, (struct src){o->store, 0}, "%s", said);
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(err, ERR_AGAIN,
		               "%s: another process keeps it locked; try again",
		               o->store);
	if (!*sound)
		advise(find(d, "damage", "%s is damaged: %s", o->store, said),
		       "sqlite3 %s .recover | sqlite3 NEW.db saves what can be "
		       "read; a sweep with --store NEW.db runs the rest",
		       o->store);
	return true;
}

/* ---- Sweeps ------------------------------------------------------------ */

/* Points that the next `joulet sweep` would not put in again. */
static bool check_sweeps(struct store *s, const struct doctor_opts *o,
                         struct diagnosis *d, struct err *err)
{
	static const char lame[] =
	        "SELECT id FROM sweeps WHERE points > (SELECT count(*) FROM "
	        "members JOIN points USING(key) WHERE sweep = id)";
	static const char empty[] =
	        "state = 'done' AND (cycles IS NULL OR counts IS NULL OR NOT "
	        "json_valid(counts))";
	char sql[512];
	long sweeps, points;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM (%s)", lame);
	if (!sql_pragma(s, sql, &sweeps, err))
		return false;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM points WHERE %s",
	         empty);
	if (!sql_pragma(s, sql, &points, err))
		return false;
	if (sweeps) {
		struct finding *f =
		        find(d, "sweep", "%ld sweeps have not all their points",
		             sweeps);
		advise(f, "they are put in anew by the next joulet sweep");
		snprintf(sql, sizeof sql, "DELETE FROM sweeps WHERE id IN (%s)",
		         lame);
		f->fixed = o->fix && sql_run(s, sql, err);
		if (o->fix && !f->fixed)
			return false;
	}
	if (points) {
		struct finding *f =
		        find(d, "result", "%ld results are not whole", points);
		advise(f, "they are run again by the next joulet sweep");
		snprintf(sql, sizeof sql,
		         "UPDATE points SET state = 'open' WHERE %s", empty);
		f->fixed = o->fix && sql_run(s, sql, err);
		if (o->fix && !f->fixed)
			return false;
	}
	return true;
}

/* ---- Leases ------------------------------------------------------------ */

struct lease {
	char owner[OWNER_SIZE];
	long points;
	bool out; /* its time is over */
};

static struct lease *leases(struct store *s, long *n, struct err *err)
{
	struct lease *list = mem_zero(1, sizeof *list);
	sqlite3_stmt *q = sql_prepare(
	        s,
	        "SELECT coalesce(owner, ''), count(*), max(lease_until) FROM "
	        "points WHERE state = 'run' GROUP BY owner ORDER BY owner",
	        err);
	*n = 0;
	while (q && sqlite3_step(q) == SQLITE_ROW) {
		list = mem_grow(list, (size_t)*n + 1, sizeof *list);
		struct lease *l = &list[(*n)++];
		snprintf(l->owner, sizeof l->owner, "%s",
		         (const char *)sqlite3_column_text(q, 0));
		l->points = (long)sqlite3_column_int64(q, 1);
		l->out = sqlite3_column_int64(q, 2) < time(NULL);
	}
	sqlite3_finalize(q);
	if (q)
		return list;
	free(list);
	return NULL;
}

/* The folder of the run that a lease belongs to is there: see check_runs. */
static bool has_folder(const struct doctor_opts *o, const char *owner)
{
	char name[OWNER_SIZE];
	if (sscanf(owner, "slurm:%159[^/]", name) != 1)
		return false;
	char *base = run_base(o->store), *path = path_join(base, name);
	bool there = file_exists(path);
	free(base);
	free(path);
	return there;
}

static bool check_leases(struct store *s, const struct doctor_opts *o,
                         struct diagnosis *d, struct err *err)
{
	long n;
	struct lease *list = leases(s, &n, err);
	bool ok = list != NULL;
	for (long i = 0; ok && i < n; i++) {
		struct lease *l = &list[i];
		bool slurm = strncmp(l->owner, "slurm:", 6) == 0;
		if (has_folder(o, l->owner) ||
		    (!l->out && !slurm && owner_maybe_alive(l->owner)))
			continue;
		struct finding *f =
		        find(d, "lease",
		             "%ld points are claimed by %s, which is gone",
		             l->points, l->owner);
		advise(f, "the next joulet sweep takes them");
		f->fixed =
		        o->fix && store_release(s, l->owner, false, NULL, err);
		ok = !o->fix || f->fixed;
	}
	free(list);
	return ok;
}

/* ---- Points that were given up ----------------------------------------- */

static bool check_given_up(struct store *s, const struct doctor_opts *o,
                           struct diagnosis *d, struct err *err)
{
	char sql[256];
	long n;
	snprintf(sql, sizeof sql,
	         "SELECT count(*) FROM points WHERE state = 'failed' AND "
	         "crashes >= %d",
	         CRASHES);
	if (!sql_pragma(s, sql, &n, err))
		return false;
	if (n == 0)
		return true;
	struct finding *f = find(d, "given-up",
	                         "%ld points were given up: their process "
	                         "died, or they took too long, %d times",
	                         n, CRASHES);
	f->note = true;
	advise(f, "joulet doctor %s --retry opens them again", o->store);
	if (!o->retry)
		return true;
	snprintf(sql, sizeof sql,
	         "UPDATE points SET state = 'open', crashes = 0, error = NULL, "
	         "error_kind = NULL WHERE state = 'failed' AND crashes >= %d",
	         CRASHES);
	f->fixed = sql_run(s, sql, err);
	return f->fixed;
}

/* ---- Runs on a cluster ------------------------------------------------- */

/* Results that are in no store yet, in bytes; workers that may be alive. */
static bool measure_run(struct store *s, const struct run_dir *dir, long *bytes,
                        long *alive, struct err *err)
{
	char *logs = run_path(dir, "log", NULL);
	char *lives = run_path(dir, "alive", NULL);
	struct names n = dir_names(logs);
	bool ok = true;
	*bytes = *alive = 0;
	for (long i = 0; ok && i < n.n; i++) {
		char name[OWNER_SIZE + 80];
		struct stat st = {0};
		long merged;
		char *path = path_join(logs, n.name[i]);
		snprintf(name, sizeof name, "%s/%s", dir->name, n.name[i]);
		ok = merge_done(s, name, &merged, err);
		if (ok && stat(path, &st) == 0 && st.st_size > merged)
			*bytes += (long)st.st_size - merged;
		free(path);
	}
	names_free(&n);
	n = dir_names(lives);
	for (long i = 0; i < n.n; i++) {
		struct pulse p;
		*alive += !pulse_read(dir, n.name[i], &p) ||
		          (!p.ended && owner_maybe_alive(p.owner));
	}
	names_free(&n);
	free(logs);
	free(lives);
	return ok;
}

static bool check_run(struct store *s, const char *base, const char *name,
                      struct diagnosis *d, bool *left, struct err *err)
{
	struct run_dir dir;
	bool ours;
	long bytes, alive;
	if (!run_take(base, name, &dir, &ours, err))
		return false;
	if (!ours)
		return true; /* its submitter is at work */
	bool ok = measure_run(s, &dir, &bytes, &alive, err);
	run_close(&dir);
	if (!ok)
		return false;
	*left = true;
	advise(find(d, "run",
	            "%s/%s: its submitter is gone; %ld workers may be alive, "
	            "%ld bytes of results are not in the store",
	            base, name, alive, bytes),
	       "the same joulet sweep --executor slurm goes on with it; --fix "
	       "ends it and keeps its results");
	return true;
}

static bool check_runs(struct store *s, const struct doctor_opts *o,
                       struct diagnosis *d, struct err *err)
{
	const struct work_opts opts = {.store = o->store};
	char *base = run_base(o->store);
	struct names n = run_names(base);
	long first = d->n;
	bool ok = true, left = false;
	for (long i = 0; ok && i < n.n; i++)
		ok = check_run(s, base, n.name[i], d, &left, err);
	if (ok && left && o->fix) {
		ok = slurm_tidy(o->store, NULL, &opts, err);
		for (long i = first; ok && i < d->n; i++)
			d->finding[i].fixed = true;
	}
	names_free(&n);
	free(base);
	return ok;
}

/* ---- Files ------------------------------------------------------------- */

/* NAME.PID.part.SUFFIX of a process that is gone (joulet run). */
static bool is_part(const char *name)
{
	char owner[OWNER_SIZE];
	const char *part = strstr(name, ".part");
	const char *at = part;
	while (at && at > name && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return at && at < part && at > name && at[-1] == '.' &&
	       !owner_name((pid_t)strtol(at, NULL, 10), owner);
}

/* NAME.csv.aB3dEf, as file_write has it before it is renamed. */
static bool is_temporary(const char *name, const struct stat *st)
{
	static const char *const made[] = {".csv.", ".json.", ".html."};
	size_t n = strlen(name);
	bool ours = false;
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		size_t length = strlen(made[i]);
		ours = ours ||
		       (n > length + 6 &&
		        strncmp(name + n - 6 - length, made[i], length) == 0);
	}
	return ours &&
	       strspn(name + n - 6,
	              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
	              "VWXYZ0123456789") == 6 &&
	       time(NULL) - st->st_mtime > OLD_S;
}

static void check_files(const struct doctor_opts *o, struct diagnosis *d)
{
	char *folder = path_dir(o->store);
	struct names n = dir_names(folder);
	for (long i = 0; i < n.n; i++) {
		struct stat st;
		char *path = path_join(folder, n.name[i]);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    (is_part(n.name[i]) || is_temporary(n.name[i], &st))) {
			struct finding *f = find(
			        d, "file", "%s: left by a process that is gone",
			        path);
			advise(f, "rm %s", path);
			f->fixed = o->fix && unlink(path) == 0;
		}
		free(path);
	}
	names_free(&n);
	free(folder);
}

/* ---- Nodes ------------------------------------------------------------- */

static void check_nodes(const struct doctor_opts *o, struct diagnosis *d)
{
	struct bad_node node[MAX_NODES];
	struct err err;
	int n;
	if (!slurm_bad_nodes(node, MAX_NODES, &n, &err)) {
		/* Installed, but not for use here? */
		if (!getenv("SLURM_CONF") &&
		    !file_exists("/etc/slurm/slurm.conf"))
			return;
		struct finding *f = find(d, "slurm", "%.400s", err.msg);
		advise(f, "see to it that slurmctld runs; workers that are "
		          "at work go on");
		return;
	}
	for (int i = 0; i < n; i++) {
		struct finding *f =
		        find(d, "node", "node %s is %s: %s", node[i].name,
		             node[i].state, node[i].reason);
		advise(f, "scontrol update nodename=%s state=resume",
		       node[i].name);
		f->fixed = o->fix && slurm_resume(node[i].name, &err);
		if (o->fix && !f->fixed)
			snprintf(f->fix, sizeof f->fix, "%s", err.msg);
	}
}

/* ---- All of it --------------------------------------------------------- */

static bool check_store(const struct doctor_opts *o, struct diagnosis *d,
                        struct err *err)
{
	bool sound;
	if (!file_exists(o->store)) {
		err_at(err, (struct src){o->store, 0}, "no such store");
		err->kind = ERR_NOINPUT;
		return false;
	}
	if (!check_file(o, d, &sound, err))
		return false;
	check_files(o, d);
	if (!sound)
		return true;
	struct store *s = store_open(o->store, false, err);
	/* Runs first: they put in what others would take for missing. */
	bool ok = s && check_runs(s, o, d, err) && check_leases(s, o, d, err) &&
	          check_sweeps(s, o, d, err) && check_given_up(s, o, d, err);
	store_close(s);
	return ok;
}

bool doctor_look(const struct doctor_opts *o, struct diagnosis *d,
                 struct err *err)
{
	*d = (struct diagnosis){0};
	if (o->store && !check_store(o, d, err)) {
		doctor_free(d);
		return false;
	}
	check_nodes(o, d);
	return true;
}
