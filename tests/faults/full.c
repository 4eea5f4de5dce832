/* full: preloaded, makes the disk full: no file in the folder JOULET_TEST_FULL
 * gets longer than JOULET_TEST_BYTES. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_full(int fd, size_t size, off_t at)
{
	const char *folder = getenv("JOULET_TEST_FULL");
	const char *bytes = getenv("JOULET_TEST_BYTES");
	char link[40], path[512];
	if (!folder || !bytes || at + (off_t)size <= atol(bytes))
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	if (strncmp(path, folder, strlen(folder)) != 0)
		return 0;
	errno = ENOSPC;
	return 1;
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*next)(int, const void *, size_t) =
	        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT,
	                                                     "write");
	off_t at = lseek(fd, 0, SEEK_CUR);
	return at >= 0 && is_full(fd, size, at) ? -1 : next(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at)
{
	ssize_t (*next)(int, const void *, size_t, off_t) =
	        (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT,
	                                                            "pwrite64");
	return is_full(fd, size, at) ? -1 : next(fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	return pwrite64(fd, data, size, at);
}
