/* synth_stat: see synth_stat.h */
#include "calib/synth_stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { MAX_STAT = 64 << 20, NAME = 256, TOP_DEPTH = 32 };

struct use {
	char of[NAME]; /* a cell or a module */
	long times;
};

/* As in the table: one module with certain parameters. */
struct module {
	char name[NAME];
	struct use *use;
	int n;
};

struct table {
	struct module *module;
	int n;
};

static void table_free(struct table *t)
{
	for (int i = 0; i < t->n; i++)
		free(t->module[i].use);
	free(t->module);
}

static const struct module *module_find(const struct table *t, const char *name)
{
	for (int i = 0; i < t->n; i++)
		if (strcmp(t->module[i].name, name) == 0)
			return &t->module[i];
	return NULL;
}

/* "=== NAME ===" begins a module, "     NAME   NUMBER" is what it uses. The
 * table ends with the hierarchy, which we work out ourselves. */
static void read_line(struct table *t, const char *line)
{
	struct use u;
	char end;

	if (strncmp(line, "=== ", 4) == 0) {
		struct module m = {.n = 0};
		sscanf(line, "=== %255s", m.name);
		t->module = mem_grow(t->module, (size_t)t->n + 1,
		                     sizeof *t->module);
		t->module[t->n++] = m;
	} else if (t->n && strncmp(line, "     ", 5) == 0 &&
	           sscanf(line, "%255s %ld %c", u.of, &u.times, &end) == 2) {
		struct module *m = &t->module[t->n - 1];
		m->use = mem_grow(m->use, (size_t)m->n + 1, sizeof *m->use);
		m->use[m->n++] = u;
	}
}

static bool read_table(const char *path, struct table *t, struct err *err)
{
	size_t size;
	char *text = file_read(path, MAX_STAT, &size, err);
	char *save = NULL;

	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save);
	     line && strncmp(line, "=== design hierarchy", 20) != 0;
	     line = strtok_r(NULL, "\n", &save))
		read_line(t, line);
	free(text);
	return true;
}

/* "$paramod$HASH\name", "$paramod\name\P=1", "name" */
static void plain_name(const char *name, char out[64])
{
	if (strncmp(name, "$paramod", 8) == 0 && strchr(name, '\\'))
		name = strchr(name, '\\') + 1;
	size_t n = strcspn(name, "\\");
	/* submod adds to the end, behind the parameters. */
	const char *end = name + strlen(name) - strlen("_ram");
	bool ram = end > name + n && strcmp(end, "_ram") == 0;
	snprintf(out, 64, "%.*s%s", (int)n, name, ram ? "_ram" : "");
}

static struct synth_class *class_of(struct synth *s, const char *module)
{
	char name[64];

	plain_name(module, name);
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->cls[i].name, name) == 0)
			return &s->cls[i];
	s->cls = mem_grow(s->cls, (size_t)s->n + 1, sizeof *s->cls);
	s->cls[s->n] = (struct synth_class){.instances = 0};
	snprintf(s->cls[s->n].name, sizeof s->cls[s->n].name, "%s", name);
	return &s->cls[s->n++];
}

static void add_cell(struct synth_class *c, const struct liberty_cell *cell,
                     long times)
{
	c->cells += times;
	c->flops += cell->flop ? times : 0;
	c->area_um2 += (double)times * cell->area_um2;
	c->leak_uw += (double)times * cell->leak_uw;
}

struct adding {
	const struct table *table;
	const struct liberty *liberty;
	struct synth *to;
	const char *path;
	struct err *err;
};

static bool add_module(const struct adding *a, const char *name, long times,
                       int depth)
{
	const struct module *m = module_find(a->table, name);
	bool ok = m && depth < TOP_DEPTH;

	if (!ok)
		return err_at(a->err, (struct src){a->path, 0},
		              "no module %s in what yosys printed", name);
	class_of(a->to, name)->instances += times;
	for (int i = 0; ok && i < m->n; i++) {
		const struct use *u = &m->use[i];
		const struct liberty_cell *cell =
		        liberty_find(a->liberty, u->of);
		if (cell)
			add_cell(class_of(a->to, name), cell, times * u->times);
		else if (strcmp(u->of, "$mem_v2") != 0)
			ok = add_module(a, u->of, times * u->times, depth + 1);
	}
	return ok;
}

static int by_name(const void *a, const void *b)
{
	const struct synth_class *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static void add_up(struct synth *s)
{
	snprintf(s->total.name, sizeof s->total.name, "all");
	s->total.instances = 1;
	for (int i = 0; i < s->n; i++) {
		const struct synth_class *c = &s->cls[i];
		s->total.cells += c->cells;
		s->total.flops += c->flops;
		s->total.area_um2 += c->area_um2;
		s->total.leak_uw += c->leak_uw;
	}
}

bool synth_stat_read(const char *path, const char *top, const struct liberty *l,
                     struct synth *s, struct err *err)
{
	struct table t = {0};
	const struct adding a = {&t, l, s, path, err};
	bool ok = read_table(path, &t, err) && add_module(&a, top, 1, 0);

	table_free(&t);
	if (ok) {
		qsort(s->cls, (size_t)s->n, sizeof *s->cls, by_name);
		add_up(s);
	}
	return ok;
}
