/* host_debug: see host_debug.h */
#include "sim/host_debug.h"

#include <string.h>
#include "sim/host_priv.h"

static int32_t imm_of(uint32_t insn)
{
	uint32_t imm = (insn & 0x7f) == 0x23
	                       ? (insn >> 20 & 0xfe0) | (insn >> 7 & 31)
	                       : insn >> 20;

	return (int32_t)(imm ^ 0x800) - 0x800;
}

void host_peek(const struct host *h, struct host_next *n)
{
	static const uint8_t size[] = {1, 2, 4, 0, 1, 2, 0, 0};
	uint32_t i = h->at ? (uint32_t)(h->at - h->op) : h->n_ops;

	*n = (struct host_next){.pc = host_pc(h)};
	if (host_cut_off(h, i))
		return;
	n->insn = host_insn(h, i);
	n->bytes = (n->insn & 3) == 3 ? 4 : 2;
	if (n->bytes == 2)
		n->insn = host_expand(n->insn);
	n->size = size[n->insn >> 12 & 7];
	n->load = (n->insn & 0x7f) == 0x03 && n->size != 0;
	n->store = (n->insn & 0x7f) == 0x23 && n->size != 0;
	n->addr = h->x[n->insn >> 15 & 31] + (uint32_t)imm_of(n->insn);
}

bool host_peek_csr(struct host *h, uint32_t number, uint32_t *value)
{
	/* mip is a question to the devices: asking would move their time. */
	if (number == 0x344 || !host_csr_legal(number << 20 | 0x2073))
		return false;
	*value = host_csr_read(h, number, h->cyc);
	return true;
}

uint64_t host_slept(const struct host *h)
{
	return h->slept;
}

void host_poke_reg(struct host *h, int i, uint32_t value)
{
	if (i == 32) {
		host_go(h, value & ~1u);
		h->from = NULL; /* its past is not that of the program */
	} else if (i > 0 && i < 32)
		h->x[i] = value;
}

void host_poked(struct host *h, uint32_t addr, uint32_t bytes)
{
	h->from = NULL;
	for (uint32_t a = addr & ~3u; a - (addr & ~3u) < bytes + 3; a += 4)
		if (a - h->imem_base < h->imem_bytes)
			host_forget(h, a - h->imem_base);
}
