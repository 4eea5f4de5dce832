/* design: see design.h. Everything here works over the rows of params.def. */
#include "isa/design.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

const char *const core_name[N_CORES] = {"maxperf", "btalu", "small"};
const char *const wait_name[N_WAITS] = {"interrupt", "wfi", "poll"};

/* Words of each rule. */
#define WORDS_ANY NULL
#define WORDS_POW2 NULL
#define WORDS_VOLT NULL
#define WORDS_CORE core_name
#define WORDS_WAIT wait_name

#define ROW(field, key, min, max, def, rule, unit, doc, elab)                  \
	{#field,                                                               \
	 key,                                                                  \
	 unit,                                                                 \
	 doc,                                                                  \
	 min,                                                                  \
	 max,                                                                  \
	 def,                                                                  \
	 RULE_##rule,                                                          \
	 WORDS_##rule,                                                         \
	 elab,                                                                 \
	 offsetof(struct design, field)},
#define ELAB(...) ROW(__VA_ARGS__, true)
#define RUNT(...) ROW(__VA_ARGS__, false)
const struct param params[] = {
#include "isa/params.def"
};
const int n_params = (int)(sizeof params / sizeof params[0]);
enum { N_PARAMS = sizeof params / sizeof params[0] };

static int get(const struct design *d, const struct param *p)
{
	return *(const int *)((const char *)d + p->offset);
}

static void put(struct design *d, const struct param *p, long value)
{
	*(int *)((char *)d + p->offset) = (int)value;
}

const struct param *param_find(const char *key)
{
	for (int i = 0; i < n_params; i++)
		if (strcmp(params[i].key, key) == 0)
			return &params[i];
	return NULL;
}

struct design design_default(void)
{
	struct design d;
	memset(&d, 0, sizeof d);
	for (int i = 0; i < n_params; i++)
		put(&d, &params[i], params[i].def);
	strcpy(d.name, "default");
	return d;
}

static bool no_such_key(const char *key, struct src src, struct err *err)
{
	const char *near =
	        text_nearest(key, (const char *const *)&params[0].key, n_params,
	                     sizeof params[0]);
	if (near)
		return err_at(err, src,
		              "%s: no such parameter; did you mean %s?", key,
		              near);
	return err_at(err, src, "%s: no such parameter", key);
}

static bool word_of(const struct param *p, const char *value, long *number,
                    struct src src, struct err *err)
{
	char all[128];
	size_t n = 0;
	for (long i = 0; i <= p->max; i++) {
		if (strcmp(p->word[i], value) == 0) {
			*number = i;
			return true;
		}
		n += (size_t)snprintf(all + n, sizeof all - n, "%s%s",
		                      i ? ", " : "", p->word[i]);
		assert(n < sizeof all);
	}
	return err_at(err, src, "%s: %s is not one of %s", p->key, value, all);
}

static bool number_of(const struct param *p, const char *value, long *number,
                      struct src src, struct err *err)
{
	long v = 0;
	enum text_number kind = text_long(value, &v);
	if (kind == TEXT_NOT_A_NUMBER)
		return err_at(err, src, "%s: '%s' is not a whole number",
		              p->key, value);
	if (kind == TEXT_TOO_BIG || v < p->min || v > p->max)
		return err_at(err, src, "%s: %s is not in %ld..%ld %s", p->key,
		              value, p->min, p->max, p->unit);
	if (p->rule == RULE_VOLT && v != 0 && v < VOLT_LEAST)
		return err_at(err, src, "%s: %s is not 0 or in %d..%ld %s",
		              p->key, value, VOLT_LEAST, p->max, p->unit);
	if (p->rule == RULE_POW2 && (v & (v - 1)) != 0)
		return err_at(err, src,
		              "%s: %s is not a power of two (%ld..%ld %s)",
		              p->key, value, p->min, p->max, p->unit);
	*number = v;
	return true;
}

bool design_set(struct design *d, const char *key, const char *value,
                struct src src, struct err *err)
{
	assert(d && key && value);
	const struct param *p = param_find(key);
	if (!p)
		return no_such_key(key, src, err);
	long v = 0;
	bool ok = p->word ? word_of(p, value, &v, src, err)
	                  : number_of(p, value, &v, src, err);
	if (ok)
		put(d, p, v);
	return ok;
}

static const struct param *row_of(size_t offset)
{
	int i = 0;
	while (params[i].offset != offset)
		i++;
	return &params[i];
}

/* The first broken rule between parameters: writes what is wrong to `why` and
 * returns the parameter to blame, or NULL. */
static const struct param *broken_rule(const struct design *d, char *why,
                                       size_t size)
{
	if (d->lanes > d->cols) {
		snprintf(why, size, "%d is more than array.cols (%d)", d->lanes,
		         d->cols);
		return row_of(offsetof(struct design, lanes));
	}
	if (d->split && d->rows < 2) {
		snprintf(why, size, "needs array.rows of at least 2");
		return row_of(offsetof(struct design, split));
	}
	uint32_t bank = design_bank_bytes(d);
	int two = 2 * design_word(d);
	if (bank % (uint32_t)two != 0) {
		snprintf(why, size,
		         "a bank has %" PRIu32 " bytes (scratchpad.kib %d), "
		         "which is no multiple of %d, two words",
		         bank, d->spad_kib, two);
		return row_of(offsetof(struct design, banks));
	}
	return NULL;
}

bool design_check(const struct design *d, struct src src, struct err *err)
{
	char why[160];
	const struct param *p = broken_rule(d, why, sizeof why);
	return !p || err_at(err, src, "%s: %s", p->key, why);
}

/* A file being read: where each parameter was set, for messages. */
struct reading {
	struct design d;
	int line[N_PARAMS];
	struct err *err;
};

static bool read_value(struct reading *r, const char *key,
                       const struct yaml *node)
{
	const struct param *p = param_find(key);
	if (!p)
		return no_such_key(key, yaml_key_src(node), r->err);
	if (node->kind != YAML_SCALAR)
		return err_at(r->err, yaml_src(node), "%s: must be one value",
		              key);
	int *line = &r->line[p - params];
	if (*line)
		return err_at(r->err, yaml_key_src(node),
		              "%s: written twice, first in line %d", key,
		              *line);
	*line = node->line;
	return design_set(&r->d, key, node->text, yaml_src(node), r->err);
}

/* Keys of a map, each behind `prefix` and a dot. */
static bool read_map(struct reading *r, const char *prefix,
                     const struct yaml *map)
{
	for
		YAML_EACH(c, map)
		{
			char key[128];
			int n = snprintf(key, sizeof key, "%s%s%s", prefix,
			                 *prefix ? "." : "", c->key);
			if (n >= (int)sizeof key)
				return no_such_key(key, yaml_key_src(c),
				                   r->err);
			bool deeper = c->kind == YAML_MAP && !param_find(key);
			if (!(deeper ? read_map(r, key, c)
			             : read_value(r, key, c)))
				return false;
		}
	return true;
}

/* The file's name, safe to print in a comment. */
static void set_name(struct design *d, const char *path)
{
	char *stem = path_stem(path);
	snprintf(d->name, sizeof d->name, "%s", stem);
	free(stem);
	for (char *s = d->name; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

static bool read_root(struct reading *r, const struct yaml *root)
{
	if (!yaml_is_map(root, "design", r->err) || !read_map(r, "", root))
		return false;
	char why[160];
	const struct param *p = broken_rule(&r->d, why, sizeof why);
	if (!p)
		return true;
	struct src at = {root->file, r->line[p - params]};
	return err_at(r->err, at, "%s: %s", p->key, why);
}

bool design_load(struct design *d, const char *path, struct err *err)
{
	assert(d && path && err);
	struct yaml *root = yaml_load(path, err);
	if (!root)
		return false;
	struct reading r = {.d = design_default(), .err = err};
	bool ok = read_root(&r, root);
	yaml_drop(root);
	if (ok) {
		*d = r.d;
		set_name(d, path);
	}
	return ok;
}

void design_get(const struct design *d, const struct param *p, char *buf,
                size_t size)
{
	int v = get(d, p);
	if (p->word)
		snprintf(buf, size, "%s", p->word[v]);
	else
		snprintf(buf, size, "%d", v);
}

void design_dump(const struct design *d, FILE *f)
{
	fprintf(f, "# design: %s\n", d->name);
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(d, &params[i], value, sizeof value);
		fprintf(f, "%s: %s\n", params[i].key, value);
	}
}

/* Results are kept by the hash: those of designs that say nothing of a key that
 * came later stay found. */
static bool came_later(const struct param *p)
{
	return p->rule == RULE_VOLT || p->rule == RULE_WAIT;
}

/* Over text rather than memory, so that it is the same on every machine. */
static uint64_t hash(const struct design *d, bool elab_only)
{
	char text[N_PARAMS * 64];
	size_t n = 0;
	for (int i = 0; i < n_params; i++) {
		if (elab_only && !params[i].elab)
			continue;
		if (came_later(&params[i]) &&
		    get(d, &params[i]) == params[i].def)
			continue;
		int k = snprintf(text + n, sizeof text - n, "%s=%d\n",
		                 params[i].key, get(d, &params[i]));
		n += (size_t)k;
		assert(n < sizeof text);
	}
	return XXH3_64bits(text, n);
}

void design_json(const struct design *d, struct json *j)
{
	json_object(j, "design");
	for (int i = 0; i < n_params; i++) {
		char value[32];
		design_get(d, &params[i], value, sizeof value);
		if (params[i].word)
			json_string(j, params[i].key, value);
		else
			json_raw(j, params[i].key, value);
	}
	json_close(j);
}

uint64_t design_hash(const struct design *d)
{
	return hash(d, false);
}

uint64_t design_elab_hash(const struct design *d)
{
	return hash(d, true);
}

int design_word(const struct design *d)
{
	int need = 8;
	if (d->rows > need)
		need = d->rows;
	if (d->cols > need)
		need = d->cols;
	int beat = d->unpack ? 2 * d->dma_bytes : d->dma_bytes;
	if (beat > need)
		need = beat;
	int w = 8;
	while (w < need)
		w *= 2;
	return w;
}

int design_par_words(const struct design *d)
{
	int w = design_word(d);
	return (d->cols * 9 + w - 1) / w;
}

uint32_t design_spad_bytes(const struct design *d)
{
	return (uint32_t)d->spad_kib * 1024u;
}

uint32_t design_bank_bytes(const struct design *d)
{
	return design_spad_bytes(d) / (uint32_t)d->banks;
}
