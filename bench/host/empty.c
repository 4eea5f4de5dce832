/* empty: what a simulator takes to start and to end. */
#include <stdint.h>

uint32_t kernel(void);

uint32_t kernel(void)
{
	return 0;
}
