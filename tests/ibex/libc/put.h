/* put: characters to the console of `joulet host`. */
#ifndef PUT_H
#define PUT_H

static inline void put(const char *s)
{
	while (*s)
		*(volatile unsigned *)0x20004 = (unsigned char)*s++;
}

#endif
