/* joulet: the command line. Results on stdout, talk on stderr; exit statuses
 * are those of base/err.h. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/job.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;
} verbs[] = {
        {"run", run_main, "simulate a network on a design and report"},
        {"explain", explain_main, "say what bounds each layer of a network"},
        {"verify", verify_main, "compare Verilog, C model and reference"},
        {"accuracy", accuracy_main, "how often a network is right"},
        {"sweep", sweep_main, "run many designs and networks, compare"},
        {"search", search_main, "look for the best designs of a large space"},
        {"eval", eval_main, "evaluate points that another program proposes"},
        {"ask", ask_main, "propose points that the user evaluates"},
        {"tell", tell_main, "take the results of such points"},
        {"tech", tech_main, "what events cost: the technology tables"},
        {"schema", schema_main, "print a JSON Schema for editors"},
        {"report", report_main, "what a sweep found, as a page or as text"},
        {"compare", compare_main, "what changed between two points, and why"},
        {"area", area_main, "synthesize a design: area of its modules"},
        {"calibrate", calibrate_main, "a technology table out of gates"},
        {"host", host_main, "run a program on the host core alone"},
        {"doctor", doctor_main, "repair a store, a run on a cluster"},
        {"worker", worker_main, "run points for a sweep on a cluster"},
};
enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

static int help(void)
{
	struct err err;
	printf("usage: joulet COMMAND [OPTION]...\n\n"
	       "What does a network cost on an accelerator beside a "
	       "microcontroller?\n\n");
	for (int i = 0; i < N_VERBS; i++)
		printf("  %-8s  %s\n", verbs[i].name, verbs[i].about);
	printf("\n`joulet COMMAND --help` says more; `joulet --version`.\n"
	       "Exit status: 0 done, 2 usage, 3 mismatch, 65 bad input, 66 a "
	       "file is missing,\n69 a tool is missing, 70 a bug of joulet, "
	       "124 no progress, 130 interrupted.\n");
	return finish_stdout(&err) ? 0 : fail(&err);
}

static int version(void)
{
	struct err err;
	printf("joulet %s\n", JOULET_VERSION);
	return finish_stdout(&err) ? 0 : fail(&err);
}

static int no_such_command(const char *word)
{
	struct err err;
	const char *near =
	        text_nearest(word, &verbs[0].name, N_VERBS, sizeof verbs[0]);
	const char *kind = word[0] == '-' ? "option" : "command";
	if (near)
		err_set(&err, ERR_USAGE,
		        "%s: no such %s; did you mean %s? (joulet --help)",
		        word, kind, near);
	else
		err_set(&err, ERR_USAGE, "%s: no such %s (joulet --help)", word,
		        kind);
	return fail(&err);
}

int main(int argc, char **argv)
{
	struct err err;
	if (argc < 2) {
		err_set(&err, ERR_USAGE, "needs a command (joulet --help)");
		return fail(&err);
	}
	const char *word = argv[1];
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help();
	if (strcmp(word, "--version") == 0)
		return version();
	for (int i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return verbs[i].run(argc - 2, argv + 2);
	return no_such_command(word);
}
