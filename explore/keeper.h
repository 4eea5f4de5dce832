/* keeper: a process that holds a store open while others come and go.
 *
 * The last one that closes an SQLite file moves its log into it and waits for
 * the disk. Workers and their submitter close the store several times a batch,
 * so a search of many small batches would mostly wait. A keeper costs nothing
 * but a process; without one everything works the same, slower.
 */
#ifndef EXPLORE_KEEPER_H
#define EXPLORE_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

/* Start one; its pid, or 0 if there is none. The caller must not have the
 * store open. It ends with the caller, at the latest. */
pid_t keeper_start(const char *store, bool durable);
/* End it, and have the log moved. */
void keeper_end(pid_t keeper, const char *store);

#endif
