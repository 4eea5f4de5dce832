/* gdb: see gdb.h. Packets: the GDB manual, appendix "Remote Protocol". */
#include "sim/gdb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/gdb_link.h"
#include "sim/host_debug.h"

enum {
	MAX_POINTS = 64,
	MAX_MEMORY = 4096, /* bytes in a packet */
	PC = 32,
	FIRST_CSR = 65,  /* where GDB counts them from */
	SLICE = 1 << 20, /* cycles between two looks at the connection */
	BATCH = 1 << 16, /* instructions, when each one is looked at */
	SIGNAL_INT = 2,
	SIGNAL_TRAP = 5,
};

/* The protocol's numbers. */
enum kind { SOFT_BREAK, HARD_BREAK, WATCH_WRITE, WATCH_READ, WATCH_ACCESS };

struct point {
	enum kind kind;
	uint32_t addr, size;
};

struct gdb {
	struct gdb_link link;
	struct soc *soc;
	struct host *host;
	struct point point[MAX_POINTS];
	int n_points;
	bool halted, stepping;
	bool tell;     /* GDB waits for the news that the core has stopped */
	bool skip;     /* going on from a breakpoint: not that one again */
	bool detached; /* run on without */
	bool killed;
	char why[64]; /* the news */
	struct buf in, out;
};

static const char *const core_reg[] = {
        "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static const struct {
	const char *name;
	uint32_t number;
} csr[] = {
        {"mstatus", 0x300},  {"misa", 0x301},     {"mie", 0x304},
        {"mtvec", 0x305},    {"mscratch", 0x340}, {"mepc", 0x341},
        {"mcause", 0x342},   {"mtval", 0x343},    {"mcycle", 0xb00},
        {"minstret", 0xb02}, {"mcycleh", 0xb80},  {"minstreth", 0xb82},
        {"marchid", 0xf12},
};
enum { N_CSRS = sizeof csr / sizeof csr[0] };

/* ---- Text --------------------------------------------------------------- */

static void put_bytes(struct buf *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%02x", p[i]);
}

/* As it lies in memory: little-endian. */
static void put_word(struct buf *b, uint32_t v)
{
	const uint8_t byte[] = {(uint8_t)v, (uint8_t)(v >> 8),
	                        (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
	put_bytes(b, byte, 4);
}

/* A number in hexadecimal, then `end` (NUL: the end); moves *s behind it. */
static bool take_hex(const char **s, char end, uint32_t *v)
{
	char *to;
	unsigned long n = strtoul(*s, &to, 16);

	if (to == *s || *to != end || n > UINT32_MAX)
		return false;
	*v = (uint32_t)n;
	*s = end ? to + 1 : to;
	return true;
}

static bool take_bytes(const char *s, uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned v;

		if (!s[2 * i] || sscanf(s + 2 * i, "%2x", &v) != 1)
			return false;
		to[i] = (uint8_t)v;
	}
	return s[2 * n] == '\0';
}

/* ---- Registers and memory ----------------------------------------------- */

static void read_all(struct gdb *g)
{
	for (int i = 0; i <= PC; i++)
		put_word(&g->out, host_reg(g->host, i));
}

static void read_one(struct gdb *g, const char *s)
{
	uint32_t n, v;

	if (!take_hex(&s, '\0', &n))
		buf_str(&g->out, "E01");
	else if (n <= PC)
		put_word(&g->out, host_reg(g->host, (int)n));
	else if (n >= FIRST_CSR && host_peek_csr(g->host, n - FIRST_CSR, &v))
		put_word(&g->out, v);
	else
		buf_str(&g->out, "E01");
}

static const char *write_reg(struct gdb *g, int n, const uint8_t *b)
{
	host_poke_reg(g->host, n,
	              (uint32_t)b[0] | (uint32_t)b[1] << 8 |
	                      (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24);
	return "OK";
}

static const char *write_one(struct gdb *g, const char *s)
{
	uint32_t n;
	uint8_t b[4];

	if (!take_hex(&s, '=', &n) || n > PC || !take_bytes(s, b, 4))
		return "E01";
	return write_reg(g, (int)n, b);
}

static const char *write_all(struct gdb *g, const char *s)
{
	uint8_t b[4 * (PC + 1)];

	if (!take_bytes(s, b, sizeof b))
		return "E01";
	for (int i = 0; i <= PC; i++)
		write_reg(g, i, b + 4 * i);
	return "OK";
}

/* As much as there is: GDB asks again for the rest. */
static void read_memory(struct gdb *g, const char *s)
{
	uint32_t addr, n;

	if (!take_hex(&s, ',', &addr) || !take_hex(&s, '\0', &n)) {
		buf_str(&g->out, "E01");
		return;
	}
	if (n > MAX_MEMORY)
		n = MAX_MEMORY;
	while (n > 0 && !soc_memory(g->soc, addr, n))
		n--;
	if (n == 0)
		buf_str(&g->out, "E02");
	else
		put_bytes(&g->out, soc_memory(g->soc, addr, n), n);
}

static const char *write_memory(struct gdb *g, const char *s)
{
	uint32_t addr, n;
	uint8_t bytes[MAX_MEMORY];

	if (!take_hex(&s, ',', &addr) || !take_hex(&s, ':', &n) ||
	    n > MAX_MEMORY || !take_bytes(s, bytes, n))
		return "E01";
	uint8_t *to = soc_memory(g->soc, addr, n);
	if (!to)
		return "E02";
	memcpy(to, bytes, n);
	host_poked(g->host, addr, n);
	return "OK";
}

/* ---- Breakpoints and watchpoints ---------------------------------------- */

/* "Zkind,addr,size" without the letter. */
static const char *change_point(struct gdb *g, bool insert, const char *s)
{
	uint32_t kind;
	struct point p;
	int i = 0;

	if (!take_hex(&s, ',', &kind) || !take_hex(&s, ',', &p.addr) ||
	    !take_hex(&s, '\0', &p.size))
		return "E01";
	if (kind > WATCH_ACCESS)
		return "";
	p.kind = (enum kind)kind;
	while (i < g->n_points && memcmp(&g->point[i], &p, sizeof p) != 0)
		i++;
	if (insert && i == g->n_points) {
		if (i == MAX_POINTS)
			return "E03";
		g->point[g->n_points++] = p;
	} else if (!insert && i < g->n_points) {
		g->point[i] = g->point[--g->n_points];
	}
	return "OK";
}

static bool touches(const struct point *p, const struct host_next *n)
{
	static const bool load[] = {false, false, false, true, true};
	static const bool store[] = {false, false, true, false, true};

	return ((load[p->kind] && n->load) || (store[p->kind] && n->store)) &&
	       n->addr < p->addr + p->size && p->addr < n->addr + n->size;
}

static bool breaks(struct gdb *g, uint32_t pc)
{
	for (int i = 0; i < g->n_points; i++) {
		const struct point *p = &g->point[i];

		if (p->kind > HARD_BREAK || p->addr != pc)
			continue;
		snprintf(g->why, sizeof g->why, "T%02x%sbreak:;", SIGNAL_TRAP,
		         p->kind == SOFT_BREAK ? "sw" : "hw");
		return true;
	}
	return false;
}

static bool watches(struct gdb *g, const struct host_next *n)
{
	static const char *const name[] = {"", "", "watch", "rwatch", "awatch"};

	for (int i = 0; i < g->n_points; i++) {
		const struct point *p = &g->point[i];

		if (!touches(p, n))
			continue;
		snprintf(g->why, sizeof g->why, "T%02x%s:%" PRIx32 ";",
		         SIGNAL_TRAP, name[p->kind], p->addr);
		return true;
	}
	return false;
}

/* ---- Questions about the target ----------------------------------------- */

static void describe(struct buf *b)
{
	buf_str(b, "<?xml version=\"1.0\"?>\n"
	           "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
	           "<target version=\"1.0\">\n"
	           "<architecture>riscv:rv32</architecture>\n"
	           "<feature name=\"org.gnu.gdb.riscv.cpu\">\n");
	for (int i = 0; i < PC; i++)
		buf_printf(b, "<reg name=\"%s\" bitsize=\"32\" type=\"%s\"/>\n",
		           core_reg[i],
		           i == 1                       ? "code_ptr"
		           : i == 2 || i == 3 || i == 8 ? "data_ptr"
		                                        : "int");
	buf_str(b, "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\"/>\n"
	           "</feature>\n"
	           "<feature name=\"org.gnu.gdb.riscv.csr\">\n");
	for (int i = 0; i < N_CSRS; i++)
		buf_printf(b,
		           "<reg name=\"%s\" bitsize=\"32\" regnum=\"%" PRIu32
		           "\" save-restore=\"no\"/>\n",
		           csr[i].name, csr[i].number + FIRST_CSR);
	buf_str(b, "</feature>\n</target>\n");
}

/* "target.xml:offset,length" */
static void send_description(struct gdb *g, const char *s)
{
	static const char name[] = "target.xml:";
	struct buf xml = {0};
	uint32_t at, n;

	if (strncmp(s, name, strlen(name)) != 0) {
		buf_str(&g->out, "E00");
		return;
	}
	s += strlen(name);
	if (!take_hex(&s, ',', &at) || !take_hex(&s, '\0', &n)) {
		buf_str(&g->out, "E01");
		return;
	}
	describe(&xml); /* nothing in it needs an escape */
	size_t left = at < xml.len ? xml.len - at : 0;
	size_t take = left < n ? left : n;
	buf_char(&g->out, take < left ? 'm' : 'l');
	buf_add(&g->out, xml.data + (left ? at : 0), take);
	buf_free(&xml);
}

/* "monitor cycle". */
static void monitor(struct gdb *g, const char *hex)
{
	char word[16] = "", text[160];
	size_t n = strlen(hex) / 2;

	if (n >= sizeof word || !take_bytes(hex, (uint8_t *)word, n))
		n = 0;
	if (strcmp(word, "cycle") == 0)
		snprintf(text, sizeof text, "cycle %" PRIu64 "\n",
		         host_cycle(g->host));
	else
		snprintf(text, sizeof text,
		         "monitor cycle: the cycle in which "
		         "the next instruction begins\n");
	put_bytes(&g->out, (const uint8_t *)text, strlen(text));
}

static bool begins(const char *s, const char *with, const char **rest)
{
	if (strncmp(s, with, strlen(with)) != 0)
		return false;
	*rest = s + strlen(with);
	return true;
}

static void query(struct gdb *g, const char *s)
{
	const char *rest;

	if (begins(s, "qSupported", &rest))
		buf_printf(&g->out,
		           "PacketSize=%x;qXfer:features:read+;swbreak+;"
		           "hwbreak+;vContSupported+;QStartNoAckMode+",
		           4 * MAX_MEMORY);
	else if (begins(s, "qXfer:features:read:", &rest))
		send_description(g, rest);
	else if (begins(s, "qRcmd,", &rest))
		monitor(g, rest);
	else if (begins(s, "qAttached", &rest))
		buf_str(&g->out, "1");
	else if (begins(s, "qfThreadInfo", &rest))
		buf_str(&g->out, "m1");
	else if (begins(s, "qsThreadInfo", &rest))
		buf_str(&g->out, "l");
	else if (strcmp(s, "qC") == 0)
		buf_str(&g->out, "QC1");
}

/* ---- Packets ------------------------------------------------------------ */

/* The core runs again; the answer comes when it stops. */
static void resume(struct gdb *g, bool step)
{
	g->halted = false;
	g->stepping = step;
	g->skip = true;
	g->tell = true;
}

/* "c", "s", with an address to go on from. */
static void resume_at(struct gdb *g, bool step, const char *s)
{
	uint32_t addr;

	if (take_hex(&s, '\0', &addr))
		host_poke_reg(g->host, PC, addr);
	resume(g, step);
}

static void verbose(struct gdb *g, const char *s)
{
	const char *rest;

	if (strcmp(s, "vCont?") == 0) {
		buf_str(&g->out, "vCont;c;C;s;S");
	} else if (begins(s, "vCont;", &rest)) {
		resume(g, *rest == 's' || *rest == 'S');
	} else if (begins(s, "vKill", &rest)) {
		g->killed = true;
		buf_str(&g->out, "OK");
	}
}

static void detach(struct gdb *g)
{
	g->detached = true;
	g->n_points = 0;
	g->halted = g->tell = g->stepping = false;
}

static void no_ack(struct gdb *g)
{
	gdb_link_send(&g->link, "OK"); /* this one is acknowledged */
	g->link.no_ack = true;
}

/* One packet of the stopped core. What is left in g->out is the answer; an
 * empty one says: not supported. False: no answer is due. */
static bool command(struct gdb *g, const char *s)
{
	switch (*s) {
	case '?':
		buf_str(&g->out, g->why);
		return true;
	case 'g':
		read_all(g);
		return true;
	case 'G':
		buf_str(&g->out, write_all(g, s + 1));
		return true;
	case 'p':
		read_one(g, s + 1);
		return true;
	case 'P':
		buf_str(&g->out, write_one(g, s + 1));
		return true;
	case 'm':
		read_memory(g, s + 1);
		return true;
	case 'M':
		buf_str(&g->out, write_memory(g, s + 1));
		return true;
	case 'Z':
	case 'z':
		buf_str(&g->out, change_point(g, *s == 'Z', s + 1));
		return true;
	case 'q':
		query(g, s);
		return true;
	case 'H':
	case 'T':
		buf_str(&g->out, "OK");
		return true;
	case 'v':
		verbose(g, s);
		return g->halted;
	case 'c':
	case 's':
		resume_at(g, *s == 's', s + 1);
		return false;
	case 'D':
		detach(g);
		buf_str(&g->out, "OK");
		return true;
	case 'k':
		g->killed = true;
		return false;
	}
	if (strcmp(s, "QStartNoAckMode") == 0) {
		no_ack(g);
		return false;
	}
	return true;
}

/* Talk until the core shall run. False: the session is over. */
static bool serve(struct gdb *g)
{
	if (g->tell)
		gdb_link_send(&g->link, g->why);
	g->tell = false;
	while (g->halted && !g->killed) {
		switch (gdb_link_read(&g->link, &g->in)) {
		case GDB_PACKET:
			buf_clear(&g->out);
			buf_add(&g->out, "", 0);
			if (command(g, g->in.data))
				gdb_link_send(&g->link, g->out.data);
			break;
		case GDB_BREAK:
			break; /* it is stopped */
		case GDB_CLOSED:
			return false;
		}
	}
	return !g->killed;
}

/* ---- Running ------------------------------------------------------------ */

static void halt(struct gdb *g)
{
	g->halted = true;
	g->stepping = false;
}

/* Did somebody press Ctrl-C, or go away? Then stop. */
static void listen_in(struct gdb *g)
{
	if (!gdb_link_pending(&g->link))
		return;
	if (gdb_link_read(&g->link, &g->in) == GDB_PACKET)
		return; /* out of turn */
	snprintf(g->why, sizeof g->why, "S%02x", SIGNAL_INT);
	halt(g);
}

/* One instruction; stops before it at a breakpoint, after it when its access is
 * watched. */
static enum host_stop one(struct gdb *g)
{
	struct host_next next;

	host_peek(g->host, &next);
	if (!g->skip && breaks(g, next.pc)) {
		halt(g);
		return HOST_LIMIT;
	}
	g->skip = false;
	bool watched = watches(g, &next);
	enum host_stop stop = host_run(g->host, host_cycle(g->host) + 1);
	if (watched) {
		halt(g);
	} else if (g->stepping) {
		snprintf(g->why, sizeof g->why, "S%02x", SIGNAL_TRAP);
		halt(g);
	}
	return stop;
}

static enum host_stop some(struct gdb *g, uint64_t limit)
{
	enum host_stop stop = HOST_LIMIT;

	for (int i = 0; i < BATCH; i++) {
		stop = one(g);
		if (stop != HOST_LIMIT || g->halted ||
		    host_cycle(g->host) >= limit)
			break;
	}
	return stop;
}

static enum host_stop slice(struct gdb *g, uint64_t limit)
{
	uint64_t now = host_cycle(g->host);

	if (g->n_points > 0 || g->stepping)
		return some(g, limit);
	return host_run(g->host, limit - now < SLICE ? limit : now + SLICE);
}

/* Instead of host_run. */
static bool drive(void *gdb, struct host *h, uint64_t limit,
                  enum host_stop *stop, struct err *err)
{
	struct gdb *g = gdb;

	g->host = h;
	for (;;) {
		if (!g->halted && !g->detached)
			listen_in(g);
		if (g->halted && !serve(g))
			return err_set(err, ERR_INTERRUPTED,
			               "gdb: ended the run in cycle %" PRIu64,
			               host_cycle(h));
		if (g->detached) {
			*stop = host_run(h, limit);
			return true;
		}
		*stop = slice(g, limit);
		if (*stop != HOST_LIMIT || host_cycle(h) >= limit)
			return true;
	}
}

/* ---- Life cycle --------------------------------------------------------- */

struct gdb *gdb_open(int port, void (*note)(void *ctx, const char *text),
                     void *note_ctx, struct err *err)
{
	char text[100];
	struct gdb *g = mem_zero(1, sizeof *g);

	if (gdb_link_listen(&g->link, port, err)) {
		snprintf(text, sizeof text,
		         "gdb: waiting; in gdb: target remote localhost:%d",
		         g->link.port);
		if (note)
			note(note_ctx, text);
		if (gdb_link_accept(&g->link, err))
			return g;
	}
	free(g);
	return NULL;
}

void gdb_drive(struct gdb *g, struct soc *s)
{
	const struct soc_driver driver = {g, drive};

	g->soc = s;
	g->halted = true;
	snprintf(g->why, sizeof g->why, "S%02x", SIGNAL_TRAP);
	soc_drive(s, &driver);
}

void gdb_exited(struct gdb *g, int status)
{
	char text[8];

	if (g->detached || g->killed)
		return;
	snprintf(text, sizeof text, "W%02x", status & 0xff);
	gdb_link_send(&g->link, text);
}

void gdb_close(struct gdb *g)
{
	if (!g)
		return;
	gdb_link_close(&g->link);
	buf_free(&g->in);
	buf_free(&g->out);
	free(g);
}
