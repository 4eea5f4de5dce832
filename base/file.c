/* file: see file.h */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static bool io_failed(struct err *err, const char *path, const char *what)
{
	const char *why = errno ? strerror(errno) : "input/output error";
	err_at(err, (struct src){path, 0}, "%s: %s", what, why);
	err->kind = ERR_NOINPUT;
	return false;
}

/* Read to the end of f, which may be a pipe; NULL on error, and *size is
 * max + 1 if there was more than max. */
static char *read_all(FILE *f, size_t max, size_t *size)
{
	size_t cap = 4096, n = 0;
	char *data = mem_zero(cap + 1, 1);

	for (;;) {
		n += fread(data + n, 1, cap - n, f);
		if (n < cap || n > max)
			break;
		cap = cap * 2;
		data = mem_grow(data, cap + 1, 1);
	}
	data[n] = '\0';
	*size = n;
	return data;
}

char *file_read(const char *path, size_t max, size_t *size, struct err *err)
{
	assert(path && size);
	errno = 0;
	FILE *f = fopen(path, "rb");
	if (!f) {
		io_failed(err, path, "cannot open");
		return NULL;
	}
	char *data = read_all(f, max, size);
	bool bad = ferror(f) != 0;
	if (bad)
		io_failed(err, path, "cannot read");
	else if (*size > max)
		bad = !err_at(err, (struct src){path, 0},
		              "larger than %zu bytes", max);
	fclose(f);
	if (bad) {
		free(data);
		return NULL;
	}
	return data;
}

static bool put_all(int fd, const void *data, size_t size)
{
	const char *at = data;
	while (size > 0) {
		ssize_t n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static bool write_special(const char *path, const void *data, size_t size,
                          struct err *err)
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return io_failed(err, path, "cannot write");
	bool ok = fwrite(data, 1, size, f) == size;
	if (fclose(f) != 0)
		ok = false;
	return ok || io_failed(err, path, "cannot write");
}

bool file_write(const char *path, const void *data, size_t size,
                struct err *err)
{
	assert(path && (data || size == 0));
	struct stat st;
	errno = 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_special(path, data, size, err);

	size_t room = strlen(path) + sizeof ".XXXXXX";
	char *temp = mem_zero(room, 1);
	snprintf(temp, room, "%s.XXXXXX", path);
	int fd = mkstemp(temp);
	if (fd < 0) {
		free(temp);
		return io_failed(err, path, "cannot create");
	}
	/* mkstemp makes private files; this one is as fopen would make it. */
	mode_t mask = umask(0);
	umask(mask);
	bool ok = fchmod(fd, 0666 & ~mask) == 0 && put_all(fd, data, size);
	if (close(fd) != 0)
		ok = false;
	ok = ok && rename(temp, path) == 0;
	if (!ok) {
		io_failed(err, path, "cannot write");
		unlink(temp);
	}
	free(temp);
	return ok;
}

bool file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Length of `path` without its suffix; a leading dot starts no suffix. */
static size_t without_suffix(const char *path)
{
	const char *name = last_part(path);
	const char *dot = strrchr(name, '.');
	return dot && dot != name ? (size_t)(dot - path) : strlen(path);
}

char *path_dir(const char *path)
{
	const char *name = last_part(path);
	if (name == path)
		return mem_str(".");
	size_t n = (size_t)(name - path);
	return mem_strn(path, n > 1 ? n - 1 : n);
}

char *path_join(const char *dir, const char *name)
{
	if (name[0] == '/' || strcmp(dir, ".") == 0)
		return mem_str(name);
	size_t n = strlen(dir) + strlen(name) + 2;
	char *p = mem_zero(n, 1);
	const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";
	snprintf(p, n, "%s%s%s", dir, slash, name);
	return p;
}

char *path_stem(const char *path)
{
	const char *name = last_part(path);
	return mem_strn(name, without_suffix(path) - (size_t)(name - path));
}

char *path_with_suffix(const char *path, const char *suffix)
{
	size_t stem = without_suffix(path);
	char *p = mem_zero(stem + strlen(suffix) + 1, 1);
	memcpy(p, path, stem);
	memcpy(p + stem, suffix, strlen(suffix));
	return p;
}
