/* model: `joulet host` with more interrupt lines (board.h), for ibex_compare.
 *
 *   ibex_model host PROGRAM.elf --core NAME [--max-cycles N] --trace FILE
 *              [memory options]
 *
 * The last line on stderr has the cycles asleep besides. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/host.h"
#include "tests/ibex/board.h"

struct model {
	struct board board;
	struct host *host;
	FILE *trace;
	uint64_t limit;
	struct host_timing timing;
};

static bool load(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                 uint32_t *value)
{
	struct model *m = ctx;

	return board_load(&m->board, cycle, addr, mask, value);
}

static bool store(void *ctx, uint64_t cycle, uint32_t addr, uint32_t mask,
                  uint32_t value)
{
	struct model *m = ctx;
	bool ok = board_store(&m->board, cycle, addr, mask, value);

	if (m->board.end)
		host_stop(m->host);
	return ok;
}

static uint32_t irq(void *ctx, uint64_t cycle)
{
	struct model *m = ctx;

	return board_irq(&m->board, cycle);
}

static uint64_t irq_next(void *ctx, uint64_t cycle)
{
	struct model *m = ctx;

	return board_irq_next(&m->board, cycle);
}

static void line(void *ctx, const struct host_retire *r)
{
	struct model *m = ctx;

	fprintf(m->trace, "%" PRIu64 " %08x %08x x%d=%08x%s\n", r->cycle, r->pc,
	        r->insn, r->rd, r->value, r->trap ? " T" : "");
}

/* The first cycle from now on in which an enabled line is high. */
static bool wake(struct model *m)
{
	uint64_t k = host_cycle(m->host);
	uint32_t mask = host_irq_mask(m->host);

	while (k < m->limit && !(board_irq(&m->board, k) & mask)) {
		uint64_t next = board_irq_next(&m->board, k);
		k = next > k ? next : k + 1;
	}
	if (k >= m->limit)
		return false;
	host_wake(m->host, k);
	return true;
}

static bool run(struct model *m, struct err *err)
{
	while (!m->board.end)
		switch (host_run(m->host, m->limit)) {
		case HOST_STOPPED:
			break;
		case HOST_SLEEP:
			if (!wake(m))
				return err_set(err, ERR_WATCHDOG, "sleeps");
			break;
		case HOST_LIMIT:
			return err_set(err, ERR_WATCHDOG, "no end");
		case HOST_FAULT:
			return host_fault(m->host, err);
		}
	return true;
}

static bool parse(struct model *m, int argc, char **argv, enum core *core)
{
	for (int i = 3; i < argc; i += 2) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(o, "--shared") == 0) {
			m->timing.shared = true;
			i--;
		} else if (strcmp(o, "--instr-latency") == 0) {
			m->timing.instr_latency = atoi(v);
		} else if (strcmp(o, "--data-grant") == 0) {
			m->timing.data_grant = atoi(v);
		} else if (strcmp(o, "--data-latency") == 0) {
			m->timing.data_latency = atoi(v);
		} else if (strcmp(o, "--core") == 0) {
			for (int k = 0; k < N_CORES; k++)
				if (strcmp(core_name[k], v) == 0)
					*core = (enum core)k;
		} else if (strcmp(o, "--max-cycles") == 0) {
			m->limit = strtoull(v, NULL, 10);
		} else if (strcmp(o, "--trace") == 0) {
			m->trace = fopen(v, "w");
		} else {
			return false;
		}
	}
	return argc > 2 && m->trace;
}

static void report(struct model *m)
{
	struct counts counts = {0};

	host_counts(m->host, &counts);
	fprintf(stderr,
	        "cycles=%" PRIu64 " retired=%" PRIu64
	        " exit=0x%x slept=%" PRIu64 "\n",
	        m->board.ended + 1,
	        host_retired(m->host) + host_faults(m->host),
	        m->board.exit_code, counts.n[EV_cpu_sleep]);
}

int main(int argc, char **argv)
{
	struct model m = {.limit = 20000000};
	enum core core = CORE_MAXPERF;
	struct err err;

	if (!parse(&m, argc, argv, &core)) {
		fprintf(stderr, "usage: see tests/ibex/model.c\n");
		return 2;
	}
	if (!board_open(&m.board, argv[2], true, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	const struct host_bus bus = {
	        .ctx = &m,
	        .timing = m.timing,
	        .window = {{BOARD_BASE, BOARD_BYTES, m.board.ram, true, -1}},
	        .load = load,
	        .store = store,
	        .irq = irq,
	        .irq_next = irq_next,
	};
	m.host = host_open(core, &bus, m.board.ram, BOARD_BASE, BOARD_BYTES);
	host_trace(m.host, line, &m);
	bool ok = run(&m, &err);
	fclose(m.trace);
	fwrite(m.board.output.data ? m.board.output.data : "", 1,
	       m.board.output.len, stdout);
	if (ok)
		report(&m);
	else
		fprintf(stderr, "%s\n", err.msg);
	host_close(m.host);
	board_close(&m.board);
	return !ok;
}
