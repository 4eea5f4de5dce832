/* doctor: find and repair what killed processes and full disks left. */
#include "base/json.h"
#include "cli/job.h"
#include "explore/doctor.h"

static const char about[] =
        "Look for what is wrong with a result store, with runs on a cluster "
        "and with\nSlurm's nodes, and say what repairs it. Exit status 1 if "
        "something is left to be\nrepaired, 0 if nothing is.";

static const char example[] = "  joulet doctor kws.db\n"
                              "  joulet doctor kws.db --fix\n";

static bool parse(struct doctor_opts *o, bool *json, int argc, char **argv,
                  int *status)
{
	const struct option options[] = {
	        {"fix", NULL, "repair what can be repaired", .flag = &o->fix},
	        {"retry", NULL,
	         "points that were given up (crash, time limit) are open again",
	         .flag = &o->retry},
	        {"json", NULL, "print JSON", .flag = json},
	};
	const struct command c = {
	        .name = "doctor",
	        .about = about,
	        .operand = "[STORE.db]",
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->store, status);
}

static void print_text(const struct diagnosis *d)
{
	for (long i = 0; i < d->n; i++) {
		const struct finding *f = &d->finding[i];
		printf("%s\n  %s%s\n", f->what, f->fixed ? "repaired: " : "",
		       f->fix);
	}
	if (d->n == 0)
		printf("nothing is wrong\n");
}

static void print_json(const struct doctor_opts *o, const struct diagnosis *d)
{
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	json_object(&j, NULL);
	json_string(&j, "store", o->store);
	json_list(&j, "findings");
	for (long i = 0; i < d->n; i++) {
		const struct finding *f = &d->finding[i];
		json_object(&j, NULL);
		json_string(&j, "kind", f->kind);
		json_string(&j, "what", f->what);
		json_string(&j, "fix", f->fix);
		json_bool(&j, "note", f->note);
		json_bool(&j, "fixed", f->fixed);
		json_close(&j);
	}
	json_close(&j);
	json_int(&j, "left", doctor_left(d));
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
}

int doctor_main(int argc, char **argv)
{
	struct doctor_opts o = {0};
	struct diagnosis d;
	struct err err;
	bool json = false;
	int status;
	if (!parse(&o, &json, argc, argv, &status))
		return status;
	if (!doctor_look(&o, &d, &err))
		return fail(&err);
	if (json)
		print_json(&o, &d);
	else
		print_text(&d);
	bool left = doctor_left(&d) > 0;
	doctor_free(&d);
	return !finish_stdout(&err) ? fail(&err) : left;
}
