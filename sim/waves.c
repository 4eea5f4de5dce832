/* waves: see waves.h */
#include "sim/waves.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- Windows ------------------------------------------------------------ */

static bool parse_cycle(const char *text, size_t n, uint64_t *to)
{
	char *copy = mem_strn(text, n);
	long value = -1;
	bool ok = text_long(copy, &value) == TEXT_OK && value >= 0;

	*to = ok ? (uint64_t)value : 0;
	free(copy);
	return ok;
}

bool joulet_window_parse(const char *text, struct joulet_window *w,
                         struct err *err)
{
	static const char key[] = "layer=";
	const char *colon = strchr(text, ':');

	*w = (struct joulet_window){0};
	if (strncmp(text, key, sizeof key - 1) == 0) {
		const char *name = text + sizeof key - 1;
		if (*name && strlen(name) < sizeof w->layer) {
			strcpy(w->layer, name);
			return true;
		}
	} else if (colon &&
	           parse_cycle(text, (size_t)(colon - text), &w->from) &&
	           parse_cycle(colon + 1, strlen(colon + 1), &w->to)) {
		return w->from < w->to ||
		       err_set(err, ERR_USAGE,
		               "window %s: holds no cycle; A must be below B",
		               text);
	}
	return err_set(err, ERR_USAGE,
	               "window %s: must be A:B, cycles from A up to but "
	               "without B, or layer=NAME",
	               text);
}

/* The end of a layer's name that has as many parts as `like`; reports show
 * two. */
static const char *tail(const char *name, const char *like)
{
	const char *at = name + strlen(name);
	int parts = 1;

	for (; *like; like++)
		parts += *like == '/';
	while (at > name && (at[-1] != '/' || --parts > 0))
		at--;
	return at;
}

/* Returns -1. */
static int no_layer(const struct joulet_result *r, const char *name,
                    struct err *err)
{
	const size_t n = (size_t)r->n_layers;
	const char **names = mem_zero(n, sizeof *names);

	for (size_t i = 0; i < n; i++)
		names[i] = tail(r->layer[i].name, name);
	const char *near = text_nearest(name, names, (int)n, sizeof *names);
	err_set(err, ERR_USAGE,
	        "window layer=%s: no such layer%s%s; a name of the report or a "
	        "number, 0..%d",
	        name, near ? ", did you mean " : "", near ? near : "",
	        r->n_layers - 1);
	free(names);
	return -1;
}

/* The layer whose name ends so, or of this number; -1. */
static int find_layer(const struct joulet_result *r, const char *name,
                      struct err *err)
{
	int found = -1;
	long number;

	for (int i = 0; i < r->n_layers; i++) {
		if (strcmp(tail(r->layer[i].name, name), name) != 0)
			continue;
		if (found >= 0) {
			err_set(err, ERR_USAGE,
			        "window layer=%s: layers %d and %d have that "
			        "name; give the number",
			        name, found, i);
			return -1;
		}
		found = i;
	}
	if (found >= 0)
		return found;
	if (text_long(name, &number) == TEXT_OK && number >= 0 &&
	    number < r->n_layers)
		return (int)number;
	return no_layer(r, name, err);
}

static bool layer_window(const struct joulet_result *r, const char *name,
                         struct accel_waves *w, struct err *err)
{
	int layer = find_layer(r, name, err);

	if (layer < 0)
		return false;
	w->from = UINT64_MAX;
	w->to = 0;
	for (size_t i = 0; i < r->n_cmds; i++) {
		const struct joulet_command *c = &r->cmd[i];
		if (c->layer != layer)
			continue;
		w->from = c->start < w->from ? c->start : w->from;
		w->to = c->end > w->to ? c->end : w->to;
	}
	return w->to > 0 ||
	       err_set(err, ERR_USAGE,
	               "window layer=%s: unit %s, no command of the "
	               "accelerator is its own",
	               name, r->layer[layer].unit);
}

static bool cycles_window(const struct joulet_result *r,
                          const struct joulet_window *from,
                          struct accel_waves *w, struct err *err)
{
	w->from = from->from;
	w->to = from->to ? from->to : r->cycles;
	return w->to <= r->cycles ||
	       err_set(err, ERR_USAGE,
	               "window %" PRIu64 ":%" PRIu64
	               ": the inference has only %" PRIu64 " cycles",
	               w->from, w->to, r->cycles);
}

bool waves_window(const struct joulet_program *p,
                  const struct joulet_opts *opts, const void *in,
                  struct accel_waves *w, struct err *err)
{
	const struct joulet_window *window = &opts->window;
	/* With data: some kernels take as long as these ask for. */
	const struct joulet_opts fast = {.timeline = true,
	                                 .max_cycles = opts->max_cycles};
	struct joulet_result r;

	if (!joulet_run(p, &fast, in, 1, NULL, &r, err))
		return false;
	bool ok = window->layer[0] ? layer_window(&r, window->layer, w, err)
	                           : cycles_window(&r, window, w, err);
	w->zero = r.boot_cycles;
	w->from += w->zero;
	w->to += w->zero;
	joulet_result_free(&r);
	return ok;
}

/* ---- Files -------------------------------------------------------------- */

static bool not_written(const char *path, const char *why, struct err *err)
{
	return err_set(err, ERR_NOINPUT, "%s: cannot write: %s", path, why);
}

char *waves_begin(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		not_written(path, "not a file", err);
		return NULL;
	}
	size_t room = strlen(path) + sizeof ".XXXXXX";
	char *temp = mem_zero(room, 1);
	snprintf(temp, room, "%s.XXXXXX", path);
	int fd = mkstemp(temp);
	if (fd < 0) {
		not_written(path, strerror(errno), err);
		free(temp);
		return NULL;
	}
	close(fd);
	return temp;
}

static uint64_t big_endian(const uint8_t *at)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | at[i];
	return v;
}

/* The writer tells no errors. A file of the format FST is a chain of blocks: a
 * byte that says the kind, and 8 with the length from there on. The first is
 * the header (0), with the first and the last time. */
static bool whole(FILE *f, uint64_t size, uint64_t first, uint64_t last)
{
	enum { HEADER = 0, NAMES = 4, NAMES_LZ4 = 6, NAMES_LZ4_TWICE = 7 };
	uint8_t head[25];
	uint64_t at = 0;
	bool names = false;

	if (fread(head, sizeof head, 1, f) != 1 || head[0] != HEADER ||
	    big_endian(head + 9) != first || big_endian(head + 17) != last)
		return false;
	while (at < size) {
		if (fseek(f, (long)at, SEEK_SET) || fread(head, 9, 1, f) != 1 ||
		    big_endian(head + 1) > size - at - 1)
			return false;
		names = names || head[0] == NAMES || head[0] == NAMES_LZ4 ||
		        head[0] == NAMES_LZ4_TWICE;
		at += 1 + big_endian(head + 1);
	}
	return names;
}

static bool holds(const char *path, const struct accel_waves *w)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	bool ok = f && fstat(fileno(f), &st) == 0 &&
	          whole(f, (uint64_t)st.st_size, w->from - w->zero,
	                w->to - 1 - w->zero);

	if (f)
		fclose(f);
	return ok;
}

bool waves_end(char *temp, const char *path, const struct accel_waves *w,
               bool ok, struct err *err)
{
	/* mkstemp makes private files; this one is as fopen would make it. */
	mode_t mask = umask(0);
	umask(mask);
	if (ok && !holds(temp, w))
		ok = not_written(path, "incomplete; is the disk full?", err);
	if (ok && (chmod(temp, 0666 & ~mask) || rename(temp, path)))
		ok = not_written(path, strerror(errno), err);
	if (!ok)
		unlink(temp);
	free(temp);
	return ok;
}

/* ---- What led to a hang -------------------------------------------------- */

/* The same run again, which ends in the same way. */
static bool run_again(const struct joulet_program *p,
                      const struct joulet_opts *opts, const void *in,
                      const struct accel_waves *w, struct err *err)
{
	const size_t in_bytes = joulet_net_in_bytes(p->net);
	const size_t out_bytes = joulet_net_out_bytes(p->net);
	struct soc_result r;
	struct soc *soc = program_soc(p, opts, false, true, err);

	if (!soc)
		return false;
	void *out = mem_zero(out_bytes, 1);
	soc_waves(soc, w);
	bool ended = soc_run(soc, in, in_bytes, out, out_bytes, &r, err);
	if (ended)
		soc_result_free(&r);
	soc_close(soc);
	free(out);
	return !ended && err->kind == ERR_WATCHDOG;
}

static bool replay(const struct joulet_program *p,
                   const struct joulet_opts *opts, const void *in,
                   struct accel_waves *w, struct err *err)
{
	char *temp = waves_begin(opts->hang, err);

	if (!temp)
		return false;
	w->path = temp;
	bool again = run_again(p, opts, in, w, err);
	bool ok = waves_end(temp, opts->hang, w, again, err);
	return again && ok;
}

static void add(struct err *err, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));
static void add(struct err *err, const char *fmt, ...)
{
	size_t used = strlen(err->msg);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->msg + used, sizeof err->msg - used, fmt, ap);
	va_end(ap);
}

void waves_replay(const struct joulet_program *p,
                  const struct joulet_opts *opts, const void *in,
                  uint64_t begin, uint64_t end, struct err *err)
{
	struct accel_waves w = {.from = begin, .to = end, .zero = begin};
	struct err why = {0};

	if (end - begin > JOULET_HANG_CYCLES)
		w.from = end - JOULET_HANG_CYCLES;
	if (opts->note)
		opts->note(opts->note_ctx,
		           "no end: running it again for the waveforms");
	if (end > begin && replay(p, opts, in, &w, &why))
		add(err, "; cycles %" PRIu64 " up to %" PRIu64 " are in %s",
		    w.from - w.zero, w.to - w.zero, opts->hang);
	else
		add(err, "; no waveforms: %.200s",
		    why.msg[0] ? why.msg : "no cycles");
}

/* ---- When to give up ----------------------------------------------------- */

uint64_t waves_limit(const struct joulet_program *p)
{
	const struct joulet_opts fast = {.timing_only = true};
	const size_t bytes = joulet_net_in_bytes(p->net);
	struct joulet_result r;
	struct err ignored;
	uint64_t limit = 0;
	void *in = mem_zero(bytes, 1);

	joulet_made_up(in, bytes);
	if (joulet_run(p, &fast, in, 1, NULL, &r, &ignored)) {
		limit = 2 * (r.boot_cycles + r.cycles) + 100000;
		joulet_result_free(&r);
	}
	free(in);
	return limit;
}
