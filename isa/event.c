/* event: names and descriptions of what is counted, from events.def. */
#include "isa/event.h"

const char *const event_name[N_EVENTS] = {
#define EVENT(name, unit, doc) [EV_##name] = #name,
#include "isa/events.def"
};

const char *const event_doc[N_EVENTS] = {
#define EVENT(name, unit, doc) [EV_##name] = doc,
#include "isa/events.def"
};
