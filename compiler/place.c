/* place: SRAM addresses of activations. See ir.h.
 *
 * Tensors whose lives overlap must not overlap in memory. Two greedy orders
 * are tried, largest first and earliest first; each tensor goes to the lowest
 * gap. The smaller arena wins. Networks of this size reach the lower bound
 * (peak_bytes) nearly always.
 *
 * A tensor that stays in the scratchpad has no place. That is known only when
 * all is tiled; so there is a first placement of all of them, whose addresses
 * the commands have until then.
 */
#include "compiler/ir.h"

#include <stdlib.h>
#include "base/mem.h"
#include "isa/map.h"

enum { ALIGN = 16 };

struct item {
	int tensor;
	const struct home *home;
	uint32_t bytes, at;
};

static uint32_t round_up(uint32_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static int by_tensor(const struct item *a, const struct item *b)
{
	return (a->tensor > b->tensor) - (a->tensor < b->tensor);
}

static int by_size(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return by_tensor(a, b);
}

static int by_life(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;

	if (a->home->from != b->home->from)
		return a->home->from < b->home->from ? -1 : 1;
	return by_size(a, b);
}

static bool alive_together(const struct item *a, const struct item *b)
{
	return a->home->from <= b->home->to && b->home->from <= a->home->to;
}

/* Lowest address at which items[i] meets none of those before it. */
static uint32_t lowest(const struct item *items, int i)
{
	uint32_t at = 0;
	bool moved = true;

	while (moved) {
		moved = false;
		for (int j = 0; j < i; j++) {
			const struct item *o = &items[j];
			if (alive_together(&items[i], o) &&
			    at < o->at + o->bytes &&
			    o->at < at + items[i].bytes) {
				at = o->at + o->bytes;
				moved = true;
			}
		}
	}
	return at;
}

static uint32_t pack(struct item *items, int n,
                     int (*order)(const void *, const void *))
{
	uint32_t end = 0;

	qsort(items, (size_t)n, sizeof(*items), order);
	for (int i = 0; i < n; i++) {
		items[i].at = lowest(items, i);
		if (items[i].at + items[i].bytes > end)
			end = items[i].at + items[i].bytes;
	}
	return end;
}

/* Most bytes alive at one op; *op is which. */
static uint32_t peak(const struct item *items, int n, int n_ops, int *op)
{
	uint32_t most = 0;

	for (int t = -1; t <= n_ops; t++) {
		uint32_t sum = 0;
		for (int i = 0; i < n; i++)
			if (items[i].home->from <= t && t <= items[i].home->to)
				sum += items[i].bytes;
		if (sum > most) {
			most = sum;
			*op = t;
		}
	}
	return most;
}

static bool too_large(const struct lowered *l, const struct item *items, int n,
                      int op, uint32_t have, struct err *err)
{
	const struct item *big = NULL;

	for (int i = 0; i < n; i++)
		if (items[i].home->from <= op && op <= items[i].home->to &&
		    (!big || items[i].bytes > big->bytes))
			big = &items[i];
	const struct tensor *t = &l->g->tensor[big->tensor];
	const char *layer = op >= 0 && op < l->n_ops
	                            ? l->layer[l->op[op].layer].name
	                            : "the network's ends";
	return err_at(err, (struct src){l->g->path, 0},
	              "activations need %u bytes of SRAM, there are %u "
	              "(sram.kib=%d, %d bytes of it are the firmware's): at "
	              "'%s', where tensor '%s' needs %d",
	              l->arena_bytes, have, l->d->sram_kib, FW_SRAM_BYTES,
	              layer, t->name, t->bytes);
}

static int collect(const struct lowered *l, struct item *items)
{
	int n = 0;

	for (int t = 0; t < l->g->n_tensors; t++)
		if (l->home[t].sram)
			items[n++] = (struct item){
			        t, &l->home[t],
			        round_up((uint32_t)l->g->tensor[t].bytes), 0};
	return n;
}

/* Up to `have` bytes. */
static bool place(struct lowered *l, uint32_t have, struct err *err)
{
	struct item *items = mem_zero((size_t)l->g->n_tensors, sizeof(*items));
	int n = collect(l, items), op = 0;

	l->peak_bytes = peak(items, n, l->n_ops, &op);
	uint32_t by_life_bytes = pack(items, n, by_life);
	l->arena_bytes = pack(items, n, by_size);
	if (by_life_bytes < l->arena_bytes)
		l->arena_bytes = pack(items, n, by_life);
	for (int i = 0; i < n; i++)
		l->home[items[i].tensor].addr =
		        MAP_SRAM + FW_SRAM_BYTES + items[i].at;
	bool ok =
	        l->arena_bytes <= have || too_large(l, items, n, op, have, err);
	free(items);
	return ok;
}

static uint32_t sram_left(const struct lowered *l)
{
	return (uint32_t)l->d->sram_kib * 1024 - FW_SRAM_BYTES;
}

bool place_all(struct lowered *l, struct err *err)
{
	/* Far beyond any SRAM, and below flash. */
	enum { LARGE = 1 << 27 };
	bool array = false;

	for (int i = 0; i < l->n_ops; i++)
		array |= l->op[i].unit == UNIT_ARRAY;
	for (int t = 0; t < l->g->n_tensors; t++)
		l->home[t].sram = l->home[t].used && !l->g->tensor[t].data;
	return place(l, array ? LARGE : sram_left(l), err);
}

bool place_in_sram(struct lowered *l, struct err *err)
{
	return place(l, sram_left(l), err);
}

/* The layer of op `i`, which may be one before or after all. */
static int layer_of(const struct lowered *l, int i)
{
	if (i < 0)
		return -1;
	return i < l->n_ops ? l->op[i].layer : l->g->n_nodes;
}

void place_list(struct lowered *l, struct program *p)
{
	p->n_places = 0;
	p->place = arena_zero(&l->arena, (size_t)l->g->n_tensors,
	                      sizeof(*p->place));
	for (int t = 0; t < l->g->n_tensors; t++) {
		const struct home *h = &l->home[t];
		const struct tensor *x = &l->g->tensor[t];
		if (!h->sram)
			continue;
		p->place[p->n_places++] = (struct placed){
		        .name = x->name,
		        .addr = h->addr,
		        .bytes = (uint32_t)x->bytes,
		        .first = layer_of(l, h->first),
		        .last = layer_of(l, h->last),
		};
	}
}
