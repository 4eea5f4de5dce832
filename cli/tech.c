/* tech: the technology tables, and every figure in one. */
#include "base/buf.h"
#include "base/table.h"
#include "cli/job.h"

struct tech_args {
	const char *name;
	bool origin, json;
};

static const char example[] =
        "  joulet tech\n"
        "  joulet tech aladdin40 --origin\n"
        "  joulet run --net models/digits_cnn.tflite --tech aladdin40\n";

static bool parse(struct tech_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"origin", NULL, "say of every figure where it is from",
	         .flag = &o->origin},
	        {"json", NULL, "print JSON instead of tables",
	         .flag = &o->json},
	};
	const struct command c = {
	        .name = "tech",
	        .about = "Print a technology table: what each event costs, "
	                 "between which bounds. Without\none, list those that "
	                 "come with joulet.",
	        .operand = "[NAME|TECH.yaml]",
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->name, status);
}

static bool list_row(struct table *to, const char *name, struct err *err)
{
	struct joulet_tech *t = joulet_tech_open(name, err);
	if (!t)
		return false;
	table_cell(to, name);
	table_cell(to, joulet_tech_scope(t));
	table_cell(to, joulet_tech_about(t));
	joulet_tech_close(t);
	return true;
}

static bool list(struct err *err)
{
	static const struct table_column columns[] = {
	        {"table", TABLE_LEFT}, {"CPU", TABLE_LEFT}, {"", TABLE_CUT}};
	struct table *t = table_new(columns, 3);
	struct buf b = {0};
	bool ok = true;
	int n;
	char **name = joulet_tech_presets(&n);
	for (int i = 0; ok && i < n; i++)
		ok = list_row(t, name[i], err);
	joulet_tech_presets_free(name, n);
	if (ok) {
		table_write(t, page_width(), &b);
		fwrite(b.data, 1, b.len, stdout);
	}
	table_free(t);
	buf_free(&b);
	return ok && finish_stdout(err);
}

static bool show(const struct tech_args *o, struct err *err)
{
	struct joulet_tech *t = joulet_tech_open(o->name, err);
	if (!t)
		return false;
	if (o->json)
		joulet_tech_json(t, stdout);
	else
		joulet_tech_text(t, o->origin, page_width(), stdout);
	joulet_tech_close(t);
	return finish_stdout(err);
}

static bool tech(const struct tech_args *o, struct err *err)
{
	if (o->name)
		return show(o, err);
	if (o->origin || o->json)
		return err_set(err, ERR_USAGE,
		               "tech: --origin and --json are for one table "
		               "(joulet tech --help)");
	return list(err);
}

int tech_main(int argc, char **argv)
{
	struct tech_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return tech(&o, &err) ? 0 : fail(&err);
}
