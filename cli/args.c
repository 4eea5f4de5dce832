/* args: see args.h */
#include "cli/args.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum { MAX_OPTIONS = 32 };

/* Usage errors say where to read more. Returns false. */
static bool usage(const struct command *c, struct err *err, const char *fmt,
                  ...) __attribute__((format(printf, 3, 4)));

static bool usage(const struct command *c, struct err *err, const char *fmt,
                  ...)
{
	char what[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(err, ERR_USAGE, "%s: %s (joulet %s --help)", c->name,
	               what, c->name);
}

static int find(const struct command *c, const char *name, size_t length)
{
	for (int i = 0; i < c->n_options; i++)
		if (strncmp(c->option[i].name, name, length) == 0 &&
		    c->option[i].name[length] == '\0')
			return i;
	return -1;
}

/* "-o" */
static int find_letter(const struct command *c, const char *word)
{
	for (int i = 0; i < c->n_options; i++)
		if (c->option[i].letter && word[1] == c->option[i].letter &&
		    word[2] == '\0')
			return i;
	return -1;
}

static bool no_such_option(const struct command *c, const char *word,
                           struct err *err)
{
	const char *name = word + strspn(word, "-");
	const char *near = text_nearest(name, &c->option[0].name, c->n_options,
	                                sizeof c->option[0]);
	if (near)
		return usage(c, err, "%s: no such option; did you mean --%s?",
		             word, near);
	return usage(c, err, "%s: no such option", word);
}

static bool put_value(const struct command *c, const struct option *o,
                      const char *value, struct err *err)
{
	if (!o->list) {
		*o->value = value;
		return true;
	}
	if (o->list->n == ARGS_MAX_LIST)
		return usage(c, err, "--%s: more than %d times", o->name,
		             ARGS_MAX_LIST);
	o->list->item[o->list->n++] = value;
	return true;
}

/* The option at argv[*at]; *at ends on the last word that belongs to it. */
static bool take(const struct command *c, int argc, char **argv, int *at,
                 bool *seen, struct err *err)
{
	const char *word = argv[*at];
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	int i = strncmp(word, "--", 2) == 0 ? find(c, word + 2, length - 2)
	                                    : find_letter(c, word);
	if (i < 0)
		return no_such_option(c, word, err);

	const struct option *o = &c->option[i];
	if (seen[i] && !o->list)
		return usage(c, err, "--%s: given twice", o->name);
	seen[i] = true;
	if (!o->arg) {
		if (equals)
			return usage(c, err, "--%s: takes no value", o->name);
		*o->flag = true;
		return true;
	}
	if (equals)
		return equals[1] ? put_value(c, o, equals + 1, err)
		                 : usage(c, err, "--%s: needs a value %s",
		                         o->name, o->arg);
	if (*at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0 ||
	    argv[*at + 1][0] == '\0')
		return usage(c, err, "--%s: needs a value %s", o->name, o->arg);
	return put_value(c, o, argv[++*at], err);
}

static bool all_there(const struct command *c, const char *operand,
                      struct err *err)
{
	if (c->operand_needed && (!operand || (c->second && !*c->second)))
		return usage(c, err, "needs %s", c->operand);
	for (int i = 0; i < c->n_options; i++) {
		const struct option *o = &c->option[i];
		if (o->needed && !*o->value)
			return usage(c, err, "needs --%s %s", o->name, o->arg);
	}
	return true;
}

bool args_parse(const struct command *c, int argc, char **argv,
                const char **operand, bool *help, struct err *err)
{
	bool seen[MAX_OPTIONS] = {false}, ended = false;
	assert(c->n_options <= MAX_OPTIONS);

	*operand = NULL;
	*help = false;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
		} else if (!ended && (strcmp(word, "--help") == 0 ||
		                      strcmp(word, "-h") == 0)) {
			*help = true;
			return true;
		} else if (!ended && word[0] == '-' && word[1]) {
			if (!take(c, argc, argv, &i, seen, err))
				return false;
		} else if (*operand && c->second && !*c->second) {
			*c->second = word;
		} else if (*operand) {
			return usage(c, err, "%s: %s enough", word,
			             c->second ? "two are" : "one file is");
		} else {
			*operand = word;
		}
	}
	return all_there(c, *operand, err);
}

enum { HELP_COLUMN = 24, HELP_WIDTH = 80 };

/* A row of the page, its text broken between words. */
static void put_option(const char *left, const char *help, FILE *f)
{
	int at = fprintf(f, "  %-20s  ", left);

	while (*help) {
		const int word = (int)strcspn(help, " ");
		if (at + word > HELP_WIDTH && at > HELP_COLUMN) {
			fprintf(f, "\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		}
		at += fprintf(f, "%.*s", word, help);
		help += word;
		help += strspn(help, " ");
		if (*help && at + 1 + (int)strcspn(help, " ") <= HELP_WIDTH)
			at += fprintf(f, " ");
		else if (*help)
			at = HELP_WIDTH;
	}
	fputc('\n', f);
}

void args_help(const struct command *c, FILE *f)
{
	fprintf(f, "usage: joulet %s %s [OPTION]...\n\n%s\n\n", c->name,
	        c->operand, c->about);
	for (int i = 0; i < c->n_options; i++) {
		const struct option *o = &c->option[i];
		char left[40];
		const char letter[] = {'-', o->letter, ',', ' ', '\0'};
		snprintf(left, sizeof left, "%s--%s%s%s",
		         o->letter ? letter : "", o->name, o->arg ? " " : "",
		         o->arg ? o->arg : "");
		put_option(left, o->help, f);
	}
	put_option("-h, --help", "this page", f);
	fprintf(f, "\nExample%s:\n%s", strchr(c->example, '\n')[1] ? "s" : "",
	        c->example);
}
