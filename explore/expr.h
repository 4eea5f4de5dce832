/* expr: conditions over named values, as where and limits of a sweep have.
 *
 *     array.rows * array.cols <= 256 and not (cpu.core == small)
 *
 * From loose to tight: or; and; not; == != < <= > >=, which do not chain;
 * + -; * / %; a minus sign; parentheses, numbers, names, words in quotes. A
 * word without quotes may stand beside a name that has words, as cpu.core.
 * Integers stay exact (64 bits, overflow is an error); a quotient that is not
 * whole is a double; % wants integers. Types are checked when it is read: the
 * whole is a condition, arithmetic is over numbers, words are compared with
 * == and != only, and only with what their name can be.
 *
 * A value of a name is the caller's: a slot number of its own choosing, with
 * which expr_true asks.
 */
#ifndef EXPLORE_EXPR_H
#define EXPLORE_EXPR_H

#include <stdint.h>

#include "base/err.h"

enum { EXPR_MAX_TEXT = 4096, EXPR_MAX_NODES = 1000, EXPR_MAX_DEPTH = 64 };

enum expr_kind { EXPR_INT, EXPR_REAL, EXPR_WORD };

struct expr_value {
	enum expr_kind kind;
	int64_t i; /* EXPR_INT; of a word its place in expr_name.word */
	double d;  /* EXPR_REAL */
};

/* What a name stands for. */
struct expr_name {
	int slot;
	bool words;              /* its values are words, else numbers */
	const char *const *word; /* all of them */
	int n_words;
};

/* Which names there are. find: false if there is none; hint is then the rest of
 * the message. */
enum { EXPR_HINT = 160 };
struct expr_names {
	bool (*find)(const void *ctx, const char *name, struct expr_name *to,
	             char hint[EXPR_HINT]);
	const void *ctx;
};

struct expr;

/* Read a condition. `at` is where it was written, `column` that of its first
 * character, or 0 if columns cannot be told; `what` names it in messages:
 * "file:line: where: column 9: ...". The caller frees it. */
struct expr *expr_parse(const char *text, struct src at, int column,
                        const char *what, const struct expr_names *names,
                        struct err *err);
void expr_free(struct expr *e);

const char *expr_text(const struct expr *e); /* as it was written */
int expr_size(const struct expr *e);         /* operations, names, numbers */

/* Is the slot read at all? */
bool expr_reads(const struct expr *e, int slot);

/* Is it true of these values, by slot? False with err if it has no value: a
 * division by zero, an integer of more than 64 bits. */
bool expr_true(const struct expr *e, const struct expr_value *value, bool *yes,
               struct err *err);

/* By how much these values miss it: 0 if it is true, else more than 0. Of a
 * comparison of numbers the difference as part of the larger one (1 if they
 * are on two sides of zero), at least EXPR_LEAST; of words 1. Of `a and b` the
 * sum, of `a or b` the lesser one. So amounts of different units can be added:
 * K. Deb, An efficient constraint handling method for genetic algorithms,
 * Computer Methods in Applied Mechanics and Engineering 186 (2000), 311-338. */
#define EXPR_LEAST 1e-9
bool expr_excess(const struct expr *e, const struct expr_value *value,
                 double *excess, struct err *err);

#endif
