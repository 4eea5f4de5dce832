/* exits: what the firmware's exit status (SIMCTL.EXIT) means. */
#ifndef ISA_EXITS_H
#define ISA_EXITS_H

/* FW_EXIT(NAME, value, "what it means") */
#define FW_EXITS(FW_EXIT)                                                      \
	FW_EXIT(OK, 0, "the inference has ended")                              \
	FW_EXIT(BAD_MAGIC, 1, "there is no program image in flash")            \
	FW_EXIT(BAD_VERSION, 2, "the image has another version")               \
	FW_EXIT(BAD_TABLE, 3, "the image's step table lies outside of it")     \
	FW_EXIT(BAD_STEP, 4, "a step is of no known kind")                     \
	FW_EXIT(BAD_KERNEL, 5, "a step names no known kernel")                 \
	FW_EXIT(NO_ACCEL, 6, "the accelerator does not identify itself")       \
	FW_EXIT(BANK_CLASH, 7, "two ports of the scratchpad met in a bank")    \
	FW_EXIT(BAD_COMMAND, 8, "the accelerator met an unknown command")      \
	FW_EXIT(TRAP, 0x100, "exception; the cause is added")                  \
	FW_EXIT(IRQ, 0x200, "interrupt without a handler; its number is added")

enum fw_exit {
#define FW_EXIT(name, value, doc) FW_EXIT_##name = value,
	FW_EXITS(FW_EXIT)
#undef FW_EXIT
};

#endif
