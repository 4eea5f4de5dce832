/* tool: which program made a result, and which process is making one. */
#ifndef EXPLORE_TOOL_H
#define EXPLORE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* "0.1.0+0123456789abcdef": the version and a hash of the running program,
 * firmware included. Another build may give other cycles, so its results are
 * other results. */
void tool_version(char *buf, size_t size);

enum { OWNER_SIZE = 160 };

/* "host/boot/pid/start" of a process of this machine: with the start time, so
 * that a reused pid is not mistaken for it. False if there is no such process,
 * or only its zombie. */
bool owner_name(pid_t pid, char owner[OWNER_SIZE]);

/* False if the owner is surely gone: a process of this machine that ended. One
 * of another machine may be alive; its lease decides. */
bool owner_maybe_alive(const char *owner);

#endif
