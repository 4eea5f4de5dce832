/* synth: see synth.h
 *
 * The cache holds a folder for each design: CACHE/synth-HASH with yosys' table
 * of cells, CACHE/synth-HASH-net with netlists, too.
 */
#include "calib/synth.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "calib/liberty.h"
#include "calib/synth_stat.h"
#include "sim/paths.h"

enum { MAX_SOURCE = 256 << 20, WORKERS = 2 };

/* Memories of the scratchpad stay memories, all else becomes cells; latches,
 * loops, undriven and doubly driven wires are errors. ABC's
 * -fast script: mapping for area by a quick delay-optimal cover. */
static const char map_script[] = "hierarchy -check -top accel\n"
                                 "proc\n"
                                 "select -assert-none t:$dlatch t:$dlatchsr "
                                 "t:$adlatch t:$sr\n"
                                 "opt -fast\n"
                                 "wreduce\n"
                                 "peepopt\n"
                                 "opt_clean\n"
                                 "alumacc\n"
                                 "share\n"
                                 "opt -fast\n"
                                 "memory -nomap\n"
                                 "memory_map */t:$mem_v2 */mem_q %d\n"
                                 "opt -fast -full\n"
                                 "setattr -set submod \"ram\" */t:$mem_v2\n"
                                 "submod\n"
                                 "opt_clean\n"
                                 "techmap */t:$mem_v2 %n\n"
                                 "opt -fast\n"
                                 "check -assert\n";

/* The memories go to a file of their own: they are no gates. */
static const char gates_script[] = "splitnets\n"
                                   "select * */t:$mem_v2 %m %d\n"
                                   "write_verilog -noexpr -noattr -selected ";
static const char ram_script[] = "select */t:$mem_v2 %m\n"
                                 "write_verilog -noattr -selected ";

/* ---- What all designs share -------------------------------------------- */

struct work {
	const struct design *design;
	const struct synth_opts *opts;
	struct synth *out;
	int n;
	char *cache, *rtl, *isa, *path_liberty;
	glob_t verilog;
	struct liberty liberty;
	uint64_t sources; /* hash of all but the design */

	pthread_mutex_t lock;
	int next;
	bool failed;
	struct err err; /* the first one */
};

static bool hash_file(XXH64_state_t *h, const char *path, struct err *err)
{
	size_t size;
	char *text = file_read(path, MAX_SOURCE, &size, err);

	if (!text)
		return false;
	XXH64_update(h, text, size);
	XXH64_update(h, &size, sizeof size);
	free(text);
	return true;
}

static bool yosys_version(XXH64_state_t *h, struct err *err)
{
	char *argv[] = {(char[]){"yosys"}, (char[]){"-V"}, NULL};
	char *line = spawn_line(argv);

	if (!line)
		return err_set(err, ERR_TOOL, "yosys -V failed");
	XXH64_update(h, line, strlen(line));
	free(line);
	return true;
}

static bool hash_sources(struct work *w, struct err *err)
{
	XXH64_state_t *h = XXH64_createState();
	char *isa = path_join(w->isa, "isa.vh");

	XXH64_reset(h, 0);
	XXH64_update(h, map_script, sizeof map_script);
	XXH64_update(h, gates_script, sizeof gates_script);
	XXH64_update(h, ram_script, sizeof ram_script);
	bool ok = hash_file(h, isa, err) &&
	          hash_file(h, w->path_liberty, err) && yosys_version(h, err);
	for (size_t i = 0; ok && i < w->verilog.gl_pathc; i++)
		ok = hash_file(h, w->verilog.gl_pathv[i], err);
	w->sources = XXH64_digest(h);
	XXH64_freeState(h);
	free(isa);
	return ok;
}

static bool find_verilog(struct work *w, struct err *err)
{
	char *pattern = path_join(w->rtl, "*.v");
	bool ok = glob(pattern, 0, NULL, &w->verilog) == 0;

	if (!ok)
		err_set(err, ERR_NOINPUT, "%s: no Verilog found", pattern);
	free(pattern);
	return ok;
}

static bool work_open(struct work *w, struct err *err)
{
	const char *lib = w->opts->liberty;

	w->cache = folder_cache(w->opts->cache_dir);
	w->rtl = path_data("rtl");
	w->isa = path_isa();
	pthread_mutex_init(&w->lock, NULL);
	if (!spawn_need("synthesis", "yosys", "yosys", err) ||
	    !find_verilog(w, err) || !folder_make(w->cache, err))
		return false;
	w->path_liberty = lib ? mem_str(lib) : liberty_nangate(w->cache, err);
	folder_sweep(w->cache);
	return w->path_liberty &&
	       liberty_read(w->path_liberty, &w->liberty, err) &&
	       hash_sources(w, err);
}

static void work_close(struct work *w)
{
	free(w->cache);
	free(w->rtl);
	free(w->isa);
	free(w->path_liberty);
	globfree(&w->verilog);
	liberty_free(&w->liberty);
	pthread_mutex_destroy(&w->lock);
}

/* ---- One design -------------------------------------------------------- */

static void script_write(const struct work *w, const struct design *d,
                         const char *work, struct buf *to)
{
	buf_printf(to, "read_verilog -DSYNTHESIS -I%s", w->isa);
	for (size_t i = 0; i < w->verilog.gl_pathc; i++)
		buf_printf(to, " %s", w->verilog.gl_pathv[i]);
	buf_str(to, "\nchparam");
	for (int i = 0; i < n_params; i++) {
		if (!params[i].elab)
			continue;
		buf_str(to, " -set ");
		for (const char *c = params[i].field; *c; c++)
			buf_char(to, (char)toupper((unsigned char)*c));
		buf_printf(to, " %d",
		           *(const int *)((const char *)d + params[i].offset));
	}
	buf_printf(to,
	           " accel\n%sdfflibmap -liberty %s\n"
	           "abc -fast -liberty %s\n"
	           "opt_clean\n"
	           "tee -q -o %s/stat stat\n",
	           map_script, w->path_liberty, w->path_liberty, work);
	if (w->opts->netlist)
		buf_printf(to, "%s%s/netlist.v\n%s%s/ram.v\n", gates_script,
		           work, ram_script, work);
}

static bool failed(const struct design *d, const char *log, struct err *err)
{
	struct buf last = {0};

	spawn_tail(log, &last);
	err_set(err, ERR_TOOL,
	        "yosys could not synthesize an array of %dx%d cells: %s",
	        d->rows, d->cols, last.data);
	buf_free(&last);
	return false;
}

/* The results go to the folder `work`. */
static bool yosys(const struct work *w, const struct design *d,
                  const char *work, struct err *err)
{
	char *script = path_join(work, "script"), *log = path_join(work, "log");
	struct buf text = {0};

	script_write(w, d, work, &text);
	char *argv[] = {(char[]){"yosys"}, (char[]){"-q"}, (char[]){"-s"},
	                script, NULL};
	bool ok = file_write(script, text.data, text.len, err);
	if (ok && !spawn_run(argv, NULL, log))
		ok = failed(d, log, err);
	buf_free(&text);
	free(script);
	free(log);
	return ok;
}

static void note(struct work *w, const struct design *d)
{
	char text[80];

	snprintf(text, sizeof text,
	         "synthesizing an array of %dx%d cells (once)", d->rows,
	         d->cols);
	pthread_mutex_lock(&w->lock);
	if (w->opts->note)
		w->opts->note(w->opts->note_ctx, text);
	pthread_mutex_unlock(&w->lock);
}

/* Another process may be first: then its folder is as good. */
static bool make(struct work *w, int i, const char *folder, struct err *err)
{
	struct buf temp = {0};

	note(w, &w->design[i]);
	buf_printf(&temp, "%s/build-%d-synth%d", w->cache, (int)getpid(), i);
	folder_remove(temp.data);
	bool ok = folder_make(temp.data, err) &&
	          yosys(w, &w->design[i], temp.data, err);
	if (ok && rename(temp.data, folder) != 0 && errno != ENOTEMPTY &&
	    errno != EEXIST)
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", folder,
		             strerror(errno));
	folder_remove(temp.data);
	buf_free(&temp);
	return ok;
}

static bool synthesize(struct work *w, int i, struct err *err)
{
	uint64_t of[2] = {w->sources, design_elab_hash(&w->design[i])};
	char name[48];
	snprintf(name, sizeof name, "synth-%016" PRIx64 "-net",
	         XXH64(of, sizeof of, 0));
	char *net = path_join(w->cache, name);
	*strrchr(name, '-') = 0;
	char *plain = path_join(w->cache, name);
	bool want = w->opts->netlist;
	/* One with netlists has all that the other has. */
	char *folder = want || file_exists(net) ? net : plain;
	char *stat = path_join(folder, "stat");
	bool ok = (file_exists(folder) || make(w, i, folder, err)) &&
	          synth_stat_read(stat, &w->liberty, &w->out[i], err);

	if (ok && want) {
		w->out[i].netlist = path_join(folder, "netlist.v");
		w->out[i].ram = path_join(folder, "ram.v");
	}
	free(plain);
	free(net);
	free(stat);
	return ok;
}

/* ---- Many -------------------------------------------------------------- */

/* The next design; -1: none, or one failed. */
static int take(struct work *w)
{
	pthread_mutex_lock(&w->lock);
	int i = w->failed || w->next == w->n ? -1 : w->next++;
	pthread_mutex_unlock(&w->lock);
	return i;
}

static void *worker(void *arg)
{
	struct work *w = arg;
	struct err err = {0};
	int i;

	while ((i = take(w)) >= 0) {
		bool ok = synthesize(w, i, &err);
		pthread_mutex_lock(&w->lock);
		if (!ok && !w->failed)
			w->err = err;
		w->failed |= !ok;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

static void run_workers(struct work *w)
{
	pthread_t other[WORKERS - 1];
	int n = 0;

	while (n < WORKERS - 1 && n + 1 < w->n &&
	       pthread_create(&other[n], NULL, worker, w) == 0)
		n++;
	worker(w);
	while (n)
		pthread_join(other[--n], NULL);
}

bool synth_designs(const struct design *d, int n, const struct synth_opts *opts,
                   struct synth *s, struct err *err)
{
	struct work w = {.design = d, .opts = opts, .out = s, .n = n};

	memset(s, 0, (size_t)n * sizeof *s);
	bool ok = work_open(&w, err);
	if (ok) {
		run_workers(&w);
		ok = !w.failed;
		if (!ok)
			*err = w.err;
	}
	work_close(&w);
	for (int i = 0; !ok && i < n; i++)
		synth_free(&s[i]);
	return ok;
}

void synth_free(struct synth *s)
{
	free(s->cls);
	free(s->netlist);
	free(s->ram);
	*s = (struct synth){0};
}

const struct synth_class *synth_find(const struct synth *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->cls[i].name, name) == 0)
			return &s->cls[i];
	return NULL;
}
