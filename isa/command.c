/* command: commands as words, as fields and as text, all from commands.def. */
#include "isa/command.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum group { GROUP_ALL, GROUP_DMA, GROUP_EXE };

struct field {
	const char *name;
	enum group group;
	int word, lsb, width;
	bool sign;
	size_t offset; /* of the int64_t in struct command */
};

enum { SIGN_U, SIGN_S };

static const struct field fields[] = {
#define FIELD(group, name, word, lsb, width, sign, unit, doc)                  \
	{#name,                                                                \
	 GROUP_##group,                                                        \
	 word,                                                                 \
	 lsb,                                                                  \
	 width,                                                                \
	 SIGN_##sign == SIGN_S,                                                \
	 offsetof(struct command, name)},
#include "isa/commands.def"
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct {
	const char *name;
	bool known;
	enum queue queue;
} ops[256] = {
#define COMMAND(name, op, queue, doc) [op] = {#name, true, QUEUE_##queue},
#include "isa/commands.def"
};

static const struct {
	const char *name;
	int bit;
} flags[] = {
#define FLAG(name, bit, doc) {#name, bit},
#include "isa/commands.def"
};
enum { N_FLAGS = sizeof(flags) / sizeof(flags[0]) };

static bool op_known(int64_t op)
{
	return op >= 0 && op < 256 && ops[op].known;
}

/* Does opcode `op` have this field? */
static bool has(int64_t op, const struct field *f)
{
	if (f->group == GROUP_ALL)
		return true;
	if (!op_known(op))
		return false;
	bool dma = ops[op].queue != QUEUE_EX;
	return dma == (f->group == GROUP_DMA);
}

static int64_t value(const struct command *c, const struct field *f)
{
	int64_t v;

	memcpy(&v, (const char *)c + f->offset, sizeof(v));
	return v;
}

static uint32_t mask(const struct field *f)
{
	return f->width == 32 ? UINT32_MAX : (1u << f->width) - 1;
}

void command_encode(const struct command *c, uint32_t w[COMMAND_WORDS])
{
	memset(w, 0, COMMAND_BYTES);
	for (int i = 0; i < N_FIELDS; i++) {
		const struct field *f = &fields[i];
		if (has(c->opcode, f))
			w[f->word] |= ((uint32_t)value(c, f) & mask(f))
			              << f->lsb;
	}
}

static inline int64_t get(uint32_t word, int lsb, int width, bool sign)
{
	int64_t v = word >> lsb & (UINT32_MAX >> (32 - width));

	return sign && v >> (width - 1) ? v - ((int64_t)1 << width) : v;
}

/* Unrolled from the table: the fast model decodes every command it runs. */
bool command_decode(const uint32_t w[COMMAND_WORDS], struct command *c)
{
	int op = (int)get(w[0], 0, 8, false);
	bool known = op_known(op);
	bool in_DMA = known && ops[op].queue != QUEUE_EX;
	bool in_EXE = known && !in_DMA;
	const bool in_ALL = true;

#define FIELD(group, name, word, lsb, width, sign, unit, doc)                  \
	c->name = in_##group ? get(w[word], lsb, width, SIGN_##sign == SIGN_S) \
	                     : 0;
#include "isa/commands.def"
	return known;
}

bool command_fits(const struct command *c, const char **field)
{
	for (int i = 0; i < N_FIELDS; i++) {
		const struct field *f = &fields[i];
		int64_t span = (int64_t)1 << f->width;
		int64_t low = f->sign ? -span / 2 : 0;
		int64_t v = value(c, f);
		if (has(c->opcode, f) && (v < low || v >= low + span)) {
			*field = f->name;
			return false;
		}
	}
	return true;
}

enum queue opcode_queue(int opcode)
{
	assert(op_known(opcode));
	return ops[opcode].queue;
}

const char *opcode_name(int opcode)
{
	return op_known(opcode) ? ops[opcode].name : "?";
}

static int put(char *buf, int size, int at, const char *sep, const char *name,
               int64_t v)
{
	char *to = at < size ? buf + at : NULL;
	size_t room = at < size ? (size_t)(size - at) : 0;

	return at + snprintf(to, room, "%s%s=%" PRId64, sep, name, v);
}

static int put_flags(char *buf, int size, int at, int64_t v)
{
	for (int i = 0; i < N_FLAGS; i++) {
		if (!(v >> flags[i].bit & 1))
			continue;
		char *to = at < size ? buf + at : NULL;
		size_t room = at < size ? (size_t)(size - at) : 0;
		at += snprintf(to, room, " %s", flags[i].name);
	}
	return at;
}

int command_print(const struct command *c, char *buf, int size)
{
	size_t room = size > 0 ? (size_t)size : 0;
	int at;

	if (op_known(c->opcode))
		at = snprintf(buf, room, "%-7s", ops[c->opcode].name);
	else
		at = snprintf(buf, room, "?%-6" PRId64, c->opcode);
	at = put(buf, size, at, " ", "layer", c->layer);
	at = put_flags(buf, size, at, c->flags);
	for (int i = 0; i < N_FIELDS; i++) {
		const struct field *f = &fields[i];
		if (f->offset == offsetof(struct command, opcode) ||
		    f->offset == offsetof(struct command, flags) ||
		    f->offset == offsetof(struct command, layer))
			continue;
		if (has(c->opcode, f) && value(c, f) != 0)
			at = put(buf, size, at, " ", f->name, value(c, f));
	}
	return at;
}
