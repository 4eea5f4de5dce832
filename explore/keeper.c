/* keeper: see keeper.h */
#include "explore/keeper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore/store_sql.h"

/* SQLite holds its lock on the file from the first read on. */
static bool hold(const char *store, bool durable)
{
	struct err err;
	long points;
	struct store *s = store_open(store, durable, &err);
	return s && sql_pragma(s, "SELECT count(*) FROM sweeps", &points, &err);
}

static void keep(const char *store, bool durable, pid_t parent, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN); /* the parent decides what it means */
	signal(SIGTERM, SIG_IGN);
	if (getppid() != parent || !hold(store, durable))
		_exit(1);
	close(0); /* others may wait for their ends */
	close(1);
	close(ready);
	for (;;)
		pause();
}

pid_t keeper_start(const char *store, bool durable)
{
	int ends[2];
	char byte;
	const pid_t self = getpid();
	if (pipe(ends) != 0)
		return 0;
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		keep(store, durable, self, ends[1]);
	}
	close(ends[1]);
	/* Until it has closed its end: then the store is open, or it ended. */
	if (pid > 0)
		while (read(ends[0], &byte, 1) < 0)
			;
	close(ends[0]);
	return pid > 0 ? pid : 0;
}

void keeper_end(pid_t keeper, const char *store)
{
	struct err ignored;
	if (keeper <= 0)
		return;
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
	store_close(store_open(store, false, &ignored));
}
