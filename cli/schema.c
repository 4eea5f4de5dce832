/* schema: what an editor needs to know about the files that people write. */
#include <string.h>

#include "base/buf.h"
#include "cli/job.h"
#include "explore/dataset.h"
#include "explore/plan_schema.h"
#include "isa/schema.h"

static const char example[] =
        "  joulet schema sweep > sweep.schema.json\n"
        "\n"
        "and as the first line of a sweep file, for yaml-language-server:\n"
        "  # yaml-language-server: $schema=sweep.schema.json\n";

static const struct {
	const char *name;
	void (*write)(struct buf *to);
} schemas[] = {{"data", dataset_schema},
               {"design", schema_design},
               {"sweep", plan_schema},
               {"tech", joulet_tech_schema}};
enum { N_SCHEMAS = sizeof schemas / sizeof schemas[0] };

static bool print(const char *name, struct err *err)
{
	struct buf b = {0};
	int i = 0;
	while (i < N_SCHEMAS && strcmp(schemas[i].name, name) != 0)
		i++;
	if (i == N_SCHEMAS)
		return err_set(err, ERR_USAGE,
		               "schema: %s is not one of data, design, "
		               "sweep, tech",
		               name);
	schemas[i].write(&b);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
	return finish_stdout(err);
}

int schema_main(int argc, char **argv)
{
	const struct command c = {
	        .name = "schema",
	        .about = "Print the JSON Schema of a data set, a design, a "
	                 "sweep "
	                 "or a technology table,\nwith which an editor "
	                 "completes keys and flags mistakes.",
	        .operand = "data|design|sweep|tech",
	        .operand_needed = true,
	        .example = example,
	};
	const char *name;
	struct err err;
	int status;

	if (!command_begin(&c, argc, argv, &name, &status))
		return status;
	return print(name, &err) ? 0 : fail(&err);
}
