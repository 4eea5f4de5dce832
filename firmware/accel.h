/* accel: driver of the accelerator. One job at a time; while it runs the core
 * sleeps in WFI, polls, or does other work. */
#ifndef FIRMWARE_ACCEL_H
#define FIRMWARE_ACCEL_H

#include <stdint.h>

/* Find the accelerator, give it the ring, take its interrupt. Ends the
 * simulation (NO_ACCEL) if it is not there. Once, after reset. */
void accel_init(void);

/* Run the n commands at address `list` (64-byte aligned); returns when the job
 * has ended. Ends the simulation if the accelerator reports a fault. */
void accel_submit(uint32_t list, uint32_t n);

/* The same in two; there is no other job in between. */
void accel_start(uint32_t list, uint32_t n);
void accel_wait(void);

/* With interrupts off, where they are after reset: accel_start before the first
 * of these, accel_start_quiet, whose job asks for no interrupt, before the
 * second. */
void accel_wait_wfi(void);
void accel_start_quiet(uint32_t list, uint32_t n);
void accel_wait_poll(void);

#endif
