/* accuracy: see accuracy.h */
#include "explore/accuracy.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "explore/progress.h"
#include "explore/store_sql.h"

bool accuracy_measure(struct accuracy *a, const struct joulet_net *net,
                      const struct design *d, const struct dataset *set,
                      bool (*go_on)(void *ctx, size_t done), void *ctx,
                      struct err *err)
{
	assert(a && net && d && set && err);
	*a = (struct accuracy){.n = (long)set->n};
	if (!joulet_net_classes(net, &a->classes, err))
		return false;
	int *class = mem_zero(set->n, sizeof *class);
	const size_t side = (size_t)a->classes;
	a->said = mem_zero(side * side, sizeof *a->said);
	const bool ok = joulet_classify(net, d, set->in, set->n, class, go_on,
	                                ctx, err);
	for (size_t i = 0; ok && i < set->n; i++) {
		a->said[(size_t)set->label[i] * side + (size_t) class[i]]++;
		a->right += class[i] == set->label[i];
	}
	free(class);
	if (!ok)
		accuracy_free(a);
	return ok;
}

void accuracy_free(struct accuracy *a)
{
	free(a->said);
	a->said = NULL;
}

void accuracy_interval(long right, long n, double *low, double *high)
{
	assert(n > 0);
	const double z = 1.959963984540054; /* 97.5 % of a normal variable */
	const double all = (double)n, p = (double)right / all, zz = z * z / all;
	const double middle = (p + zz / 2) / (1 + zz);
	const double half =
	        z / (1 + zz) * sqrt(p * (1 - p) / all + zz / (4 * all));

	*low = right == 0 ? 0 : middle - half; /* exact there */
	*high = right == n ? 1 : middle + half;
}

/* ---- The store ---------------------------------------------------------- */

struct accuracy_key accuracy_key(const struct plan *p,
                                 const struct plan_pick *pick)
{
	const struct plan_net *net = &p->net[pick->net];

	return (struct accuracy_key){
	        .net_hash = joulet_net_hash(net->net),
	        .data_hash = net->data ? net->data->hash : 0,
	        .weight_bits = pick->design.weight_bits,
	        .keep_of_4 = pick->design.keep_of_4,
	        .tool = p->tool,
	};
}

static void bind_key(sqlite3_stmt *q, const struct accuracy_key *key)
{
	sql_hash(q, 1, key->net_hash);
	sql_hash(q, 2, key->data_hash);
	sql_number(q, 3, (uint64_t)key->weight_bits);
	sql_number(q, 4, (uint64_t)key->keep_of_4);
	sql_text(q, 5, key->tool);
}

bool accuracy_stored(struct store *s, const struct accuracy_key *key,
                     long *right, long *n, bool *found, struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        s,
	        "SELECT correct, total FROM accuracies WHERE network_hash = ?1 "
	        "AND data_hash = ?2 AND weight_bits = ?3 AND keep_of_4 = ?4 "
	        "AND tool = ?5",
	        err);
	if (!q)
		return false;
	bind_key(q, key);
	const int code = sqlite3_step(q);
	*found = code == SQLITE_ROW;
	if (*found) {
		*right = (long)sqlite3_column_int64(q, 0);
		*n = (long)sqlite3_column_int64(q, 1);
	}
	const bool ok = *found || code == SQLITE_DONE || sql_failed(s, err);
	sqlite3_finalize(q);
	return ok;
}

static bool put(struct store *s, const struct accuracy_key *key,
                const struct plan_net *net, const struct accuracy_row *row,
                struct err *err)
{
	sqlite3_stmt *q = sql_prepare(
	        s,
	        "INSERT OR IGNORE INTO accuracies(network_hash, data_hash, "
	        "weight_bits, keep_of_4, tool, network, data, correct, total) "
	        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	        err);
	if (!q)
		return false;
	bind_key(q, key);
	sql_text(q, 6, joulet_net_name(net->net));
	sql_text(q, 7, net->data->name);
	sql_number(q, 8, (uint64_t)row->right);
	sql_number(q, 9, (uint64_t)row->n);
	const bool ok = sql_done(s, q, err);
	sqlite3_finalize(q);
	return ok;
}

/* ---- Of a plan ---------------------------------------------------------- */

static struct accuracy_row *find(const struct accuracy_list *l,
                                 const struct plan_pick *pick)
{
	for (int i = 0; i < l->n; i++) {
		const struct plan_pick *p = &l->row[i].pick;
		if (p->net == pick->net &&
		    p->design.weight_bits == pick->design.weight_bits &&
		    p->design.keep_of_4 == pick->design.keep_of_4)
			return &l->row[i];
	}
	return NULL;
}

/* What there is to know, and of it what the store does. */
static bool look_up(struct accuracy_list *to, const struct plan *p,
                    struct store *s, struct err *err)
{
	for (long i = 0; p->n_sets > 0 && i < p->n_points; i++) {
		struct accuracy_row row = {.pick = plan_pick(p, i)};
		const struct dataset *data = p->net[row.pick.net].data;
		if (!data || find(to, &row.pick))
			continue;
		const struct accuracy_key key = accuracy_key(p, &row.pick);
		if (!accuracy_stored(s, &key, &row.right, &row.n, &row.known,
		                     err))
			return false;
		if (!row.known)
			row.n = (long)data->n;
		to->row = mem_grow(to->row, (size_t)to->n + 1, sizeof *to->row);
		to->row[to->n++] = row;
	}
	return true;
}

/* Inputs, as points are in progress.h. */
static struct tally inputs(const struct accuracy_list *l)
{
	struct tally t = {.total = 0};
	for (int i = 0; i < l->n; i++) {
		t.total += l->row[i].n;
		t.done += l->row[i].known ? l->row[i].n : 0;
	}
	return t;
}

struct counting {
	const volatile sig_atomic_t *stop;
	struct progress *talk;
	struct work_progress now;
	long before; /* inputs of networks that are through */
	struct timespec began;
};

static bool go_on(void *ctx, size_t done)
{
	struct counting *c = ctx;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	c->now.seconds = (double)(t.tv_sec - c->began.tv_sec) +
	                 1e-9 * (double)(t.tv_nsec - c->began.tv_nsec);
	c->now.done = c->before + (long)done;
	if (c->talk)
		progress_show(c->talk, &c->now);
	return !c->stop || !*c->stop;
}

static bool measure(const struct plan *p, struct store *s,
                    struct accuracy_row *row, struct counting *c,
                    struct err *err)
{
	const struct plan_net *net = &p->net[row->pick.net];
	const struct accuracy_key key = accuracy_key(p, &row->pick);
	struct accuracy a;

	if (!accuracy_measure(&a, net->net, &row->pick.design, net->data, go_on,
	                      c, err))
		return false;
	row->right = a.right;
	accuracy_free(&a);
	c->before += row->n;
	go_on(c, 0);
	return put(s, &key, net, row, err);
}

bool accuracy_list(struct accuracy_list *to, const struct plan *p,
                   struct store *s, const volatile sig_atomic_t *stop,
                   struct progress *talk, struct err *err)
{
	struct counting c = {.stop = stop, .talk = talk};

	*to = (struct accuracy_list){.n = 0};
	if (!look_up(to, p, s, err))
		return false;
	const struct tally t = inputs(to);
	if (t.done == t.total)
		return true;
	c.now = (struct work_progress){
	        .total = t.total, .known = t.done, .workers = 1};
	clock_gettime(CLOCK_MONOTONIC, &c.began);
	if (talk)
		progress_begin(talk, "accuracy", to->n, &t, s->path);
	bool ok = true;
	for (int i = 0; ok && i < to->n; i++)
		ok = to->row[i].known || measure(p, s, &to->row[i], &c, err);
	if (talk)
		progress_end(talk);
	return ok;
}

void accuracy_list_free(struct accuracy_list *l)
{
	free(l->row);
	*l = (struct accuracy_list){.n = 0};
}

double accuracy_of(const struct accuracy_list *l, const struct plan_pick *pick)
{
	const struct accuracy_row *row = find(l, pick);

	return row ? (double)row->right / (double)row->n : NAN;
}
