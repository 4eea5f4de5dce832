/* slurm_cmd: see slurm_cmd.h */
#include "explore/slurm_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORDS = 96 };

/* ---- Any command ------------------------------------------------------- */

static void become(const char *const *argv, int out)
{
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	signal(SIGINT, SIG_IGN); /* ours to handle */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool complain(const char *name, const struct buf *out, int status,
                     struct err *err)
{
	const char *said = out->len ? out->data : "";
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ERR_TOOL,
		               "%s: not found; Slurm's commands must be in "
		               "PATH",
		               name);
	return err_set(err, ERR_TOOL, "%s failed: %.*s", name,
	               (int)strcspn(said, "\n"), said);
}

bool call_start(struct call *c, const char *const *argv, struct err *err)
{
	int pipes[2];
	*c = (struct call){.name = argv[0], .fd = -1};
	if (pipe(pipes) != 0)
		return err_set(err, ERR_TOOL, "no pipe: %s", strerror(errno));
	fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
	fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
	c->pid = fork();
	if (c->pid == 0)
		become(argv, pipes[1]);
	close(pipes[1]);
	c->fd = pipes[0];
	if (c->pid > 0)
		return true;
	c->pid = 0;
	call_drop(c);
	return err_set(err, ERR_TOOL, "cannot start %s: %s", argv[0],
	               strerror(errno));
}

bool call_poll(struct call *c, int wait_ms, bool *ended, struct err *err)
{
	char part[4096];
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	int status = 0;
	*ended = false;
	for (;;) {
		int ready = poll(&p, 1, wait_ms);
		if (ready == 0)
			return true;
		ssize_t n = ready > 0 ? read(c->fd, part, sizeof part) : -1;
		if (n > 0)
			buf_add(&c->out, part, (size_t)n);
		else if (n == 0 || errno != EINTR)
			break;
	}
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	*ended = true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return complain(c->name, &c->out, status, err);
}

void call_drop(struct call *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	if (c->name)
		close(c->fd);
	buf_free(&c->out);
	*c = (struct call){.fd = -1};
}

/* *out is the caller's, also on false. */
static bool call_run(const char *const *argv, struct buf *out, struct err *err)
{
	struct call c;
	bool ended;
	if (!call_start(&c, argv, err))
		return false;
	bool ok = call_poll(&c, -1, &ended, err);
	*out = c.out;
	c.out = (struct buf){0};
	call_drop(&c);
	return ok;
}

/* Of which only success matters. */
static bool command(const char *const *argv, struct err *err)
{
	struct buf out = {0};
	bool ok = call_run(argv, &out, err);
	buf_free(&out);
	return ok;
}

/* ---- Jobs -------------------------------------------------------------- */

bool slurm_submit(const struct slurm_opts *o, const char *name,
                  const char *script, const char *out_folder, long n,
                  struct err *err)
{
	char array[40], file[512];
	const char *argv[MAX_WORDS] = {"sbatch", "--parsable", "--job-name",
	                               name,     "--ntasks=1", "--no-requeue"};
	int at = 6;
	snprintf(array, sizeof array, "--array=0-%ld", n - 1);
	snprintf(file, sizeof file, "--output=%s/%%A_%%a.txt", out_folder);
	argv[at++] = array;
	argv[at++] = file;
	if (o->partition) {
		argv[at++] = "--partition";
		argv[at++] = o->partition;
	}
	for (int i = 0; i < o->n_opts && at < MAX_WORDS - 2; i++)
		argv[at++] = o->opt[i];
	argv[at++] = script;
	argv[at] = NULL;
	return command(argv, err);
}

/* "PENDING Resources" */
static void take_job(const char *line, struct jobs *jobs)
{
	char state[24], reason[64];
	if (sscanf(line, "%23s %63[^\n]", state, reason) != 2)
		return;
	if (strcmp(state, "PENDING") == 0) {
		jobs->pending++;
		memcpy(jobs->reason, reason, sizeof reason);
	} else if (strcmp(state, "RUNNING") == 0 ||
	           strcmp(state, "CONFIGURING") == 0 ||
	           strcmp(state, "SUSPENDED") == 0) {
		jobs->running++;
	}
}

bool slurm_ask(struct call *c, const char *name, struct err *err)
{
	const char *const argv[] = {"squeue", "-h", "-r",    "-n",
	                            name,     "-o", "%T %r", NULL};
	return call_start(c, argv, err);
}

struct jobs slurm_answer(const struct call *c)
{
	struct jobs jobs = {0};
	for (const char *at = c->out.data; at && *at;) {
		take_job(at, &jobs);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return jobs;
}

bool slurm_cancel(const char *name, struct err *err)
{
	const char *const argv[] = {"scancel", "-n", name, NULL};
	return command(argv, err);
}

/* ---- Nodes ------------------------------------------------------------- */

/* "n1|drained*|Kill task failed" */
static bool take_node(const char *line, struct bad_node *n)
{
	static const char *const bad[] = {"drain", "down", "fail", "unk"};
	*n = (struct bad_node){0};
	if (sscanf(line, "%63[^|]|%31[^|]|%127[^\n]", n->name, n->state,
	           n->reason) < 2)
		return false;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (strncmp(n->state, bad[i], strlen(bad[i])) == 0)
			return true;
	return false;
}

bool slurm_bad_nodes(struct bad_node *node, int max, int *n, struct err *err)
{
	const char *const argv[] = {"sinfo", "-h",       "-N",
	                            "-o",    "%N|%T|%E", NULL};
	struct buf out = {0};
	*n = 0;
	bool ok = call_run(argv, &out, err);
	for (char *at = out.data; ok && at && *at && *n < max;) {
		struct bad_node b;
		/* A node of several partitions is told several times. */
		if (take_node(at, &b) &&
		    (*n == 0 || strcmp(node[*n - 1].name, b.name) != 0))
			node[(*n)++] = b;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	buf_free(&out);
	return ok;
}

bool slurm_resume(const char *node, struct err *err)
{
	char name[80];
	const char *const argv[] = {"scontrol", "update", name, "state=resume",
	                            NULL};
	snprintf(name, sizeof name, "nodename=%s", node);
	return command(argv, err);
}
