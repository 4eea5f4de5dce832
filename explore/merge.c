/* merge: see merge.h */
#include "explore/merge.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "explore/store_sql.h"

/* At most so much of a log at a time. */
enum { CHUNK = 4 << 20 };

bool merge_done(struct store *s, const char *name, long *bytes, struct err *err)
{
	sqlite3_stmt *q =
	        sql_prepare(s, "SELECT bytes FROM merged WHERE log = ?1", err);
	*bytes = 0;
	if (!q)
		return false;
	sql_text(q, 1, name);
	int code = sqlite3_step(q);
	if (code == SQLITE_ROW)
		*bytes = (long)sqlite3_column_int64(q, 0);
	bool ok =
	        code == SQLITE_ROW || code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

static bool keep_done(struct store *s, const char *name, long bytes,
                      struct err *err)
{
	sqlite3_stmt *q = sql_prepare(s,
	                              "INSERT OR REPLACE INTO merged(log, "
	                              "bytes) VALUES(?1, ?2)",
	                              err);
	if (!q)
		return false;
	sql_text(q, 1, name);
	sql_number(q, 2, (uint64_t)bytes);
	bool ok = sql_done(s, q, err);
	sqlite3_finalize(q);
	return ok;
}

bool merge_forget(struct store *s, const char *prefix, struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        s, "DELETE FROM merged WHERE substr(log, 1, ?2) = ?1", err);
	if (!q)
		return false;
	sql_text(q, 1, prefix);
	sql_number(q, 2, strlen(prefix));
	bool ok = sql_done(s, q, err);
	sqlite3_finalize(q);
	return ok;
}

/* ---- One line ---------------------------------------------------------- */

static bool count_attempt(struct store *s, const char *key, struct err *err)
{
	sqlite3_stmt *q = sql_kept(s, ATTEMPT, err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	return sql_done(s, q, err);
}

bool merge_crash(struct store *s, const char *key, const char *why,
                 struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        s,
	        "UPDATE points SET crashes = crashes + 1, "
	        "state = iif(crashes + 1 >= ?2, 'failed', state), "
	        "owner = iif(crashes + 1 >= ?2, NULL, owner), "
	        "lease_until = iif(crashes + 1 >= ?2, NULL, lease_until), "
	        "error = iif(crashes + 1 >= ?2, ?3, NULL), "
	        "error_kind = iif(crashes + 1 >= ?2, ?4, NULL) "
	        "WHERE key = ?1 AND state IN ('open', 'run')",
	        err);
	if (!q)
		return false;
	sql_text(q, 1, key);
	sql_number(q, 2, CRASHES);
	sql_text(q, 3, why);
	sql_number(q, 4, ERR_BUG);
	bool ok = sql_done(s, q, err);
	sqlite3_finalize(q);
	return ok;
}

static bool put_result(struct store *s, const struct log_line *line,
                       struct merge_news *news, struct err *err)
{
	bool fresh;
	if (!store_put(s, line->key, &line->o, &fresh, err))
		return false;
	news->done += fresh && line->o.ok;
	news->failed += fresh && !line->o.ok;
	news->again += !fresh;
	if (!line->o.ok || line->of_key[0] == '-')
		return true;
	return store_put_confirmed(s, line->of_key, line->rtl_hash, line->key,
	                           err);
}

static bool take_line(struct store *s, const struct log_line *line,
                      struct merge_news *news, struct err *err)
{
	switch (line->kind) {
	case LOG_BEGIN:
		return count_attempt(s, line->key, err);
	case LOG_FAILED:
		news->differs = *line;
		return put_result(s, line, news, err);
	case LOG_DONE:
		return put_result(s, line, news, err);
	case LOG_CRASH:
		return merge_crash(s, line->key, line->o.error, err);
	case LOG_SLICE:
		if (news->slice)
			news->slice(news->ctx, line->number);
		return true;
	default:
		return true;
	}
}

/* ---- A log ------------------------------------------------------------- */

/* Up to CHUNK bytes from `from` on. NULL: err; *size 0: nothing new. */
static char *read_part(const char *path, long from, size_t *size,
                       struct err *err)
{
	char *text = mem_zero(1, CHUNK);
	ssize_t n = 0;
	*size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = pread(fd, text, CHUNK, from);
	if ((fd < 0 && errno != ENOENT) || n < 0) {
		err_at(err, (struct src){path, 0}, "cannot read: %s",
		       strerror(errno));
		err->kind = ERR_NOINPUT;
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	*size = n > 0 ? (size_t)n : 0;
	return text;
}

/* Whole lines only; *used of the bytes. */
static bool take_lines(struct store *s, const char *text, size_t size,
                       size_t *used, struct merge_news *news, struct err *err)
{
	*used = 0;
	for (;;) {
		const char *at = text + *used;
		const char *end = memchr(at, '\n', size - *used);
		if (!end)
			return true;
		struct log_line line;
		size_t n = (size_t)(end - at);
		if (n && !log_parse(at, n, &line))
			news->bad_lines++;
		else if (n && !take_line(s, &line, news, err))
			return false;
		*used += n + 1;
	}
}

/* Is there more than `from` bytes? Asked before the store is locked. */
static bool has_grown(const char *path, long from)
{
	struct stat st;
	/* Opened, so that NFS asks its server. */
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool more = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > from;
	if (fd >= 0)
		close(fd);
	return more;
}

static bool merge_part(struct store *s, const char *path, const char *name,
                       bool *more, struct merge_news *news, struct err *err)
{
	long from = 0;
	size_t size = 0, used = 0;
	if (!store_begin(s, err))
		return false;
	char *text = NULL;
	bool ok = merge_done(s, name, &from, err) &&
	          (text = read_part(path, from, &size, err)) &&
	          take_lines(s, text, size, &used, news, err) &&
	          (used == 0 || keep_done(s, name, from + (long)used, err));
	free(text);
	*more = used > 0 && size == CHUNK;
	news->bytes += (long)used;
	return ok ? store_end(s, err) : sql_back_out(s);
}

bool merge_log(struct store *s, const char *path, const char *name,
               struct merge_news *news, struct err *err)
{
	long from;
	bool more = true;
	if (!merge_done(s, name, &from, err))
		return false;
	if (!has_grown(path, from))
		return true;
	while (more)
		if (!merge_part(s, path, name, &more, news, err))
			return false;
	return true;
}

/* ---- The end of a log -------------------------------------------------- */

long merge_open_point(const char *path, char key[PLAN_KEY])
{
	long point = -1;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *f = fopen(path, "re");
	while (f && (n = getline(&line, &room, f)) > 0) {
		struct log_line l;
		if (line[n - 1] != '\n' || !log_parse(line, (size_t)n - 1, &l))
			continue;
		if (l.kind == LOG_BEGIN) {
			point = l.number;
			memcpy(key, l.key, PLAN_KEY);
		} else {
			point = -1;
		}
	}
	free(line);
	if (f)
		fclose(f);
	return point;
}
