/* profile: see profile.h */
#include "sim/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "isa/map.h"
#include "sim/elf.h"
#include "sim/host_debug.h"

enum { MAX_DEPTH = 256, VECTORS_BYTES = 32 * 4 };

/* Functions that the executable does not have. */
static const char unknown[] = "[unknown]", asleep[] = "[sleep]";

/* A function as called by the one above it: a path from the root. */
struct node {
	const char *name;
	uint32_t lo, hi; /* its code */
	int parent;      /* -1: none */
	int child, next; /* first child, next sibling; 0: none */
	uint64_t cycles;
	struct counts counts;
};

struct frame {
	int node;
	uint32_t ret; /* where it goes on when this one returns */
};

struct profile {
	struct elf_functions fn;
	struct node *node; /* node[0] is the root, which has no name */
	int n_nodes, cap_nodes;
	struct frame stack[MAX_DEPTH];
	int depth;
	bool on;               /* between the marks */
	uint32_t pc;           /* where the core was when it was left */
	uint64_t cycle, slept; /* the same */
};

/* ---- Functions and paths ------------------------------------------------ */

/* Name and extent of the function at pc. */
static struct node function_at(const struct profile *p, uint32_t pc)
{
	size_t lo = 0, hi = p->fn.n; /* the last one that begins <= pc */

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->fn.at[mid].addr <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (struct node){
	        .name = lo > 0 ? p->fn.at[lo - 1].name : unknown,
	        .lo = lo > 0 ? p->fn.at[lo - 1].addr : 0,
	        .hi = lo < p->fn.n ? p->fn.at[lo].addr : UINT32_MAX,
	};
}

static int new_node(struct profile *p, int parent, struct node n)
{
	if (p->n_nodes == p->cap_nodes) {
		p->cap_nodes = p->cap_nodes ? 2 * p->cap_nodes : 64;
		p->node = mem_grow(p->node, (size_t)p->cap_nodes,
		                   sizeof *p->node);
	}
	n.parent = parent;
	p->node[p->n_nodes] = n;
	return p->n_nodes++;
}

/* The child of `parent` with this name, which may be new. */
static int child_of(struct profile *p, int parent, struct node fn)
{
	int last = 0;

	for (int i = p->node[parent].child; i; i = p->node[i].next) {
		if (strcmp(p->node[i].name, fn.name) == 0 &&
		    p->node[i].lo == fn.lo)
			return i;
		last = i;
	}
	int new = new_node(p, parent, fn);
	*(last ? &p->node[last].next : &p->node[parent].child) = new;
	return new;
}

/* ---- The stack ---------------------------------------------------------- */

static struct frame *top(struct profile *p)
{
	return &p->stack[p->depth - 1];
}

/* The function on top is now another one: a tail call, or code that runs on
 * into the next function. */
static void replace(struct profile *p, uint32_t pc)
{
	const struct node *now = &p->node[top(p)->node];

	if (pc >= now->lo && pc < now->hi)
		return;
	top(p)->node = child_of(p, now->parent, function_at(p, pc));
}

static void push(struct profile *p, uint32_t pc, uint32_t ret)
{
	if (p->depth == MAX_DEPTH) {
		replace(p, pc);
		return;
	}
	int node = child_of(p, top(p)->node, function_at(p, pc));
	p->stack[p->depth++] = (struct frame){node, ret};
}

/* Back to whoever goes on at pc. */
static void pop(struct profile *p, uint32_t pc)
{
	for (int i = p->depth - 1; i > 0; i--)
		if (p->stack[i].ret == pc) {
			p->depth = i;
			break;
		}
	replace(p, pc);
}

static bool links(uint32_t reg)
{
	return reg == 1 || reg == 5;
}

/* The instruction has gone to `pc`. */
static void follow(struct profile *p, const struct host_next *n, uint32_t pc)
{
	uint32_t op = n->insn & 0x7f, rd = n->insn >> 7 & 31;
	uint32_t rs1 = n->insn >> 15 & 31;

	if ((op == 0x6f || op == 0x67) && links(rd))
		push(p, pc, n->pc + n->bytes);
	else if ((op == 0x67 && links(rs1)) || n->insn == 0x30200073)
		pop(p, pc);
	else
		replace(p, pc);
}

/* The core has gone from instruction `n` (or from sleep: NULL) to where it is
 * now, perhaps through an interrupt, whose vector then comes next. */
static void arrive(struct profile *p, struct host *h, const struct host_next *n)
{
	uint32_t pc = host_reg(h, 32), mtvec = 0, mepc = 0;

	host_peek_csr(h, 0x305, &mtvec);
	mtvec &= ~0xffu;
	bool trapped =
	        pc - mtvec < VECTORS_BYTES && !(p->pc - mtvec < VECTORS_BYTES);
	if (trapped)
		host_peek_csr(h, 0x341, &mepc);
	uint32_t to = trapped ? mepc : pc;
	if (n)
		follow(p, n, to);
	else
		replace(p, to);
	if (trapped)
		push(p, pc, mepc);
	p->pc = pc;
}

/* ---- Counts ------------------------------------------------------------- */

static int class_of(uint32_t insn)
{
	switch (insn & 0x7f) {
	case 0x03:
		return EV_cpu_load;
	case 0x23:
		return EV_cpu_store;
	case 0x63:
		return EV_cpu_branch;
	case 0x67:
	case 0x6f:
		return EV_cpu_jump;
	case 0x73:
		return insn == 0x30200073 ? EV_cpu_jump : EV_cpu_system;
	case 0x33:
		if (insn >> 25 != 1)
			break;
		return insn >> 14 & 1 ? EV_cpu_div : EV_cpu_mul;
	}
	return EV_cpu_alu;
}

static void count_access(struct counts *c, const struct host_next *n)
{
	uint64_t words = (n->addr & 3) + n->size > 4 ? 2 : 1;

	switch (n->addr >> REGION_SHIFT) {
	case 0: /* instruction memory: has a port of its own */
		break;
	case 2:
		c->n[n->load ? EV_cpu_sram_reads : EV_cpu_sram_writes] += words;
		break;
	case 4:
		c->n[EV_cpu_flash_reads] += words;
		break;
	default:
		c->n[EV_cpu_mmio] += words;
	}
}

/* Cycles since the last call belong to the function on top, those asleep to a
 * child of it. */
static void spend(struct profile *p, struct host *h)
{
	uint64_t cycles = host_cycle(h) - p->cycle;
	uint64_t slept = host_slept(h) - p->slept;

	p->cycle += cycles;
	p->slept += slept;
	if (!p->on)
		return;
	struct node *n = &p->node[top(p)->node];
	n->cycles += cycles - slept;
	n->counts.n[EV_cpu_active] += cycles - slept;
	if (slept == 0)
		return;
	int sleep = child_of(p, top(p)->node, (struct node){.name = asleep});
	p->node[sleep].cycles += slept;
	p->node[sleep].counts.n[EV_cpu_sleep] += slept;
}

/* Marks delimit the inference: their store's cycle begins and ends it. */
static void look_for_mark(struct profile *p, struct host *h,
                          const struct host_next *n)
{
	if (!n->store || n->addr != MAP_SIMCTL + SIMCTL_MARK)
		return;
	uint32_t value = host_reg(h, (int)(n->insn >> 20 & 31));
	if (value == MARK_BEGIN)
		p->on = true;
	else if (value == MARK_END)
		p->on = false;
}

static void count(struct profile *p, const struct host_next *n)
{
	if (!p->on)
		return;
	struct counts *c = &p->node[top(p)->node].counts;
	c->n[class_of(n->insn)]++;
	if (n->load || n->store)
		count_access(c, n);
}

/* ---- Driving ------------------------------------------------------------ */

/* Instead of host_run. */
static bool drive(void *profile, struct host *h, uint64_t limit,
                  enum host_stop *stop, struct err *err)
{
	struct profile *p = profile;
	struct host_next n;

	(void)err;
	if (host_reg(h, 32) != p->pc || host_cycle(h) != p->cycle) {
		spend(p, h); /* it has slept */
		arrive(p, h, NULL);
	}
	do {
		host_peek(h, &n);
		look_for_mark(p, h, &n);
		count(p, &n);
		*stop = host_run(h, host_cycle(h) + 1);
		spend(p, h);
		arrive(p, h, &n);
	} while (*stop == HOST_LIMIT && host_cycle(h) < limit);
	return true;
}

/* ---- Life cycle --------------------------------------------------------- */

struct profile *profile_open(const void *elf, size_t elf_bytes, struct err *err)
{
	struct profile *p = mem_zero(1, sizeof *p);

	if (!elf_functions(elf, elf_bytes, &p->fn, err)) {
		free(p);
		return NULL;
	}
	new_node(p, -1, (struct node){.name = ""});
	p->pc = MAP_IMEM + BOOT_OFFSET;
	p->depth = 1;
	p->stack[0].node = child_of(p, 0, function_at(p, p->pc));
	return p;
}

void profile_drive(struct profile *p, struct soc *s)
{
	const struct soc_driver driver = {p, drive};

	soc_drive(s, &driver);
}

static void path_of(const struct profile *p, int node, struct buf *to)
{
	if (p->node[node].parent > 0) {
		path_of(p, p->node[node].parent, to);
		buf_char(to, ';');
	}
	buf_str(to, p->node[node].name);
}

struct joulet_stack *profile_take(const struct profile *p, size_t *n)
{
	struct joulet_stack *s = mem_zero((size_t)p->n_nodes, sizeof *s);

	*n = 0;
	for (int i = 1; i < p->n_nodes; i++) {
		struct buf path = {0};

		if (p->node[i].cycles == 0)
			continue;
		path_of(p, i, &path);
		s[(*n)++] = (struct joulet_stack){path.data, p->node[i].cycles,
		                                  p->node[i].counts};
	}
	return s;
}

void profile_close(struct profile *p)
{
	if (!p)
		return;
	elf_functions_free(&p->fn);
	free(p->node);
	free(p);
}
