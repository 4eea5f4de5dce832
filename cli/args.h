/* args: a command's options as a table, which parses and explains itself.
 *
 *     struct { const char *net; bool json; } o = {0};
 *     const struct option options[] = {
 *             {"net", "FILE", "network to run", .value = &o.net},
 *             {"json", NULL, "print JSON", .flag = &o.json},
 *     };
 *
 * Accepted: `--name VALUE`, `--name=VALUE`, flags, operands before, between and
 * after options, and `--`, after which everything is an operand. An option
 * given twice is an error, except those with a list; `-o VALUE` where it has a
 * letter. Values are borrowed from
 * argv. Errors are ERR_USAGE, one line, with a hint.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdio.h>

#include "base/err.h"

enum { ARGS_MAX_LIST = 64 };

struct arg_list {
	const char *item[ARGS_MAX_LIST];
	int n;
};

struct option {
	const char *name; /* without -- */
	const char *arg;  /* what the value is called; NULL: a flag */
	const char *help; /* one line, with the default */
	/* One of these: */
	const char **value;
	struct arg_list *list;
	bool *flag;
	bool needed;
	char letter; /* 'o' for -o, too; 0: none */
};

struct command {
	const char *name;
	const char *about;   /* one sentence */
	const char *operand; /* "[DESIGN.yaml]" */
	const char *example; /* lines, each with its newline */
	bool operand_needed;
	const char **second; /* a second operand goes there; NULL: none */
	const struct option *option;
	int n_options;
};

/* Fill the options' targets and *operand (NULL if not given). *help is set,
 * and nothing else is checked, as soon as -h or --help is met. argv[0] is the
 * first word after the command. */
bool args_parse(const struct command *c, int argc, char **argv,
                const char **operand, bool *help, struct err *err);

/* The page that --help prints. */
void args_help(const struct command *c, FILE *f);

#endif
