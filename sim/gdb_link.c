/* gdb_link: see gdb_link.h */
#include "sim/gdb_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_PACKET = 1 << 16, INTERRUPT = 3 };

static bool bad(struct gdb_link *l, const char *what, int port, struct err *err)
{
	err_set(err, ERR_USAGE, "gdb: port %d: %s: %s", port, what,
	        strerror(errno));
	gdb_link_close(l);
	return false;
}

bool gdb_link_listen(struct gdb_link *l, int port, struct err *err)
{
	struct sockaddr_in a = {
	        .sin_family = AF_INET,
	        .sin_port = htons((uint16_t)port),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof a;
	const int on = 1;

	*l = (struct gdb_link){.fd = -1};
	l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->listener < 0)
		return bad(l, "no socket", port, err);
	setsockopt(l->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(l->listener, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(l->listener, 1) != 0 ||
	    getsockname(l->listener, (struct sockaddr *)&a, &size) != 0)
		return bad(l, "cannot listen", port, err);
	l->port = ntohs(a.sin_port);
	return true;
}

bool gdb_link_accept(struct gdb_link *l, struct err *err)
{
	const int on = 1;

	do
		l->fd = accept(l->listener, NULL, NULL);
	while (l->fd < 0 && errno == EINTR);
	if (l->fd < 0)
		return bad(l, "nobody connects", l->port, err);
	/* Packets are short and each one waits for its answer. */
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	close(l->listener);
	l->listener = -1;
	return true;
}

void gdb_link_close(struct gdb_link *l)
{
	if (l->listener >= 0)
		close(l->listener);
	if (l->fd >= 0)
		close(l->fd);
	l->listener = l->fd = -1;
}

/* The next byte, or -1 when the connection is gone. */
static int next_byte(struct gdb_link *l)
{
	if (l->at == l->n) {
		ssize_t n;

		do
			n = l->fd < 0 ? 0 : read(l->fd, l->in, sizeof l->in);
		while (n < 0 && errno == EINTR);
		l->at = l->n = 0;
		if (n <= 0)
			return -1;
		l->n = (size_t)n;
	}
	return (unsigned char)l->in[l->at++];
}

bool gdb_link_pending(struct gdb_link *l)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};

	return l->at < l->n || poll(&p, 1, 0) > 0;
}

static void send_all(struct gdb_link *l, const char *bytes, size_t n)
{
	while (n > 0 && l->fd >= 0) {
		ssize_t k = send(l->fd, bytes, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return; /* the next read finds it closed */
		bytes += k;
		n -= (size_t)k;
	}
}

void gdb_link_send(struct gdb_link *l, const char *text)
{
	struct buf b = {0};
	unsigned sum = 0;

	for (const char *s = text; *s; s++)
		sum += (unsigned char)*s;
	buf_printf(&b, "$%s#%02x", text, sum & 0xff);
	send_all(l, b.data, b.len);
	buf_free(&b);
}

static int hex_digit(int c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c > 0 ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* From behind the '$' to the check sum. False: damaged, or gone. */
static bool read_body(struct gdb_link *l, struct buf *to)
{
	unsigned sum = 0;
	int c;

	buf_clear(to);
	while ((c = next_byte(l)) != '#') {
		if (c < 0)
			return false;
		sum += (unsigned)c;
		if (to->len < MAX_PACKET)
			buf_char(to, (char)c);
	}
	int high = hex_digit(next_byte(l)), low = hex_digit(next_byte(l));
	return high >= 0 && low >= 0 &&
	       (unsigned)(high << 4 | low) == (sum & 0xff);
}

enum gdb_event gdb_link_read(struct gdb_link *l, struct buf *to)
{
	for (;;) {
		int c = next_byte(l);

		if (c < 0)
			return GDB_CLOSED;
		if (c == INTERRUPT)
			return GDB_BREAK;
		if (c != '$')
			continue; /* acknowledgements */
		bool ok = read_body(l, to);
		if (!l->no_ack)
			send_all(l, ok ? "+" : "-", 1);
		if (ok) {
			buf_add(to, "", 0);
			return GDB_PACKET;
		}
	}
}
