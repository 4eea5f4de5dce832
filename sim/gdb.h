/* gdb: a debugger drives the host core of a system.
 *
 * Speaks GDB's remote protocol: breakpoints, watchpoints on the core's own
 * accesses, step, interrupt, registers, memory. While the core is stopped no
 * simulated time passes, and what the debugger looks at costs none, so that a
 * run takes the same cycles with and without it.
 */
#ifndef SIM_GDB_H
#define SIM_GDB_H

#include "sim/soc.h"

struct gdb;

/* Listen on the loopback interface (port 0: any free one), say so through
 * `note`, and wait for the debugger. NULL and err if that fails. */
struct gdb *gdb_open(int port, void (*note)(void *ctx, const char *text),
                     void *note_ctx, struct err *err);
/* Drive this system from now on; the core stops before its next instruction. */
void gdb_drive(struct gdb *g, struct soc *s);
/* Tell that the program has ended with this status. */
void gdb_exited(struct gdb *g, int status);
void gdb_close(struct gdb *g);

#endif
