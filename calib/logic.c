/* logic: see logic.h. Every step of the grammar works on whole tables. */
#include "calib/logic.h"

#include <ctype.h>
#include <string.h>

struct reader {
	const char *at;
	const char *const *input;
	int n;
	bool ok;
};

static uint64_t any_of(struct reader *r);

static char next(struct reader *r)
{
	while (*r->at == ' ')
		r->at++;
	return *r->at;
}

static uint64_t input(struct reader *r)
{
	static const uint64_t table[LOGIC_INPUTS] = {
	        0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
	        0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000};
	size_t len = 0;

	while (isalnum((unsigned char)r->at[len]) || r->at[len] == '_')
		len++;
	for (int i = 0; i < r->n; i++)
		if (strlen(r->input[i]) == len &&
		    strncmp(r->at, r->input[i], len) == 0) {
			r->at += len;
			return table[i];
		}
	bool one = len == 1 && *r->at == '1';
	r->ok &= one || (len == 1 && *r->at == '0');
	r->at += len;
	return one ? ~0ull : 0;
}

static uint64_t factor(struct reader *r)
{
	uint64_t t;

	if (next(r) == '!') {
		r->at++;
		return ~factor(r);
	}
	if (next(r) == '(') {
		r->at++;
		t = any_of(r);
		r->ok &= next(r) == ')';
		r->at += *r->at == ')';
	} else
		t = input(r);
	for (; next(r) == '\''; r->at++)
		t = ~t;
	return t;
}

static uint64_t odd_of(struct reader *r)
{
	uint64_t t = factor(r);

	while (next(r) == '^') {
		r->at++;
		t ^= factor(r);
	}
	return t;
}

static uint64_t all_of(struct reader *r)
{
	uint64_t t = odd_of(r);

	for (char c;
	     (c = next(r)) && r->ok && c != ')' && c != '|' && c != '+';) {
		r->at += c == '&' || c == '*';
		t &= odd_of(r);
	}
	return t;
}

static uint64_t any_of(struct reader *r)
{
	uint64_t t = all_of(r);

	for (char c; (c = next(r)) == '|' || c == '+';) {
		r->at++;
		t |= all_of(r);
	}
	return t;
}

bool logic_table(const char *function, const char *const *input_names, int n,
                 uint64_t *table)
{
	struct reader r = {function, input_names, n, n <= LOGIC_INPUTS};

	*table = r.ok ? any_of(&r) : 0;
	return r.ok && next(&r) == 0;
}
