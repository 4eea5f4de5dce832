/* rtl_build: see rtl_build.h.
 *
 * A build works in CACHE/build-PID, under the lock CACHE/NAME.lock, and ends
 * with rename(2) to CACHE/NAME.so. The kernel drops the lock of a process that
 * dies; the next build sweeps up the folders of dead processes.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "sim/paths.h"
#include "sim/rtl_build.h"

enum { MAX_SOURCE = 4 << 20 };
extern char **environ;

/* Everything that goes into one library; strings are owned. */
struct job {
	const struct rtl_top *top;
	char *rtl_dir, *isa_dir, *src_dir, *cache;
	char *ibex;    /* folder of the host core's RTL; NULL: not needed */
	char *version; /* of verilator */
	char *lib, *lock, *log, *tmp;
};

static void job_free(struct job *j)
{
	free(j->rtl_dir);
	free(j->isa_dir);
	free(j->src_dir);
	free(j->cache);
	free(j->ibex);
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

static bool need(const char *tool, const char *package, struct err *err)
{
	return spawn_need("the rtl backend", tool, package, err);
}

static bool tool_version(char **version, struct err *err)
{
	char *argv[] = {(char[]){"verilator"}, (char[]){"--version"}, NULL};

	*version = spawn_line(argv);
	return *version || err_set(err, ERR_TOOL, "verilator --version failed");
}

/* The host core's RTL is not part of the project. */
static bool find_ibex(struct job *j, struct err *err)
{
	char *where = path_join(j->rtl_dir, "ibex/where");
	char *argv[] = {where, NULL};

	j->ibex = spawn_line(argv);
	free(where);
	return j->ibex ||
	       err_set(err, ERR_TOOL,
	               "the RTL of Ibex not found: ./dev test installs it, or "
	               "set JOULET_IBEX to the folder system_verilog of the "
	               "Python package pythondata-cpu-ibex "
	               "(tests/requirements.txt)");
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

/* All files of that pattern in the folder, in the order of their names. */
static bool hash_all(XXH64_state_t *h, const char *dir, const char *what,
                     struct err *err)
{
	char *pattern = path_join(dir, what);
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

static bool hash_host_core(XXH64_state_t *h, const struct job *j,
                           struct err *err)
{
	return hash_all(h, j->rtl_dir, "*.sv", err) &&
	       hash_all(h, j->rtl_dir, "ibex/*.*", err) &&
	       hash_all(h, j->ibex, "rtl/*.sv*", err) &&
	       hash_all(h, j->ibex, "vendor/lowrisc_ip/ip/prim/rtl/*.sv*",
	                err) &&
	       hash_all(h, j->ibex, "vendor/lowrisc_ip/dv/sv/dv_utils/*.sv*",
	                err);
}

/* Everything that does not come from the design. */
static bool hash_sources(XXH64_state_t *h, const struct job *j, struct err *err)
{
	const struct rtl_top *top = j->top;
	bool ok = hash_all(h, j->rtl_dir, "*.v", err) &&
	          hash_in(h, j->isa_dir, "isa.vh", err) &&
	          (!j->ibex || hash_host_core(h, j, err));

	for (int i = 0; i < RTL_MAX_HEADERS && top->header[i]; i++)
		ok = ok && hash_in(h, j->src_dir, top->header[i], err);
	return ok && hash_in(h, j->src_dir, top->wrapper, err);
}

static bool job_hash(const struct job *j, uint64_t *hash, struct err *err)
{
	const struct rtl_top *top = j->top;
	XXH64_state_t *h = XXH64_createState();
	const int waves = top->waves;

	XXH64_reset(h, 0);
	XXH64_update(h, &top->abi, sizeof(top->abi));
	for (int i = 0; i < top->n_params; i++)
		XXH64_update(h, &top->param[i].value, sizeof(int));
	XXH64_update(h, &waves, sizeof(waves));
	XXH64_update(h, j->version, strlen(j->version));
	bool ok = hash_sources(h, j, err);
	*hash = XXH64_digest(h);
	XXH64_freeState(h);
	return ok;
}

/* ------------------------------------------------------------------------
 * Building */

/* A copy of the environment in which rtl/ibex/ibex.f finds its sources; the
 * strings are borrowed but the first. */
static char **environment(const struct job *j)
{
	static const char name[] = "JOULET_IBEX=";
	size_t n = 0, to = 0;

	while (environ[n])
		n++;
	char **env = mem_zero(n + 2, sizeof(*env));
	env[to++] = format("%s%s", name, j->ibex ? j->ibex : "");
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], name, strlen(name)) != 0)
			env[to++] = environ[i];
	return env;
}

enum { MAX_ARGS = 96 };
struct args {
	char *v[MAX_ARGS + 1];
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
	assert(a->n < MAX_ARGS);
	a->v[a->n++] = mem_str(text);
}

static void fixed_args(struct args *a)
{
	static const char *const fixed[] = {"verilator",
	                                    "--cc",
	                                    "--exe",
	                                    "--build",
	                                    "-j",
	                                    "2",
	                                    "-O3",
	                                    "--x-assign",
	                                    "fast",
	                                    "--x-initial",
	                                    "fast",
	                                    "--noassert",
	                                    "--expand-limit",
	                                    "4096",
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
	                                    "OPT_FAST=-O3"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		arg(a, "%s", fixed[i]);
	if (spawn_found("ccache")) {
		arg(a, "-MAKEFLAGS");
		arg(a, "OBJCACHE=ccache");
	}
}

static void job_args(const struct job *j, struct args *a)
{
	const struct rtl_top *top = j->top;

	fixed_args(a);
	arg(a, "--prefix");
	arg(a, "V%s", top->module);
	arg(a, "--top-module");
	arg(a, "%s", top->module);
	arg(a, "-o");
	arg(a, "%s.so", top->module);
	if (top->waves)
		arg(a, "--trace-fst");
	for (int i = 0; i < top->n_params; i++)
		arg(a, "-G%s=%d", top->param[i].name, top->param[i].value);
	arg(a, "-CFLAGS");
	arg(a, "-I%s", j->src_dir);
	arg(a, "-I%s", j->isa_dir);
	arg(a, "-I%s", j->rtl_dir);
	arg(a, "--Mdir");
	arg(a, "%s", j->tmp);
	if (j->ibex) {
		arg(a, "-F");
		arg(a, "%s/ibex/ibex.f", j->rtl_dir);
	}
	arg(a, "%s/%s.%s", j->rtl_dir, top->module, j->ibex ? "sv" : "v");
	arg(a, "%s/%s", j->src_dir, top->wrapper);
	a->v[a->n] = NULL;
}

static bool build(const struct job *j, struct err *err)
{
	struct args a = {.n = 0};
	char *made = format("%s/%s.so", j->tmp, j->top->module);
	char **env = environment(j);

	folder_remove(j->tmp);
	job_args(j, &a);
	bool ok = folder_make(j->tmp, err);
	if (ok && !spawn_run(a.v, env, j->log))
		ok = err_set(err, ERR_TOOL,
		             "verilator could not build %s; its messages are "
		             "in %s",
		             j->top->what, j->log);
	if (ok && rename(made, j->lib))
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", j->lib,
		             strerror(errno));
	if (ok)
		remove(j->log);
	folder_remove(j->tmp);
	for (int i = 0; i < a.n; i++)
		free(a.v[i]);
	free(env[0]);
	free(env);
	free(made);
	return ok;
}

/* One build of a library at a time; who waited finds it done. */
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
		snprintf(text, sizeof(text), "building %s%s (once per design)",
		         j->top->what, j->top->waves ? " for waveforms" : "");
		if (opts->note)
			opts->note(opts->note_ctx, text);
		folder_sweep(j->cache);
		ok = need("make", "make", err) && need("g++", "g++", err) &&
		     build(j, err);
	}
	close(fd);
	return ok;
}

static bool job_folders(struct job *j, const struct accel_opts *opts,
                        struct err *err)
{
	const char *rtl =
	        opts->rtl_dir ? opts->rtl_dir : getenv("JOULET_RTL_DIR");

	j->rtl_dir = rtl && *rtl ? mem_str(rtl) : path_data("rtl");
	j->src_dir = path_data(".");
	j->isa_dir = path_isa();
	j->cache = folder_cache(opts->cache_dir);
	return !j->top->host_core || find_ibex(j, err);
}

static bool job_init(struct job *j, const struct rtl_top *top,
                     const struct accel_opts *opts, struct err *err)
{
	char name[64], pid[32];
	uint64_t hash;

	*j = (struct job){.top = top};
	if (!job_folders(j, opts, err) ||
	    !need("verilator", "verilator", err) ||
	    !tool_version(&j->version, err) || !job_hash(j, &hash, err) ||
	    !folder_make(j->cache, err))
		return false;
	snprintf(name, sizeof(name), "%s-%016" PRIx64, top->module, hash);
	snprintf(pid, sizeof(pid), "build-%d", (int)getpid());
	j->lib = format("%s/%s.so", j->cache, name);
	j->lock = format("%s/%s.lock", j->cache, name);
	j->log = format("%s/%s.log", j->cache, name);
	j->tmp = path_join(j->cache, pid);
	return true;
}

void rtl_top_param(struct rtl_top *top, const char *name, int value)
{
	assert(top->n_params < RTL_MAX_PARAMS);
	top->param[top->n_params++] = (struct rtl_param){name, value};
}

void rtl_top_accel(struct rtl_top *top, const struct design *d)
{
	rtl_top_param(top, "ROWS", d->rows);
	rtl_top_param(top, "COLS", d->cols);
	rtl_top_param(top, "SPAD_KIB", d->spad_kib);
	rtl_top_param(top, "BANKS", d->banks);
	rtl_top_param(top, "LANES", d->lanes);
	rtl_top_param(top, "DMA_BYTES", d->dma_bytes);
	rtl_top_param(top, "QUEUE", d->queue);
	rtl_top_param(top, "SPLIT", d->split);
	rtl_top_param(top, "NARROW", d->narrow);
	rtl_top_param(top, "SPARSE", d->sparse);
	rtl_top_param(top, "UNPACK", d->unpack);
}

char *rtl_build(const struct rtl_top *top, const struct accel_opts *opts,
                struct err *err)
{
	struct job j;
	char *lib = NULL;

	if (job_init(&j, top, opts, err) &&
	    (file_exists(j.lib) || build_locked(&j, opts, err)))
		lib = mem_str(j.lib);
	job_free(&j);
	return lib;
}

bool rtl_sources(const struct rtl_top *top, const struct accel_opts *opts,
                 uint64_t *hash, struct err *err)
{
	struct job j = {.top = top};
	XXH64_state_t *h = XXH64_createState();

	XXH64_reset(h, 0);
	bool ok = job_folders(&j, opts, err) && hash_sources(h, &j, err);
	*hash = XXH64_digest(h);
	XXH64_freeState(h);
	job_free(&j);
	return ok;
}
