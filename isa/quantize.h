/* quantize: real scales to the integers that numerics.h computes with.
 *
 * Host side only: double and float arithmetic in TFLM's own order, because its
 * roundings decide the last bit of a multiplier. Used by the compiler; the
 * firmware gets the results in its image. Each function names TFLM's.
 *
 * All return false, and leave their results unset, for what TFLM would refuse
 * or leave undefined: scales that are not positive and finite, multipliers
 * outside the fixed-point range.
 */
#ifndef ISA_QUANTIZE_H
#define ISA_QUANTIZE_H

#include <stdbool.h>
#include <stdint.h>
#include "isa/numerics.h"

struct multiplier {
	int32_t m; /* 0, or 2^30 .. 2^31-1 */
	int shift; /* positive is left; -31..30 */
};

/* QuantizeMultiplier: real = m * 2^(shift-31); real >= 0. */
bool quantize_multiplier(double real, struct multiplier *out);

/* PopulateConvolutionQuantizationParams: of one output channel of CONV,
 * DEPTHWISE_CONV and per-channel FULLY_CONNECTED; all in double. */
bool quantize_conv(float in, float weight, float out, struct multiplier *mult);

/* GetQuantizedConvolutionMultipler: of per-tensor FULLY_CONNECTED. The product
 * of the input scales is rounded to float first. */
bool quantize_fc(float in, float weight, float out, struct multiplier *mult);

/* CalculateOpDataMul: in double. */
bool quantize_mul(float a, float b, float out, struct multiplier *mult);

/* Ratio of two scales, in double: QUANTIZE between integers, MEAN. */
bool quantize_rescale(float in, float out, struct multiplier *mult);

/* QuantizedMeanOrSum: fold the division by n into a multiplier. */
void quantize_mean(int64_t n, struct multiplier *mult);

/* CalculateOpDataAdd, CalculateOpDataSub; left is 20 for int8, 15 for int16.
 * Sets the multipliers and `left` only. TFLM before autumn 2026 computed Sub's
 * scales in float, which moves a last bit now and then. */
bool quantize_add(float a, float b, float out, int left, struct num_add *p);

/* CalculateActivationRangeQuantized: clamp of a fused activation. lo, hi: in,
 * the type's range; out, the range. act: TFLite's ActivationFunctionType 0..3;
 * others are refused. */
bool quantize_act(int act, float scale, int32_t zp, int32_t *lo, int32_t *hi);

/* PreprocessSoftmaxScaling and diff_min, for int8 input. */
bool quantize_softmax(float beta, float scale, struct multiplier *mult,
                      int32_t *diff_min);

/* For int16 input: differences scaled so that 65535 is 10.0. */
bool quantize_softmax16(float beta, float scale, struct multiplier *mult);

/* LUTPopulate<int16_t> as softmax uses it: exp over [-10,0] and 1/(1+x) over
 * [0,1], NUM_LUT_SIZE entries each. */
void softmax16_exp_lut(int16_t *lut);
void softmax16_recip_lut(int16_t *lut);

/* CalculateArithmeticOpDataLogistic, TanhPrepare: int8 input to Q4.27;
 * differences of `radius` and more saturate. */
bool quantize_logistic(float scale, struct multiplier *mult, int32_t *radius);

/* LeakyReluPrepare, CalculateReluOpData: multipliers of x and, scaled by alpha,
 * of what is below zero. */
bool quantize_leaky(float in, float alpha, float out, struct multiplier *mult,
                    struct multiplier *neg);

/* HardSwishPrepare. */
bool quantize_hard_swish(float in, float out, struct num_swish *p);

/* ComputeInterpolationValuesInteger: output cell `at` of `out` along an axis of
 * `in` cells lies `frac`/1024 from cell lo towards cell hi. GetNearestNeighbor:
 * it is a copy of cell lo. */
struct resize_axis {
	int32_t in, out;
	bool align_corners, half_pixels;
};
void resize_bilinear(const struct resize_axis *a, int32_t at, int32_t *lo,
                     int32_t *hi, int32_t *frac);
void resize_nearest(const struct resize_axis *a, int32_t at, int32_t *lo);

/* The same for int16 input: m * 2^-shift is scale * 12288, shift 0..31. A scale
 * that is a power of two is taken as one where TFLM does. */
bool quantize_logistic16(float scale, bool tanh, struct multiplier *mult);

/* sigmoid_table_uint16: sigmoid(i/24) in Q0.16, NUM_SIGMOID_SIZE entries, each
 * corrected by half the error of the interpolation behind it. */
void sigmoid_lut(uint16_t *lut);

#endif
