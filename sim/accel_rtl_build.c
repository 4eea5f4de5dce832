/* accel_rtl_build: see accel_rtl_build.h.
 *
 * A build works in CACHE/build-PID, under the lock CACHE/NAME.lock, and ends
 * with rename(2) to CACHE/NAME.so. The kernel drops the lock of a process that
 * dies; the next build sweeps up the folders of dead processes.
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "sim/accel_rtl.h"
#include "sim/accel_rtl_build.h"
#include "sim/paths.h"

enum { MAX_SOURCE = 4 << 20 };
extern char **environ;

/* Everything that goes into one library; strings are owned. */
struct job {
	const struct design *d;
	bool waves;
	char *rtl_dir, *isa_dir, *src_dir, *cache;
	char *version; /* of verilator */
	char *lib, *lock, *log, *tmp;
};

static void job_free(struct job *j)
{
	free(j->rtl_dir);
	free(j->isa_dir);
	free(j->src_dir);
	free(j->cache);
	free(j->version);
	free(j->lib);
	free(j->lock);
	free(j->log);
	free(j->tmp);
}

/* ------------------------------------------------------------------------
 * Tools and folders */

static char *format(const char *fmt, const char *a, const char *b)
{
	struct buf text = {0};

	buf_printf(&text, fmt, a, b);
	return text.data;
}

static bool in_path(const char *tool)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path && *path && !found) {
		size_t n = strcspn(path, ":");
		char *dir = mem_strn(path, n);
		char *file = path_join(dir, tool);
		found = access(file, X_OK) == 0;
		free(file);
		free(dir);
		path += n + (path[n] == ':');
	}
	return found;
}

static bool need(const char *tool, const char *package, struct err *err)
{
	return in_path(tool) ||
	       err_set(err, ERR_TOOL,
	               "%s not found: the rtl backend needs it (Debian "
	               "package %s)",
	               tool, package);
}

static bool tool_version(char **version, struct err *err)
{
	char line[256] = "";
	FILE *f = popen("verilator --version", "r");
	bool ok = f && fgets(line, sizeof(line), f);

	if (f && pclose(f) != 0)
		ok = false;
	if (!ok)
		return err_set(err, ERR_TOOL, "verilator --version failed");
	*version = mem_str(line);
	return true;
}

static char *cache_folder(const char *given)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (given && *given)
		return mem_str(given);
	if (xdg && *xdg)
		return path_join(xdg, "joulet");
	return path_join(home && *home ? home : "/tmp", ".cache/joulet");
}

/* mkdir -p */
static bool make_folder(const char *path, struct err *err)
{
	char *part = mem_str(path);

	for (char *p = part + 1; *p; p++)
		if (*p == '/') {
			*p = 0;
			mkdir(part, 0777);
			*p = '/';
		}
	free(part);
	struct stat st;
	if ((mkdir(path, 0777) && errno != EEXIST) || stat(path, &st) ||
	    !S_ISDIR(st.st_mode))
		return err_set(err, ERR_NOINPUT,
		               "%s: cannot make this cache folder: %s", path,
		               strerror(errno));
	return true;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Build folders that a killed process left. */
static void sweep(const char *cache)
{
	DIR *dir = opendir(cache);
	const struct dirent *e;
	int pid;

	while (dir && (e = readdir(dir)))
		if (sscanf(e->d_name, "build-%d", &pid) == 1 &&
		    kill((pid_t)pid, 0) != 0 && errno == ESRCH) {
			char *path = path_join(cache, e->d_name);
			remove_tree(path);
			free(path);
		}
	if (dir)
		closedir(dir);
}

/* ------------------------------------------------------------------------
 * The name: a hash of all that goes in */

static bool hash_file(XXH64_state_t *h, const char *path, struct err *err)
{
	size_t n;
	char *text = file_read(path, MAX_SOURCE, &n, err);

	if (!text)
		return false;
	XXH64_update(h, text, n);
	XXH64_update(h, &n, sizeof(n));
	free(text);
	return true;
}

static bool hash_in(XXH64_state_t *h, const char *dir, const char *name,
                    struct err *err)
{
	char *path = path_join(dir, name);
	bool ok = hash_file(h, path, err);

	free(path);
	return ok;
}

/* All *.v of the folder, in the order of their names. */
static bool hash_verilog(XXH64_state_t *h, const char *dir, struct err *err)
{
	char *pattern = path_join(dir, "*.v");
	glob_t found;
	bool ok = glob(pattern, 0, NULL, &found) == 0;

	if (!ok)
		err_set(err, ERR_NOINPUT, "%s: no Verilog found", pattern);
	for (size_t i = 0; ok && i < found.gl_pathc; i++)
		ok = hash_file(h, found.gl_pathv[i], err);
	globfree(&found);
	free(pattern);
	return ok;
}

static bool hash_sources(XXH64_state_t *h, const struct job *j, struct err *err)
{
	return hash_verilog(h, j->rtl_dir, err) &&
	       hash_in(h, j->isa_dir, "isa.vh", err) &&
	       hash_in(h, j->src_dir, "sim/accel_rtl.h", err) &&
	       hash_in(h, j->src_dir, "sim/rtl_wrap.cpp", err);
}

static bool job_hash(const struct job *j, uint64_t *hash, struct err *err)
{
	const struct design *d = j->d;
	const int elab[] = {RTL_ABI,      d->rows,  d->cols,
	                    d->spad_kib,  d->banks, d->lanes,
	                    d->dma_bytes, d->queue, j->waves};
	XXH64_state_t *h = XXH64_createState();

	XXH64_reset(h, 0);
	XXH64_update(h, elab, sizeof(elab));
	XXH64_update(h, j->version, strlen(j->version));
	bool ok = hash_sources(h, j, err);
	*hash = XXH64_digest(h);
	XXH64_freeState(h);
	return ok;
}

/* ------------------------------------------------------------------------
 * Building */

/* Run with both outputs in `log`. Exit status 0? */
static bool run_tool(char *const argv[], const char *log)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int status = -1;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, log,
	                                 O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_adddup2(&fa, 1, 2);
	bool ok = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ) == 0;
	posix_spawn_file_actions_destroy(&fa);
	while (ok && waitpid(pid, &status, 0) < 0)
		ok = errno == EINTR;
	return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum { MAX_ARGS = 48 };
struct args {
	char *v[MAX_ARGS];
	int n;
};

static void arg(struct args *a, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));
static void arg(struct args *a, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->v[a->n++] = mem_str(text);
}

static void job_args(const struct job *j, struct args *a)
{
	static const char *const fixed[] = {"verilator",
	                                    "--cc",
	                                    "--exe",
	                                    "--build",
	                                    "-j",
	                                    "2",
	                                    "--prefix",
	                                    "Vaccel",
	                                    "--top-module",
	                                    "accel",
	                                    "-O3",
	                                    "--x-assign",
	                                    "fast",
	                                    "--x-initial",
	                                    "fast",
	                                    "--noassert",
	                                    "-Wno-fatal",
	                                    "-CFLAGS",
	                                    "-fPIC",
	                                    "-CFLAGS",
	                                    "-fvisibility=hidden",
	                                    "-CFLAGS",
	                                    "-fno-gnu-unique",
	                                    "-LDFLAGS",
	                                    "-shared",
	                                    "-MAKEFLAGS",
	                                    "OPT_FAST=-O3",
	                                    "-o",
	                                    "accel.so"};
	const struct design *d = j->d;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		arg(a, "%s", fixed[i]);
	if (j->waves)
		arg(a, "--trace-fst");
	arg(a, "-GROWS=%d", d->rows);
	arg(a, "-GCOLS=%d", d->cols);
	arg(a, "-GSPAD_KIB=%d", d->spad_kib);
	arg(a, "-GBANKS=%d", d->banks);
	arg(a, "-GLANES=%d", d->lanes);
	arg(a, "-GDMA_BYTES=%d", d->dma_bytes);
	arg(a, "-GQUEUE=%d", d->queue);
	arg(a, "-CFLAGS");
	arg(a, "-I%s", j->src_dir);
	arg(a, "-I%s", j->isa_dir);
	arg(a, "-I%s", j->rtl_dir);
	if (in_path("ccache")) {
		arg(a, "-MAKEFLAGS");
		arg(a, "OBJCACHE=ccache");
	}
	arg(a, "--Mdir");
	arg(a, "%s", j->tmp);
	arg(a, "%s/accel.v", j->rtl_dir);
	arg(a, "%s/sim/rtl_wrap.cpp", j->src_dir);
	a->v[a->n] = NULL;
}

static bool build(const struct job *j, struct err *err)
{
	struct args a = {.n = 0};
	char *made = path_join(j->tmp, "accel.so");

	remove_tree(j->tmp);
	job_args(j, &a);
	bool ok = make_folder(j->tmp, err);
	if (ok && !run_tool(a.v, j->log))
		ok = err_set(err, ERR_TOOL,
		             "verilator could not build the accelerator; its "
		             "messages are in %s",
		             j->log);
	if (ok && rename(made, j->lib))
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", j->lib,
		             strerror(errno));
	if (ok)
		remove(j->log);
	remove_tree(j->tmp);
	for (int i = 0; i < a.n; i++)
		free(a.v[i]);
	free(made);
	return ok;
}

/* One build of a design at a time; who waited finds it done. */
static bool build_locked(const struct job *j, const struct accel_opts *opts,
                         struct err *err)
{
	int fd = open(j->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set(err, ERR_NOINPUT, "%s: cannot write: %s",
		               j->lock, strerror(errno));
	while (flock(fd, LOCK_EX) && errno == EINTR)
		;
	bool ok = true;
	if (!file_exists(j->lib)) {
		char text[160];
		snprintf(
		        text, sizeof(text),
		        "building the RTL of a %dx%d array%s (once per design)",
		        j->d->rows, j->d->cols,
		        j->waves ? " for waveforms" : "");
		if (opts->note)
			opts->note(opts->note_ctx, text);
		sweep(j->cache);
		ok = need("make", "make", err) && need("g++", "g++", err) &&
		     build(j, err);
	}
	close(fd);
	return ok;
}

static void job_folders(struct job *j, const struct accel_opts *opts)
{
	const char *rtl =
	        opts->rtl_dir ? opts->rtl_dir : getenv("JOULET_RTL_DIR");

	j->rtl_dir = rtl && *rtl ? mem_str(rtl) : path_data("rtl");
	j->src_dir = path_data(".");
	j->isa_dir = mem_str(JOULET_ISA_DIR);
	j->cache = cache_folder(opts->cache_dir);
}

static bool job_init(struct job *j, const struct design *d,
                     const struct accel_opts *opts, struct err *err)
{
	char name[64], pid[32];
	uint64_t hash;

	*j = (struct job){.d = d, .waves = opts->waves};
	job_folders(j, opts);
	if (!need("verilator", "verilator", err) ||
	    !tool_version(&j->version, err) || !job_hash(j, &hash, err) ||
	    !make_folder(j->cache, err))
		return false;
	snprintf(name, sizeof(name), "accel-%016" PRIx64, hash);
	snprintf(pid, sizeof(pid), "build-%d", (int)getpid());
	j->lib = format("%s/%s.so", j->cache, name);
	j->lock = format("%s/%s.lock", j->cache, name);
	j->log = format("%s/%s.log", j->cache, name);
	j->tmp = path_join(j->cache, pid);
	return true;
}

char *rtl_library(const struct design *d, const struct accel_opts *opts,
                  struct err *err)
{
	struct job j;
	char *lib = NULL;

	if (job_init(&j, d, opts, err) &&
	    (file_exists(j.lib) || build_locked(&j, opts, err)))
		lib = mem_str(j.lib);
	job_free(&j);
	return lib;
}

bool rtl_sources(const struct accel_opts *opts, uint64_t *hash, struct err *err)
{
	struct job j = {0};
	XXH64_state_t *h = XXH64_createState();

	job_folders(&j, opts);
	XXH64_reset(h, 0);
	bool ok = hash_sources(h, &j, err);
	*hash = XXH64_digest(h);
	XXH64_freeState(h);
	job_free(&j);
	return ok;
}
