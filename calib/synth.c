/* synth: see synth.h
 *
 * The cache holds a folder for each design: CACHE/synth-HASH with yosys' table
 * of cells, CACHE/synth-HASH-bits with netlists, too.
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

/* The first line is for one design alone.
 * Memories of the scratchpad stay memories, all else becomes cells; latches,
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

/* For speed: a delay-optimal cover for a target of 1.5 ns, which the longest
 * paths miss, then nets of more than eight loads get buffers, cells on long
 * paths become stronger, others weaker. */
static const char fast_script[] =
        "+strash;dretime;map,-D,1500;topo;buffer,-N,8;topo;upsize,-D,1500;"
        "topo;dnsize,-D,1500;topo";
static const char fast_gates_script[] =
        "splitnets\n"
        "select * */t:$mem_v2 %m %d\n"
        "write_verilog -noexpr -noattr -simple-lhs -selected ";

/* All bit by bit, for calib/netlist.c. */
static const char bits_script[] = "select -clear\n"
                                  "opt_clean -purge\n"
                                  "write_blif -conn -impltf -cname ";

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
	XXH64_update(h, bits_script, sizeof bits_script);
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

char *synth_liberty(const struct synth_opts *opts, struct err *err)
{
	if (opts->liberty)
		return mem_str(opts->liberty);
	char *cache = folder_cache(opts->cache_dir);
	char *path = liberty_nangate(cache, err);
	free(cache);
	return path;
}

static bool work_open(struct work *w, struct err *err)
{
	w->cache = folder_cache(w->opts->cache_dir);
	w->rtl = path_data("rtl");
	w->isa = path_isa();
	pthread_mutex_init(&w->lock, NULL);
	if (!spawn_need("synthesis", "yosys", "yosys", err) ||
	    !find_verilog(w, err) || !folder_make(w->cache, err))
		return false;
	w->path_liberty = synth_liberty(w->opts, err);
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

static void put_params(const struct design *d, const char *before,
                       const char *between, const char *after, struct buf *to)
{
	for (int i = 0; i < n_params; i++) {
		if (!params[i].elab)
			continue;
		buf_str(to, before);
		for (const char *c = params[i].field; *c; c++)
			buf_char(to, (char)toupper((unsigned char)*c));
		buf_printf(to, "%s%d%s", between,
		           *(const int *)((const char *)d + params[i].offset),
		           after);
	}
}

/* A top module for each design, and one for all. Nothing is connected, so they
 * must be kept. */
static void tops_write(const struct design *d, int n, struct buf *to)
{
	for (int i = 0; i < n; i++) {
		buf_printf(to, "module design%d;\n(* keep *) accel #(", i);
		put_params(&d[i], ".", "(", "), ", to);
		to->len -= 2; /* the last comma */
		buf_str(to, ") accel ();\nendmodule\n");
	}
	buf_str(to, "module all;\n");
	for (int i = 0; i < n; i++)
		buf_printf(to, "(* keep *) design%d d%d ();\n", i, i);
	buf_str(to, "endmodule\n");
}

static void script_write(const struct work *w, const struct design *d, int n,
                         const char *work, struct buf *to)
{
	const char *passes = map_script;

	buf_printf(to, "read_verilog -DSYNTHESIS -I%s", w->isa);
	for (size_t i = 0; i < w->verilog.gl_pathc; i++)
		buf_printf(to, " %s", w->verilog.gl_pathv[i]);
	if (n == 1) {
		buf_str(to, "\nchparam");
		put_params(d, " -set ", " ", "", to);
		buf_str(to, " accel\n");
	} else {
		buf_printf(to,
		           "\nread_verilog %s/tops.v\n"
		           "hierarchy -check -top all\n",
		           work);
		passes = strchr(passes, '\n') + 1;
	}
	buf_printf(to, "%sdfflibmap -liberty %s\n", passes, w->path_liberty);
	if (w->opts->fast)
		buf_printf(to,
		           "abc -liberty %s -constr %s/constr -D 1500 "
		           "-script \"%s\"\n",
		           w->path_liberty, work, fast_script);
	else
		buf_printf(to, "abc -fast -liberty %s\n", w->path_liberty);
	buf_printf(to,
	           "opt_clean\n"
	           "tee -q -o %s/stat stat\n",
	           work);
	if (w->opts->netlist || w->opts->fast)
		buf_printf(to, "%s%s/netlist.v\n%s%s/ram.v\n%s%s/bits.blif\n",
		           w->opts->fast ? fast_gates_script : gates_script,
		           work, ram_script, work, bits_script, work);
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

/* What ABC is to think of a module's ports. */
static bool constraints(const struct work *w, const char *work, struct err *err)
{
	const struct liberty_cell *buffer = liberty_buffer(&w->liberty);
	struct buf text = {0};

	if (!buffer)
		return err_at(err, (struct src){w->path_liberty, 0},
		              "liberty: has no buffer");
	buf_printf(&text, "set_driving_cell %s\nset_load 5\n", buffer->name);
	char *path = path_join(work, "constr");
	bool ok = file_write(path, text.data, text.len, err);
	free(path);
	buf_free(&text);
	return ok;
}

/* The results go to the folder `work`. */
static bool yosys(const struct work *w, const struct design *d, int n,
                  const char *work, struct err *err)
{
	char *script = path_join(work, "script"), *log = path_join(work, "log");
	char *top = path_join(work, "tops.v");
	struct buf text = {0}, tops = {0};

	script_write(w, d, n, work, &text);
	tops_write(d, n, &tops);
	char *argv[] = {(char[]){"yosys"}, (char[]){"-q"}, (char[]){"-s"},
	                script, NULL};
	bool ok = file_write(script, text.data, text.len, err) &&
	          file_write(top, tops.data, tops.len, err) &&
	          (!w->opts->fast || constraints(w, work, err));
	if (ok && !spawn_run(argv, NULL, log))
		ok = failed(d, log, err);
	buf_free(&text);
	buf_free(&tops);
	free(script);
	free(top);
	free(log);
	return ok;
}

static void note(struct work *w, const struct design *d, int n)
{
	struct buf text = {0};

	buf_str(&text, "synthesizing (once) an array of");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s %dx%d", i ? "," : "", d[i].rows,
		           d[i].cols);
	pthread_mutex_lock(&w->lock);
	if (w->opts->note)
		w->opts->note(w->opts->note_ctx, text.data);
	pthread_mutex_unlock(&w->lock);
	buf_free(&text);
}

/* Another process may be first: then its folder is as good. */
static bool make(struct work *w, int i, int n, const char *folder,
                 struct err *err)
{
	struct buf temp = {0};

	note(w, &w->design[i], n);
	buf_printf(&temp, "%s/build-%d-synth%d", w->cache, (int)getpid(), i);
	folder_remove(temp.data);
	bool ok = folder_make(temp.data, err) &&
	          yosys(w, &w->design[i], n, temp.data, err);
	if (ok && rename(temp.data, folder) != 0 && errno != ENOTEMPTY &&
	    errno != EEXIST)
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", folder,
		             strerror(errno));
	folder_remove(temp.data);
	buf_free(&temp);
	return ok;
}

/* The folder in the cache: of a design alone one with netlists has all that
 * the other has. The caller frees it. */
static char *folder_of(const struct work *w, int i, int n)
{
	XXH64_state_t *h = XXH64_createState();
	char name[48];

	XXH64_reset(h, 0);
	XXH64_update(h, &w->sources, sizeof w->sources);
	if (w->opts->fast) {
		XXH64_update(h, fast_script, sizeof fast_script);
		XXH64_update(h, fast_gates_script, sizeof fast_gates_script);
	}
	for (int k = i; k < i + n; k++) {
		uint64_t elab = design_elab_hash(&w->design[k]);
		XXH64_update(h, &elab, sizeof elab);
	}
	snprintf(name, sizeof name, "synth-%016" PRIx64 "-bits",
	         XXH64_digest(h));
	XXH64_freeState(h);
	char *net = path_join(w->cache, name);
	if (w->opts->netlist || w->opts->fast || (n == 1 && file_exists(net)))
		return net;
	free(net);
	*strrchr(name, '-') = 0;
	return path_join(w->cache, name);
}

/* Designs i to i + n. */
static bool synthesize(struct work *w, int i, int n, struct err *err)
{
	char *folder = folder_of(w, i, n);
	char *stat = path_join(folder, "stat");
	bool ok = file_exists(folder) || make(w, i, n, folder, err);

	for (int k = 0; ok && k < n; k++) {
		char top[32] = "accel";
		if (n > 1)
			snprintf(top, sizeof top, "design%d", k);
		ok = synth_stat_read(stat, top, &w->liberty, &w->out[i + k],
		                     err);
	}
	if (ok && (w->opts->netlist || w->opts->fast)) {
		w->out[i].netlist = path_join(folder, "netlist.v");
		w->out[i].ram = path_join(folder, "ram.v");
		w->out[i].bits = path_join(folder, "bits.blif");
	}
	free(folder);
	free(stat);
	return ok;
}

/* ---- Many -------------------------------------------------------------- */

/* The next designs, their number; 0: none is left, or one failed. */
static int take(struct work *w, int *first)
{
	const int group = w->opts->group > 1 ? w->opts->group : 1;

	pthread_mutex_lock(&w->lock);
	int left = w->failed ? 0 : w->n - w->next;
	int n = left < group ? left : group;
	*first = w->next;
	w->next += n;
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void *worker(void *arg)
{
	struct work *w = arg;
	struct err err = {0};
	int i, n;

	while ((n = take(w, &i)) > 0) {
		bool ok = synthesize(w, i, n, &err);
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
	free(s->bits);
	*s = (struct synth){0};
}

const struct synth_class *synth_find(const struct synth *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->cls[i].name, name) == 0)
			return &s->cls[i];
	return NULL;
}
