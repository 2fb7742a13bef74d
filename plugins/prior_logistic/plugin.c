/* SPDX-License-Identifier: Apache-2.0 */
/* A prior of the C tier: one file of C11 that needs scprior/abi.h to compile and nothing to link. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "logistic.h"
#include "scprior/abi.h"

static int32_t refuse(char *error, int32_t status, const char *text) {
  snprintf(error, SCPRIOR_ERROR_SIZE, "%s", text);
  return status;
}

static int32_t build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  logistic_prior *prior = user;
  if (n_latent < 1) return refuse(error, SCPRIOR_E_ARGUMENT, "a prior needs at least 1 latent unit");
  prior->n_latent = n_latent;
  *n_parameters = prior->learnable ? 2 * n_latent : 0;
  return SCPRIOR_OK;
}

static int32_t start(void *user, uint64_t seed, double *parameters, char *error) {
  (void)seed; /* every unit starts at the same place */
  (void)error;
  logistic_start(user, parameters);
  return SCPRIOR_OK;
}

static int32_t log_prob(void *user, int64_t n, const double *z, const double *parameters, double *value,
                        double *gradient, double *parameter_gradient, char *error) {
  (void)error;
  logistic_log_prob(user, n, z, parameters, value, gradient, parameter_gradient);
  return SCPRIOR_OK;
}

static int32_t sample(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error) {
  (void)error;
  logistic_sample(user, n, parameters, seed, z);
  return SCPRIOR_OK;
}

static int32_t create(const scprior_host *host, const scprior_options *options, void **out) {
  logistic_prior *prior = calloc(1, sizeof *prior);
  if (!prior) return SCPRIOR_E_INTERNAL;
  int32_t learnable = 0;
  int32_t status = host->option_real(host->context, options, "scale", &prior->scale);
  if (status == SCPRIOR_OK) status = host->option_boolean(host->context, options, "learnable", &learnable);
  if (status != SCPRIOR_OK) { /* the host has left the text */
    free(prior);
    return status;
  }
  prior->learnable = learnable;
  prior->functions = (scprior_prior_c){.struct_size = sizeof(scprior_prior_c),
                                       .user = prior,
                                       .build = build,
                                       .start = start,
                                       .log_prob = log_prob,
                                       .sample = sample,
                                       .destroy = free};
  *out = &prior->functions;
  return SCPRIOR_OK;
}

static const scprior_option options[] = {
    {.struct_size = sizeof(scprior_option),
     .type = SCPRIOR_OPTION_REAL,
     .flags = SCPRIOR_OPTION_MIN_OPEN,
     .name = "scale",
     .doc = "scale s of every unit, or where it starts; sqrt(3)/pi gives variance 1",
     .default_value = "0.5513288954217921",
     .min = 0,
     .max = INFINITY},
    {.struct_size = sizeof(scprior_option),
     .type = SCPRIOR_OPTION_BOOLEAN,
     .name = "learnable",
     .doc = "learn a location and a scale for each latent unit",
     .default_value = "true",
     .min = -INFINITY,
     .max = INFINITY},
};

static const scprior_component components[] = {
    {.struct_size = sizeof(scprior_component),
     .kind = SCPRIOR_KIND_PRIOR,
     .tier = SCPRIOR_TIER_C,
     .n_options = 2,
     .name = "logistic",
     .summary = "independent logistic latent units, written in C",
     .citation = "Dinh, Krueger and Bengio 2015, ICLR workshop",
     .options = options,
     .create = create},
};

static const scprior_plugin plugin = {
    .magic = SCPRIOR_PLUGIN_MAGIC,
    .struct_size = sizeof(scprior_plugin),
    .abi_major = SCPRIOR_ABI_MAJOR,
    .abi_minor = SCPRIOR_ABI_MINOR,
    .n_components = 1,
    .id = "prior_logistic",
    .version = "0.1.0",
    .author = "scprior developers",
    .license = "Apache-2.0",
    .url = "",
    .build = NULL, /* no C++ objects are shared: nothing has to match but the ABI */
    .components = components,
};

SCPRIOR_EXPORT const scprior_plugin *scprior_plugin_entry_v1(const scprior_host *host) {
  (void)host;
  return &plugin;
}
