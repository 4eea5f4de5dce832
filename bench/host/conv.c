/* conv: an int8 convolution as TinyML kernels write it: 3x3 over 16 channels,
 * an offset for the input, a multiplier and a shift for every channel. */
#include <stdint.h>

enum { SIZE = 18, IN = 16, OUT = 16, TAPS = 3, REPEAT = 50 };

static int8_t input[SIZE][SIZE][IN], weight[OUT][TAPS][TAPS][IN];
static int8_t output[SIZE - 2][SIZE - 2][OUT];
static int32_t bias[OUT], multiplier[OUT];

uint32_t kernel(void);

static uint32_t random_word(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void fill(uint32_t seed)
{
	for (int i = 0; i < SIZE * SIZE * IN; i++)
		(&input[0][0][0])[i] = (int8_t)random_word(&seed);
	for (int i = 0; i < OUT * TAPS * TAPS * IN; i++)
		(&weight[0][0][0][0])[i] = (int8_t)random_word(&seed);
	for (int i = 0; i < OUT; i++) {
		bias[i] = (int32_t)(random_word(&seed) & 0xfff) - 0x800;
		multiplier[i] = (int32_t)random_word(&seed) | 1 << 30;
	}
}

static int8_t requantize(int32_t sum, int32_t by)
{
	int32_t v = (int32_t)(((int64_t)sum * by + (1ll << 37)) >> 38) - 3;

	return (int8_t)(v < -128 ? -128 : v > 127 ? 127 : v);
}

static int32_t pixel(int y, int x, int channel)
{
	int32_t sum = bias[channel];

	for (int dy = 0; dy < TAPS; dy++)
		for (int dx = 0; dx < TAPS; dx++)
			for (int c = 0; c < IN; c++)
				sum += (input[y + dy][x + dx][c] + 5) *
				       weight[channel][dy][dx][c];
	return sum;
}

uint32_t kernel(void)
{
	uint32_t sum = 0;

	fill(1);
	for (int n = 0; n < REPEAT; n++) {
		for (int y = 0; y < SIZE - 2; y++)
			for (int x = 0; x < SIZE - 2; x++)
				for (int c = 0; c < OUT; c++)
					output[y][x][c] = requantize(
					        pixel(y, x, c), multiplier[c]);
		sum = sum * 31 + (uint8_t)output[n % 16][n % 13][n % OUT];
		input[n % SIZE][3][4] = (int8_t)sum;
	}
	return sum;
}
