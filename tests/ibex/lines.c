/* lines: see lines.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ibex/lines.h"

enum { TRACE_FD = 9, MAX_ARGS = 32 };

/* The child's end of the pipe becomes descriptor `fd`. */
static void become(const int ends[2], int fd)
{
	if (ends[1] != fd) {
		dup2(ends[1], fd);
		close(ends[1]);
	}
	close(ends[0]);
}

static void child(char *const argv[], int argc, int ends[3][2])
{
	char *all[MAX_ARGS + 3];
	char trace[] = "--trace", file[] = "/dev/fd/9";

	memcpy(all, argv, (size_t)argc * sizeof *argv);
	all[argc] = trace;
	all[argc + 1] = file;
	all[argc + 2] = NULL;
	become(ends[0], TRACE_FD);
	become(ends[1], STDOUT_FILENO);
	become(ends[2], STDERR_FILENO);
	execv(all[0], all);
	_exit(127);
}

bool lines_open(struct lines *l, char *const argv[], int argc)
{
	int ends[3][2];

	if (argc > MAX_ARGS)
		return false;
	for (int i = 0; i < 3; i++)
		if (pipe(ends[i]) != 0)
			return false;
	fflush(NULL);
	l->pid = fork();
	if (l->pid < 0)
		return false;
	if (l->pid == 0)
		child(argv, argc, ends);
	for (int i = 0; i < 3; i++)
		close(ends[i][1]);
	l->trace = fdopen(ends[0][0], "r");
	l->out = fdopen(ends[1][0], "r");
	l->err = fdopen(ends[2][0], "r");
	return true;
}

static void malformed(const char *line)
{
	fprintf(stderr, "ibex: not a line of a trace: %s\n", line);
	exit(1);
}

static const char *hex8(const char *p, uint32_t *v)
{
	*v = 0;
	for (int i = 0; i < 8; i++, p++) {
		unsigned c = (unsigned char)*p;

		if (c >= '0' && c <= '9')
			*v = *v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (c - 'a' + 10);
		else
			return NULL;
	}
	return p;
}

static const char *decimal(const char *p, uint64_t *v)
{
	const char *start = p;

	for (*v = 0; *p >= '0' && *p <= '9'; p++)
		*v = *v * 10 + (uint64_t)(*p - '0');
	return p == start ? NULL : p;
}

static const char *expect(const char *p, const char *text)
{
	size_t n = strlen(text);

	return p && strncmp(p, text, n) == 0 ? p + n : NULL;
}

/* CYCLE PC INSN xRD=VALUE[ T] */
static bool parse(const char *p, struct host_retire *r)
{
	uint64_t rd = 0;

	*r = (struct host_retire){0};
	p = expect(decimal(p, &r->cycle), " ");
	p = p ? expect(hex8(p, &r->pc), " ") : NULL;
	p = p ? expect(hex8(p, &r->insn), " x") : NULL;
	p = p ? expect(decimal(p, &rd), "=") : NULL;
	p = p ? hex8(p, &r->value) : NULL;
	if (!p || rd > 31)
		return false;
	r->rd = (uint8_t)rd;
	r->trap = strcmp(p, " T\n") == 0;
	return r->trap || strcmp(p, "\n") == 0;
}

bool lines_next(struct lines *l, struct host_retire *r)
{
	char line[120];

	if (!fgets(line, sizeof line, l->trace))
		return false;
	if (!parse(line, r))
		malformed(line);
	return true;
}

int lines_close(struct lines *l)
{
	char rest[4096];
	int status;

	while (fread(rest, 1, sizeof rest, l->trace) > 0)
		;
	fclose(l->trace);
	fclose(l->out);
	fclose(l->err);
	waitpid(l->pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}
