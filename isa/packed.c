/* packed: see packed.h. */
#include "isa/packed.h"

#include <string.h>

enum { BLOCK = 8, MAX_BLOCKS = 4 };

static int blocks_of(int dma)
{
	return packed_unit(dma) / BLOCK;
}

static int header_of(int dma)
{
	return (blocks_of(dma) + 1) / 2;
}

/* Bits that the signed bytes of a block need; 0 if all are zero. */
static int width(const uint8_t *in)
{
	unsigned any = 0, bits = 0;

	for (int i = 0; i < BLOCK; i++) {
		any |= in[i];
		bits |= in[i] & 0x80 ? (uint8_t)~in[i] : in[i];
	}
	if (!any)
		return 0;
	int m = 1;
	while (bits >> (m - 1))
		m++;
	return m;
}

/* Widths of a unit's blocks; returns the unit's bytes, at least dma. */
static int widths(const uint8_t *in, int dma, int m[MAX_BLOCKS])
{
	int bytes = header_of(dma);

	for (int b = 0; b < blocks_of(dma); b++) {
		m[b] = width(in + b * BLOCK);
		bytes += m[b];
	}
	for (int b = 0; bytes < dma; b = (b + 1) % blocks_of(dma))
		if (m[b] < BLOCK) {
			m[b]++;
			bytes++;
		}
	return bytes;
}

static void put_block(const uint8_t *in, int m, uint8_t *out)
{
	for (int b = 0; b < m; b++) {
		out[b] = 0;
		for (int i = 0; i < BLOCK; i++)
			out[b] |= (uint8_t)((in[i] >> b & 1) << i);
	}
}

int64_t packed_encode(const uint8_t *in, int64_t units, int dma, uint8_t *out)
{
	int64_t n = 0;

	for (int64_t u = 0; u < units; u++, in += packed_unit(dma)) {
		int m[MAX_BLOCKS];
		int bytes = widths(in, dma, m);
		if (out) {
			uint8_t *to = out + n + header_of(dma);
			memset(out + n, 0, (size_t)header_of(dma));
			for (int b = 0; b < blocks_of(dma); b++) {
				out[n + b / 2] |= (uint8_t)(m[b] << b % 2 * 4);
				put_block(in + b * BLOCK, m[b], to);
				to += m[b];
			}
		}
		n += bytes;
	}
	return n;
}

static void get_block(const uint8_t *in, int m, uint8_t *out)
{
	memset(out, 0, BLOCK);
	for (int b = 0; b < BLOCK && m; b++) {
		uint8_t plane = in[b < m ? b : m - 1];
		for (int i = 0; i < BLOCK; i++)
			out[i] |= (uint8_t)((plane >> i & 1) << b);
	}
}

bool packed_decode(const uint8_t *in, int64_t n, int64_t units, int dma,
                   uint8_t *out)
{
	for (int64_t u = 0; u < units; u++) {
		int at = header_of(dma), start = 0;
		if (n < at)
			return false;
		for (int b = 0; b < blocks_of(dma); b++) {
			int m = in[b / 2] >> b % 2 * 4 & 15;
			if (m > BLOCK || at + m > n)
				return false;
			get_block(in + at, m, out + start);
			start += BLOCK;
			at += m;
		}
		if (at < dma)
			return false;
		in += at;
		n -= at;
		out += packed_unit(dma);
	}
	return n == 0;
}
