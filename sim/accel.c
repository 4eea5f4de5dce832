/* accel: backends by name. */
#include "sim/accel.h"

#include <string.h>

const struct accel_ops *accel_find(const char *name)
{
	static const struct accel_ops *const all[] = {&accel_fast, &accel_rtl};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}
