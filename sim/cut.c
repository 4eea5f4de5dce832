/* cut: see cut.h.
 *
 * The inference runs on the fast model; whenever the host tells of a job, data
 * memory is copied. The jobs are then walked again, command by command in the
 * order of their lists: a legal program cannot tell that from the overlapping
 * of its units, so that the memories between two commands are well defined.
 */
#include "sim/cut.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "isa/command.h"
#include "isa/image.h"
#include "isa/map.h"
#include "sim/cost.h"
#include "sim/cut_activity.h"
#include "sim/program.h"
#include "sim/soc.h"

enum { LIST_AT = 64, FIRST_COMMANDS = 128 };

/* Data memory whenever a job was told of. */
struct job {
	uint32_t list, n;
	uint8_t *sram;
};
struct tape {
	struct job *job;
	uint32_t n;
	uint32_t base, mask, size;
	uint32_t tail;
};
static _Thread_local struct tape *tape; /* of the run in progress */

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static void tape_job(struct tape *t, const struct mem *mem)
{
	const uint8_t *entry = mem->bytes[MEM_SRAM] + (t->base & 0xfffffff) +
	                       (t->tail++ & t->mask) * RING_ENTRY_BYTES;

	t->job = mem_grow(t->job, t->n + 1, sizeof *t->job);
	struct job *j = &t->job[t->n++];
	t->size = mem->size[MEM_SRAM];
	*j = (struct job){.list = get32(entry), .n = get32(entry + 4)};
	j->sram = mem_zero(t->size, 1);
	memcpy(j->sram, mem->bytes[MEM_SRAM], t->size);
}

static void tape_write(struct accel *a, uint64_t cycle, uint32_t offset,
                       uint32_t value)
{
	if (offset == ACCEL_RING_BASE)
		tape->base = value;
	if (offset == ACCEL_RING_MASK)
		tape->mask = value;
	while (offset == ACCEL_TAIL && tape->tail != value)
		tape_job(tape, a->mem);
	accel_fast.write(a, cycle, offset, value);
}

static bool record(struct tape *t, const struct joulet_program *p,
                   const void *in, struct err *err)
{
	struct accel_ops ops = accel_fast;
	const struct soc_opts so = {.backend = &ops};
	struct soc_result r = {0};
	size_t out_bytes = joulet_net_out_bytes(p->net);
	uint8_t *out = mem_zero(out_bytes, 1);

	ops.write = tape_write;
	tape = t;
	struct soc *soc =
	        soc_open(&p->design, firmware_elf, firmware_elf_bytes,
	                 p->code.image, p->code.image_bytes, &so, err);
	bool ok = soc && soc_run(soc, in, joulet_net_in_bytes(p->net), out,
	                         out_bytes, &r, err);
	if (ok)
		soc_result_free(&r);
	soc_close(soc);
	tape = NULL;
	free(out);
	return ok;
}

/* ------------------------------------------------------------------------
 * One layer's commands as a job */

/* Commands [from, to) of a list; what they wait for counts from `from`. */
static void take_commands(struct cut *c, const struct command *list,
                          uint32_t from, uint32_t to)
{
	int64_t before[N_QUEUES] = {0};

	for (uint32_t i = 0; i < from; i++)
		before[opcode_queue((int)list[i].opcode)]++;
	c->n_cmds = to - from;
	c->cmd = mem_zero(c->n_cmds, sizeof *c->cmd);
	for (uint32_t i = 0; i < c->n_cmds; i++) {
		struct command *k = &c->cmd[i];
		*k = list[from + i];
		k->wait_ld = max64(0, k->wait_ld - before[QUEUE_LD]);
		k->wait_ex = max64(0, k->wait_ex - before[QUEUE_EX]);
		k->wait_st = max64(0, k->wait_st - before[QUEUE_ST]);
	}
}

/* Ring entry and list lie where the firmware has its data. */
static void place_list(struct cut *c)
{
	const uint32_t entry[] = {MAP_SRAM + LIST_AT, c->n_cmds, JOB_IRQ, 0};

	c->list = LIST_AT;
	memcpy(c->sram, entry, sizeof entry);
	for (uint32_t i = 0; i < c->n_cmds; i++) {
		uint32_t w[COMMAND_WORDS];
		command_encode(&c->cmd[i], w);
		memcpy(c->sram + LIST_AT + i * sizeof w, w, sizeof w);
	}
}

static uint8_t *copy(const uint8_t *from, uint32_t n)
{
	uint8_t *to = mem_zero(n, 1);

	memcpy(to, from, n);
	return to;
}

/* The effect of one command, and what it moves in an array (or NULL). */
static bool walk(struct accel *a, const struct command *c, uint32_t seq,
                 struct array_state *array, struct joulet_activity *to,
                 struct err *err)
{
	const struct entry e = {.c = *c, .seq = seq};

	if (!fast_check(a, &e)) /* it also notes what SUM and HOLD leave */
		return accel_fast.fault(a, err);
	if (array)
		cut_activity(array, a, c, to);
	fast_math(a, c);
	return true;
}

/* From the start of the cut on. */
static void rewind_cut(struct accel *a, struct cut *c)
{
	memcpy(c->sram_after, c->sram, c->sram_bytes);
	memcpy(a->spad, c->spad, c->spad_bytes);
	accel_fast.reset(a);
}

static bool time_cut(struct accel *a, struct cut *c, struct err *err)
{
	static const uint64_t limit = 100000000;

	place_list(c);
	rewind_cut(a, c);
	accel_fast.write(a, 0, ACCEL_RING_BASE, MAP_SRAM);
	accel_fast.write(a, 1, ACCEL_CTRL, 1);
	accel_fast.write(a, 2, ACCEL_TAIL, 1);
	c->cycles = accel_fast.until_irq(a, limit) - 2;
	c->counts = a->total;
	memcpy(c->spad_after, a->spad, c->spad_bytes);
	if (!accel_fast.fault(a, err))
		return false;
	return c->cycles + 2 < limit ||
	       err_set(err, ERR_BUG, "layer %s alone does not end", c->layer);
}

/* The cut on the fast model: what it leaves, counts, cycles, activity. */
static bool run_cut(struct cuts *all, struct cut *c, uint32_t layers,
                    struct err *err)
{
	struct mem mem = {
	        .bytes = {[MEM_SRAM] = c->sram_after, [MEM_FLASH] = all->flash},
	        .size = {[MEM_SRAM] = c->sram_bytes,
	                 [MEM_FLASH] = c->flash_bytes}};
	struct accel_log log = {.n_layers = layers};
	log.layer = mem_zero(layers, sizeof *log.layer);
	struct accel *a = accel_fast.open(&all->d, &mem, &log, NULL, err);
	struct array_state *array = array_state_new(&all->d);
	bool ok = a && time_cut(a, c, err);

	if (ok)
		rewind_cut(a, c);
	for (uint32_t i = 0; ok && i < c->n_cmds; i++)
		ok = walk(a, &c->cmd[i], i, array, &c->activity, err);
	ok = ok && time_cut(a, c, err);
	if (a)
		accel_fast.close(a);
	free(log.layer);
	free(array);
	return ok;
}

static bool add_cut(struct cuts *all, struct accel *a,
                    const struct joulet_program *p, const struct command *list,
                    uint32_t from, uint32_t to, struct err *err)
{
	all->cut = mem_grow(all->cut, (size_t)all->n + 1, sizeof *all->cut);
	struct cut *c = &all->cut[all->n++];
	const struct mem *mem = a->mem;

	*c = (struct cut){.number = (uint32_t)list[from].layer,
	                  .sram_bytes = mem->size[MEM_SRAM],
	                  .flash_bytes = mem->size[MEM_FLASH],
	                  .spad_bytes = a->spad_bytes};
	snprintf(c->layer, sizeof c->layer, "%s",
	         p->code.layer[c->number].name);
	take_commands(c, list, from, to);
	c->sram = copy(mem->bytes[MEM_SRAM], c->sram_bytes);
	c->spad = copy(a->spad, c->spad_bytes);
	c->sram_after = copy(c->sram, c->sram_bytes);
	c->spad_after = mem_zero(c->spad_bytes, 1);
	return run_cut(all, c, (uint32_t)p->code.n_layers, err);
}

/* To be freed. */
static struct command *job_commands(const struct accel *a, const struct job *j)
{
	struct command *list = mem_zero(j->n, sizeof *list);
	const uint8_t *from =
	        a->mem->bytes[j->list >> 30 & 1] + (j->list & 0xfffffff);

	for (uint32_t i = 0; i < j->n; i++) {
		uint32_t w[COMMAND_WORDS];
		memcpy(w, from + i * sizeof w, sizeof w);
		command_decode(w, &list[i]);
	}
	return list;
}

/* Walk a job: a cut for each layer, and its effect. */
static bool cut_job(struct cuts *all, struct accel *a,
                    const struct joulet_program *p, const struct job *j,
                    uint32_t number, struct err *err)
{
	struct command *list = job_commands(a, j);
	bool ok = true;

	for (uint32_t i = 0, end; ok && i < j->n; i = end) {
		for (end = i; end < j->n && list[end].layer == list[i].layer;)
			end++;
		ok = end - i <= FIRST_COMMANDS
		             ? add_cut(all, a, p, list, i, end, err)
		             : true;
		struct cut *c = &all->cut[all->n - 1];
		c->job = number;
		for (uint32_t k = i; ok && k < end; k++)
			ok = walk(a, &list[k], k, NULL, NULL, err);
	}
	free(list);
	return ok;
}

/* Walk a job: what moves in the array, by layer. */
struct moves {
	struct array_state *array;
	struct joulet_activity *to;
	int n;
};

static bool count_job(struct accel *a, const struct job *j,
                      const struct moves *m, struct err *err)
{
	struct command *list = job_commands(a, j);
	struct joulet_activity none = {0};
	bool ok = true;

	for (uint32_t i = 0; ok && i < j->n; i++) {
		int layer = (int)list[i].layer;
		ok = walk(a, &list[i], i, m->array,
		          layer < m->n ? &m->to[layer] : &none, err);
	}
	free(list);
	return ok;
}

/* Every job of an inference: cut, or (m) counted. */
static bool walk_jobs(struct cuts *c, const struct joulet_program *p,
                      const struct tape *t, const struct moves *m,
                      struct err *err)
{
	struct mem mem = {
	        .bytes = {[MEM_FLASH] = c->flash},
	        .size = {[MEM_SRAM] = t->size,
	                 [MEM_FLASH] = (uint32_t)c->d.flash_kib * 1024}};
	struct accel_log log = {.n_layers = (uint32_t)p->code.n_layers};
	log.layer = mem_zero(log.n_layers, sizeof *log.layer);
	struct accel *a = accel_fast.open(&c->d, &mem, &log, NULL, err);
	bool ok = a != NULL;

	for (uint32_t i = 0; ok && i < t->n; i++) {
		mem.bytes[MEM_SRAM] = t->job[i].sram;
		ok = m ? count_job(a, &t->job[i], m, err)
		       : cut_job(c, a, p, &t->job[i], i, err);
	}
	if (a)
		accel_fast.close(a);
	free(log.layer);
	return ok;
}

/* One inference, job by job; to be freed by cuts_free. */
static bool walk_inference(struct cuts *c, const struct joulet_program *p,
                           const void *in, const struct moves *m,
                           struct err *err)
{
	struct tape t = {0};

	c->d = p->design;
	c->flash = mem_zero((size_t)c->d.flash_kib * 1024, 1);
	memcpy(c->flash, p->code.image, p->code.image_bytes);
	bool ok = record(&t, p, in, err) && walk_jobs(c, p, &t, m, err);
	for (uint32_t i = 0; i < t.n; i++)
		free(t.job[i].sram);
	free(t.job);
	return ok;
}

bool cuts_take(struct cuts *to, const struct joulet_net *net,
               const struct design *d, const void *in, struct err *err)
{
	*to = (struct cuts){.d = *d};
	struct joulet_program *p =
	        joulet_compile(net, d, JOULET_ACCEL, NULL, err);
	bool ok = p && walk_inference(to, p, in, NULL, err);
	joulet_program_close(p);
	return ok;
}

void cuts_free(struct cuts *c)
{
	for (int i = 0; i < c->n; i++) {
		struct cut *k = &c->cut[i];
		free(k->sram);
		free(k->spad);
		free(k->sram_after);
		free(k->spad_after);
		free(k->cmd);
	}
	free(c->cut);
	free(c->flash);
	*c = (struct cuts){0};
}

const char *cut_row_name(enum cut_row row)
{
	return tech_rule[row].name;
}

const char *cut_row_unit(enum cut_row row)
{
	return tech_rule[row].unit;
}

void cut_amounts(const struct design *d, const struct counts *c,
                 double amount[N_ROWS])
{
	cost_amounts(d, c, amount);
}

/* ------------------------------------------------------------------------
 * Whole inferences */

void joulet_add_activity(struct joulet_activity *to,
                         const struct joulet_activity *a)
{
	to->wgt_flips += a->wgt_flips;
	to->idle_flips += a->idle_flips;
	to->prod_flips += a->prod_flips;
	to->add_flips += a->add_flips;
	to->sum_flips += a->sum_flips;
	to->zero_macs += a->zero_macs;
}

bool joulet_count_activity(const struct joulet_program *p, const void *in,
                           struct joulet_activity *to, int n, struct err *err)
{
	const struct moves m = {array_state_new(&p->design), to, n};
	struct cuts c = {0};

	memset(to, 0, (size_t)n * sizeof *to);
	bool ok = walk_inference(&c, p, in, &m, err);
	cuts_free(&c);
	free(m.array);
	return ok;
}
