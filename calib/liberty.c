/* liberty: see liberty.h */
#include "calib/liberty.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { MAX_LIBERTY = 256 << 20 };

/* ---- The scanner ------------------------------------------------------- */

/* A word, or one of ( ) { } : ; or a comma. Strings are without quotes. */
struct token {
	const char *at;
	int n;
	char punct; /* 0: a word */
};

struct scan {
	const char *at;
	int line;
};

static const char *skip_comment(struct scan *s, const char *at)
{
	const char *end = strstr(at + 2, "*/");
	const char *to = end ? end + 2 : at + strlen(at);

	for (; at < to; at++)
		s->line += *at == '\n';
	return to;
}

static void skip_blank(struct scan *s)
{
	for (;;) {
		if (*s->at == '\n')
			s->line++;
		if (isspace((unsigned char)*s->at) || *s->at == '\\')
			s->at++;
		else if (s->at[0] == '/' && s->at[1] == '*')
			s->at = skip_comment(s, s->at);
		else
			return;
	}
}

/* False at the end of the text. */
static bool next(struct scan *s, struct token *t)
{
	skip_blank(s);
	*t = (struct token){.at = s->at};
	if (!*s->at)
		return false;
	if (strchr("(){}:;,", *s->at)) {
		t->punct = *s->at++;
	} else if (*s->at == '"') {
		const char *from = ++s->at;
		for (; *s->at && *s->at != '"'; s->at++)
			s->line += *s->at == '\n';
		*t = (struct token){.at = from, .n = (int)(s->at - from)};
		s->at += *s->at == '"';
	} else {
		while (*s->at && !isspace((unsigned char)*s->at) &&
		       !strchr("(){}:;,\"\\", *s->at))
			s->at++;
		t->n = (int)(s->at - t->at);
	}
	return true;
}

static bool is(const struct token *t, const char *word)
{
	return !t->punct && (int)strlen(word) == t->n &&
	       memcmp(t->at, word, (size_t)t->n) == 0;
}

/* ---- Cells ------------------------------------------------------------- */

struct reading {
	struct liberty *to;
	struct liberty_cell *cell; /* the one that is read; or NULL */
	int depth;                 /* groups around */
	double leak_unit_uw;
};

/* "1nW" and the like. */
static double unit_uw(const char *text)
{
	static const struct {
		const char *name;
		double uw;
	} unit[] = {{"pW", 1e-6}, {"nW", 1e-3}, {"uW", 1}, {"mW", 1e3}};
	char *end;
	double times = strtod(text, &end);

	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++)
		if (strncmp(end, unit[i].name, 2) == 0)
			return times * unit[i].uw;
	return 0;
}

static void begin_cell(struct reading *r, const struct token *name)
{
	struct liberty *l = r->to;

	l->cell = mem_grow(l->cell, (size_t)l->n + 1, sizeof *l->cell);
	r->cell = &l->cell[l->n++];
	*r->cell = (struct liberty_cell){.area_um2 = 0};
	snprintf(r->cell->name, sizeof r->cell->name, "%.*s", name->n,
	         name->at);
}

static void attribute(struct reading *r, const struct token *key,
                      const struct token *value)
{
	if (r->depth == 1 && is(key, "leakage_power_unit"))
		r->leak_unit_uw = unit_uw(value->at);
	if (r->depth == 1 && is(key, "nom_voltage"))
		r->to->voltage = strtod(value->at, NULL);
	if (!r->cell || r->depth != 2)
		return;
	if (is(key, "area"))
		r->cell->area_um2 = strtod(value->at, NULL);
	if (is(key, "cell_leakage_power"))
		r->cell->leak_uw = strtod(value->at, NULL) * r->leak_unit_uw;
}

/* What stands behind a word: ": value", "(arguments)", "(arguments) {". */
static void after_word(struct reading *r, struct scan *s,
                       const struct token *word)
{
	struct token t, first = {0};
	struct scan back = *s;

	if (!next(s, &t) || (t.punct != ':' && t.punct != '(')) {
		*s = back;
		return;
	}
	if (t.punct == ':') {
		if (next(s, &t) && !t.punct)
			attribute(r, word, &t);
		return;
	}
	while (next(s, &t) && t.punct != ')')
		if (!first.at && !t.punct)
			first = t;
	back = *s;
	if (next(s, &t) && t.punct == '{') {
		if (r->depth == 1 && is(word, "cell") && first.at)
			begin_cell(r, &first);
		if (r->cell && r->depth == 2 && is(word, "ff"))
			r->cell->flop = true;
		r->depth++;
	} else {
		*s = back;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct liberty_cell *x = a, *y = b;
	return strcmp(x->name, y->name);
}

bool liberty_read(const char *path, struct liberty *l, struct err *err)
{
	size_t size;
	char *text = file_read(path, MAX_LIBERTY, &size, err);
	struct scan s = {.at = text, .line = 1};
	struct reading r = {.to = l};
	struct token t;

	*l = (struct liberty){0};
	if (!text)
		return false;
	while (r.depth >= 0 && next(&s, &t)) {
		if (!t.punct)
			after_word(&r, &s, &t);
		else if (t.punct == '}' && --r.depth < 2)
			r.cell = NULL;
	}
	free(text);
	bool ok = true;
	if (r.depth != 0)
		ok = err_at(err, (struct src){path, s.line},
		            "liberty: braces do not match");
	else if (l->n == 0)
		ok = err_at(err, (struct src){path, 0},
		            "liberty: has no cells");
	else if (r.leak_unit_uw <= 0)
		ok = err_at(err, (struct src){path, 0},
		            "liberty: leakage_power_unit is missing, or not in "
		            "pW, nW, uW or mW");
	if (ok)
		qsort(l->cell, (size_t)l->n, sizeof *l->cell, by_name);
	else
		liberty_free(l);
	return ok;
}

void liberty_free(struct liberty *l)
{
	free(l->cell);
	*l = (struct liberty){0};
}

const struct liberty_cell *liberty_find(const struct liberty *l,
                                        const char *name)
{
	struct liberty_cell key;

	snprintf(key.name, sizeof key.name, "%s", name);
	return l->n ? bsearch(&key, l->cell, (size_t)l->n, sizeof *l->cell,
	                      by_name)
	            : NULL;
}

double liberty_nand2(const struct liberty *l)
{
	double least = 0;

	for (int i = 0; i < l->n; i++) {
		const struct liberty_cell *c = &l->cell[i];
		bool nand =
		        strstr(c->name, "NAND2") || strstr(c->name, "nand2");
		if (nand && (least <= 0 || c->area_um2 < least))
			least = c->area_um2;
	}
	return least;
}

const struct liberty_cell *liberty_buffer(const struct liberty *l)
{
	const struct liberty_cell *least = NULL;

	for (int i = 0; i < l->n; i++) {
		const struct liberty_cell *c = &l->cell[i];
		bool buffer = strncmp(c->name, "BUF", 3) == 0 ||
		              strstr(c->name, "_buf");
		if (buffer && (!least || c->area_um2 < least->area_um2))
			least = c;
	}
	return least;
}
