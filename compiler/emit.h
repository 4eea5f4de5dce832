/* emit: the schedule as a program image (isa/image.h). Private to compiler/.
 */
#ifndef COMPILER_EMIT_H
#define COMPILER_EMIT_H

#include "compiler/tile.h"

/* Sets image and image_bytes, which the arena of t->l owns. Error: the image
 * is larger than flash. */
bool emit(struct tiler *t, struct program *p, struct err *err);

/* `--dump tiles` and `--dump image`: stable text. */
void tiles_dump(const struct tiler *t, FILE *f);
void image_dump(const struct program *p, FILE *f);

/* Is the image legal? Proves from its bytes alone, job by job: fields and
 * addresses in range; every wait count names a command earlier in the list;
 * no two commands that may run at once use one bank, nor the same bytes of
 * SRAM if one writes; execute commands read and write different banks.
 * deep: also that every scratchpad byte that is read was written before.
 * False: ERR_BUG, naming job, command and bank. */
bool image_check(const struct program *p, const struct design *d, bool deep,
                 struct err *err);

#endif
