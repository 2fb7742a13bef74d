/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOGISTIC_H
#define LOGISTIC_H

#include <stdint.h>

#include "scprior/abi.h"

/* An instance: its options and the functions that the host calls. */
typedef struct logistic_prior {
  scprior_prior_c functions;
  int64_t n_latent; /* D */
  double scale;     /* of every unit, or where the learned scales start */
  int learnable;    /* the parameters are D locations m, then D logarithms of scales ln s; else m = 0, s = scale */
} logistic_prior;

void logistic_start(const logistic_prior *prior, double *parameters);
void logistic_log_prob(const logistic_prior *prior, int64_t n, const double *z, const double *parameters,
                       double *log_prob, double *gradient, double *parameter_gradient);
void logistic_sample(const logistic_prior *prior, int64_t n, const double *parameters, uint64_t seed, double *z);

#endif
