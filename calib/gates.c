/* gates: see gates.h. */
#include "calib/gates.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "calib/power.h"
#include "isa/map.h"

enum { LIMIT = 1000000, MAX_BITS = 128 };

#define PORTS                                                                  \
	PORT(rst_ni, 0)                                                        \
	PORT(mmio_req_i, 0)                                                    \
	PORT(mmio_we_i, 0)                                                     \
	PORT(mmio_addr_i, 12)                                                  \
	PORT(mmio_wdata_i, 32)                                                 \
	PORT(irq_o, 0)                                                         \
	PORT(sram_req_o, 0)                                                    \
	PORT(sram_we_o, 0)                                                     \
	PORT(sram_addr_o, 28)                                                  \
	PORT(sram_wdata_o, 8 * d->dma_bytes)                                   \
	PORT(sram_wstrb_o, d->dma_bytes)                                       \
	PORT(sram_rdata_i, 8 * d->dma_bytes)                                   \
	PORT(flash_req_o, 0)                                                   \
	PORT(flash_addr_o, 28)                                                 \
	PORT(flash_rdata_i, 8 * d->dma_bytes)

struct port {
	uint32_t net[MAX_BITS];
	int bits;
};
struct gates_pins {
#define PORT(name, bits) struct port name;
	PORTS
#undef PORT
};

/* ------------------------------------------------------------------------
 * Ports */

static bool find_port(struct port *p, const struct netlist *n, const char *name,
                      int bits, struct err *err)
{
	char bit[64];

	p->bits = bits ? bits : 1;
	for (int i = 0; i < p->bits; i++) {
		snprintf(bit, sizeof bit, bits ? "%s[%d]" : "%s", name, i);
		p->net[i] = netlist_port(n, bit);
		if (p->net[i] == NET_NONE)
			return err_set(err, ERR_DATA,
			               "the netlist has no port %s", bit);
	}
	return true;
}

static bool find_ports(struct gates *g, struct err *err)
{
	const struct design *d = &g->d;
	struct gates_pins *p = g->pins;

#define PORT(name, bits)                                                       \
	if (!find_port(&p->name, &g->netlist, #name, bits, err))               \
		return false;
	PORTS
#undef PORT
	return true;
}

static void put(struct gates *g, const struct port *p, uint64_t value)
{
	for (int i = 0; i < p->bits; i++)
		settle_set(&g->s, p->net[i], value >> i & 1);
}

static uint32_t get(const struct gates *g, const struct port *p)
{
	uint32_t v = 0;

	for (int i = p->bits; i--;)
		v = v << 1 | g->s.value[p->net[i]];
	return v;
}

static uint8_t get_byte(const struct gates *g, const struct port *p, int byte)
{
	uint32_t v = 0;

	for (int i = 8; i--;)
		v = v << 1 | g->s.value[p->net[8 * byte + i]];
	return (uint8_t)v;
}

static void put_bytes(struct gates *g, const struct port *p,
                      const uint8_t *bytes)
{
	for (int i = 0; i < p->bits; i++)
		settle_set(&g->s, p->net[i], bytes[i / 8] >> i % 8 & 1);
}

bool gates_open(struct gates *g, const struct design *d, const char *netlist,
                const struct cells *cells, struct err *err)
{
	*g = (struct gates){
	        .d = *d, .cells = cells, .pins = mem_zero(1, sizeof *g->pins)};
	if (!netlist_read(&g->netlist, netlist, "accel", cells, err))
		return false;
	g->prices = power_prices(&g->netlist, cells->volts);
	if (!settle_open(&g->s, &g->netlist, err) || !find_ports(g, err))
		return false;
	double *delays = power_delays(&g->netlist);
	timed_open(&g->timed, &g->s, delays);
	free(delays);
	g->before = mem_zero(g->netlist.n_nets, 1);
	g->still = mem_zero(g->netlist.n_nets, sizeof *g->still);
	return true;
}

void gates_close(struct gates *g)
{
	timed_close(&g->timed);
	settle_close(&g->s);
	netlist_free(&g->netlist);
	free(g->before);
	free(g->still);
	free(g->pins);
	free(g->prices);
	*g = (struct gates){0};
}

/* ------------------------------------------------------------------------
 * The scratchpad's memories: word 2*i + odd of a bank is word i of a half. */

static int find_ram(const struct gates *g, int bank, bool odd)
{
	char path[64];

	snprintf(path, sizeof path, "pad.bank[%d].%s.", bank,
	         odd ? "odd" : "even");
	for (int i = 0; i < g->netlist.n_rams; i++)
		if (strncmp(g->netlist.ram[i].path, path, strlen(path)) == 0)
			return i;
	return -1;
}

/* Bits of the netlist's memories and bytes of a scratchpad. */
static bool each_word(struct gates *g, uint8_t *spad, bool load,
                      struct err *err)
{
	const int w = design_word(&g->d);
	const int words = (int)design_bank_bytes(&g->d) / w;

	for (int b = 0; b < g->d.banks; b++)
		for (int i = 0; i < words; i++) {
			int k = find_ram(g, b, i % 2);
			if (k < 0 || g->netlist.ram[k].data_bits != 8 * w ||
			    1 << g->netlist.ram[k].addr_bits != words / 2)
				return err_set(err, ERR_DATA,
				               "the netlist has no memory of "
				               "bank %d",
				               b);
			uint8_t *bit = g->s.ram[k] + i / 2 * 8 * w;
			uint8_t *byte = spad + (b * words + i) * w;
			for (int n = 0; n < 8 * w; n++)
				if (load)
					bit[n] = byte[n / 8] >> n % 8 & 1;
				else if (bit[n])
					byte[n / 8] |= (uint8_t)(1 << n % 8);
		}
	return true;
}

/* ------------------------------------------------------------------------
 * Running */

struct outside {
	uint8_t *sram;
	const uint8_t *flash;
};

/* Every edge is as likely to be timed; none is known beforehand. */
static void choose_next(struct gates *g)
{
	g->random = g->random * 1664525 + 1013904223;
	g->until = 1 + (g->random >> 8) % (2 * g->every - 1);
}

/* The edge after `before` with delays; see gates_result. */
static void time_edge(struct gates *g)
{
	const uint32_t nets = g->netlist.n_nets;

	for (uint32_t i = 0; i < nets; i++)
		g->still[i] += g->before[i] != g->s.value[i];
	g->still[g->s.clock] += 2;
	g->timed.count[g->s.clock] += 2;
	if (!timed_edge(&g->timed, g->before))
		g->unsettled = true;
	choose_next(g);
}

/* What the memories see is what has settled before the clock's edge. */
static void clock(struct gates *g, const struct outside *o)
{
	const bool timed = g->s.counting && g->every && --g->until == 0;

	if (timed)
		memcpy(g->before, g->s.value, g->netlist.n_nets);
	const struct gates_pins *p = g->pins;
	const uint8_t *sram = NULL, *flash = NULL;
	const uint32_t beat = (uint32_t)g->d.dma_bytes;

	if (get(g, &p->sram_req_o)) {
		uint8_t *at = o->sram + get(g, &p->sram_addr_o) / beat * beat;
		if (!get(g, &p->sram_we_o))
			sram = at;
		else
			for (int i = 0; i < g->d.dma_bytes; i++)
				if (g->s.value[p->sram_wstrb_o.net[i]])
					at[i] = get_byte(g, &p->sram_wdata_o,
					                 i);
	}
	if (get(g, &p->flash_req_o))
		flash = o->flash + get(g, &p->flash_addr_o) / beat * beat;
	settle_clock(&g->s);
	if (sram)
		put_bytes(g, &p->sram_rdata_i, sram);
	if (flash)
		put_bytes(g, &p->flash_rdata_i, flash);
	settle_nets(&g->s);
	if (timed)
		time_edge(g);
}

static void write_register(struct gates *g, const struct outside *o,
                           uint32_t address, uint32_t data)
{
	const struct gates_pins *p = g->pins;

	put(g, &p->mmio_req_i, 1);
	put(g, &p->mmio_we_i, 1);
	put(g, &p->mmio_addr_i, address);
	put(g, &p->mmio_wdata_i, data);
	settle_nets(&g->s);
	clock(g, o);
	put(g, &p->mmio_req_i, 0);
	put(g, &p->mmio_we_i, 0);
	settle_nets(&g->s);
}

static uint64_t run(struct gates *g, const struct outside *o)
{
	const struct gates_pins *p = g->pins;
	uint64_t cycles = 1;

	settle_nets(&g->s);
	clock(g, o);
	put(g, &p->rst_ni, 1);
	settle_nets(&g->s);
	clock(g, o);
	write_register(g, o, ACCEL_RING_BASE, MAP_SRAM);
	write_register(g, o, ACCEL_CTRL, 1);
	g->s.counting = true;
	for (write_register(g, o, ACCEL_TAIL, 1);
	     !get(g, &p->irq_o) && cycles < LIMIT; cycles++)
		clock(g, o);
	g->s.counting = false;
	return cycles;
}

static bool same(const char *layer, const char *what, const uint8_t *is,
                 const uint8_t *want, uint32_t n, struct err *err)
{
	uint32_t i = 0;

	while (i < n && is[i] == want[i])
		i++;
	return i == n || err_set(err, ERR_MISMATCH,
	                         "gates: layer %s: byte 0x%" PRIx32
	                         " of %s is 0x%02x, not 0x%02x",
	                         layer, i, what, is[i], want[i]);
}

static void begin_timing(struct gates *g, uint64_t cycles, int edges)
{
	g->every = edges ? cycles / (uint64_t)edges + 1 : 0;
	g->random = 1;
	g->unsettled = false;
	memset(g->still, 0, g->netlist.n_nets * sizeof *g->still);
	memset(g->timed.count, 0, g->netlist.n_nets * sizeof *g->timed.count);
	if (edges)
		choose_next(g);
}

static void take_result(const struct gates *g, struct gates_result *r)
{
	power_energy(&g->netlist, g->prices, g->s.count, r->fj);
	power_energy(&g->netlist, g->prices, g->still, r->still);
	power_energy(&g->netlist, g->prices, g->timed.count, r->timed);
}

bool gates_run(struct gates *g, const struct cut *c, const uint8_t *flash,
               int edges, struct gates_result *r, struct err *err)
{
	uint8_t *sram = mem_zero(c->sram_bytes, 1);
	uint8_t *spad = mem_zero(c->spad_bytes, 1);
	const struct outside o = {sram, flash};
	uint64_t cycles = 0;

	memcpy(sram, c->sram, c->sram_bytes);
	settle_reset(&g->s);
	begin_timing(g, c->cycles, edges);
	bool ok = each_word(g, c->spad, true, err);
	if (ok) {
		cycles = run(g, &o);
		ok = each_word(g, spad, false, err);
	}
	if (ok && cycles != c->cycles)
		ok = err_set(err, ERR_MISMATCH,
		             "gates: layer %s: %" PRIu64
		             " cycles, not %" PRIu64,
		             c->layer, cycles, c->cycles);
	ok = ok &&
	     same(c->layer, "SRAM", sram, c->sram_after, c->sram_bytes, err) &&
	     same(c->layer, "the scratchpad", spad, c->spad_after,
	          c->spad_bytes, err);
	if (ok && g->unsettled)
		ok = err_set(err, ERR_BUG,
		             "gates: layer %s: with delays nets end elsewhere",
		             c->layer);
	if (ok)
		take_result(g, r);
	free(sram);
	free(spad);
	return ok;
}
