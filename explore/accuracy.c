/* accuracy: see accuracy.h */
#include "explore/accuracy.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "explore/store_sql.h"

bool accuracy_measure(struct accuracy *a, const struct joulet_net *net,
                      const struct design *d, const struct dataset *set,
                      struct err *err)
{
	assert(a && net && d && set && err);
	*a = (struct accuracy){.n = (long)set->n};
	if (!joulet_net_classes(net, &a->classes, err))
		return false;
	int *class = mem_zero(set->n, sizeof *class);
	const size_t side = (size_t)a->classes;
	a->said = mem_zero(side * side, sizeof *a->said);
	const bool ok = joulet_classify(net, d, set->in, set->n, class, err);
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

static bool measure(const struct plan *p, struct store *s,
                    const struct plan_pick *pick, struct accuracy_row *row,
                    struct err *err)
{
	const struct plan_net *net = &p->net[pick->net];
	const struct accuracy_key key = accuracy_key(p, pick);
	struct accuracy a;
	bool found;

	if (!accuracy_stored(s, &key, &row->right, &row->n, &found, err))
		return false;
	if (found)
		return true;
	if (!accuracy_measure(&a, net->net, &pick->design, net->data, err))
		return false;
	row->right = a.right;
	row->n = a.n;
	accuracy_free(&a);
	return put(s, &key, net, row, err);
}

/* ---- Of a plan ---------------------------------------------------------- */

static const struct accuracy_row *find(const struct accuracy_list *l,
                                       const struct plan_pick *pick)
{
	for (int i = 0; i < l->n; i++)
		if (l->row[i].net == pick->net &&
		    l->row[i].weight_bits == pick->design.weight_bits &&
		    l->row[i].keep_of_4 == pick->design.keep_of_4)
			return &l->row[i];
	return NULL;
}

bool accuracy_list(struct accuracy_list *to, const struct plan *p,
                   struct store *s, struct err *err)
{
	*to = (struct accuracy_list){.n = 0};
	for (long i = 0; p->n_sets > 0 && i < p->n_points; i++) {
		const struct plan_pick pick = plan_pick(p, i);
		struct accuracy_row row = {.net = pick.net,
		                           .weight_bits =
		                                   pick.design.weight_bits,
		                           .keep_of_4 = pick.design.keep_of_4};
		if (!p->net[pick.net].data || find(to, &pick))
			continue;
		if (!measure(p, s, &pick, &row, err))
			return false;
		to->row = mem_grow(to->row, (size_t)to->n + 1, sizeof *to->row);
		to->row[to->n++] = row;
	}
	return true;
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
