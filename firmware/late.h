/* late: functions that lie behind all other code, so that adding one moves
 * nothing: where a loop begins decides about a cycle here and there. */
#ifndef FIRMWARE_LATE_H
#define FIRMWARE_LATE_H

#define LATE __attribute__((noinline, section(".late")))

#endif
