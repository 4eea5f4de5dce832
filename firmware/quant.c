/* quant: from float to integers and back, and between integers.
 *
 * Floating point is the compiler's soft float, which rounds as IEEE says. */
#include "firmware/kernels.h"
#include "isa/numerics.h"

static float as_float(uint32_t bits)
{
	union {
		uint32_t bits;
		float value;
	} u = {bits};
	return u.value;
}

/* Round half away from zero; from 2^24 on 2^24; NaN: 0. By the bits of the
 * number, because comparing floats in software takes long. */
static int32_t round_float(float x)
{
	union {
		float value;
		uint32_t bits;
	} u = {x};
	int32_t shift = 150 - (int32_t)(u.bits >> 23 & 0xff);
	uint32_t fraction = u.bits & 0x7fffff;
	uint32_t y = (fraction | 0x800000) << 1;

	if (shift > 24) /* below a half */
		return 0;
	if (shift == 150 - 255 && fraction)
		return 0;
	y = shift < 0 ? 1 << 24 : ((y >> shift) + 1) >> 1;
	return u.bits >> 31 ? -(int32_t)y : (int32_t)y;
}

/* num_quantize */
static int32_t quantize(float x, float scale, int32_t zp, int32_t lo,
                        int32_t hi)
{
	return num_clamp(round_float(x / scale) + zp, lo, hi);
}

void kernel_QUANTIZE_F32_I8(const struct k_quant *p)
{
	const float *x = PTR(p->in), scale = as_float(p->scale);
	int32_t zp = p->out_zp, n = p->n;
	int8_t *out = PTR(p->out);
	for (int32_t i = 0; i < n; i++)
		out[i] = (int8_t)quantize(x[i], scale, zp, INT8_MIN, INT8_MAX);
}

void kernel_QUANTIZE_F32_I16(const struct k_quant *p)
{
	const float *x = PTR(p->in), scale = as_float(p->scale);
	int32_t zp = p->out_zp, n = p->n;
	int16_t *out = PTR(p->out);
	for (int32_t i = 0; i < n; i++)
		out[i] = (int16_t)quantize(x[i], scale, zp, INT16_MIN,
		                           INT16_MAX);
}

void kernel_DEQUANTIZE_I8_F32(const struct k_quant *p)
{
	const float scale = as_float(p->scale);
	const int8_t *x = PTR(p->in);
	float *out = PTR(p->out);
	for (int32_t i = 0; i < p->n; i++)
		out[i] = num_dequantize(x[i], scale, p->in_zp);
}

void kernel_DEQUANTIZE_I16_F32(const struct k_quant *p)
{
	const float scale = as_float(p->scale);
	const int16_t *x = PTR(p->in);
	float *out = PTR(p->out);
	for (int32_t i = 0; i < p->n; i++)
		out[i] = num_dequantize(x[i], scale, p->in_zp);
}

/* type: bytes of an element, negative when signed. */
static int32_t load(const void *at, int32_t i, int32_t type)
{
	switch (type) {
	case -1:
		return ((const int8_t *)at)[i];
	case 1:
		return ((const uint8_t *)at)[i];
	case -2:
		return ((const int16_t *)at)[i];
	default:
		return ((const int32_t *)at)[i];
	}
}

static void store(void *at, int32_t i, int32_t type, int32_t x)
{
	switch (type) {
	case -1:
		((int8_t *)at)[i] = (int8_t)num_clamp(x, INT8_MIN, INT8_MAX);
		break;
	case 1:
		((uint8_t *)at)[i] = (uint8_t)num_clamp(x, 0, UINT8_MAX);
		break;
	case -2:
		((int16_t *)at)[i] =
		        (int16_t)num_clamp(x, INT16_MIN, INT16_MAX);
		break;
	default:
		((int32_t *)at)[i] = x;
		break;
	}
}

/* Requantize */
void kernel_REQUANTIZE(const struct k_quant *p)
{
	const void *x = PTR(p->in);
	void *out = PTR(p->out);
	for (int32_t i = 0; i < p->n; i++) {
		int32_t v = num_wrap_sub(load(x, i, p->in_type), p->in_zp);
		int32_t y = num_requant(v, p->mult, p->shift);
		store(out, i, p->out_type, num_wrap_add(y, p->out_zp));
	}
}
