/* accuracy: how often a network is right over a labelled data set. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/wrap.h"
#include "cli/job.h"
#include "explore/accuracy.h"

/* A matrix of more classes would not fit a terminal. */
enum { MAX_MATRIX = 12, MAX_MISTAKES = 10 };

struct accuracy_args {
	const char *net, *data;
	struct arg_list set;
	bool json;
};

/* What was measured of what. */
struct measured {
	struct joulet_net *net;
	struct dataset *set;
	struct design design;
	struct accuracy a;
};

static const char example[] = "  joulet accuracy models/digits_mlp.tflite "
                              "--data models/digits_test.yaml\n"
                              "  joulet accuracy models/digits_mlp.tflite "
                              "--data models/digits_test.yaml \\\n"
                              "      --set network.weight_bits=4\n";

static bool parse(struct accuracy_args *o, int argc, char **argv, int *status)
{
	const struct option options[] = {
	        {"data", "SET.yaml", "inputs and what they are",
	         .value = &o->data, .needed = true},
	        {"set", "KEY=VALUE",
	         "network.weight_bits or network.keep_of_4; may be repeated",
	         .list = &o->set},
	        {"json", NULL, "print JSON instead of tables",
	         .flag = &o->json},
	};
	const struct command c = {
	        .name = "accuracy",
	        .about = "Say how often a network is right over a labelled "
	                 "data set, and what it takes\nfor what. Outputs are "
	                 "those of every design.",
	        .operand = "NET.tflite",
	        .operand_needed = true,
	        .example = example,
	        .option = options,
	        .n_options = sizeof options / sizeof options[0],
	};
	return command_begin(&c, argc, argv, &o->net, status);
}

/* Other parameters would be said to matter. */
static bool read_settings(const struct arg_list *set, struct design *d,
                          struct err *err)
{
	const struct job_args args = {.set = *set};

	for (int i = 0; i < set->n; i++)
		if (strncmp(set->item[i], "network.", 8) != 0)
			return err_set(err, ERR_USAGE,
			               "--set %s: outputs do not depend on it, "
			               "only on network.weight_bits and "
			               "network.keep_of_4",
			               set->item[i]);
	return job_design(d, &args, err);
}

/* ---- For people --------------------------------------------------------- */

/* The name of a class, or its number. */
static const char *class_name(const struct dataset *d, int i, char number[16])
{
	if (i < d->n_classes)
		return d->class[i];
	snprintf(number, 16, "%d", i);
	return number;
}

static long said(const struct accuracy *a, int label, int answer)
{
	return a->said[label * a->classes + answer];
}

/* Rows: what an input is; columns: what it is taken for. */
static void put_matrix(const struct measured *m, int width, struct buf *b)
{
	struct table_column c[MAX_MATRIX + 3] = {{"is \\ said", TABLE_LEFT}};
	char number[MAX_MATRIX][16];
	const int n = m->a.classes;

	for (int i = 0; i < n; i++)
		c[i + 1] = (struct table_column){
		        class_name(m->set, i, number[i]), TABLE_RIGHT};
	c[n + 1] = (struct table_column){"inputs", TABLE_RIGHT};
	c[n + 2] = (struct table_column){"right", TABLE_RIGHT};
	struct table *t = table_new(c, n + 3);
	for (int i = 0; i < n; i++) {
		long all = 0;
		table_cell(t, c[i + 1].name);
		for (int k = 0; k < n; k++) {
			long v = said(&m->a, i, k);
			all += v;
			if (v)
				table_printf(t, "%ld", v);
			else
				table_cell(t, ".");
		}
		table_printf(t, "%ld", all);
		if (all)
			table_printf(t, "%.1f %%",
			             100.0 * (double)said(&m->a, i, i) /
			                     (double)all);
		else
			table_cell(t, "-");
	}
	table_write(t, width, b);
	table_free(t);
}

struct mistake {
	int is, taken_for;
	long n;
};

static int by_count(const void *pa, const void *pb)
{
	const struct mistake *a = pa, *b = pb;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return a->is != b->is ? a->is - b->is : a->taken_for - b->taken_for;
}

/* The most frequent mistakes. */
static void put_mistakes(const struct measured *m, int width, struct buf *b)
{
	static const struct table_column c[] = {{"is", TABLE_CUT},
	                                        {"taken for", TABLE_CUT},
	                                        {"times", TABLE_RIGHT}};
	const int n = m->a.classes;
	struct mistake *list = mem_zero((size_t)m->a.n, sizeof *list);
	int found = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			if (i != k && said(&m->a, i, k))
				list[found++] = (struct mistake){
				        i, k, said(&m->a, i, k)};
	qsort(list, (size_t)found, sizeof *list, by_count);
	struct table *t = table_new(c, 3);
	for (int i = 0; i < found && i < MAX_MISTAKES; i++) {
		char one[16], other[16];
		table_cell(t, class_name(m->set, list[i].is, one));
		table_cell(t, class_name(m->set, list[i].taken_for, other));
		table_printf(t, "%ld", list[i].n);
	}
	if (found)
		table_write(t, width, b);
	if (found > MAX_MISTAKES)
		buf_printf(b, "(%d other pairs: --json)\n",
		           found - MAX_MISTAKES);
	table_free(t);
	free(list);
}

static void print_text(const struct measured *m, int width)
{
	const struct accuracy *a = &m->a;
	struct buf b = {0}, page = {0};
	double low, high;

	accuracy_interval(a->right, a->n, &low, &high);
	buf_printf(&b, "network      %s\n", joulet_net_name(m->net));
	if (m->design.weight_bits < 8 || m->design.keep_of_4 < 4)
		buf_printf(&b, "weights      %d bits, %d of 4 kept\n",
		           m->design.weight_bits, m->design.keep_of_4);
	buf_printf(&b, "data         %s (%ld inputs, %d classes)\n",
	           m->set->name, a->n, a->classes);
	buf_printf(&b, "right        %ld, %.2f %%\n", a->right,
	           100.0 * (double)a->right / (double)a->n);
	buf_printf(&b, "interval     %.2f to %.2f %% (95 %%, Wilson)\n\n",
	           100 * low, 100 * high);
	if (a->classes <= MAX_MATRIX)
		put_matrix(m, width, &b);
	else
		put_mistakes(m, width, &b);
	wrap_lines(&page, b.data, width);
	fwrite(page.data, 1, page.len, stdout);
	buf_free(&b);
	buf_free(&page);
}

/* ---- For programs ------------------------------------------------------- */

static void json_matrix(struct json *j, const struct measured *m)
{
	char number[16];

	json_list(j, "classes");
	for (int i = 0; i < m->a.classes; i++)
		json_string(j, NULL, class_name(m->set, i, number));
	json_close(j);
	json_list(j, "confusion");
	for (int i = 0; i < m->a.classes; i++) {
		json_list(j, NULL);
		for (int k = 0; k < m->a.classes; k++)
			json_int(j, NULL, said(&m->a, i, k));
		json_close(j);
	}
	json_close(j);
}

static void print_json(const struct measured *m)
{
	struct buf b = {0};
	struct json j = json_begin(&b, true);
	double low, high;

	accuracy_interval(m->a.right, m->a.n, &low, &high);
	json_object(&j, NULL);
	json_string(&j, "version", JOULET_VERSION);
	json_string(&j, "network", joulet_net_name(m->net));
	json_string(&j, "data", m->set->name);
	json_int(&j, "weight_bits", m->design.weight_bits);
	json_int(&j, "keep_of_4", m->design.keep_of_4);
	json_int(&j, "inputs", m->a.n);
	json_int(&j, "right", m->a.right);
	json_double(&j, "accuracy", (double)m->a.right / (double)m->a.n);
	json_list(&j, "interval");
	json_double(&j, NULL, low);
	json_double(&j, NULL, high);
	json_close(&j);
	json_matrix(&j, m);
	json_close(&j);
	json_done(&j);
	fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
}

static bool run(const struct accuracy_args *o, struct err *err)
{
	struct measured m = {0};
	bool ok = read_settings(&o->set, &m.design, err) &&
	          (m.net = joulet_net_open(o->net, err)) &&
	          (m.set = dataset_load(o->data, err)) &&
	          dataset_fits(m.set, m.net, err) &&
	          accuracy_measure(&m.a, m.net, &m.design, m.set, NULL, NULL,
	                           err);
	if (ok) {
		if (o->json)
			print_json(&m);
		else
			print_text(&m, page_width());
		ok = finish_stdout(err);
	}
	accuracy_free(&m.a);
	dataset_free(m.set);
	joulet_net_close(m.net);
	return ok;
}

int accuracy_main(int argc, char **argv)
{
	struct accuracy_args o = {0};
	struct err err;
	int status;

	if (!parse(&o, argc, argv, &status))
		return status;
	return run(&o, &err) ? 0 : fail(&err);
}
