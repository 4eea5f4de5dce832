/* shrink: see shrink.h. Greedy, in rounds, until a round changes nothing: parts
 * are taken away in halves, quarters, ... and one by one; then numbers become
 * smaller. A candidate counts only if it is legal: what an illegal program does
 * differs by right. */
#include "tests/cosim/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "isa/map.h"
#include "tests/cosim/legal.h"
#include "tests/cosim/naive.h"

enum { LATE = 20000 }; /* cycles after which a run is cut */

struct shrink {
	struct trial *t; /* the smallest so far */
	const struct accel_opts *opts;
	bool rtl;
	int what; /* the difference: COMPARE_TIME or COMPARE_DATA */
	int tries;
	bool changed;
	char *text;
	size_t size;
};

/* STATUS as it was read last: bit 2 is a clash of banks. */
static bool clash(const struct run *r)
{
	for (size_t i = 0; i < r->n_seen; i++)
		if (r->seen[i].what == ACCEL_STATUS && r->seen[i].value & 4)
			return true;
	return false;
}

/* The first difference that is no bug of the trial's own: what parameter
 * blocks that are none give is not defined. */
static bool outputs_differ(const struct trial *t, const struct run *fast,
                           const struct run *other, char *text, size_t size)
{
	struct run naive;

	if (run_compare(fast, other, t, COMPARE_DATA, text, size))
		return false;
	bool ok = run_naive(&naive, t);
	run_free(&naive);
	return ok;
}

static int rtl_differs(const struct trial *t, const struct run *fast,
                       const struct accel_opts *opts, char *text, size_t size)
{
	struct trial until = *t;
	struct run r;
	struct err err;
	int what = 0;

	until.limit = fast->cycles + LATE;
	if (trial_run(&r, &accel_rtl, &until, opts, &err) && !clash(&r)) {
		if (!run_compare(fast, &r, t, COMPARE_TIME, text, size))
			what = COMPARE_TIME;
		else if (outputs_differ(t, fast, &r, text, size))
			what = COMPARE_DATA;
	}
	run_free(&r);
	return what;
}

static int naive_differs(const struct trial *t, const struct run *fast,
                         char *text, size_t size)
{
	struct run r;
	bool differs = run_naive(&r, t) &&
	               !run_compare(fast, &r, t, COMPARE_DATA, text, size);

	run_free(&r);
	return differs ? COMPARE_DATA : 0;
}

int trial_differs(const struct trial *t, const struct accel_opts *opts,
                  bool rtl, char *text, size_t size)
{
	char why[100];
	struct run fast;
	struct err err;
	int what = 0;

	if (!trial_legal(t, why, sizeof(why)))
		return 0;
	if (trial_run(&fast, &accel_fast, t, opts, &err) && !fast.faulty &&
	    fast.done)
		what = rtl ? rtl_differs(t, &fast, opts, text, size)
		           : naive_differs(t, &fast, text, size);
	run_free(&fast);
	return what;
}

/* Keep the candidate if it differs alike; frees it in any case. */
static bool keep(struct shrink *s, struct trial *candidate)
{
	char text[500];

	if (s->tries <= 0 || trial_differs(candidate, s->opts, s->rtl, text,
	                                   sizeof(text)) != s->what) {
		s->tries--;
		trial_free(candidate);
		return false;
	}
	s->tries--;
	trial_free(s->t);
	*s->t = *candidate;
	snprintf(s->text, s->size, "%s", text);
	s->changed = true;
	return true;
}

/* ------------------------------------------------------------------------
 * Parts */

static int64_t *wait_of(struct command *c, enum queue q)
{
	return q == QUEUE_LD   ? &c->wait_ld
	       : q == QUEUE_EX ? &c->wait_ex
	                       : &c->wait_st;
}

static bool known(const struct command *c)
{
	return strcmp(opcode_name((int)c->opcode), "?") != 0;
}

/* Commands behind number `at` of its queue inherit its waits. */
static void inherit(struct command *later, const struct command *gone,
                    enum queue q, int64_t at)
{
	struct command from = *gone;
	int64_t *own = wait_of(later, q);
	bool after = *own > at || opcode_queue((int)later->opcode) == q;

	for (int i = 0; after && i < N_QUEUES; i++)
		if (i != (int)q && *wait_of(&from, (enum queue)i) >
		                           *wait_of(later, (enum queue)i))
			*wait_of(later, (enum queue)i) =
			        *wait_of(&from, (enum queue)i);
	if (*own > at)
		--*own;
}

static void remove_command(struct trial_job *j, uint32_t k)
{
	struct command gone = j->c[k];
	int64_t at = 0;

	if (known(&gone)) {
		enum queue q = opcode_queue((int)gone.opcode);
		for (uint32_t i = 0; i < k; i++)
			at += known(&j->c[i]) &&
			      opcode_queue((int)j->c[i].opcode) == q;
		for (uint32_t i = k + 1; i < j->n; i++)
			if (known(&j->c[i]))
				inherit(&j->c[i], &gone, q, at);
	}
	memmove(&j->c[k], &j->c[k + 1], (j->n - k - 1) * sizeof(*j->c));
	j->n--;
}

/* The job's entry and one of the jobs told of at each bell behind it go, too.
 */
static void remove_job(struct trial *t, uint32_t gone)
{
	int n = 0;

	free(t->job[gone].c);
	free(t->job[gone].line);
	memmove(&t->job[gone], &t->job[gone + 1],
	        ((size_t)t->n_jobs - gone - 1) * sizeof(*t->job));
	t->n_jobs--;
	for (int i = 0; i < t->n_acts; i++) {
		struct act a = t->act[i];
		if (a.kind == ACT_ENTRY && a.arg[0] == gone)
			continue;
		if (a.kind == ACT_ENTRY && a.arg[0] > gone)
			a.arg[0]--;
		if (a.kind == ACT_WRITE && a.arg[0] == ACCEL_TAIL &&
		    a.arg[1] > gone)
			a.arg[1]--;
		if (a.kind == ACT_AWAIT && a.arg[0] > gone && !--a.arg[0])
			continue;
		t->act[n++] = a;
	}
	t->n_acts = n;
}

/* Would posting still be right? Entries and bells are what jobs are run by. */
static bool needed(const struct act *a)
{
	return a->kind == ACT_ENTRY ||
	       (a->kind == ACT_WRITE &&
	        (a->arg[0] == ACCEL_RING_BASE || a->arg[0] == ACCEL_RING_MASK));
}

/* Take `n` commands, or acts (job -1), from `at` on away. */
static bool cut(struct shrink *s, int job, int at, int n)
{
	struct trial c;

	trial_copy(&c, s->t);
	if (job >= 0) {
		for (int i = 0; i < n; i++)
			remove_command(&c.job[job], (uint32_t)at);
		if (!c.job[job].n)
			remove_job(&c, (uint32_t)job);
	} else {
		int to = at;
		for (int i = at; i < c.n_acts; i++)
			if (i >= at + n || needed(&c.act[i]))
				c.act[to++] = c.act[i];
		bool same = to == c.n_acts;
		c.n_acts = to;
		if (same) {
			trial_free(&c);
			return false;
		}
	}
	return keep(s, &c);
}

static int length(const struct shrink *s, int job)
{
	return job < 0 ? s->t->n_acts : (int)s->t->job[job].n;
}

static void cut_all(struct shrink *s, int job)
{
	int jobs = s->t->n_jobs;

	for (int n = length(s, job); n; n /= 2)
		for (int at = length(s, job) - n; at > -n;) {
			int from = at < 0 ? 0 : at;
			bool gone = cut(s, job, from, at < 0 ? n + at : n);
			if (s->t->n_jobs != jobs)
				return;
			at = gone && at > length(s, job) - n
			             ? length(s, job) - n
			             : at - n;
		}
}

static void cut_jobs(struct shrink *s)
{
	for (int j = s->t->n_jobs - 1; j >= 0 && s->t->n_jobs > 1; j--) {
		struct trial c;
		trial_copy(&c, s->t);
		remove_job(&c, (uint32_t)j);
		keep(s, &c);
	}
}

static void cut_data(struct shrink *s)
{
	for (int i = s->t->n_data - 1; i >= 0; i--) {
		struct trial c;
		trial_copy(&c, s->t);
		memmove(&c.data[i], &c.data[i + 1],
		        (size_t)(c.n_data - i - 1) * sizeof(*c.data));
		c.n_data--;
		keep(s, &c);
	}
}

/* ------------------------------------------------------------------------
 * Numbers */

/* Smaller candidates for v, the smallest first; how many. */
static int smaller(int64_t v, int64_t least, int64_t to[4])
{
	const int64_t all[] = {least, least + 1, least + (v - least) / 2,
	                       v - 1};
	int n = 0;

	for (int i = 0; i < 4; i++)
		if (all[i] < v && all[i] >= least && (!n || all[i] > to[n - 1]))
			to[n++] = all[i];
	if (v < 0)
		to[n++] = 0;
	return n;
}

static const size_t field_at[] = {
#define FIELD(group, name, word, lsb, width, sign, unit, doc)                  \
	offsetof(struct command, name),
#include "isa/commands.def"
};

static void shrink_field(struct shrink *s, int j, uint32_t k, size_t at)
{
	int64_t *v = (int64_t *)((char *)&s->t->job[j].c[k] + at), to[5];
	bool flags = at == offsetof(struct command, flags);
	int n = flags ? 0 : smaller(*v, 0, to);

	for (int bit = 0; flags && bit < 8; bit++)
		if (*v >> bit & 1)
			to[n < 5 ? n++ : 4] = *v & ~(1 << bit);
	for (int i = 0; i < n; i++) {
		struct trial c;
		trial_copy(&c, s->t);
		*(int64_t *)((char *)&c.job[j].c[k] + at) = to[i];
		if (keep(s, &c))
			return;
	}
}

static void shrink_commands(struct shrink *s)
{
	for (int j = 0; j < s->t->n_jobs; j++)
		for (uint32_t k = 0; k < s->t->job[j].n; k++)
			for (size_t i = 0;
			     i < sizeof(field_at) / sizeof(field_at[0]); i++)
				if (field_at[i] !=
				    offsetof(struct command, opcode))
					shrink_field(s, j, k, field_at[i]);
}

static void shrink_act(struct shrink *s, int i, int arg)
{
	const struct act *a = &s->t->act[i];
	int64_t to[5];
	int n = smaller(a->arg[arg], act_form[a->kind].arg[arg].min, to);

	if (a->kind == ACT_ENTRY || a->kind == ACT_READ ||
	    (a->kind == ACT_WRITE && arg != 2) ||
	    (a->kind == ACT_AWAIT && arg == 0) ||
	    !act_form[a->kind].arg[arg].name)
		return;
	for (int k = 0; k < n; k++) {
		struct trial c;
		trial_copy(&c, s->t);
		c.act[i].arg[arg] = (uint32_t)to[k];
		if (keep(s, &c))
			return;
	}
}

static void shrink_acts(struct shrink *s)
{
	for (int i = 0; i < s->t->n_acts; i++)
		for (int arg = 0; arg < ACT_ARGS; arg++)
			shrink_act(s, i, arg);
}

/* The simplest host: all jobs at once, in a ring that holds them. */
static void simple_host(struct trial *t)
{
	const uint32_t mask = 15, n = (uint32_t)t->n_jobs;
	uint32_t base = 0;

	for (int i = t->n_acts - 1; i >= 0; i--)
		if (t->act[i].kind == ACT_WRITE &&
		    t->act[i].arg[0] == ACCEL_RING_BASE)
			base = t->act[i].arg[1];
	t->n_acts = 0;
	trial_add_act(t, &(struct act){.kind = ACT_WRITE,
	                               .arg = {ACCEL_RING_BASE, base, 1}});
	trial_add_act(t, &(struct act){.kind = ACT_WRITE,
	                               .arg = {ACCEL_RING_MASK, mask, 1}});
	for (uint32_t j = 0; j < n; j++)
		trial_add_act(t, &(struct act){.kind = ACT_ENTRY, .arg = {j}});
	trial_add_act(
	        t, &(struct act){.kind = ACT_WRITE, .arg = {ACCEL_TAIL, n, 1}});
}

/* With that host: all jobs, then one of them alone. Saves most of the work
 * where the difference has nothing to do with the host. */
static void try_simple(struct shrink *s)
{
	struct trial c;

	trial_copy(&c, s->t);
	simple_host(&c);
	if (c.n_jobs > 16 || !keep(s, &c))
		return;
	for (int j = 0; j < s->t->n_jobs && s->t->n_jobs > 1; j++) {
		trial_copy(&c, s->t);
		for (int k = c.n_jobs - 1; k >= 0; k--)
			if (k != j)
				remove_job(&c, (uint32_t)k);
		if (keep(s, &c))
			return;
	}
}

void shrink(struct trial *t, const struct accel_opts *opts, bool rtl, int what,
            int tries, char *text, size_t size)
{
	struct shrink s = {t, opts, rtl, what, tries, true, text, size};

	try_simple(&s);
	while (s.changed && s.tries > 0) {
		s.changed = false;
		cut_jobs(&s);
		cut_all(&s, -1);
		for (int j = t->n_jobs - 1; j >= 0; j--)
			if (j < t->n_jobs)
				cut_all(&s, j);
		cut_data(&s);
		shrink_commands(&s);
		shrink_acts(&s);
	}
}
