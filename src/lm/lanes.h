// SPDX-License-Identifier: MIT
// Maxima, exponentials and sums over rows of numbers, as loops that a compiler turns into vector code: a third of the time of a
// small model went into libm's expf(). Results do not depend on the machine.
#ifndef CARVQ_LM_LANES_H
#define CARVQ_LM_LANES_H

#include <stddef.h>

// y = exp(x), where y may be x. Relative error below 3e-7 from -87 to 88; beyond, the value at the end of that range. NaN stays.
void carvq_lm_exp(const float *x, size_t count, float *y);

// Activations: x / (1 + exp(-x)), with the normal distribution's integral, its approximation by a hyperbolic tangent, max(x,
// 0)^2.
enum carvq_lm_activation { CARVQ_LM_SILU, CARVQ_LM_GELU, CARVQ_LM_GELU_TANH, CARVQ_LM_RELU2 };

// x = activation(x)
void carvq_lm_activate(enum carvq_lm_activation activation, float *x, size_t count);

// x *= y
void carvq_lm_multiply(float *x, const float *y, size_t count);

// x = cap tanh(x / cap)
void carvq_lm_cap(float cap, float *x, size_t count);

// The largest value; NaNs are passed over. -infinity if there is no other.
float carvq_lm_max(const float *values, size_t count);

// weights_ret[i] = exp(values[i] - max), the result being their sum. weights_ret may be values.
double carvq_lm_weigh(const float *values, size_t count, float max, float *weights_ret);

// Sum of weights[i] * (p[i] - q[i]).
double carvq_lm_gap(const float *weights, const float *p, const float *q, size_t count);

// Of probabilities p = weights[i] * scale and their variances v = p (1 - p): p_sums[i] += p, v_sums[i] += v. The result is the
// sum of all v.
double carvq_lm_spread(const float *weights, size_t count, float scale, float *p_sums, float *v_sums);

#endif
