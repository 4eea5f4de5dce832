/* trial_text: replay files, read and written. The form is in docs/replay.md;
 * commands, registers and parameters are those of isa/. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "isa/map.h"
#include "sim/trial.h"

static const char *const kind_name[N_TRIAL_KINDS + 1] = {
        "bytes", "params", "add-params", "indices", "packed", NULL};
static const char *const mem_name[N_MEMS + 1] = {"sram", "flash", NULL};

static const struct name {
	const char *name;
	int64_t value;
} registers[] = {
#define OF_ACCEL(name, at) {#name, at},
#define OF_TIMER(name, at)
#define OF_UART(name, at)
#define OF_SIMCTL(name, at)
#define REG(device, name, at, access, doc) OF_##device(name, at)
#include "isa/regs.def"
        {NULL, 0}};

static const struct name ops[] = {
#define COMMAND(name, op, queue, doc) {#name, op},
#include "isa/commands.def"
        {NULL, 0}};

static const struct name flags[] = {
#define FLAG(name, bit, doc) {#name, 1 << bit},
#include "isa/commands.def"
        {NULL, 0}};

enum group { GROUP_ALL, GROUP_DMA, GROUP_EXE };
enum { SIGN_U, SIGN_S };
static const struct field {
	const char *name;
	enum group group;
	int width, sign;
	size_t offset; /* of the int64_t in struct command */
} fields[] = {
#define FIELD(group, name, word, lsb, width, sign, unit, doc)                  \
	{#name, GROUP_##group, width, SIGN_##sign,                             \
	 offsetof(struct command, name)},
#include "isa/commands.def"
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static bool has_field(int64_t op, const struct field *f)
{
	if (f->group == GROUP_ALL)
		return true;
	for (const struct name *o = ops; o->name; o++)
		if (o->value == op)
			return (opcode_queue((int)op) == QUEUE_EX) ==
			       (f->group == GROUP_EXE);
	return false;
}

/* ------------------------------------------------------------------------
 * Values */

/* A whole number, decimal or 0x..., in lo..hi. */
static bool number(const struct yaml *y, int64_t lo, int64_t hi, int64_t *value,
                   struct err *err)
{
	const char *what = y->key ? y->key : "value";

	if (y->kind != YAML_SCALAR || !y->plain)
		return err_at(err, yaml_src(y), "%s: must be a number", what);
	const char *s = y->text;
	long v = 0;
	bool hex = strncmp(s, "0x", 2) == 0;
	bool ok;
	if (hex) {
		size_t n = strspn(s + 2, "0123456789abcdef");
		ok = n && n <= 15 && !s[2 + n];
		v = ok ? strtol(s, NULL, 16) : 0;
	} else {
		ok = text_long(s, &v) == TEXT_OK;
	}
	if (!ok)
		return err_at(err, yaml_src(y), "%s: '%.40s' is not a number",
		              what, s);
	if (v < lo || v > hi)
		return err_at(err, yaml_src(y),
		              "%s: %.40s is not in %" PRId64 "..%" PRId64, what,
		              s, lo, hi);
	*value = v;
	return true;
}

/* A name of the table, or, if `hi` is not 0, a number up to it. */
static bool named(const struct yaml *y, const struct name *table, int64_t hi,
                  int64_t *value, struct err *err)
{
	if (y->kind != YAML_SCALAR)
		return err_at(err, yaml_src(y), "%s: must be a name",
		              y->key ? y->key : "value");
	for (const struct name *n = table; n->name; n++)
		if (strcmp(n->name, y->text) == 0) {
			*value = n->value;
			return true;
		}
	if (hi && y->text[0] >= '0' && y->text[0] <= '9')
		return number(y, 0, hi, value, err);
	return err_at(err, yaml_src(y), "%s: '%.40s' is no such name",
	              y->key ? y->key : "value", y->text);
}

static bool choice(const struct yaml *y, const char *const *names, int *value,
                   struct err *err)
{
	for (*value = 0; y->kind == YAML_SCALAR && names[*value]; ++*value)
		if (strcmp(names[*value], y->text) == 0)
			return true;
	char all[100];
	size_t n = 0;
	for (int i = 0; names[i]; i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
		                      i ? ", " : "", names[i]);
	return err_at(err, yaml_src(y), "%s: '%.40s' is not one of %s", y->key,
	              y->kind == YAML_SCALAR ? y->text : "", all);
}

/* The value of a map's key, which must be there. */
static const struct yaml *need(const struct yaml *map, const char *key,
                               struct err *err)
{
	const struct yaml *y = yaml_get(map, key);

	if (!y)
		err_at(err, yaml_src(map), "%s: is missing", key);
	return y;
}

static bool need_number(const struct yaml *map, const char *key, int64_t lo,
                        int64_t hi, int64_t *value, struct err *err)
{
	const struct yaml *y = need(map, key, err);

	return y && number(y, lo, hi, value, err);
}

/* ------------------------------------------------------------------------
 * Sections */

static bool read_design(struct trial *t, const struct yaml *y, struct err *err)
{
	t->d = design_default();
	strcpy(t->d.name, "replay");
	if (!yaml_is_map(y, "design", err))
		return false;
	for
		YAML_EACH(c, y)
		{
			if (c->kind != YAML_SCALAR)
				return err_at(err, yaml_src(c),
				              "%s: must be one value", c->key);
			if (!design_set(&t->d, c->key, c->text, yaml_src(c),
			                err))
				return false;
		}
	return design_check(&t->d, yaml_src(y), err);
}

static uint32_t mem_bytes(const struct trial *t, int mem)
{
	return (uint32_t)(mem == MEM_FLASH ? t->d.flash_kib : t->d.sram_kib) *
	       1024;
}

static bool read_data(struct trial *t, const struct yaml *y, struct err *err)
{
	static const char *const keys[] = {"memory", "at",   "bytes", "kind",
	                                   "seed",   "cols", NULL};
	struct trial_data d;
	const struct yaml *mem, *kind;
	int k;
	int64_t at, bytes, seed, cols = 0;

	if (!yaml_is_map(y, "data", err) || !yaml_known_keys(y, keys, err) ||
	    !(mem = need(y, "memory", err)) ||
	    !choice(mem, mem_name, &d.mem, err) ||
	    !(kind = need(y, "kind", err)) || !choice(kind, kind_name, &k, err))
		return false;
	int64_t size = mem_bytes(t, d.mem);
	if (!need_number(y, "at", 0, size - 1, &at, err) ||
	    !need_number(y, "bytes", 1, size - at, &bytes, err) ||
	    !need_number(y, "seed", 0, INT64_MAX, &seed, err))
		return false;
	if (yaml_get(y, "cols") &&
	    !need_number(y, "cols", 1, t->d.cols, &cols, err))
		return false;
	d.cols = (int)cols;
	d.kind = (enum trial_kind)k;
	d.at = (uint32_t)at;
	d.bytes = (uint32_t)bytes;
	d.seed = (uint64_t)seed;
	trial_add_data(t, &d);
	return true;
}

static bool read_flags(const struct yaml *y, int64_t *value, struct err *err)
{
	if (!yaml_is_list(y, "flags", err))
		return false;
	for
		YAML_EACH(c, y)
		{
			int64_t bit;
			if (!named(c, flags, 255, &bit, err))
				return false;
			*value |= bit;
		}
	return true;
}

static bool read_field(struct command *c, const struct yaml *y, struct err *err)
{
	const struct field *f = fields;

	while (f < fields + N_FIELDS && strcmp(f->name, y->key) != 0)
		f++;
	if (f == fields + N_FIELDS ||
	    f->offset == offsetof(struct command, opcode))
		return err_at(err, yaml_key_src(y), "%s: no such field",
		              y->key);
	if (!has_field(c->opcode, f))
		return err_at(err, yaml_key_src(y), "%s: %s has no such field",
		              y->key, opcode_name((int)c->opcode));
	int64_t *to = (int64_t *)((char *)c + f->offset);
	if (f->offset == offsetof(struct command, flags))
		return read_flags(y, to, err);
	int64_t span = (int64_t)1 << f->width;
	return f->sign == SIGN_S ? number(y, -span / 2, span / 2 - 1, to, err)
	                         : number(y, 0, span - 1, to, err);
}

static bool read_command(struct trial_job *j, const struct yaml *y,
                         struct err *err)
{
	struct command c = {0};
	const struct yaml *op;

	if (!yaml_is_map(y, "command", err) || !(op = need(y, "op", err)) ||
	    !named(op, ops, 255, &c.opcode, err))
		return false;
	for
		YAML_EACH(f, y)
	if (f != op && !read_field(&c, f, err))
		return false;
	trial_add_command(j, &c);
	j->line = mem_grow(j->line, j->cap, sizeof(*j->line));
	j->line[j->n - 1] = y->line;
	return true;
}

static bool read_job(struct trial *t, const struct yaml *y, struct err *err)
{
	static const char *const keys[] = {"list", "irq", "commands", NULL};
	const struct yaml *list, *irq, *commands;
	int64_t at;

	if (!yaml_is_map(y, "job", err) || !yaml_known_keys(y, keys, err) ||
	    !(list = need(y, "list", err)) || !(irq = need(y, "irq", err)) ||
	    !(commands = need(y, "commands", err)) ||
	    !number(list, 0, UINT32_MAX, &at, err) ||
	    !yaml_is_list(commands, "commands", err))
		return false;
	struct trial_job *j = trial_add_job(t);
	j->list = (uint32_t)at;
	if (!yaml_bool(irq, &j->irq, err))
		return false;
	for
		YAML_EACH(c, commands)
	if (!read_command(j, c, err))
		return false;
	if (j->n == 0)
		return err_at(err, yaml_src(commands),
		              "commands: a job has at least one");
	int64_t region = at >> REGION_SHIFT;
	int mem = region == MAP_FLASH >> REGION_SHIFT ? MEM_FLASH : MEM_SRAM;
	if (mem == MEM_SRAM && region != MAP_SRAM >> REGION_SHIFT)
		return err_at(err, yaml_src(list),
		              "list: 0x%" PRIx64 " is not in SRAM or flash",
		              (uint64_t)at);
	int64_t end = (at & 0xfffffff) + (int64_t)j->n * COMMAND_BYTES;
	if (at % COMMAND_BYTES != 0 || end > mem_bytes(t, mem))
		return err_at(err, yaml_src(list),
		              "list: 0x%" PRIx64 ": %" PRIu32
		              " commands are not aligned and inside %s",
		              (uint64_t)at, j->n, mem_name[mem]);
	return true;
}

/* The ring as the acts before have set it. */
struct ring {
	uint32_t base, mask;
};

static bool check_entry(const struct trial *t, const struct act *a,
                        const struct ring *ring, const struct yaml *y,
                        struct err *err)
{
	int64_t at = (int64_t)ring->base - MAP_SRAM +
	             (int64_t)(a->arg[0] & ring->mask) * RING_ENTRY_BYTES;

	if (a->arg[0] >= (uint32_t)t->n_jobs)
		return err_at(err, yaml_src(y), "job: there is no job %u",
		              a->arg[0]);
	if (at < 0 || at % RING_ENTRY_BYTES != 0 ||
	    at + RING_ENTRY_BYTES > mem_bytes(t, MEM_SRAM))
		return err_at(err, yaml_src(y),
		              "job: its ring entry is not aligned and inside "
		              "sram");
	return true;
}

static bool read_act(struct trial *t, const struct yaml *y, struct ring *ring,
                     struct err *err)
{
	const char *names[N_ACTS + 1] = {0}, *keys[ACT_ARGS + 2] = {"do"};
	struct act a = {.line = y->line};
	const struct yaml *what;
	int kind = 0;

	for (int i = 0; i < N_ACTS; i++)
		names[i] = act_form[i].name;
	if (!yaml_is_map(y, "act", err) || !(what = need(y, "do", err)))
		return false;
	while (what->kind == YAML_SCALAR && kind < N_ACTS &&
	       strcmp(names[kind], what->text) != 0)
		kind++;
	if (what->kind != YAML_SCALAR || kind == N_ACTS)
		return err_at(err, yaml_src(what), "do: no such act");
	a.kind = (enum act_kind)kind;
	const struct act_form *form = &act_form[kind];
	for (int i = 0; i < ACT_ARGS && form->arg[i].name; i++) {
		const char *key = keys[i + 1] = form->arg[i].name;
		const struct yaml *v = need(y, key, err);
		int64_t value;
		if (!v || !(strcmp(key, "register") == 0
		                    ? named(v, registers, form->arg[i].max,
		                            &value, err)
		                    : number(v, form->arg[i].min,
		                             form->arg[i].max, &value, err)))
			return false;
		a.arg[i] = (uint32_t)value;
	}
	bool reg = a.kind == ACT_READ || a.kind == ACT_WRITE;
	if (reg && a.arg[0] % 4 != 0)
		return err_at(err, yaml_src(y), "register: not a whole word");
	if (a.kind == ACT_WRITE && a.arg[0] == ACCEL_RING_BASE)
		ring->base = a.arg[1];
	if (a.kind == ACT_WRITE && a.arg[0] == ACCEL_RING_MASK)
		ring->mask = a.arg[1];
	trial_add_act(t, &a);
	return yaml_known_keys(y, keys, err) &&
	       (a.kind != ACT_ENTRY || check_entry(t, &a, ring, y, err));
}

/* ------------------------------------------------------------------------
 * Whole files */

enum { VERSION = 1 };
static const int64_t max_limit = 1000000000;

static bool read_root(struct trial *t, const struct yaml *root, struct err *err)
{
	static const char *const keys[] = {"replay", "design", "limit", "data",
	                                   "jobs",   "host",   NULL};
	const struct yaml *design, *data, *jobs, *host;
	struct ring ring = {0};
	int64_t version, limit;

	if (!yaml_is_map(root, "replay file", err) ||
	    !need_number(root, "replay", VERSION, VERSION, &version, err) ||
	    !yaml_known_keys(root, keys, err) ||
	    !(design = need(root, "design", err)) ||
	    !read_design(t, design, err) ||
	    !need_number(root, "limit", 1, max_limit, &limit, err) ||
	    !(data = need(root, "data", err)) ||
	    !yaml_is_list(data, "data", err) ||
	    !(jobs = need(root, "jobs", err)) ||
	    !yaml_is_list(jobs, "jobs", err) ||
	    !(host = need(root, "host", err)) ||
	    !yaml_is_list(host, "host", err))
		return false;
	t->limit = (uint64_t)limit;
	for
		YAML_EACH(d, data)
	if (!read_data(t, d, err))
		return false;
	for
		YAML_EACH(j, jobs)
	if (!read_job(t, j, err))
		return false;
	for
		YAML_EACH(a, host)
	if (!read_act(t, a, &ring, err))
		return false;
	return true;
}

bool trial_parse(struct trial *t, const char *text, size_t size,
                 const char *file, struct err *err)
{
	struct yaml *root = yaml_parse(text, size, file, err);

	memset(t, 0, sizeof(*t));
	if (!root)
		return false;
	bool ok = read_root(t, root, err);
	yaml_drop(root);
	if (!ok)
		trial_free(t);
	return ok;
}

bool trial_load(struct trial *t, const char *path, struct err *err)
{
	size_t size;
	char *text = file_read(path, YAML_MAX_BYTES, &size, err);

	memset(t, 0, sizeof(*t));
	if (!text)
		return false;
	bool ok = trial_parse(t, text, size, path, err);
	free(text);
	return ok;
}

static void write_command(const struct command *c, FILE *f)
{
	const char *name = opcode_name((int)c->opcode);

	if (strcmp(name, "?") == 0)
		fprintf(f, "      - {op: %" PRId64, c->opcode);
	else
		fprintf(f, "      - {op: %s", name);
	for (const struct field *d = fields; d < fields + N_FIELDS; d++) {
		int64_t v;
		memcpy(&v, (const char *)c + d->offset, sizeof(v));
		if (!v || !has_field(c->opcode, d) ||
		    d->offset == offsetof(struct command, opcode))
			continue;
		if (d->offset == offsetof(struct command, flags)) {
			const char *sep = ", flags: [";
			for (const struct name *n = flags; n->name; n++)
				if (v & n->value) {
					fprintf(f, "%s%s", sep, n->name);
					sep = ", ";
					v &= ~n->value;
				}
			if (v)
				fprintf(f, "%s%" PRId64, sep, v);
			fputs("]", f);
		} else if (d->offset == offsetof(struct command, mem)) {
			fprintf(f, ", mem: 0x%" PRIx64, (uint64_t)v);
		} else {
			fprintf(f, ", %s: %" PRId64, d->name, v);
		}
	}
	fputs("}\n", f);
}

static void write_act(const struct act *a, FILE *f)
{
	const struct act_form *form = &act_form[a->kind];

	fprintf(f, "  - {do: %s", form->name);
	for (int i = 0; i < ACT_ARGS && form->arg[i].name; i++) {
		const char *name = form->arg[i].name;
		const struct name *n = registers;
		while (n->name && n->value != a->arg[i])
			n++;
		if (strcmp(name, "register") == 0 && n->name)
			fprintf(f, ", register: %s", n->name);
		else if (strcmp(name, "value") == 0 && a->arg[i] > 65535)
			fprintf(f, ", value: 0x%x", a->arg[i]);
		else
			fprintf(f, ", %s: %u", name, a->arg[i]);
	}
	fputs("}\n", f);
}

void trial_write(const struct trial *t, const char *note, FILE *f)
{
	for (const char *s = note; s && *s;) {
		int n = (int)strcspn(s, "\n");
		fprintf(f, "# %.*s\n", n, s);
		s += n + (s[n] == '\n');
	}
	fprintf(f, "replay: %d\ndesign:\n", VERSION);
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(&t->d, &params[i], value, sizeof(value));
		fprintf(f, "  %s: %s\n", params[i].key, value);
	}
	fprintf(f, "limit: %" PRIu64 "\ndata:%s\n", t->limit,
	        t->n_data ? "" : " []");
	for (int i = 0; i < t->n_data; i++) {
		const struct trial_data *d = &t->data[i];
		fprintf(f,
		        "  - {memory: %s, at: %u, bytes: %u, kind: %s, "
		        "seed: %" PRIu64,
		        mem_name[d->mem], d->at, d->bytes, kind_name[d->kind],
		        d->seed);
		if (d->cols)
			fprintf(f, ", cols: %d", d->cols);
		fprintf(f, "}\n");
	}
	fprintf(f, "jobs:%s\n", t->n_jobs ? "" : " []");
	for (int i = 0; i < t->n_jobs; i++) {
		const struct trial_job *j = &t->job[i];
		fprintf(f, "  - list: 0x%x\n    irq: %s\n    commands:\n",
		        j->list, j->irq ? "true" : "false");
		for (uint32_t k = 0; k < j->n; k++)
			write_command(&j->c[k], f);
	}
	fprintf(f, "host:%s\n", t->n_acts ? "" : " []");
	for (int i = 0; i < t->n_acts; i++)
		write_act(&t->act[i], f);
}
