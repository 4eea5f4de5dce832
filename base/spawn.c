/* spawn: see spawn.h */
#include "base/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

extern char **environ;

bool spawn_found(const char *tool)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path && *path && !found) {
		size_t n = strcspn(path, ":");
		char *dir = mem_strn(path, n);
		char *file = path_join(dir, tool);
		found = access(file, X_OK) == 0;
		free(file);
		free(dir);
		path += n + (path[n] == ':');
	}
	return found;
}

bool spawn_need(const char *who, const char *tool, const char *package,
                struct err *err)
{
	return spawn_found(tool) ||
	       err_set(err, ERR_TOOL,
	               "%s not found: %s needs it (Debian package %s)", tool,
	               who, package);
}

static bool wait_for(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

char *spawn_line(char *const argv[])
{
	posix_spawn_file_actions_t fa;
	char line[4096] = "";
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		return NULL;
	/* Not for processes that other threads start. */
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, ends[1], 1);
	bool ok = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ) == 0;
	posix_spawn_file_actions_destroy(&fa);
	close(ends[1]);
	FILE *f = fdopen(ends[0], "r");
	bool any = f && fgets(line, sizeof(line), f);
	/* Closed only at its end, so that the command does not die of it. */
	while (f && fgetc(f) != EOF)
		;
	if (f)
		fclose(f);
	if (!(ok && wait_for(pid)) || !any)
		return NULL;
	return mem_strn(line, strcspn(line, "\n"));
}

bool spawn_run(char *const argv[], char *const env[], const char *log)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, log,
	                                 O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_adddup2(&fa, 1, 2);
	bool ok = posix_spawnp(&pid, argv[0], &fa, NULL, argv,
	                       env ? env : environ) == 0;
	posix_spawn_file_actions_destroy(&fa);
	return ok && wait_for(pid);
}

enum { MAX_LOG = 64 << 20, MAX_TAIL = 200 };

void spawn_tail(const char *log, struct buf *to)
{
	struct err unused;
	size_t n = 0;
	char *text = file_read(log, MAX_LOG, &n, &unused);

	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	size_t from = n, lines = 0;
	while (from && n - from < MAX_TAIL &&
	       !(text[from - 1] == '\n' && ++lines == 2))
		from--;
	buf_str(to, "");
	for (; from < n; from++)
		buf_char(to, text[from] == '\n' ? ' ' : text[from]);
	free(text);
}
