/* design: one validated design point.
 *
 * Made by design_default, design_load (YAML) and design_set; immutable once
 * design_check has passed. The keys, ranges and defaults are in params.def.
 */
#ifndef ISA_DESIGN_H
#define ISA_DESIGN_H

#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "isa/image.h"

enum core { CORE_MAXPERF, CORE_BTALU, CORE_SMALL, N_CORES };
extern const char *const core_name[N_CORES];
/* By enum wait_kind of image.h. */
extern const char *const wait_name[N_WAITS];

struct design {
#define PARAM(field, key, min, max, def, rule, unit, doc) int field;
#include "isa/params.def"
	char name[64]; /* file name without folder and suffix, or "default" */
};

/* mV: what the scaling of logic is known for (sim/scaling.def) begins here. */
enum { VOLT_LEAST = 500 };

/* One row of params.def, for readers that work over all keys. */
struct param {
	const char *field, *key, *unit, *doc;
	long min, max, def;
	enum { RULE_ANY, RULE_POW2, RULE_VOLT, RULE_CORE, RULE_WAIT } rule;
	const char *const *word; /* of values 0..max; NULL: a number */
	bool elab;               /* elaborates new hardware */
	size_t offset;           /* of the int in struct design */
};
extern const struct param params[];
extern const int n_params;

/* The row whose yaml key is `key`, or NULL. */
const struct param *param_find(const char *key);

/* Every parameter at its default. */
struct design design_default(void);

/* Read a design file over the defaults: nested maps or dotted keys. Unknown or
 * duplicate keys, wrong types, values out of range: false, with the place.
 * design_check is included. */
bool design_load(struct design *d, const char *path, struct err *err);

/* Set one key from text, as `--set array.rows=16` and sweep axes do. Range is
 * checked here; rules between parameters in design_check. */
bool design_set(struct design *d, const char *key, const char *value,
                struct src src, struct err *err);

/* Rules between parameters: lanes <= cols, banks a multiple of 2*W ... */
bool design_check(const struct design *d, struct src src, struct err *err);

/* Read one parameter as text; buf as for snprintf. */
void design_get(const struct design *d, const struct param *p, char *buf,
                size_t size);

/* Write the fully resolved design as YAML that design_load reads back. */
void design_dump(const struct design *d, FILE *f);

/* A key "design" with every parameter; words are strings, all else numbers. */
struct json;
void design_json(const struct design *d, struct json *j);

/* 64-bit hash of all parameters (not of the name; a voltage and a wait only if
 * they are not the default), and of the elaboration parameters alone. */
uint64_t design_hash(const struct design *d);
uint64_t design_elab_hash(const struct design *d);

/* Derived sizes; formulas in docs/accelerator.md. */
int design_word(const struct design *d); /* W, bytes */
/* PW, words of a parameter block */
int design_par_words(const struct design *d);
uint32_t design_spad_bytes(const struct design *d);
uint32_t design_bank_bytes(const struct design *d);

#endif
