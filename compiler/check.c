/* check: is an image legal? See image_check in emit.h.
 *
 * Knows nothing of how the image was made. For every command it computes what
 * is certain when the command starts: how many commands of each queue have
 * ended. That follows from its own wait counts, from those of the commands it
 * waits for, and from the order of its queue. Two commands of different queues
 * may overlap in time unless the later one is certain that the earlier ended
 * (an earlier one never waits for a later one: checked). So it is enough to
 * look, for each bank and each byte of SRAM, at its last user in each other
 * queue.
 */
#include "compiler/emit.h"
#include "compiler/extent.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "isa/map.h"
#include "isa/part.h"
#include "isa/packed.h"

/* Commands of each queue known to have ended. */
struct certain {
	int n[N_QUEUES];
};

struct check {
	const struct program *p;
	struct hw hw;
	uint32_t sram_lo, sram_hi;
	uint32_t job, seq;               /* for messages */
	struct certain *known[N_QUEUES]; /* per command, when it starts */
	int n[N_QUEUES];                 /* commands so far in this job */
	int bank_last[N_QUEUES][MAX_BANKS];
	int *sram_last[N_QUEUES]; /* per byte; LD reads, ST writes */
	size_t sram_bytes;
	uint8_t *written;   /* per scratchpad byte, if deep */
	struct command sum; /* the last SUM */
	struct err *err;
};

static bool bad(struct check *k, const struct command *c, const char *what,
                int64_t value)
{
	return err_set(k->err, ERR_BUG, "job %u, command %u (%s): %s (%lld)",
	               k->job, k->seq, opcode_name((int)c->opcode), what,
	               (long long)value);
}

/* ---- banks and SRAM ---- */

static bool in_spad(struct check *k, const struct command *c, struct extent r,
                    uint64_t *banks)
{
	*banks = 0;
	if (r.lo == r.hi)
		return true;
	if (r.lo < 0 || r.hi > k->hw.spad_bytes)
		return bad(k, c, "outside of the scratchpad at byte",
		           r.lo < 0 ? r.lo : r.hi - 1);
	for (int64_t b = r.lo / k->hw.bank_bytes;
	     b <= (r.hi - 1) / k->hw.bank_bytes; b++)
		*banks |= (uint64_t)1 << b;
	return true;
}

static bool spad_banks(struct check *k, const struct command *c,
                       uint64_t *banks)
{
	uint64_t a, b, p, o, s;

	if (opcode_queue((int)c->opcode) != QUEUE_EX)
		return in_spad(k, c, extent_spad(&k->hw, c), banks);
	if (!in_spad(k, c, extent_act(c), &a) ||
	    !in_spad(k, c, extent_wgt(&k->hw, c), &b) ||
	    !in_spad(k, c, extent_par(&k->hw, c), &p) ||
	    !in_spad(k, c, extent_out(c), &o) ||
	    !in_spad(k, c, extent_second(c, &k->sum), &s))
		return false;
	o |= s;
	if ((a & b) || (a & (p | o)) || (b & (p | o)))
		return bad(k, c, "two of its own ports use one bank; banks",
		           (int64_t)(a | b | p | o));
	*banks = a | b | p | o;
	return true;
}

static bool check_banks(struct check *k, const struct command *c, enum queue q,
                        const struct certain *known, uint64_t banks)
{
	for (int b = 0; b < k->hw.banks; b++) {
		if (!(banks >> b & 1))
			continue;
		for (int o = 0; o < N_QUEUES; o++)
			if (o != (int)q && k->bank_last[o][b] > known->n[o])
				return bad(k, c,
				           "a command of another queue "
				           "may use its bank",
				           b);
		k->bank_last[q][b] = k->n[q] + 1;
	}
	return true;
}

static bool check_sram(struct check *k, const struct command *c, enum queue q,
                       const struct certain *known, struct extent r)
{
	enum queue other = q == QUEUE_LD ? QUEUE_ST : QUEUE_LD;

	if (r.lo < k->sram_lo || r.hi > k->sram_hi)
		return bad(k, c, "outside of the arena at", r.lo);
	size_t last = (size_t)(r.hi - k->sram_lo);
	for (size_t i = (size_t)(r.lo - k->sram_lo); i < last; i++) {
		if (k->sram_last[other][i] > known->n[other])
			return bad(k, c,
			           q == QUEUE_LD
			                   ? "reads SRAM that may not be "
			                     "stored yet"
			                   : "overwrites SRAM that may not be "
			                     "read yet",
			           (int64_t)i + k->sram_lo);
		k->sram_last[q][i] = k->n[q] + 1;
	}
	return true;
}

static bool check_mem(struct check *k, const struct command *c, enum queue q,
                      const struct certain *known)
{
	struct extent r = extent_mem(c);

	if (c->opcode == OP_FILL)
		return true;
	if (r.lo < MAP_FLASH)
		return check_sram(k, c, q, known, r);
	if (q == QUEUE_ST)
		return bad(k, c, "stores to flash at", r.lo);
	if (r.hi > (int64_t)MAP_FLASH + k->p->image_bytes)
		return bad(k, c, "outside of the image at", r.hi);
	return true;
}

/* ---- contents ---- */

static bool read_bytes(struct check *k, const struct command *c, int64_t at,
                       int64_t n)
{
	if (!k->written)
		return true;
	const uint8_t *hole = memchr(k->written + at, 0, (size_t)n);
	if (hole)
		return bad(k, c, "reads a byte that was never written",
		           hole - k->written);
	return true;
}

static void write_bytes(struct check *k, int64_t at, int64_t n)
{
	memset(k->written + at, 1, (size_t)n);
}

static bool read_range(struct check *k, const struct command *c,
                       struct extent r)
{
	return r.lo == r.hi || read_bytes(k, c, r.lo, r.hi - r.lo);
}

static bool read_act(struct check *k, const struct command *c)
{
	int64_t n = command_is_vector(c) ? c->nchan : c->run;

	if (c->opcode == OP_ADD || c->opcode == OP_SUM)
		return read_range(k, c, extent_act(c));
	for (int64_t y = 0; y < c->ny; y++)
		for (int64_t x = 0; x < c->nx; x++)
			for (int64_t b = 0; b < c->kb; b++)
				for (int64_t a = 0; a < c->ka; a++)
					if (!read_bytes(k, c,
					                c->act + y * c->act_ys +
					                        x * c->act_xs +
					                        b * c->kb_s +
					                        a * c->ka_s,
					                n))
						return false;
	return true;
}

static bool read_second(struct check *k, const struct command *c)
{
	const struct command *s = &k->sum;

	if (!(c->flags & EXE_PLUS))
		return true;
	for (int64_t y = 0; y < c->ny; y++)
		for (int64_t x = 0; x < c->nx; x++)
			if (!read_bytes(k, c,
			                s->act + y * s->out_ys + x * s->out_xs,
			                c->nchan))
				return false;
	return true;
}

static void write_out(struct check *k, const struct command *c)
{
	struct extent r = extent_out(c);

	if (c->flags & EXE_HOLD || c->opcode == OP_SUM)
		return;
	if (c->opcode == OP_ADD) {
		write_bytes(k, r.lo, r.hi - r.lo);
		return;
	}
	for (int64_t y = 0; y < c->ny; y++)
		for (int64_t x = 0; x < c->nx; x++)
			write_bytes(k, c->out + y * c->out_ys + x * c->out_xs,
			            c->nchan);
}

static bool check_contents(struct check *k, const struct command *c)
{
	if (!k->written)
		return true;
	if (opcode_queue((int)c->opcode) == QUEUE_EX) {
		bool ok = read_act(k, c) &&
		          read_range(k, c, extent_wgt(&k->hw, c)) &&
		          read_range(k, c, extent_par(&k->hw, c)) &&
		          read_second(k, c);
		if (ok)
			write_out(k, c);
		return ok;
	}
	if (c->opcode == OP_UNPACK) {
		struct extent r = extent_spad(&k->hw, c);
		write_bytes(k, r.lo, r.hi - r.lo);
		return true;
	}
	for (int64_t i2 = 0; i2 < c->n2; i2++)
		for (int64_t i1 = 0; i1 < c->n1; i1++) {
			int64_t at =
			        c->spad + i2 * c->spad_s2 + i1 * c->spad_s1;
			if (c->opcode != OP_STORE)
				write_bytes(k, at, c->n0);
			else if (!read_bytes(k, c, at, c->n0))
				return false;
		}
	return true;
}

/* ---- order ---- */

static void learn(struct certain *to, const struct certain *from)
{
	for (int q = 0; q < N_QUEUES; q++)
		if (from->n[q] > to->n[q])
			to->n[q] = from->n[q];
}

/* What is certain when `c`, the next of queue q, starts. */
static bool set_certain(struct check *k, const struct command *c, enum queue q,
                        struct certain *now)
{
	const int64_t wait[N_QUEUES] = {c->wait_ld, c->wait_ex, c->wait_st};

	*now = (struct certain){{0}};
	for (int o = 0; o < N_QUEUES; o++) {
		if (wait[o] > k->n[o])
			return bad(k, c, "waits for a later command", wait[o]);
		int ended = o == (int)q ? k->n[q] : (int)wait[o];
		if (ended > 0)
			learn(now, &k->known[o][ended - 1]);
		if (ended > now->n[o])
			now->n[o] = ended;
	}
	return true;
}

/* REUSE: a row of outputs is one group, which begins with the last two segments
 * of the one before. */
static bool check_reuse(struct check *k, const struct command *c)
{
	if (!(c->flags & EXE_REUSE))
		return true;
	bool ok = command_is_vector(c) && c->pm <= 2 && c->kb * c->pm >= 3 &&
	          c->nx <= part_rows(c, k->hw.rows) &&
	          (c->ka + c->pm - 1) / c->pm <= 3 &&
	          c->act_ys == (c->kb - 2 / c->pm) * c->kb_s;

	return ok || bad(k, c, "REUSE of what was not read", c->act_ys);
}

static bool check_fields(struct check *k, const struct command *c)
{
	const char *field;

	if (!command_fits(c, &field))
		return bad(k, c, field, 0);
	if (opcode_queue((int)c->opcode) != QUEUE_EX) {
		if (c->n0 < 1 || c->n1 < 1 || c->n2 < 1)
			return bad(k, c, "a count is zero", 0);
		return true;
	}
	const char *why =
	        part_fault(c, k->hw.rows, k->hw.cols, k->hw.par_bytes);
	if (why)
		return bad(k, c, why, 0);
	if (c->opcode == OP_SUM)
		return c->flags == 0 || bad(k, c, "flags", c->flags);
	if (c->flags & EXE_PLUS && (c->flags & EXE_HOLD || !k->sum.opcode))
		return bad(k, c, "PLUS without outputs or without SUM", 0);
	if (c->opcode == OP_ADD)
		return command_add_count(c) > 0 || bad(k, c, "no elements", 0);
	if (c->nchan < 1 || c->ka < 1 || c->kb < 1 || c->nx < 1 || c->ny < 1)
		return bad(k, c, "a count is zero", 0);
	if (c->opcode == OP_CONV && c->run < 1)
		return bad(k, c, "run", c->run);
	if (command_is_vector(c) && (c->pm < 1 || c->pm > c->ka))
		return bad(k, c, "pm", c->pm);
	if (command_is_vector(c) && c->flags & (EXE_HOLD | EXE_KEEP))
		return bad(k, c, "flags", c->flags);
	if (c->flags & (EXE_HOLD | EXE_KEEP) &&
	    (c->nx * c->ny > part_rows(c, k->hw.rows) ||
	     c->nchan > part_cols(c, k->hw.cols)))
		return bad(k, c, "HOLD or KEEP of more than the array", 0);
	return check_reuse(k, c);
}

static bool check_command(struct check *k, const struct command *c)
{
	struct certain now;
	uint64_t banks;

	if (!check_fields(k, c))
		return false;
	enum queue q = opcode_queue((int)c->opcode);
	if (k->n[q] == 65535)
		return bad(k, c, "too many commands in the job", 65536);
	if (!set_certain(k, c, q, &now) || !spad_banks(k, c, &banks) ||
	    !check_banks(k, c, q, &now, banks))
		return false;
	if (q != QUEUE_EX && !check_mem(k, c, q, &now))
		return false;
	if (!check_contents(k, c))
		return false;
	k->known[q][k->n[q]++] = now;
	if (c->opcode == OP_SUM)
		k->sum = *c;
	return true;
}

/* ---- image ---- */

static bool check_job(struct check *k, const struct image_step *s)
{
	if (s->arg % COMMAND_BYTES || s->arg < MAP_FLASH ||
	    s->arg - MAP_FLASH + (uint64_t)s->n * COMMAND_BYTES >
	            k->p->image_bytes ||
	    s->n < 1)
		return err_set(k->err, ERR_BUG, "job %u: %u commands at 0x%x",
		               k->job, s->n, s->arg);
	memset(k->bank_last, 0, sizeof(k->bank_last));
	memset(k->n, 0, sizeof(k->n));
	for (int q = 0; q < N_QUEUES; q++) {
		k->known[q] = mem_grow(k->known[q], s->n, sizeof(*k->known[q]));
		memset(k->sram_last[q], 0, k->sram_bytes * sizeof(int));
	}
	for (k->seq = 0; k->seq < s->n; k->seq++) {
		uint32_t words[COMMAND_WORDS];
		struct command c;
		memcpy(words,
		       k->p->image + (s->arg - MAP_FLASH) +
		               k->seq * COMMAND_BYTES,
		       sizeof(words));
		if (!command_decode(words, &c))
			return bad(k, &c, "opcode", c.opcode);
		if (!check_command(k, &c))
			return false;
	}
	return true;
}

/* Does anything of `n` touch bytes that commands of queue q of the job do? */
static bool meets(const struct check *k, const struct need *n, enum queue q)
{
	size_t at = n->addr - k->sram_lo;

	for (size_t i = at; i < at + n->bytes; i++)
		if (k->sram_last[q][i])
			return true;
	return false;
}

/* A kernel that runs beside the job that was looked at last. */
static bool check_beside(struct check *k, uint32_t step)
{
	const struct program *p = k->p;
	const char *why = NULL;

	for (int i = 0; i < p->n_needs; i++)
		if (p->need[i].step == step && meets(k, &p->need[i], QUEUE_ST))
			why = "reads what the job beside it stores";
	for (int i = 0; i < p->n_made; i++)
		if (p->made[i].step == step &&
		    (meets(k, &p->made[i], QUEUE_ST) ||
		     meets(k, &p->made[i], QUEUE_LD)))
			why = "writes what the job beside it uses";
	return !why ||
	       err_set(k->err, ERR_BUG, "step %u: the CPU %s", step, why);
}

/* A started job ends before the next begins, and before the inference does. */
static bool check_step(struct check *k, const struct image_step *s,
                       const struct image_step **started)
{
	const struct image_step *was = *started;

	if (s->kind == STEP_CPU)
		return !was || check_beside(k, k->job);
	if (s->kind == STEP_WAIT) {
		*started = NULL;
		return (was && was->arg == s->arg && was->n == s->n) ||
		       err_set(k->err, ERR_BUG, "step %u: no such job runs",
		               k->job);
	}
	if (was)
		return err_set(k->err, ERR_BUG, "step %u: a job still runs",
		               k->job);
	if (s->kind == STEP_START)
		*started = s;
	return check_job(k, s);
}

static void check_close(struct check *k)
{
	for (int q = 0; q < N_QUEUES; q++) {
		free(k->known[q]);
		free(k->sram_last[q]);
	}
	free(k->written);
}

static void check_open(struct check *k, bool deep)
{
	k->sram_lo = MAP_SRAM + FW_SRAM_BYTES;
	k->sram_hi = k->sram_lo + k->p->arena_bytes;
	k->sram_bytes = k->p->arena_bytes;
	for (int q = 0; q < N_QUEUES; q++)
		k->sram_last[q] = mem_zero(k->sram_bytes, sizeof(int));
	if (deep)
		k->written = mem_zero(k->hw.spad_bytes, 1);
}

bool image_check(const struct program *p, const struct design *d, bool deep,
                 struct err *err)
{
	struct check k = {.p = p, .hw = hw_of(d), .err = err};
	struct image_step step[2];
	const struct image_step *started = NULL;
	struct image_header h;
	bool ok = true;

	check_open(&k, deep);
	memcpy(&h, p->image, sizeof(h));
	for (uint32_t i = 0; i < h.n_steps && ok; i++) {
		struct image_step *s = &step[i % 2];
		if (started)
			s = &step[started == step];
		memcpy(s, p->image + (h.steps - MAP_FLASH) + i * sizeof(*s),
		       sizeof(*s));
		k.job = i;
		ok = check_step(&k, s, &started);
	}
	if (ok && started)
		ok = err_set(err, ERR_BUG, "a job still runs at the end");
	check_close(&k);
	return ok;
}
