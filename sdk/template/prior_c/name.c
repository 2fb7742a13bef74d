/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Gaussian with diagonal covariance whose mean m and log standard deviation s are learned:
 *
 *     u_d = (z_d - m_d) exp(-s_d)        ln p(z) = sum_d ( -u_d^2 / 2 - s_d - ln(2 pi) / 2 )
 *
 * The host owns the parameters, theta = [m_1 ... m_D, s_1 ... s_D], and trains them with the gradients given here.
 */
#include <math.h>
#include <stdlib.h>

#include "scprior/abi.h"

typedef struct {
  scprior_prior_c functions; /* what the host calls */
  int64_t n_latent;
  double scale;
} gaussian;

/* Random numbers of its own, so that the same seed gives the same values: splitmix64. */
static double uniform(uint64_t *state) { /* in (0, 1) */
  uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return ((double)((x ^ (x >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static double standard_normal(uint64_t *state) {
  const double radius = sqrt(-2 * log(uniform(state)));
  return radius * cos(6.28318530717958647693 * uniform(state));
}

static int32_t build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  (void)error;
  ((gaussian *)user)->n_latent = n_latent;
  *n_parameters = 2 * n_latent;
  return SCPRIOR_OK;
}

static int32_t start(void *user, uint64_t seed, double *theta, char *error) {
  const gaussian *prior = user;
  (void)error;
  for (int64_t d = 0; d < prior->n_latent; ++d) {
    theta[d] = 0.01 * standard_normal(&seed);
    theta[prior->n_latent + d] = log(prior->scale);
  }
  return SCPRIOR_OK;
}

static int32_t log_prob(void *user, int64_t n, const double *z, const double *theta, double *value, double *gradient,
                        double *theta_gradient, char *error) {
  const int64_t D = ((gaussian *)user)->n_latent;
  const double *m = theta, *s = theta + D;
  const double half_log_two_pi = 0.91893853320467274178;
  (void)error;
  for (int64_t i = 0; i < n; ++i) {
    value[i] = 0;
    for (int64_t d = 0; d < D; ++d) {
      const double u = (z[i * D + d] - m[d]) * exp(-s[d]);
      value[i] -= 0.5 * u * u + s[d] + half_log_two_pi;
      if (gradient) gradient[i * D + d] = -u * exp(-s[d]);
      if (theta_gradient) {
        theta_gradient[i * 2 * D + d] = u * exp(-s[d]);
        theta_gradient[i * 2 * D + D + d] = u * u - 1;
      }
    }
  }
  return SCPRIOR_OK;
}

static int32_t sample(void *user, int64_t n, const double *theta, uint64_t seed, double *z, char *error) {
  const int64_t D = ((gaussian *)user)->n_latent;
  (void)error;
  for (int64_t i = 0; i < n * D; ++i) z[i] = theta[i % D] + exp(theta[D + i % D]) * standard_normal(&seed);
  return SCPRIOR_OK;
}

static int32_t create(const scprior_host *host, const scprior_options *options, void **out) {
  gaussian *prior = calloc(1, sizeof *prior);
  if (!prior) {
    host->set_error(host->context, SCPRIOR_E_INTERNAL, "out of memory");
    return SCPRIOR_E_INTERNAL;
  }
  const int32_t status = host->option_real(host->context, options, "scale", &prior->scale);
  if (status != SCPRIOR_OK) {
    free(prior);
    return status;
  }
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

static const scprior_option options[] = {{.struct_size = sizeof(scprior_option),
                                          .type = SCPRIOR_OPTION_REAL,
                                          .flags = SCPRIOR_OPTION_MIN_OPEN,
                                          .name = "scale",
                                          .doc = "standard deviation that training starts from",
                                          .default_value = "1.0",
                                          .min = 0,
                                          .max = INFINITY}};

static const scprior_component components[] = {{.struct_size = sizeof(scprior_component),
                                                .kind = SCPRIOR_KIND_PRIOR,
                                                .tier = SCPRIOR_TIER_C,
                                                .n_options = sizeof options / sizeof *options,
                                                .name = "@name@",
                                                .summary = "one Gaussian with learned mean and scale",
                                                .citation = "",
                                                .options = options,
                                                .create = create}};

static const scprior_plugin plugin = {.magic = SCPRIOR_PLUGIN_MAGIC,
                                      .struct_size = sizeof(scprior_plugin),
                                      .abi_major = SCPRIOR_ABI_MAJOR,
                                      .abi_minor = SCPRIOR_ABI_MINOR,
                                      .n_components = sizeof components / sizeof *components,
                                      .id = "prior_@name@",
                                      .version = "0.1.0",
                                      .author = "unknown",
                                      .license = "Apache-2.0",
                                      .url = "",
                                      .build = NULL,
                                      .components = components};

SCPRIOR_EXPORT const scprior_plugin *scprior_plugin_entry_v1(const scprior_host *host) {
  (void)host;
  return &plugin;
}
