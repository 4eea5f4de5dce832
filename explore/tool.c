/* tool: see tool.h */
#include "explore/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"
#include "sim/joulet.h"

void tool_version(char *buf, size_t size)
{
	struct err err;
	size_t bytes = 0;
	char *self = file_read("/proc/self/exe", (size_t)1 << 30, &bytes, &err);
	uint64_t hash = self ? XXH3_64bits(self, bytes) : 0;
	free(self);
	snprintf(buf, size, "%s+%016" PRIx64, JOULET_VERSION, hash);
}

/* Start time in clock ticks since boot: field 22 of /proc/PID/stat, counted
 * behind the ")" of the name. Field 3, the state, is Z for a zombie. */
static bool start_time(long pid, unsigned long long *start)
{
	char path[64];
	size_t n;
	struct err err;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	char *stat = file_read(path, 4096, &n, &err);
	if (!stat)
		return false;
	const char *at = strrchr(stat, ')');
	char state = 0;
	bool ok = at &&
	          sscanf(at + 1,
	                 " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
	                 "%*s %*s %*s %*s %*s %*s %*s %llu",
	                 &state, start) == 2 &&
	          state != 'Z' && state != 'X';
	free(stat);
	return ok;
}

/* "host/boot/" of this machine since it was started. */
static void machine(char *buf, size_t size)
{
	char host[65] = "?";
	size_t n;
	struct err err;
	gethostname(host, sizeof host - 1);
	for (char *s = host; *s; s++)
		if (*s == '/')
			*s = '-';
	char *boot = file_read("/proc/sys/kernel/random/boot_id", 64, &n, &err);
	snprintf(buf, size, "%s/%.8s/", host, boot ? boot : "?");
	free(boot);
}

bool owner_name(pid_t pid, char owner[OWNER_SIZE])
{
	char where[96];
	unsigned long long start;
	if (!start_time(pid, &start))
		return false;
	machine(where, sizeof where);
	snprintf(owner, OWNER_SIZE, "%s%ld/%llu", where, (long)pid, start);
	return true;
}

bool owner_maybe_alive(const char *owner)
{
	char where[96];
	machine(where, sizeof where);
	size_t n = strlen(where), host = strcspn(where, "/") + 1;
	if (strncmp(owner, where, host) != 0)
		return true; /* another machine */
	if (strncmp(owner, where, n) != 0)
		return false; /* before this machine's last start */
	long pid;
	unsigned long long was, is;
	if (sscanf(owner + n, "%ld/%llu", &pid, &was) != 2)
		return false;
	return start_time(pid, &is) && is == was;
}
