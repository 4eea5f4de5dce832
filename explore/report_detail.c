/* report_detail: the points of a report that are run again; see report.h. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "explore/report_priv.h"

enum { MAX_INPUT = 1 << 26 };

/* The reason why a network has no details. False. */
static bool absent(struct report_net *n, const char *why)
{
	free(n->absent);
	n->absent = mem_str(why);
	return false;
}

static void *read_input(struct report_net *n, struct err *err)
{
	size_t want = joulet_net_in_bytes(n->net), size = want;
	void *in = NULL;

	if (n->input) {
		in = file_read(n->input, MAX_INPUT, &size, err);
	} else {
		in = mem_zero(want, 1);
		joulet_made_up(in, want);
	}
	if (in && (size < want || XXH3_64bits(in, want) != n->input_hash)) {
		err_set(err, ERR_DATA, "%s: not the input of the sweep",
		        n->input ? n->input : "made-up input");
		free(in);
		in = NULL;
	}
	return in;
}

/* The network of the sweep and its input, or why not. */
static void *open_net(struct report_net *n)
{
	struct err err;

	if (!n->path) {
		absent(n, "the store does not say where its file is");
		return NULL;
	}
	n->net = joulet_net_open(n->path, &err);
	if (n->net && joulet_net_hash(n->net) != n->hash) {
		joulet_net_close(n->net);
		n->net = NULL;
		err_set(&err, ERR_DATA, "%s: not the file of the sweep",
		        n->path);
	}
	void *in = n->net ? read_input(n, &err) : NULL;
	if (!in) {
		absent(n, err.msg);
		joulet_net_close(n->net);
		n->net = NULL;
	}
	return in;
}

static bool explain(struct report *r, struct report_point *p, const void *in,
                    bool neighbours)
{
	struct report_net *n = &r->net[p->pick.net];
	struct joulet_explain *x = mem_zero(1, sizeof *x);
	struct err err;
	char why[256];

	bool ok = (neighbours ? joulet_explain : joulet_explain_alone)(
	        n->net, &p->pick.design, p->pick.target, in, x, &err);
	if (!ok) {
		free(x);
		return absent(n, err.msg);
	}
	if (x->run.cycles == p->out.cycles) {
		p->detail = x;
		return true;
	}
	snprintf(why, sizeof why,
	         "this joulet (not that of the sweep, %s) takes %" PRIu64
	         " cycles for point %ld, the store has %" PRIu64,
	         r->tool ? r->tool : "?", x->run.cycles, p->number,
	         p->out.cycles);
	joulet_explain_free(x);
	free(x);
	return absent(n, why);
}

/* The best by each objective, if they are of this network: with neighbours. */
static bool explain_best(struct report *r, int net, const void *in)
{
	for (int g = 0; g < r->n_goals; g++) {
		long i = report_best(r, r->alternatives ? 0 : net, g);
		if (i >= 0 && r->point[i].pick.net == net &&
		    !r->point[i].detail && !explain(r, &r->point[i], in, true))
			return false;
	}
	return true;
}

/* Of the Pareto-optimal points at most `most`, evenly. */
static bool explain_front(struct report *r, int net, const void *in, long most)
{
	long n = 0, k = 0;

	for (long i = 0; i < r->n_points; i++)
		n += r->point[i].best && r->point[i].pick.net == net;
	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		if (!p->best || p->pick.net != net)
			continue;
		bool chosen = n <= most || k * most / n != (k + 1) * most / n;
		k++;
		if (chosen && !p->detail && !explain(r, p, in, false))
			return false;
	}
	return true;
}

static void forget(struct report *r, int net)
{
	for (long i = 0; i < r->n_points; i++) {
		struct report_point *p = &r->point[i];
		if (p->pick.net != net || !p->detail)
			continue;
		joulet_explain_free(p->detail);
		free(p->detail);
		p->detail = NULL;
	}
}

void report_details(struct report *r, enum report_which which,
                    void (*note)(void *ctx, const char *text), void *ctx)
{
	for (int i = 0; which != REPORT_NONE && i < r->n_nets; i++) {
		struct report_net *n = &r->net[i];
		char text[160];
		void *in = open_net(n);
		bool ok = in && explain_best(r, i, in);
		if (ok && which == REPORT_PARETO)
			ok = explain_front(r, i, in,
			                   REPORT_MAX_DETAILS / r->n_nets);
		if (!ok)
			forget(r, i);
		if (!ok && note) {
			snprintf(text, sizeof text, "no details of %s: %.100s",
			         n->name, n->absent);
			note(ctx, text);
		}
		free(in);
		joulet_net_close(n->net);
		n->net = NULL;
	}
}

bool report_explain(struct report *r, struct report_point *p, struct err *err)
{
	struct report_net *n = &r->net[p->pick.net];

	if (p->detail)
		return true;
	void *in = open_net(n);
	bool ok = in && explain(r, p, in, false);
	if (!ok)
		err_set(err, ERR_DATA, "%s", n->absent);
	free(in);
	joulet_net_close(n->net);
	n->net = NULL;
	return ok;
}
