/* rng: the seeded generator of the random tests (splitmix64): equal seeds give
 * equal programs on every machine. */
#ifndef COSIM_RNG_H
#define COSIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* lo..hi, both included. */
static inline int64_t rng_in(struct rng *r, int64_t lo, int64_t hi)
{
	return lo + (int64_t)(rng_next(r) % (uint64_t)(hi - lo + 1));
}

static inline bool rng_percent(struct rng *r, int percent)
{
	return rng_in(r, 0, 99) < percent;
}

#endif
