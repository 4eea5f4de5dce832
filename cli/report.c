/* report: what a sweep found, as a page or for the terminal. */
#include <string.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/job.h"
#include "explore/report.h"

struct report_args {
	const char *file, *store, *sweep, *out, *details;
	struct arg_list limit;
	const char *csv, *tech;
	bool text, json;
};

static const char example[] =
        "  joulet report sweep.db -o report.html\n"
        "  joulet report configs/sweeps/digits_arrays.yaml --text\n";

static bool parse(struct report_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"out", "FILE.html", "the page (default: STORE.html)",
	         .value = &o->out, .letter = 'o'},
	        {"text", NULL, "print it for the terminal instead",
	         .flag = &o->text},
	        {"csv", "FILE", "write all points there, one line a point",
	         .value = &o->csv},
	        {"json", NULL, "print all points as JSON", .flag = &o->json},
	        {"sweep", "NAME",
	         "which sweep of the store (default: the latest)",
	         .value = &o->sweep},
	        {"limit", "CONDITION",
	         "one more limit, as in sweep files; may be repeated",
	         .list = &o->limit},
	        {"tech", "TABLE",
	         "energy by another technology table; nothing is run",
	         .value = &o->tech},
	        {"store", "FILE.db",
	         "where results are kept (default: SWEEP.db)",
	         .value = &o->store},
	        {"details", "WHICH",
	         "points to run again for details: none, best, pareto",
	         .value = &o->details},
	};
	const struct command c = {
	        .name = "report",
	        .about = "Write what a sweep found as one page that needs no "
	                 "network, or print it.\nEverything is from the store; "
	                 "Pareto-optimal points are run again for what\nit "
	                 "does not have: layers, timeline, memory.",
	        .operand = "STORE.db|SWEEP.yaml",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->file, status);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* A sweep file stands for its store, and the sweep of its name there. */
static struct report *open_report(const struct report_args *o, struct err *err)
{
	bool sweep = ends_with(o->file, ".yaml") || ends_with(o->file, ".yml");
	char *name = sweep ? path_stem(o->file) : NULL;
	char *store = o->store ? mem_str(o->store)
	              : sweep  ? path_with_suffix(o->file, ".db")
	                       : mem_str(o->file);
	struct report *r = report_open(store, o->sweep ? o->sweep : name, err);
	free(store);
	free(name);
	return r;
}

/* Unless something else is asked for. */
static bool page_wanted(const struct report_args *o)
{
	return o->out || (!o->text && !o->json && !o->csv);
}

static bool read_details(const struct report_args *o, enum report_which *which,
                         struct err *err)
{
	static const char *const name[] = {"none", "best", "pareto"};

	*which = o->text          ? REPORT_BEST
	         : page_wanted(o) ? REPORT_PARETO
	                          : REPORT_NONE;
	if (!o->details)
		return true;
	for (int i = 0; i < 3; i++)
		if (strcmp(o->details, name[i]) == 0) {
			*which = (enum report_which)i;
			return true;
		}
	return err_set(err, ERR_USAGE,
	               "--details: %s is not none, best or pareto", o->details);
}

static bool write_all(const struct report *r, const struct report_args *o,
                      struct err *err)
{
	if (o->csv && !report_csv(r, o->csv, err))
		return false;
	if (page_wanted(o)) {
		char *out = o->out ? mem_str(o->out)
		                   : path_with_suffix(o->file, ".html");
		bool ok = report_html(r, out, err);
		free(out);
		if (!ok)
			return false;
	}
	if (o->text)
		report_text(r, page_width(), stdout);
	if (o->json)
		report_json(r, stdout);
	return true;
}

static bool report(const struct report_args *o, struct err *err)
{
	enum report_which which;

	if (!read_details(o, &which, err))
		return false;
	struct report *r = open_report(o, err);
	if (!r)
		return false;
	bool ok = !o->tech || report_recost(r, o->tech, err);
	for (int i = 0; ok && i < o->limit.n; i++)
		ok = report_limit(r, o->limit.item[i], err);
	if (ok)
		report_details(r, which, say, NULL);
	ok = ok && write_all(r, o, err);
	report_close(r);
	return ok && finish_stdout(err);
}

int report_main(int argc, char **argv)
{
	struct report_args o = {0};
	struct err err = {0};
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return report(&o, &err) ? 0 : fail(&err);
}
