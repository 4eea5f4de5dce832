/* event: indices of what is counted; the table is events.def. */
#ifndef ISA_EVENT_H
#define ISA_EVENT_H

#include <stdint.h>

enum event {
#define EVENT(name, unit, doc) EV_##name,
#include "isa/events.def"
	N_EVENTS
};
enum { N_ACCEL_EVENTS = EV_cpu_active };

extern const char *const event_name[N_EVENTS];
extern const char *const event_doc[N_EVENTS];

/* Counts of one layer (or of a whole run). */
struct counts {
	uint64_t n[N_EVENTS];
};

#endif
