/* timer: the machine timer, in cycles since reset. */
#ifndef FIRMWARE_TIMER_H
#define FIRMWARE_TIMER_H

#include <stdint.h>

uint64_t timer_now(void);

/* Sleep in WFI; returns at once if `when` has passed. */
void timer_sleep_until(uint64_t when);

#endif
