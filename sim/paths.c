/* paths: see paths.h */
#include "sim/paths.h"

#include <stdlib.h>

#include "base/file.h"

char *path_data(const char *name)
{
	const char *home = getenv("JOULET_HOME");
	return path_join(home && *home ? home : JOULET_SOURCE_DIR, name);
}
