/* schema: JSON Schema (draft 7) of the files that people write, for editors.
 *
 * It is made from the tables that read these files, so that it knows the same
 * keys and ranges. What spans several values (rules between parameters,
 * conditions) only the reader checks. Of a design here; of a technology table
 * joulet_tech_schema, of a sweep plan_schema.
 */
#ifndef ISA_SCHEMA_H
#define ISA_SCHEMA_H

#include "base/json.h"
#include "isa/design.h"

/* Begin the object of a whole file; json_close ends it. */
void schema_begin(struct json *j, const char *title, const char *about);

/* Members of the object that is open: which values a parameter has. */
void schema_values(struct json *j, const struct param *p);

/* The same with its description and default, as member `key`. */
void schema_param(struct json *j, const char *key, const struct param *p);

/* {"type": "string", "minLength": 1, "description": doc} */
void schema_string(struct json *j, const char *key, const char *doc);

/* "key": one of n words. */
void schema_words(struct json *j, const char *key, const char *const *word,
                  int n);

void schema_design(struct buf *to);

#endif
