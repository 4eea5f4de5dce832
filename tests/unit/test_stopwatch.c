/* joulet_stopwatch against joulet_run with data: the same cycles, counts of
 * every layer, and outputs, for every network there is, on designs that change
 * from run to run. ../shared/tflite, or $JOULET_SHARED/tflite, has most. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "sim/program.h"

enum { N_SHAPES = 6 };

/* Programs of other sizes, cores, memories, and weights follow each other. */
static struct design shape(int i)
{
	struct design d = design_default();

	if (i == 1)
		d.rows = d.cols = 16;
	if (i == 2) {
		d.core = CORE_SMALL;
		d.sram_kib = 512;
		d.wait = WAIT_POLL;
	}
	if (i == 3) {
		d.rows = 6;
		d.cols = 10;
		d.spad_kib = 16;
		d.wait = WAIT_WFI;
	}
	if (i == 4) {
		d.narrow = 1;
		d.weight_bits = 4;
	}
	return d;
}

static void same_layer(const struct joulet_layer *a,
                       const struct joulet_layer *b)
{
	assert_string_equal(a->name, b->name);
	assert_true(a->cycles == b->cycles);
	assert_memory_equal(&a->counts, &b->counts, sizeof a->counts);
}

static void same_result(const struct joulet_result *a,
                        const struct joulet_result *b)
{
	assert_int_equal(a->n_layers, b->n_layers);
	for (int i = 0; i < a->n_layers; i++)
		same_layer(&a->layer[i], &b->layer[i]);
	assert_memory_equal(&a->total, &b->total, sizeof a->total);
	assert_true(a->cycles == b->cycles);
	assert_true(a->boot_cycles == b->boot_cycles);
	assert_true(a->out_hash == b->out_hash);
	assert_int_equal(a->spad_bytes, b->spad_bytes);
	assert_int_equal(a->peak_bytes, b->peak_bytes);
	assert_true(a->utilization == b->utilization);
}

/* Both ways; false if the design cannot run the network. */
static bool one_run(struct joulet_stopwatch *w, const struct joulet_net *net,
                    const void *in, const struct design *d,
                    enum joulet_target target)
{
	struct joulet_result with_data, timed;
	struct err err = {0};
	struct joulet_program *p = joulet_compile(net, d, target, NULL, &err);

	if (!p)
		return false;
	const struct joulet_opts opts = {.backend = "fast"};
	if (!joulet_run(p, &opts, in, 1, NULL, &with_data, &err) ||
	    !joulet_stopwatch_run(w, p, &timed, &err))
		fail_msg("%s", err.msg);
	same_result(&with_data, &timed);
	joulet_result_free(&with_data);
	joulet_result_free(&timed);
	joulet_program_close(p);
	return true;
}

static int try_file(const char *path, int n_shapes, enum joulet_target target)
{
	struct err err;
	int ran = 0;
	struct joulet_net *net = joulet_net_open(path, &err);

	if (!net)
		return 0;
	const size_t bytes = joulet_net_in_bytes(net);
	void *in = mem_zero(bytes, 1);
	joulet_made_up(in, bytes);
	struct joulet_stopwatch *w = joulet_stopwatch_open(net, in);
	for (int i = 0; i < n_shapes; i++) {
		const struct design d = shape(i);
		ran += one_run(w, net, in, &d, target);
	}
	joulet_stopwatch_close(w);
	joulet_net_close(net);
	free(in);
	return ran;
}

static void try_folder(const char *folder, int n_shapes,
                       enum joulet_target target)
{
	char path[1024];
	int ran = 0;
	DIR *dir = opendir(folder);

	if (!dir) {
		print_message("skipped: no %s\n", folder);
		skip();
	}
	for (struct dirent *e; (e = readdir(dir));) {
		const size_t len = strlen(e->d_name);
		if (len < 8 || strcmp(e->d_name + len - 7, ".tflite") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		ran += try_file(path, n_shapes, target);
	}
	closedir(dir);
	print_message("%s: %d runs\n", folder, ran);
	assert_true(ran > 0);
}

static void try_shared(const char *set, int n_shapes)
{
	const char *root = getenv("JOULET_SHARED");
	char folder[512];

	snprintf(folder, sizeof folder, "%s/tflite/%s",
	         root ? root : "../shared", set);
	try_folder(folder, n_shapes, JOULET_ACCEL);
}

static void own_networks_take_their_exact_time(void **state)
{
	(void)state;
	try_folder("models", N_SHAPES, JOULET_ACCEL);
	try_folder("models", 1, JOULET_CPU);
}

static void real_networks_take_their_exact_time(void **state)
{
	(void)state;
	try_shared("models", N_SHAPES);
}

static void operators_take_their_exact_time(void **state)
{
	(void)state;
	try_shared("syn/models", 2);
}

static void layers_take_their_exact_time(void **state)
{
	(void)state;
	try_shared("layers/models", 2);
}

/* A network that does not fit leaves the stopwatch as good as new. */
static void after_an_error_it_goes_on(void **state)
{
	(void)state;
	struct err err;
	struct joulet_net *net =
	        joulet_net_open("models/digits_cnn.tflite", &err);
	assert_non_null(net);
	const size_t bytes = joulet_net_in_bytes(net);
	void *in = mem_zero(bytes, 1);
	struct joulet_stopwatch *w = joulet_stopwatch_open(net, in);
	struct design d = shape(0), other = shape(1);
	struct joulet_program *p =
	        joulet_compile(net, &d, JOULET_ACCEL, NULL, &err);
	assert_non_null(p);
	struct joulet_result r;
	/* An image that is not for its design. */
	struct joulet_program *bad =
	        joulet_compile(net, &other, JOULET_ACCEL, NULL, &err);
	assert_non_null(bad);
	assert_true(joulet_stopwatch_run(w, p, &r, &err));
	const uint64_t cycles = r.cycles;
	joulet_result_free(&r);
	bad->design = d;
	assert_false(joulet_stopwatch_run(w, bad, &r, &err));
	assert_int_equal(err.kind, ERR_DATA);
	assert_true(joulet_stopwatch_run(w, p, &r, &err));
	assert_true(r.cycles == cycles);
	joulet_result_free(&r);
	joulet_program_close(p);
	joulet_program_close(bad);
	joulet_stopwatch_close(w);
	joulet_net_close(net);
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(own_networks_take_their_exact_time),
	        cmocka_unit_test(real_networks_take_their_exact_time),
	        cmocka_unit_test(operators_take_their_exact_time),
	        cmocka_unit_test(layers_take_their_exact_time),
	        cmocka_unit_test(after_an_error_it_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
