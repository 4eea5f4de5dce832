/* gdb_link: packets of GDB's remote protocol over one TCP connection.
 *
 * It listens on the loopback interface only: whoever can connect can do
 * anything with the simulation.
 */
#ifndef SIM_GDB_LINK_H
#define SIM_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

struct gdb_link {
	int listener, fd; /* -1: none */
	int port;
	bool no_ack;
	char in[4096];
	size_t at, n; /* bytes of `in` not yet taken: [at, n) */
};

enum gdb_event { GDB_PACKET, GDB_BREAK, GDB_CLOSED };

/* Port 0: any free one; link->port says which. */
bool gdb_link_listen(struct gdb_link *l, int port, struct err *err);
/* Wait until somebody connects. */
bool gdb_link_accept(struct gdb_link *l, struct err *err);
/* Wait for the next packet; its text is then in `to`. */
enum gdb_event gdb_link_read(struct gdb_link *l, struct buf *to);
/* Did the debugger say something, or go? Does not wait. */
bool gdb_link_pending(struct gdb_link *l);
void gdb_link_send(struct gdb_link *l, const char *text);
void gdb_link_close(struct gdb_link *l);

#endif
