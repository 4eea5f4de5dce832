/* plan_schema: JSON Schema of a sweep file; isa/schema.h. */
#ifndef EXPLORE_PLAN_SCHEMA_H
#define EXPLORE_PLAN_SCHEMA_H

#include "base/buf.h"

void plan_schema(struct buf *to);

#endif
