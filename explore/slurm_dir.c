/* slurm_dir: see slurm_dir.h */
#include "explore/slurm_dir.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

static const char *const folder[] = {"todo", "taken", "alive", "log", "out"};
enum { N_FOLDERS = sizeof folder / sizeof folder[0], MAX_INFO = 1 << 16 };

static bool cannot(struct err *err, const char *path, const char *what)
{
	err_at(err, (struct src){path, 0}, "%s: %s", what, strerror(errno));
	err->kind = ERR_NOINPUT;
	return false;
}

/* ---- Names ------------------------------------------------------------- */

char *run_base(const char *store)
{
	struct buf b = {0};
	buf_printf(&b, "%s.slurm", store);
	return b.data;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct names list(const char *path, const char *prefix)
{
	struct names to = {0};
	DIR *d = opendir(path);
	struct dirent *e;
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' ||
		    strncmp(e->d_name, prefix, strlen(prefix)) != 0)
			continue;
		to.name = mem_grow(to.name, (size_t)to.n + 1, sizeof *to.name);
		to.name[to.n++] = mem_str(e->d_name);
	}
	if (d)
		closedir(d);
	if (to.n)
		qsort(to.name, (size_t)to.n, sizeof *to.name, by_name);
	return to;
}

struct names run_names(const char *base)
{
	return list(base, "run-");
}

struct names dir_names(const char *path)
{
	return list(path, "");
}

void names_free(struct names *n)
{
	for (long i = 0; i < n->n; i++)
		free(n->name[i]);
	free(n->name);
	*n = (struct names){0};
}

char *run_path(const struct run_dir *d, const char *name, const char *file)
{
	struct buf b = {0};
	buf_printf(&b, "%s/%s", d->path, name);
	if (file)
		buf_printf(&b, "/%s", file);
	return b.data;
}

/* ---- Opening and removing ---------------------------------------------- */

static void set_path(struct run_dir *d, const char *path)
{
	char *full = realpath(path, NULL);
	*d = (struct run_dir){.lock = -1};
	d->path = full ? full : mem_str(path);
	const char *slash = strrchr(d->path, '/');
	d->name = mem_str(slash ? slash + 1 : d->path);
	/* Its "host" is none, so that its lease decides. */
	snprintf(d->owner, sizeof d->owner, "slurm:%s/0/0/0", d->name);
}

/* *ours is false if somebody holds it. */
static bool take_lock(struct run_dir *d, bool *ours, struct err *err)
{
	char *path = run_path(d, "lock", NULL);
	*ours = false;
	d->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	bool ok = d->lock >= 0 || cannot(err, path, "cannot open");
	if (ok && flock(d->lock, LOCK_EX | LOCK_NB) == 0)
		*ours = true;
	else if (ok && errno != EWOULDBLOCK)
		ok = cannot(err, path, "cannot lock");
	free(path);
	return ok;
}

static bool make_folders(struct run_dir *d, struct err *err)
{
	/* mkdtemp makes private folders; this one is as mkdir would. */
	mode_t mask = umask(0);
	umask(mask);
	bool ok = chmod(d->path, 0777 & ~mask) == 0;
	for (int i = 0; ok && i < N_FOLDERS; i++) {
		char *path = run_path(d, folder[i], NULL);
		ok = mkdir(path, 0777) == 0;
		free(path);
	}
	return ok || cannot(err, d->path, "cannot make folders there");
}

/* Others see it when it is locked, not before. */
static bool show(struct run_dir *d, struct err *err)
{
	char *path = mem_str(d->path);
	char *hidden = strrchr(path, '/') + 1;
	memmove(hidden, hidden + 1, strlen(hidden));
	bool ok = rename(d->path, path) == 0 ||
	          cannot(err, d->path, "cannot rename");
	if (ok) {
		int lock = d->lock;
		d->lock = -1;
		run_close(d);
		set_path(d, path);
		d->lock = lock;
	}
	free(path);
	return ok;
}

bool run_make(const char *base, struct run_dir *d, struct err *err)
{
	struct buf b = {0};
	bool ours = false;
	buf_printf(&b, "%s/.run-XXXXXX", base);
	bool ok =
	        (mkdir(base, 0777) == 0 || errno == EEXIST) && mkdtemp(b.data);
	if (ok)
		set_path(d, b.data);
	else
		cannot(err, base, "cannot make a folder there");
	buf_free(&b);
	if (!ok)
		return false;
	ok = make_folders(d, err) && take_lock(d, &ours, err) && show(d, err);
	if (!ok)
		run_remove(d);
	return ok;
}

bool run_take(const char *base, const char *name, struct run_dir *d, bool *ours,
              struct err *err)
{
	char *path = path_join(base, name);
	set_path(d, path);
	free(path);
	bool ok = take_lock(d, ours, err);
	if (!ok || !*ours)
		run_close(d);
	return ok;
}

bool run_open(const char *path, struct run_dir *d, struct err *err)
{
	set_path(d, path);
	char *run = run_path(d, "run", NULL);
	bool ok = file_exists(run) || cannot(err, run, "cannot open");
	free(run);
	if (!ok)
		run_close(d);
	return ok;
}

void run_close(struct run_dir *d)
{
	if (d->lock >= 0)
		close(d->lock);
	free(d->path);
	free(d->name);
	*d = (struct run_dir){.lock = -1};
}

static void empty(const char *path)
{
	struct names n = dir_names(path);
	for (long i = 0; i < n.n; i++) {
		char *file = path_join(path, n.name[i]);
		unlink(file);
		free(file);
	}
	names_free(&n);
}

void run_remove(struct run_dir *d)
{
	for (int i = 0; i < N_FOLDERS; i++) {
		char *path = run_path(d, folder[i], NULL);
		empty(path);
		rmdir(path);
		free(path);
	}
	empty(d->path);
	rmdir(d->path);
	char *base = path_dir(d->path);
	rmdir(base); /* stays if there are other runs */
	free(base);
	run_close(d);
}

/* ---- What is run ------------------------------------------------------- */

bool run_write_info(const struct run_dir *d, const struct run_info *i,
                    struct err *err)
{
	struct buf b = {0};
	buf_printf(&b,
	           "id %s\ntool %s\nconfirm %d %016" PRIx64
	           "\ntimeout %ld\ndurable %d\ncells %d\nsweep %s\n",
	           i->id, i->tool, i->confirm, i->rtl_hash, i->timeout_s,
	           i->durable, i->cells, i->sweep);
	char *path = run_path(d, "run", NULL);
	bool ok = file_write(path, b.data, b.len, err);
	free(path);
	buf_free(&b);
	return ok;
}

bool run_read_info(const struct run_dir *d, struct run_info *i, struct err *err)
{
	size_t size;
	int confirm, durable, cells, at = 0;
	*i = (struct run_info){0};
	char *path = run_path(d, "run", NULL);
	char *text = file_read(path, MAX_INFO, &size, err);
	bool ok = text != NULL;
	if (ok && (sscanf(text,
	                  "id %32s\ntool %47s\nconfirm %d %" SCNx64
	                  "\ntimeout %ld\ndurable %d\ncells %d\nsweep %n",
	                  i->id, i->tool, &confirm, &i->rtl_hash, &i->timeout_s,
	                  &durable, &cells, &at) != 7 ||
	           at == 0 || text[size - 1] != '\n'))
		ok = err_at(err, (struct src){path, 0},
		            "not the description of a run");
	if (ok) {
		i->confirm = confirm;
		i->durable = durable;
		i->cells = cells;
		i->sweep = mem_strn(text + at, size - (size_t)at - 1);
	}
	free(text);
	free(path);
	return ok;
}

bool run_stop(const struct run_dir *d, struct err *err)
{
	char *path = run_path(d, "stop", NULL);
	bool ok = file_exists(path) || file_write(path, "", 0, err);
	free(path);
	return ok;
}

bool run_stopped(const struct run_dir *d)
{
	char *path = run_path(d, "stop", NULL);
	bool yes = file_exists(path);
	free(path);
	return yes;
}

/* ---- Slices ------------------------------------------------------------ */

long slice_id(const char *name)
{
	size_t n = strlen(name), digits = SLICE_NAME - 1;
	const char *at = n >= digits ? name + n - digits : NULL;
	if (!at || (at > name && at[-1] != '.') ||
	    strspn(at, "0123456789") != digits)
		return -1;
	return strtol(at, NULL, 10);
}

bool slice_write(const struct run_dir *d, const struct plan *p, bool cells,
                 long id, const long *point, long n, struct err *err)
{
	struct buf b = {0};
	char name[24];
	for (long i = 0; i < n; i++) {
		char key[PLAN_KEY];
		plan_key(p, point[i], key);
		buf_printf(&b, "%lld %s\n",
		           cells ? (long long)p->cell[point[i]]
		                 : (long long)point[i],
		           key);
	}
	snprintf(name, sizeof name, "%08ld", id);
	char *path = run_path(d, "todo", name);
	bool ok = file_write(path, b.data, b.len, err);
	free(path);
	buf_free(&b);
	return ok;
}

static bool parse_slice(const char *path, const char *text, struct slice *s,
                        struct err *err)
{
	while (*text) {
		long point;
		char key[PLAN_KEY];
		if (sscanf(text, "%ld %32s", &point, key) != 2)
			return err_at(err, (struct src){path, 0},
			              "not a list of points");
		s->point =
		        mem_grow(s->point, (size_t)s->n + 1, sizeof *s->point);
		s->key = mem_grow(s->key, (size_t)s->n + 1, sizeof *s->key);
		memcpy(s->key[s->n], key, PLAN_KEY);
		s->point[s->n++] = point;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return true;
}

bool slice_read(const struct run_dir *d, const char *in, const char *name,
                struct slice *s, struct err *err)
{
	size_t size;
	*s = (struct slice){.id = slice_id(name)};
	char *path = run_path(d, in, name);
	char *text = file_read(path, (size_t)1 << 28, &size, err);
	bool ok = text && parse_slice(path, text, s, err);
	free(text);
	free(path);
	if (!ok)
		slice_free(s);
	return ok;
}

/* rename(2) lets one worker have it. NFS may say that the file is not there
 * when the answer to the first try was lost. */
static bool try_take(const struct run_dir *d, const char *name,
                     const char *taken)
{
	char *from = run_path(d, "todo", name);
	char *to = run_path(d, "taken", taken);
	bool ours = rename(from, to) == 0 || file_exists(to);
	free(from);
	free(to);
	return ours;
}

bool slice_take(const struct run_dir *d, const char *worker, unsigned seed,
                struct slice *s, bool *found, struct err *err)
{
	char *path = run_path(d, "todo", NULL);
	struct names n = dir_names(path);
	bool ok = true;
	*found = false;
	for (long i = 0; ok && !*found && i < n.n; i++) {
		const char *name = n.name[(i + (long)seed) % n.n];
		char taken[OWNER_SIZE + 32];
		if (slice_id(name) < 0 || strlen(name) != SLICE_NAME - 1)
			continue; /* being written */
		snprintf(taken, sizeof taken, "%s.%s", worker, name);
		if (!try_take(d, name, taken))
			continue;
		ok = slice_read(d, "taken", taken, s, err);
		*found = ok;
	}
	names_free(&n);
	free(path);
	return ok;
}

void slice_drop(const struct run_dir *d, const char *worker, long id)
{
	char name[OWNER_SIZE + 32];
	snprintf(name, sizeof name, "%s.%08ld", worker, id);
	char *path = run_path(d, "taken", name);
	unlink(path);
	free(path);
}

void slice_free(struct slice *s)
{
	free(s->point);
	free(s->key);
	*s = (struct slice){0};
}

/* ---- Signs of life ----------------------------------------------------- */

enum { PULSE_SIZE = 1024 };

bool pulse_write(const struct run_dir *d, const char *worker,
                 const struct pulse *p, bool first, bool *gone, struct err *err)
{
	char text[PULSE_SIZE + 1];
	int n = snprintf(text, sizeof text, "%s %ld %d %d %s\n", p->owner,
	                 p->tick, p->ended, p->err.kind, p->err.msg);
	assert(n > 0 && n < PULSE_SIZE);
	memset(text + n, '\n', (size_t)(PULSE_SIZE - n));
	*gone = false;
	char *path = run_path(d, "alive", worker);
	int fd = open(path,
	              O_WRONLY | O_CLOEXEC | (first ? O_CREAT | O_EXCL : 0),
	              0666);
	*gone = fd < 0 && errno == ENOENT;
	bool ok = fd >= 0 || *gone || cannot(err, path, "cannot write");
	if (fd >= 0 && pwrite(fd, text, PULSE_SIZE, 0) != PULSE_SIZE)
		ok = cannot(err, path, "cannot write");
	if (fd >= 0 && close(fd) != 0) /* NFS writes now */
		ok = cannot(err, path, "cannot write");
	free(path);
	return ok;
}

bool pulse_read(const struct run_dir *d, const char *worker, struct pulse *p)
{
	size_t size;
	struct err ignored;
	int ended, kind, at = 0;
	*p = (struct pulse){0};
	char *path = run_path(d, "alive", worker);
	char *text = file_read(path, PULSE_SIZE, &size, &ignored);
	bool ok = text && sscanf(text, "%159s %ld %d %d%n", p->owner, &p->tick,
	                         &ended, &kind, &at) == 4;
	if (ok) {
		p->ended = ended;
		p->err.kind = (enum err_kind)kind;
		text[strcspn(text, "\n")] = '\0';
		snprintf(p->err.msg, sizeof p->err.msg, "%s", text + at + 1);
	}
	free(text);
	free(path);
	return ok;
}
