/* folder: see folder.h */
#define _XOPEN_SOURCE 700 /* nftw */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

char *folder_cache(const char *given)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (given && *given)
		return mem_str(given);
	if (xdg && *xdg)
		return path_join(xdg, "joulet");
	return path_join(home && *home ? home : "/tmp", ".cache/joulet");
}

bool folder_make(const char *path, struct err *err)
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

void folder_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_sweep(const char *cache)
{
	DIR *dir = opendir(cache);
	const struct dirent *e;
	int pid;

	while (dir && (e = readdir(dir)))
		if (sscanf(e->d_name, "build-%d", &pid) == 1 &&
		    kill((pid_t)pid, 0) != 0 && errno == ESRCH) {
			char *path = path_join(cache, e->d_name);
			folder_remove(path);
			free(path);
		}
	if (dir)
		closedir(dir);
}
