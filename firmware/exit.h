/* exit: how the firmware ends the simulation (register EXIT of SIMCTL). */
#ifndef FIRMWARE_EXIT_H
#define FIRMWARE_EXIT_H

#include <stdint.h>
#include "isa/exits.h"

_Noreturn void fw_exit(uint32_t code);

#endif
