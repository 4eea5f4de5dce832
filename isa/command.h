/* command: one accelerator command, decoded and as 16 words in memory.
 * Fields, widths and units: commands.def. */
#ifndef ISA_COMMAND_H
#define ISA_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

enum { COMMAND_BYTES = 64, COMMAND_WORDS = 16, RING_ENTRY_BYTES = 16 };
enum { JOB_IRQ = 1 }; /* flag in word 2 of a ring entry */
enum queue { QUEUE_LD, QUEUE_EX, QUEUE_ST, N_QUEUES };

enum opcode {
#define COMMAND(name, op, queue, doc) OP_##name = op,
#include "isa/commands.def"
};

enum {
#define FLAG(name, bit, doc) EXE_##name = 1 << bit,
#include "isa/commands.def"
};

/* All fields of all groups, sign-extended. DMA and EXE fields of the other
 * group are zero. */
struct command {
#define FIELD(group, name, word, lsb, width, sign, unit, doc) int64_t name;
#include "isa/commands.def"
};

/* Which group a field belongs to: the opcode decides which are encoded. */
void command_encode(const struct command *c, uint32_t w[COMMAND_WORDS]);
/* False if the opcode is unknown (fields ALL are still decoded). */
bool command_decode(const uint32_t w[COMMAND_WORDS], struct command *c);
/* False if a value does not fit its field; *field names it. */
bool command_fits(const struct command *c, const char **field);
enum queue opcode_queue(int opcode);
const char *opcode_name(int opcode); /* "?" if unknown */
/* One line of text: name and the fields that matter; for dumps. */
int command_print(const struct command *c, char *buf, int size);

#endif
