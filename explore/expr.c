/* expr: see expr.h. A recursive descent into a table of nodes, whose types are
 * checked as they are made; a value is found by walking them. */
#include "explore/expr.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum op {
	OP_NUMBER,
	OP_NAME,
	OP_WORD,
	OP_NEG,
	OP_NOT,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_ADD,
	OP_SUB,
	OP_EQ,
	OP_NE,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT,
	OP_AND,
	OP_OR
};

static const char *const sign_of[] = {
        "",  "",   "",   "-",  "not", "*", "/", "%",   "+",
        "-", "==", "!=", "<=", ">=",  "<", ">", "and", "or"};

enum type { NUMBER, WORD, CONDITION };

struct node {
	enum op op;
	enum type type;
	int left, right;         /* nodes; of a unary one the left */
	int at;                  /* offset in the text, for messages */
	struct expr_value value; /* OP_NUMBER, OP_WORD */
	struct expr_name name;   /* OP_NAME */
	int size;                /* OP_NAME, OP_WORD: characters at `at` */
};

struct expr {
	char *text;
	struct src src;
	int column;
	const char *what;
	int root;
	int n;
	struct node *node;
};

struct parser {
	struct expr *e;
	const struct expr_names *names;
	const char *text;
	int at; /* where it reads */
	int depth;
	struct err *err;
};

/* ---- Messages ---------------------------------------------------------- */

static bool wrong(const struct expr *e, int at, struct err *err,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static bool wrong(const struct expr *e, int at, struct err *err,
                  const char *fmt, ...)
{
	char why[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	if (e->column > 0)
		return err_at(err, e->src, "%s: column %d: %s", e->what,
		              e->column + at, why);
	return err_at(err, e->src, "%s: character %d: %s", e->what, at + 1,
	              why);
}

/* ---- Words ------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_space(struct parser *p)
{
	while (p->text[p->at] && strchr(" \t\r\n", p->text[p->at]))
		p->at++;
}

/* A dotted name's length; 0 if there is none. */
static int name_size(const char *s)
{
	int n = 0;
	if (!is_letter(s[0]))
		return 0;
	while (is_letter(s[n]) || is_digit(s[n]) ||
	       (s[n] == '.' && (is_letter(s[n + 1]) || is_digit(s[n + 1]))))
		n++;
	return n;
}

/* Take a sign, or a word that stands for itself. */
static bool take(struct parser *p, enum op op)
{
	const char *sign = sign_of[op];
	size_t n = strlen(sign);
	skip_space(p);
	const char *here = p->text + p->at;
	if (is_letter(sign[0])
	            ? name_size(here) != (int)n || strncmp(here, sign, n) != 0
	            : strncmp(here, sign, n) != 0)
		return false;
	p->at += (int)n;
	return true;
}

static bool is_reserved(const char *s, int n)
{
	static const enum op words[] = {OP_NOT, OP_AND, OP_OR};
	for (int i = 0; i < 3; i++)
		if (n == (int)strlen(sign_of[words[i]]) &&
		    strncmp(s, sign_of[words[i]], (size_t)n) == 0)
			return true;
	return false;
}

/* What stands at the end of what could be read. */
static bool unexpected(struct parser *p, const char *wanted)
{
	skip_space(p);
	const char *here = p->text + p->at;
	if (!*here)
		return wrong(p->e, p->at, p->err, "ends where %s should be",
		             wanted);
	int n = name_size(here);
	unsigned char c = (unsigned char)*here;
	if (n == 0 && (c < ' ' || c > '~'))
		return wrong(p->e, p->at, p->err,
		             "byte 0x%02x where %s should be", c, wanted);
	return wrong(p->e, p->at, p->err, "'%.*s' where %s should be",
	             n ? n : 1, here, wanted);
}

/* ---- Nodes ------------------------------------------------------------- */

/* -1 if there are too many. */
static int add(struct parser *p, struct node n)
{
	struct expr *e = p->e;
	if (e->n >= EXPR_MAX_NODES) {
		wrong(e, n.at, p->err, "more than %d operations",
		      EXPR_MAX_NODES);
		return -1;
	}
	e->node = mem_grow(e->node, (size_t)e->n + 1, sizeof *e->node);
	e->node[e->n] = n;
	return e->n++;
}

/* The place of a literal among the words that its neighbour can be. */
static bool resolve(struct parser *p, struct node *word,
                    const struct node *name)
{
	const struct expr_name *of = &name->name;
	const char *text = p->text + word->at;
	char all[160] = "";
	size_t n = 0;
	for (int i = 0; i < of->n_words; i++) {
		if (strlen(of->word[i]) == (size_t)word->size &&
		    strncmp(of->word[i], text, (size_t)word->size) == 0) {
			word->value.i = i;
			return true;
		}
		if (n < sizeof all)
			n += (size_t)snprintf(all + n, sizeof all - n, "%s%s",
			                      i ? ", " : "", of->word[i]);
	}
	return wrong(p->e, word->at, p->err, "%.*s: %.*s is not one of %s",
	             name->size, p->text + name->at, word->size, text, all);
}

/* A word without quotes that turned out not to stand beside such a name. */
static bool not_a_name(struct parser *p, const struct node *n)
{
	char name[64];
	char hint[EXPR_HINT] = "no such name";
	struct expr_name ignored;
	if (!is_letter(p->text[n->at]) ||
	    (n->at > 0 && strchr("'\"", p->text[n->at - 1])))
		return wrong(p->e, n->at, p->err,
		             "'%.*s' is a word, a number should be here",
		             n->size, p->text + n->at);
	snprintf(name, sizeof name, "%.*s", n->size, p->text + n->at);
	p->names->find(p->names->ctx, name, &ignored, hint);
	return wrong(p->e, n->at, p->err, "%s: %s", name, hint);
}

/* Words are compared with what they can be. */
static bool same_words(struct parser *p, struct node *a, struct node *b, int at)
{
	if (a->op == OP_NAME && b->op == OP_WORD)
		return resolve(p, b, a);
	if (a->op == OP_WORD && b->op == OP_NAME)
		return resolve(p, a, b);
	if (a->op == OP_NAME && b->op == OP_NAME &&
	    a->name.word == b->name.word)
		return true;
	if (a->op == OP_WORD)
		return not_a_name(p, a);
	return wrong(p->e, at, p->err,
	             "words are compared with a name that has such words");
}

static const char *const type_name[] = {"a number", "a word", "a condition"};

static bool must_be(struct parser *p, int i, enum type type, enum op op)
{
	const struct node *n = &p->e->node[i];
	if (n->type == type)
		return true;
	if (n->op == OP_WORD)
		return not_a_name(p, n);
	return wrong(p->e, n->at, p->err, "'%s' wants %s, this is %s",
	             sign_of[op], type_name[type], type_name[n->type]);
}

/* Check the operands of a node with two, and make it. -1 on error. */
static int join(struct parser *p, enum op op, int left, int right, int at)
{
	struct node n = {.op = op, .left = left, .right = right, .at = at};
	struct node *a = &p->e->node[left], *b = &p->e->node[right];
	bool ok;
	n.type = op >= OP_EQ ? CONDITION : NUMBER;
	if (op >= OP_AND)
		ok = must_be(p, left, CONDITION, op) &&
		     must_be(p, right, CONDITION, op);
	else if ((op == OP_EQ || op == OP_NE) &&
	         (a->type == WORD || b->type == WORD) &&
	         !(a->op == OP_WORD && b->type != WORD) &&
	         !(b->op == OP_WORD && a->type != WORD))
		ok = (a->type == b->type ||
		      wrong(p->e, at, p->err, "a word beside %s",
		            type_name[a->type == WORD ? b->type : a->type])) &&
		     same_words(p, a, b, at);
	else
		ok = must_be(p, left, NUMBER, op) &&
		     must_be(p, right, NUMBER, op);
	/* The place of the whole is that of its first character. */
	n.at = a->at;
	return ok ? add(p, n) : -1;
}

static int single(struct parser *p, enum op op, int of, int at)
{
	enum type type = op == OP_NOT ? CONDITION : NUMBER;
	if (of < 0 || !must_be(p, of, type, op))
		return -1;
	return add(p,
	           (struct node){.op = op, .type = type, .left = of, .at = at});
}

/* ---- Reading ----------------------------------------------------------- */

static int read_or(struct parser *p);

/* Digits, a fraction, an exponent. */
static int read_number(struct parser *p)
{
	const char *s = p->text + p->at;
	char text[64];
	struct node n = {.op = OP_NUMBER, .type = NUMBER, .at = p->at};
	size_t size = strspn(s, "0123456789.");
	if (s[size] == 'e' || s[size] == 'E') {
		size++;
		size += s[size] == '-' || s[size] == '+';
		size += strspn(s + size, "0123456789");
	}
	while (is_letter(s[size]) || is_digit(s[size]))
		size++;
	long whole;
	snprintf(text, sizeof text, "%.*s", (int)size, s);
	bool fits = size < sizeof text && !(s[0] == '0' && is_digit(s[1]));
	if (fits && text_long(text, &whole) == TEXT_OK) {
		n.value = (struct expr_value){.kind = EXPR_INT, .i = whole};
	} else {
		n.value.kind = EXPR_REAL;
		if (!fits || !text_double(text, &n.value.d)) {
			wrong(p->e, p->at, p->err, "%s is not a number", text);
			return -1;
		}
	}
	p->at += (int)size;
	return add(p, n);
}

static int read_quoted(struct parser *p)
{
	char quote = p->text[p->at];
	const char *end = strchr(p->text + p->at + 1, quote);
	if (!end) {
		wrong(p->e, p->at, p->err, "a quote that does not end");
		return -1;
	}
	for (const char *c = p->text + p->at + 1; c < end; c++)
		if (*c < ' ' || *c > '~') { /* also keeps messages whole */
			wrong(p->e, (int)(c - p->text), p->err,
			      "byte 0x%02x in a word", (unsigned char)*c);
			return -1;
		}
	struct node n = {.op = OP_WORD,
	                 .type = WORD,
	                 .at = p->at + 1,
	                 .value.kind = EXPR_WORD};
	n.size = (int)(end - p->text) - n.at;
	p->at = n.at + n.size + 1;
	return add(p, n);
}

/* A name; a word if there is none of this name: join sees to it. */
static int read_name(struct parser *p, int size)
{
	char name[64];
	char hint[EXPR_HINT];
	struct node n = {.op = OP_WORD, .at = p->at, .size = size};
	if (size >= (int)sizeof name) {
		wrong(p->e, p->at, p->err, "%.20s...: no such name",
		      p->text + p->at);
		return -1;
	}
	snprintf(name, sizeof name, "%.*s", size, p->text + p->at);
	n.type = WORD;
	n.value.kind = EXPR_WORD;
	if (p->names->find(p->names->ctx, name, &n.name, hint)) {
		n.op = OP_NAME;
		n.type = n.name.words ? WORD : NUMBER;
	}
	p->at += size;
	return add(p, n);
}

static int read_primary(struct parser *p)
{
	skip_space(p);
	char c = p->text[p->at];
	int size = name_size(p->text + p->at);
	if (is_digit(c) || c == '.')
		return read_number(p);
	if (c == '\'' || c == '"')
		return read_quoted(p);
	if (size > 0 && !is_reserved(p->text + p->at, size))
		return read_name(p, size);
	if (c != '(') {
		unexpected(p, "a number or a name");
		return -1;
	}
	p->at++;
	int inner = read_or(p);
	if (inner < 0)
		return -1;
	skip_space(p);
	if (p->text[p->at] != ')') {
		unexpected(p, "an operator or ')'");
		return -1;
	}
	p->at++;
	return inner;
}

/* One level deeper, or false: every recursion goes through here. */
static bool deeper(struct parser *p)
{
	if (p->depth < EXPR_MAX_DEPTH) {
		p->depth++;
		return true;
	}
	return wrong(p->e, p->at, p->err, "nested more than %d levels deep",
	             EXPR_MAX_DEPTH);
}

static int read_unary(struct parser *p)
{
	int n, at;
	if (!deeper(p))
		return -1;
	skip_space(p);
	at = p->at;
	n = take(p, OP_NEG) ? single(p, OP_NEG, read_unary(p), at)
	                    : read_primary(p);
	p->depth--;
	return n;
}

/* Operands of `next` with any of the operators [from, to] between them, from
 * the left. */
static int read_chain(struct parser *p, enum op from, enum op to,
                      int (*next)(struct parser *))
{
	int left = next(p);
	while (left >= 0) {
		skip_space(p);
		int op = (int)from, at = p->at;
		while (op <= (int)to && !take(p, (enum op)op))
			op++;
		if (op > (int)to)
			break;
		int right = next(p);
		left = right < 0 ? -1 : join(p, (enum op)op, left, right, at);
	}
	return left;
}

static int read_product(struct parser *p)
{
	return read_chain(p, OP_MUL, OP_MOD, read_unary);
}

static int read_sum(struct parser *p)
{
	return read_chain(p, OP_ADD, OP_SUB, read_product);
}

static int read_comparison(struct parser *p)
{
	int left = read_sum(p);
	if (left < 0)
		return -1;
	skip_space(p);
	int op = OP_EQ, at = p->at;
	while (op <= OP_GT && !take(p, (enum op)op))
		op++;
	if (op > OP_GT) {
		if (p->text[p->at] != '=')
			return left;
		wrong(p->e, p->at, p->err, "'=': equality is written ==");
		return -1;
	}
	int right = read_sum(p);
	if (right < 0)
		return -1;
	skip_space(p);
	if (p->text[p->at] && strchr("<>=!", p->text[p->at])) {
		wrong(p->e, p->at, p->err,
		      "comparisons do not chain; write a < b and b < c");
		return -1;
	}
	return join(p, (enum op)op, left, right, at);
}

static int read_not(struct parser *p)
{
	int n, at;
	if (!deeper(p))
		return -1;
	skip_space(p);
	at = p->at;
	n = take(p, OP_NOT) ? single(p, OP_NOT, read_not(p), at)
	                    : read_comparison(p);
	p->depth--;
	return n;
}

static int read_and(struct parser *p)
{
	return read_chain(p, OP_AND, OP_AND, read_not);
}

static int read_or(struct parser *p)
{
	return read_chain(p, OP_OR, OP_OR, read_and);
}

static bool read_all(struct parser *p)
{
	if (strlen(p->text) > EXPR_MAX_TEXT)
		return wrong(p->e, 0, p->err, "more than %d characters",
		             EXPR_MAX_TEXT);
	p->e->root = read_or(p);
	if (p->e->root < 0)
		return false;
	skip_space(p);
	if (p->text[p->at])
		return unexpected(p, "an operator");
	const struct node *n = &p->e->node[p->e->root];
	if (n->type == CONDITION)
		return true;
	if (n->op == OP_WORD)
		return not_a_name(p, n);
	return wrong(p->e, n->at, p->err,
	             "%s, where a comparison should be, as in a <= b",
	             type_name[n->type]);
}

struct expr *expr_parse(const char *text, struct src at, int column,
                        const char *what, const struct expr_names *names,
                        struct err *err)
{
	assert(text && names && err);
	struct expr *e = mem_zero(1, sizeof *e);
	*e = (struct expr){.text = mem_str(text),
	                   .src = at,
	                   .column = column,
	                   .what = what};
	struct parser p = {.e = e, .names = names, .text = e->text, .err = err};
	if (read_all(&p))
		return e;
	expr_free(e);
	return NULL;
}

void expr_free(struct expr *e)
{
	if (!e)
		return;
	free(e->node);
	free(e->text);
	free(e);
}

const char *expr_text(const struct expr *e)
{
	return e->text;
}

int expr_size(const struct expr *e)
{
	return e->n;
}

bool expr_reads(const struct expr *e, int slot)
{
	for (int i = 0; i < e->n; i++)
		if (e->node[i].op == OP_NAME && e->node[i].name.slot == slot)
			return true;
	return false;
}

/* ---- Values ------------------------------------------------------------ */

struct walk {
	const struct expr *e;
	const struct expr_value *value;
	struct err *err;
};

/* Exact for both: 64 bits of mantissa. */
static long double real(const struct expr_value *v)
{
	return v->kind == EXPR_REAL ? (long double)v->d : (long double)v->i;
}

/* Of integers: exact, or an error. A quotient that is not whole is left to
 * reals: *done is false then. */
static bool of_integers(const struct walk *w, const struct node *n, int64_t a,
                        int64_t b, int64_t *out, bool *done)
{
	bool over = false, edge = a == INT64_MIN && b == -1;
	*done = true;
	switch (n->op) {
	case OP_ADD:
		over = __builtin_add_overflow(a, b, out);
		break;
	case OP_SUB:
		over = __builtin_sub_overflow(a, b, out);
		break;
	case OP_MUL:
		over = __builtin_mul_overflow(a, b, out);
		break;
	default:
		if (b == 0)
			return wrong(w->e, n->at, w->err, "%s by zero",
			             n->op == OP_MOD ? "remainder"
			                             : "division");
		if (n->op == OP_MOD)
			*out = edge ? 0 : a % b;
		else if (edge || a % b != 0)
			*done = false;
		else
			*out = a / b;
	}
	return !over ||
	       wrong(w->e, n->at, w->err, "an integer of more than 64 bits");
}

static bool of_reals(const struct walk *w, const struct node *n, double a,
                     double b, double *out)
{
	if (n->op == OP_MOD)
		return wrong(w->e, n->at, w->err, "%% wants integers");
	if (n->op == OP_DIV && b == 0)
		return wrong(w->e, n->at, w->err, "division by zero");
	*out = n->op == OP_ADD   ? a + b
	       : n->op == OP_SUB ? a - b
	       : n->op == OP_MUL ? a * b
	                         : a / b;
	return isfinite(*out) ||
	       wrong(w->e, n->at, w->err, "a number too large");
}

static bool arithmetic(const struct walk *w, const struct node *n,
                       const struct expr_value *a, const struct expr_value *b,
                       struct expr_value *out)
{
	bool done = false;
	if (a->kind == EXPR_INT && b->kind == EXPR_INT) {
		out->kind = EXPR_INT;
		if (!of_integers(w, n, a->i, b->i, &out->i, &done))
			return false;
	}
	if (done)
		return true;
	out->kind = EXPR_REAL;
	return of_reals(w, n, (double)real(a), (double)real(b), &out->d);
}

static bool compare(enum op op, const struct expr_value *a,
                    const struct expr_value *b)
{
	long double x = real(a), y = real(b);
	switch (op) {
	case OP_EQ:
		return !(x < y) && !(x > y);
	case OP_NE:
		return x < y || x > y;
	case OP_LT:
		return x < y;
	case OP_GT:
		return x > y;
	case OP_LE:
		return x <= y;
	default:
		return x >= y;
	}
}

static bool walk(const struct walk *w, int at, struct expr_value *out);

static bool negate(const struct walk *w, const struct node *n,
                   struct expr_value *v)
{
	if (n->op == OP_NOT)
		v->i = !v->i;
	else if (v->kind == EXPR_REAL)
		v->d = -v->d;
	else if (__builtin_sub_overflow((int64_t)0, v->i, &v->i))
		return wrong(w->e, n->at, w->err,
		             "an integer of more than 64 bits");
	return true;
}

/* and, or: the right one only if it decides. */
static bool logic(const struct walk *w, const struct node *n,
                  struct expr_value *out)
{
	if (!walk(w, n->left, out))
		return false;
	if ((out->i != 0) == (n->op == OP_OR))
		return true;
	return walk(w, n->right, out);
}

/* The value of a node; of a condition 0 or 1. Chains make the deepest trees:
 * EXPR_MAX_NODES bounds them. */
static bool walk(const struct walk *w, int at, struct expr_value *out)
{
	const struct node *n = &w->e->node[at];
	struct expr_value a, b;
	if (n->op == OP_NAME || n->op == OP_NUMBER || n->op == OP_WORD) {
		*out = n->op == OP_NAME ? w->value[n->name.slot] : n->value;
		return true;
	}
	if (n->op == OP_AND || n->op == OP_OR)
		return logic(w, n, out);
	if (n->op == OP_NEG || n->op == OP_NOT)
		return walk(w, n->left, out) && negate(w, n, out);
	if (!walk(w, n->left, &a) || !walk(w, n->right, &b))
		return false;
	if (n->op < OP_EQ)
		return arithmetic(w, n, &a, &b, out);
	*out = (struct expr_value){.kind = EXPR_INT,
	                           .i = compare(n->op, &a, &b)};
	return true;
}

bool expr_true(const struct expr *e, const struct expr_value *value, bool *yes,
               struct err *err)
{
	const struct walk w = {e, value, err};
	struct expr_value v;
	assert(e && value && yes && err);
	if (!walk(&w, e->root, &v))
		return false;
	*yes = v.i != 0;
	return true;
}

/* ---- How far from true -------------------------------------------------- */

/* Of a comparison that does not hold. */
static double miss(enum op op, const struct expr_value *a,
                   const struct expr_value *b)
{
	const long double x = real(a), y = real(b);
	const long double larger = fmaxl(fabsl(x), fabsl(y));

	if (a->kind == EXPR_WORD || op == OP_NE || larger <= 0)
		return a->kind == EXPR_WORD ? 1 : EXPR_LEAST;
	const double far = (double)(fabsl(x - y) / larger);
	return isnan(far) ? 1 : fmin(1, fmax(far, EXPR_LEAST));
}

static bool measure(const struct walk *w, int at, bool want, double *excess);

/* a and b; for `not` the other way round. */
static bool both(const struct walk *w, const struct node *n, bool want,
                 double *excess)
{
	const bool sum = (n->op == OP_AND) == want;
	struct err ignored;
	const struct walk quiet = {w->e, w->value, &ignored};
	struct expr_value left;
	double a, b;

	/* What the left one has decided, the right one need not have a value
	 * for. */
	if (!walk(w, n->left, &left))
		return false;
	if ((left.i != 0) == (n->op == OP_OR)) {
		if (!measure(w, n->left, want, excess))
			return false;
		if (sum && *excess > 0 && measure(&quiet, n->right, want, &b))
			*excess += b;
		return true;
	}
	if (!measure(w, n->left, want, &a) || !measure(w, n->right, want, &b))
		return false;
	*excess = sum ? a + b : fmin(a, b);
	return true;
}

static bool measure(const struct walk *w, int at, bool want, double *excess)
{
	const struct node *n = &w->e->node[at];
	struct expr_value a, b;

	if (n->op == OP_AND || n->op == OP_OR)
		return both(w, n, want, excess);
	if (n->op == OP_NOT)
		return measure(w, n->left, !want, excess);
	if (!walk(w, n->left, &a) || !walk(w, n->right, &b))
		return false;
	const bool holds = compare(n->op, &a, &b) == want;
	*excess = holds ? 0 : miss(n->op, &a, &b);
	return true;
}

bool expr_excess(const struct expr *e, const struct expr_value *value,
                 double *excess, struct err *err)
{
	const struct walk w = {e, value, err};

	assert(e && value && excess && err);
	return measure(&w, e->root, true, excess);
}
