/* sigmoid: LOGISTIC and TANH of int16, by a table. */
#include "firmware/kernels.h"
#include "isa/numerics.h"

void kernel_LOGISTIC_I16(const struct k_sigmoid *p)
{
	const int16_t *in = PTR(p->in);
	const uint16_t *lut = PTR(p->lut);
	int16_t *out = PTR(p->out);

	for (int32_t i = 0; i < p->n; i++)
		out[i] = (int16_t)num_logistic_i16(in[i], p->mult, p->shift,
		                                   lut);
}

void kernel_TANH_I16(const struct k_sigmoid *p)
{
	const int16_t *in = PTR(p->in);
	const uint16_t *lut = PTR(p->lut);
	int16_t *out = PTR(p->out);

	for (int32_t i = 0; i < p->n; i++)
		out[i] = (int16_t)num_tanh_i16(in[i], p->mult, p->shift, lut);
}
