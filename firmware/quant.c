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

void kernel_QUANTIZE_F32_I8(const struct k_quant *p)
{
	const float *x = PTR(p->in), scale = as_float(p->scale);
	int8_t *out = PTR(p->out);
	for (int32_t i = 0; i < p->n; i++)
		out[i] = (int8_t)num_quantize(x[i], scale, p->out_zp, INT8_MIN,
		                              INT8_MAX);
}

void kernel_QUANTIZE_F32_I16(const struct k_quant *p)
{
	const float *x = PTR(p->in), scale = as_float(p->scale);
	int16_t *out = PTR(p->out);
	for (int32_t i = 0; i < p->n; i++)
		out[i] = (int16_t)num_quantize(x[i], scale, p->out_zp,
		                               INT16_MIN, INT16_MAX);
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
