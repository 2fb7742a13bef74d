/* SPDX-License-Identifier: Apache-2.0 */
#include "logistic.h"

#include <math.h>
#include <stddef.h>

typedef struct unit {
  double location, log_scale;
} unit;

static unit unit_of(const logistic_prior *prior, const double *parameters, int64_t d) {
  if (!prior->learnable) return (unit){0, log(prior->scale)};
  return (unit){parameters[d], parameters[prior->n_latent + d]};
}

void logistic_start(const logistic_prior *prior, double *parameters) {
  for (int64_t d = 0; d < prior->n_latent; ++d) {
    parameters[d] = 0;
    parameters[prior->n_latent + d] = log(prior->scale);
  }
}

/* With u = (z - m) / s:  ln p = -|u| - 2 ln(1 + e^-|u|) - ln s,  d ln p / d u = -tanh(u / 2).  No power overflows. */
void logistic_log_prob(const logistic_prior *prior, int64_t n, const double *z, const double *parameters,
                       double *log_prob, double *gradient, double *parameter_gradient) {
  const int64_t n_latent = prior->n_latent;
  for (int64_t i = 0; i < n; ++i) {
    log_prob[i] = 0;
    for (int64_t d = 0; d < n_latent; ++d) {
      const unit at = unit_of(prior, parameters, d);
      const double scale = exp(at.log_scale), u = (z[i * n_latent + d] - at.location) / scale;
      const double slope = -tanh(u / 2);
      log_prob[i] -= fabs(u) + 2 * log1p(exp(-fabs(u))) + at.log_scale;
      if (gradient) gradient[i * n_latent + d] = slope / scale;
      if (parameter_gradient) {
        double *row = parameter_gradient + i * 2 * n_latent;
        row[d] = -slope / scale;
        row[n_latent + d] = -slope * u - 1;
      }
    }
  }
}

/* splitmix64: a generator of one word of state, good enough for drawing and short enough for an example. */
static uint64_t next_word(uint64_t *state) {
  uint64_t x = (*state += 0x9e3779b97f4a7c15u);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/* Uniform on the open interval (0, 1): 53 random bits, and half a step away from both ends. */
static double next_uniform(uint64_t *state) { return ((double)(next_word(state) >> 11) + 0.5) * 0x1p-53; }

void logistic_sample(const logistic_prior *prior, int64_t n, const double *parameters, uint64_t seed, double *z) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t d = 0; d < prior->n_latent; ++d) {
      const unit at = unit_of(prior, parameters, d);
      const double u = next_uniform(&seed);
      z[i * prior->n_latent + d] = at.location + exp(at.log_scale) * (log(u) - log1p(-u));
    }
}
