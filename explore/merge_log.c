/* merge_log: lines of a worker's log, written and read; see merge.h */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/mem.h"
#include "explore/merge.h"

enum { HASH_SIZE = 17, MAX_FIELDS = 20 + N_EVENTS };

static const char *const kind_name[N_LOG_KINDS] = {
        [LOG_BEGIN] = "begin", [LOG_DONE] = "done",   [LOG_FAILED] = "failed",
        [LOG_CRASH] = "crash", [LOG_SLICE] = "slice",
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool cannot(struct err *err, const char *path, const char *what)
{
	const char *why = errno ? strerror(errno) : "disk full?";
	err_at(err, (struct src){path, 0}, "cannot %s: %s", what, why);
	err->kind = ERR_NOINPUT;
	return false;
}

/* ---- Writing ----------------------------------------------------------- */

static bool start(struct log *l, const char *path, bool durable, int flags,
                  struct err *err)
{
	*l = (struct log){.durable = durable, .synced = now()};
	l->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666);
	if (l->fd < 0)
		return cannot(err, path, "open");
	l->path = mem_str(path);
	return true;
}

bool log_create(struct log *l, const char *path, bool durable, struct err *err)
{
	return start(l, path, durable, O_CREAT | O_EXCL, err);
}

/* A line that was cut short must not be continued by the next one. */
bool log_open(struct log *l, const char *path, bool durable, struct err *err)
{
	if (!start(l, path, durable, 0, err))
		return false;
	if (write(l->fd, "\n", 1) == 1)
		return true;
	cannot(err, path, "write");
	log_close(l);
	return false;
}

void log_close(struct log *l)
{
	if (l->path)
		close(l->fd);
	free(l->path);
	l->path = NULL;
}

/* On NFS others see what was synced: at least every second. */
static bool sync_now_and_then(struct log *l, struct err *err)
{
	if (!l->durable && now() - l->synced < 1)
		return true;
	l->synced = now();
	return fdatasync(l->fd) == 0 || cannot(err, l->path, "write");
}

/* All of the line or nothing. */
static bool put(struct log *l, struct buf *b, struct err *err)
{
	buf_printf(b, "\t%016" PRIx64 "\n", XXH3_64bits(b->data, b->len));
	off_t before = lseek(l->fd, 0, SEEK_END);
	errno = 0;
	bool ok = write(l->fd, b->data, b->len) == (ssize_t)b->len;
	if (!ok) {
		cannot(err, l->path, "write");
		/* If this fails too, the line has no valid hash. */
		if (before >= 0 && ftruncate(l->fd, before) != 0)
			err->kind = ERR_NOINPUT;
	}
	buf_free(b);
	return ok && sync_now_and_then(l, err);
}

/* Text without what separates fields and lines. */
static void put_text(struct buf *b, const char *s)
{
	buf_char(b, '\t');
	for (; *s; s++)
		buf_char(b, (unsigned char)*s < ' ' ? ' ' : *s);
}

static void put_point(struct buf *b, enum log_kind kind, const struct plan *p,
                      long point)
{
	char key[PLAN_KEY];
	plan_key(p, point, key);
	buf_printf(b, "%s\t%ld\t%s", kind_name[kind], point, key);
}

bool log_begin(struct log *l, const struct plan *p, long point, struct err *err)
{
	struct buf b = {0};
	put_point(&b, LOG_BEGIN, p, point);
	return put(l, &b, err);
}

static void put_result(struct buf *b, const struct outcome *o)
{
	buf_printf(b,
	           "\t%" PRIu64 "\t%" PRIu64 "\t%016" PRIx64
	           "\t%a\t%a\t%u\t%u\t%u\t%u",
	           o->cycles, o->boot_cycles, o->out_hash, o->latency_us,
	           o->utilization, o->arena_bytes, o->peak_bytes, o->spad_bytes,
	           o->image_bytes);
	for (int i = 0; i < N_EVENTS; i++)
		buf_printf(b, "\t%" PRIu64, o->counts.n[i]);
}

bool log_finish(struct log *l, const struct plan *p, long point,
                const struct outcome *o, struct err *err)
{
	struct buf b = {0};
	put_point(&b, o->ok ? LOG_DONE : LOG_FAILED, p, point);
	if (!o->ok) {
		buf_printf(&b, "\t%d", o->kind);
		put_text(&b, o->error);
		return put(l, &b, err);
	}
	char of_key[PLAN_KEY] = "-";
	if (p->of)
		plan_key(p->of, point, of_key);
	buf_printf(&b, "\t%s\t%016" PRIx64, of_key, p->of ? p->rtl_hash : 0);
	put_result(&b, o);
	return put(l, &b, err);
}

bool log_crash(struct log *l, const struct plan *p, long point, const char *why,
               struct err *err)
{
	struct buf b = {0};
	put_point(&b, LOG_CRASH, p, point);
	put_text(&b, why);
	return put(l, &b, err);
}

bool log_slice(struct log *l, long slice, struct err *err)
{
	struct buf b = {0};
	buf_printf(&b, "%s\t%ld", kind_name[LOG_SLICE], slice);
	l->synced = -1; /* the submitter waits for it */
	return put(l, &b, err);
}

/* ---- Reading ----------------------------------------------------------- */

struct fields {
	char *text; /* owned */
	char *at[MAX_FIELDS];
	int n;
};

/* Without the hash. False if that is not the one of the line. */
static bool split(const char *text, size_t size, struct fields *f)
{
	*f = (struct fields){0};
	if (size < HASH_SIZE || text[size - HASH_SIZE] != '\t')
		return false;
	char is[HASH_SIZE];
	size -= HASH_SIZE;
	snprintf(is, sizeof is, "%016" PRIx64, XXH3_64bits(text, size));
	if (memcmp(is, text + size + 1, HASH_SIZE - 1) != 0)
		return false;
	f->text = mem_strn(text, size);
	for (char *s = f->text; s && f->n < MAX_FIELDS; f->n++) {
		f->at[f->n] = s;
		s = strchr(s, '\t');
		if (s)
			*s++ = '\0';
	}
	return true;
}

static uint64_t number(const char *s)
{
	return strtoull(s, NULL, 10);
}

static bool read_result(char *const *at, int n, struct log_line *line)
{
	struct outcome *o = &line->o;
	if (n != 11 + N_EVENTS)
		return false;
	snprintf(line->of_key, sizeof line->of_key, "%s", at[0]);
	line->rtl_hash = strtoull(at[1], NULL, 16);
	o->ok = true;
	o->cycles = number(at[2]);
	o->boot_cycles = number(at[3]);
	o->out_hash = strtoull(at[4], NULL, 16);
	o->latency_us = strtod(at[5], NULL);
	o->utilization = strtod(at[6], NULL);
	o->arena_bytes = (uint32_t)number(at[7]);
	o->peak_bytes = (uint32_t)number(at[8]);
	o->spad_bytes = (uint32_t)number(at[9]);
	o->image_bytes = (uint32_t)number(at[10]);
	for (int i = 0; i < N_EVENTS; i++)
		o->counts.n[i] = number(at[11 + i]);
	return true;
}

/* The error's kind, if there is one, and its text. */
static bool read_error(char *const *at, int n, bool kind, struct outcome *o)
{
	if (n != 1 + kind)
		return false;
	o->kind = kind ? (enum err_kind)number(at[0]) : ERR_BUG;
	snprintf(o->error, sizeof o->error, "%s", at[kind]);
	return true;
}

static bool read_line(const struct fields *f, struct log_line *line)
{
	char *const *at = f->at;
	int n = f->n;
	for (int i = 0; i < N_LOG_KINDS; i++)
		if (strcmp(at[0], kind_name[i]) == 0)
			line->kind = (enum log_kind)i;
	if (line->kind == N_LOG_KINDS)
		return false;
	if (n < 2)
		return false;
	line->number = strtol(at[1], NULL, 10);
	if (line->kind == LOG_SLICE)
		return n == 2;
	if (n < 3)
		return false;
	snprintf(line->key, sizeof line->key, "%s", at[2]);
	switch (line->kind) {
	case LOG_DONE:
		return read_result(at + 3, n - 3, line);
	case LOG_FAILED:
		return read_error(at + 3, n - 3, true, &line->o);
	case LOG_CRASH:
		return read_error(at + 3, n - 3, false, &line->o);
	default:
		return n == 3;
	}
}

bool log_parse(const char *text, size_t size, struct log_line *line)
{
	struct fields f;
	memset(line, 0, sizeof *line);
	line->kind = N_LOG_KINDS;
	bool ok = split(text, size, &f) && read_line(&f, line);
	free(f.text);
	return ok;
}
