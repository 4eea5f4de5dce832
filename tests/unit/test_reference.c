/* The reference executor against TensorFlow Lite Micro's recorded outputs,
 * with zero tolerance. The recordings are not part of the project: they are
 * looked for in ../shared/tflite, or in $JOULET_SHARED/tflite. Only the
 * project's own networks are always there. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/file.h"
#include "compiler/graph.h"

enum { MAX_FILE = 1 << 28, SKIP = 77 };

static char shared[512];
static const char *only; /* models whose names start so; a developer's help */

struct tally {
	int exact, refused, wrong;
};

static char *read_or_die(const char *path, size_t *size)
{
	struct err err;
	char *p = file_read(path, MAX_FILE, size, &err);
	if (!p)
		fail_msg("%s", err.msg);
	return p;
}

/* First element that differs, or -1. */
static long first_difference(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return (long)i;
	return -1;
}

static bool run_vectors(const struct graph *g, const char *in, size_t in_size,
                        const char *want, size_t want_size, struct err *err)
{
	const size_t a = graph_input_bytes(g), b = graph_output_bytes(g);
	assert_true(a > 0 && b > 0 && in_size % a == 0);
	assert_int_equal(in_size / a, want_size / b);
	char *out = malloc(b);
	for (size_t i = 0; i < in_size / a; i++) {
		if (!graph_run(g, in + i * a, out, err)) {
			free(out);
			return false;
		}
		long at = first_difference(out, want + i * b, b);
		if (at >= 0) {
			free(out);
			err->kind = ERR_MISMATCH;
			snprintf(err->msg, sizeof err->msg,
			         "vector %zu, byte %ld of %zu differs", i, at,
			         b);
			return false;
		}
	}
	free(out);
	return true;
}

static void check(const char *model, const char *in_path, const char *out_path,
                  struct tally *t)
{
	struct graph g;
	struct err err;
	if (!graph_load(&g, model, &err)) {
		print_message("refused: %s\n", err.msg);
		t->refused++;
		return;
	}
	size_t in_size, want_size;
	char *in = read_or_die(in_path, &in_size);
	char *want = read_or_die(out_path, &want_size);
	if (run_vectors(&g, in, in_size, want, want_size, &err)) {
		t->exact++;
	} else if (err.kind == ERR_DATA) {
		print_message("refused: %s\n", err.msg);
		t->refused++;
	} else {
		print_error("wrong: %s: %s\n", model, err.msg);
		t->wrong++;
	}
	free(in);
	free(want);
	graph_free(&g);
}

/* Every model of a folder of recordings that has recorded outputs. */
static struct tally check_folder(const char *part)
{
	struct tally t = {0};
	char dir[600], in[1400], out[1400], model[1400];
	snprintf(dir, sizeof dir, "%s/%svectors", shared, part);
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.' ||
		    (only && strncmp(e->d_name, only, strlen(only)) != 0))
			continue;
		snprintf(in, sizeof in, "%s/%s/inputs.bin", dir, e->d_name);
		snprintf(out, sizeof out, "%s/%s/out_tflm.bin", dir, e->d_name);
		snprintf(model, sizeof model, "%s/%smodels/%s.tflite", shared,
		         part, e->d_name);
		if (file_exists(out))
			check(model, in, out, &t);
	}
	closedir(d);
	print_message("%s: %d exact, %d refused, %d wrong\n", dir, t.exact,
	              t.refused, t.wrong);
	return t;
}

static void own_networks_are_exact(void **state)
{
	(void)state;
	struct tally t = {0};
	check("models/digits_cnn.tflite", "models/digits_cnn.in.bin",
	      "models/digits_cnn.expect.bin", &t);
	check("models/digits_mlp.tflite", "models/digits_mlp.in.bin",
	      "models/digits_mlp.expect.bin", &t);
	assert_int_equal(t.exact, 2);
}

static void real_networks_are_exact(void **state)
{
	(void)state;
	const struct tally t = check_folder("");
	assert_int_equal(t.wrong, 0);
	assert_true(only || (t.exact >= 10 && t.refused == 0));
}

static void single_layers_are_exact(void **state)
{
	(void)state;
	const struct tally t = check_folder("layers/");
	assert_int_equal(t.wrong, 0);
	assert_true(only || (t.exact >= 50 && t.refused == 0));
}

static void operator_models_are_exact_or_refused(void **state)
{
	(void)state;
	const struct tally t = check_folder("syn/");
	assert_int_equal(t.wrong, 0);
	assert_true(only || t.exact >= 110);
}

int main(void)
{
	const char *where = getenv("JOULET_SHARED");
	const struct CMUnitTest own[] = {
	        cmocka_unit_test(own_networks_are_exact),
	};
	const struct CMUnitTest recorded[] = {
	        cmocka_unit_test(real_networks_are_exact),
	        cmocka_unit_test(single_layers_are_exact),
	        cmocka_unit_test(operator_models_are_exact_or_refused),
	};
	only = getenv("JOULET_ONLY");
	snprintf(shared, sizeof shared, "%s/tflite",
	         where ? where : "../shared");
	int failed = cmocka_run_group_tests(own, NULL, NULL);
	if (failed)
		return failed;
	DIR *d = opendir(shared);
	if (!d) {
		printf("skipped: no recordings in %s\n", shared);
		return SKIP;
	}
	closedir(d);
	return cmocka_run_group_tests(recorded, NULL, NULL);
}
