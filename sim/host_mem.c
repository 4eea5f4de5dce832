/* host_mem: loads and stores outside the fast loop: devices, memory that an
 * accelerator job shares, the ends of windows, access faults. */
#include <string.h>
#include "sim/host_priv.h"

/* The window with the word at addr, or NULL. */
static const struct host_window *window_at(const struct host *h, uint32_t addr)
{
	for (size_t i = 0; i < 4; i++) {
		const struct host_window *w = &h->bus.window[i];

		if (w->bytes && addr - w->base < w->size)
			return w;
	}
	return NULL;
}

static void count(struct host *h, const struct host_window *w, bool store)
{
	struct window *fast = &h->win[w->base >> 28];

	if (store)
		fast->writes++;
	else
		fast->reads++;
}

/* One bus access, granted at t, to a word of a window. */
static bool window_word(struct host *h, const struct host_window *w, bool store,
                        uint32_t addr, uint32_t mask, uint32_t *word,
                        uint64_t t)
{
	if (h->watch && h->bus.touch && w->mem >= 0)
		h->bus.touch(h->bus.ctx, t, w->mem);
	if (store && !w->writable)
		return false;
	count(h, w, store);
	uint8_t *at = w->bytes + (addr - w->base);
	if (!store) {
		memcpy(word, at, 4);
		return true;
	}
	for (int lane = 0; lane < 4; lane++)
		if (mask >> lane & 1)
			at[lane] = (uint8_t)(*word >> (8 * lane));
	if (addr - h->imem_base < h->imem_bytes)
		host_forget(h, addr - h->imem_base);
	return true;
}

static bool one_word(struct host *h, bool store, uint32_t addr, uint32_t mask,
                     uint32_t *word, uint64_t t)
{
	const struct host_window *w = window_at(h, addr);

	h->now = t;
	if (w)
		return window_word(h, w, store, addr, mask, word, t);
	h->mmio++;
	h->dirty |= store;
	if (store)
		return h->bus.store &&
		       h->bus.store(h->bus.ctx, t, addr, mask, *word);
	*word = 0;
	return h->bus.load && h->bus.load(h->bus.ctx, t, addr, mask, word);
}

bool host_access(struct host *h, bool store, uint32_t addr, uint32_t bytes,
                 uint32_t *value, const uint64_t grant[2])
{
	uint32_t off = addr & 3, word = addr & ~3u;
	uint32_t mask = ((1u << bytes) - 1) << off; /* 8 lanes */
	uint64_t data = (uint64_t)*value << (8 * off);
	uint32_t low = (uint32_t)data, high = (uint32_t)(data >> 32);

	/* Both halves happen even if the first one fails; mtval names the first
	 * that did. */
	bool ok = one_word(h, store, word, mask & 15, &low, grant[0]);
	bool ok2 = !host_splits(addr, bytes) ||
	           one_word(h, store, word + 4, mask >> 4, &high, grant[1]);
	data = ((uint64_t)high << 32 | low) >> (8 * off);
	*value = bytes == 4 ? (uint32_t)data
	                    : (uint32_t)data & ((1u << 8 * bytes) - 1);
	if (!ok)
		*value = addr;
	else if (!ok2)
		*value = word + 4;
	return ok && ok2;
}
