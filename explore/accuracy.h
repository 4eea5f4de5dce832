/* accuracy: how often a network is right over a labelled data set.
 *
 * Outputs do not depend on the design but for network.weight_bits and
 * network.keep_of_4, so a sweep needs one count for each network and value of
 * these two. It is made once and kept in the store (table accuracies), known by
 * the content of network and set and by this program.
 */
#ifndef EXPLORE_ACCURACY_H
#define EXPLORE_ACCURACY_H

#include <signal.h>

#include "explore/plan.h"

struct accuracy {
	long right, n;
	int classes;
	long *said; /* said[label * classes + answer]: how often */
};

/* Classify the whole set, which must fit the network. Of d, go_on and ctx see
 * joulet_classify. Free it with accuracy_free. */
bool accuracy_measure(struct accuracy *a, const struct joulet_net *net,
                      const struct design *d, const struct dataset *set,
                      bool (*go_on)(void *ctx, size_t done), void *ctx,
                      struct err *err);
void accuracy_free(struct accuracy *a);

/* The interval that holds the true share with 95 %: E. B. Wilson, Probable
 * inference, the law of succession, and statistical inference, Journal of the
 * American Statistical Association 22 (1927), 209-212. n >= 1. */
void accuracy_interval(long right, long n, double *low, double *high);

/* What a share was measured of. */
struct accuracy_key {
	uint64_t net_hash, data_hash;
	int weight_bits, keep_of_4;
	const char *tool;
};
struct accuracy_key accuracy_key(const struct plan *p,
                                 const struct plan_pick *pick);

struct store;
/* As the store has it; *found is false if it does not. */
bool accuracy_stored(struct store *s, const struct accuracy_key *key,
                     long *right, long *n, bool *found, struct err *err);

/* Shares of right outputs of a plan's points. */
struct accuracy_list {
	struct accuracy_row {
		struct plan_pick pick; /* the first of its kind */
		bool known;            /* the rest was in the store */
		long right, n;
	} * row;
	int n;
};

/* From the store; what is not there is measured and put there, network by
 * network, unless *stop (or NULL) is not zero: ERR_INTERRUPTED. talk, or NULL,
 * is told of a phase "accuracy", of inputs, if there is something to measure.
 * Not inside a transaction. Free it with accuracy_list_free, also after false.
 */
struct progress;
bool accuracy_list(struct accuracy_list *to, const struct plan *p,
                   struct store *s, const volatile sig_atomic_t *stop,
                   struct progress *talk, struct err *err);
void accuracy_list_free(struct accuracy_list *l);
/* NAN if the network has no data set. */
double accuracy_of(const struct accuracy_list *l, const struct plan_pick *pick);

#endif
