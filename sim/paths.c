/* paths: see paths.h */
#include "sim/paths.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

char *path_data(const char *name)
{
	const char *home = getenv("JOULET_HOME");
	return path_join(home && *home ? home : JOULET_SOURCE_DIR, name);
}

char *path_isa(void)
{
	return mem_str(JOULET_ISA_DIR);
}
