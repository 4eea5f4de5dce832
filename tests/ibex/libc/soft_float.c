/* soft_float: the compiler's floating point for a core without it, and the
 * library's square root and sine. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "put.h"

static uint32_t mix(uint32_t h, double v)
{
	uint32_t w[2];

	memcpy(w, &v, sizeof w);
	return (h ^ w[0] ^ w[1] << 1) * 16777619u;
}

int main(void)
{
	uint32_t h = 2166136261u;
	float f = 1.0f;

	for (int i = 1; i < 60; i++) {
		double d = i * 0.37 - 3.0;

		f = f * 1.01f + (float)i / 7.0f;
		h = mix(h, d * d - 1.0 / d);
		h = mix(h, sqrt((double)f));
		h = mix(h, sin(d));
		h = mix(h, (double)(int64_t)(d * 1e12) + (double)(uint32_t)f);
		h ^= (uint32_t)(d < 1.5) << i % 32;
	}
	/* A constant of the library's version would not say more. */
	put(h ? "." : "0");
	return fabs(sqrt(2.0) * sqrt(2.0) - 2.0) > 1e-15;
}
