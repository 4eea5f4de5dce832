/* take_cuts: the layers of a network in models/, each a job of its own
 * (sim/cut.h), from its first shipped input. Fails the running test. Free with
 * cuts_free. */
#ifndef TESTS_TAKE_CUTS_H
#define TESTS_TAKE_CUTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/file.h"
#include "sim/cut.h"

static inline struct cuts take_cuts(const char *name, const struct design *d)
{
	enum { IN_MAX = 1 << 20 };
	char path[100];
	struct err err;
	struct cuts cuts;
	size_t size;

	snprintf(path, sizeof path, "models/%s.tflite", name);
	struct joulet_net *net = joulet_net_open(path, &err);
	assert_non_null(net);
	snprintf(path, sizeof path, "models/%s.in.bin", name);
	char *in = file_read(path, IN_MAX, &size, &err);
	assert_non_null(in);
	assert_true(cuts_take(&cuts, net, d, in, &err));
	free(in);
	joulet_net_close(net);
	return cuts;
}

#endif
