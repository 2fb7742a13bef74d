/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scprior/abi.h"

const scprior_plugin *scprior_plugin_entry_v1(const scprior_host *host);

static int failures = 0;
static void expect(int holds, const char *what) {
  printf("%s: %s\n", holds ? "passed" : "FAILED", what);
  failures += !holds;
}

static void set_error(void *context, int32_t status, const char *text) {
  (void)context;
  fprintf(stderr, "error %d: %s\n", (int)status, text);
}

static int32_t option_real(void *context, const scprior_options *options, const char *name, double *value) {
  (void)context, (void)options;
  *value = 2;
  return strcmp(name, "scale") ? SCPRIOR_E_INTERNAL : SCPRIOR_OK;
}

static const scprior_prior_c *make(const scprior_host *host) {
  void *out = NULL;
  const scprior_plugin *plugin = scprior_plugin_entry_v1(host);
  return plugin->components[0].create(host, NULL, &out) == SCPRIOR_OK ? out : NULL;
}

/* The same with another value in place `at` of the four parameters or the two coordinates. */
static double log_prob_at(const scprior_prior_c *prior, const double *z, const double *theta, int at, double change) {
  char error[SCPRIOR_ERROR_SIZE];
  double point[2] = {z[0], z[1]}, changed[4], value = NAN;
  memcpy(changed, theta, sizeof changed);
  if (at < 4)
    changed[at] += change;
  else
    point[at - 4] += change;
  prior->log_prob(prior->user, 1, point, changed, &value, NULL, NULL, error);
  return value;
}

static void test_gradients(const scprior_prior_c *prior) {
  const double z[2] = {0.7, -3}, theta[4] = {0.2, -0.5, 0.3, -0.4}, h = 1e-5;
  double value, gradient[2], theta_gradient[4], worst = 0;
  char error[SCPRIOR_ERROR_SIZE];
  prior->log_prob(prior->user, 1, z, theta, &value, gradient, theta_gradient, error);
  for (int at = 0; at < 6; ++at) {
    const double slope = (log_prob_at(prior, z, theta, at, h) - log_prob_at(prior, z, theta, at, -h)) / (2 * h);
    worst = fmax(worst, fabs(slope - (at < 4 ? theta_gradient[at] : gradient[at - 4])));
  }
  expect(worst < 1e-7, "gradients are the slopes of the log-density");
}

static void test_integral(const scprior_prior_c *prior, const double *theta) {
  double sum = 0;
  const double step = 0.05;
  for (double x = -20; x < 20; x += step)
    for (double y = -20; y < 20; y += step) {
      const double z[2] = {x, y};
      sum += exp(log_prob_at(prior, z, theta, 0, 0)) * step * step;
    }
  expect(fabs(sum - 1) < 1e-6, "the density integrates to one");
}

static void test_draws(const scprior_prior_c *prior, const double *theta) {
  enum { n = 50000 };
  static double z[2 * n], again[2 * n];
  char error[SCPRIOR_ERROR_SIZE];
  double mean = 0, square = 0;
  prior->sample(prior->user, n, theta, 7, z, error);
  prior->sample(prior->user, n, theta, 7, again, error);
  for (int i = 0; i < 2 * n; ++i) mean += z[i] / (2 * n), square += z[i] * z[i] / (2 * n);
  expect(fabs(mean) < 4 * 2 / sqrt(2.0 * n) && fabs(square - 4) < 4 * 4 * sqrt(2 / (2.0 * n)),
         "draws have the mean and the scale of the prior");
  expect(!memcmp(z, again, sizeof z), "the same seed gives the same draws");
}

int main(void) {
  const scprior_host host = {.struct_size = sizeof host,
                             .abi_major = SCPRIOR_ABI_MAJOR,
                             .abi_minor = SCPRIOR_ABI_MINOR,
                             .set_error = set_error,
                             .option_real = option_real};
  const scprior_prior_c *prior = make(&host);
  char error[SCPRIOR_ERROR_SIZE];
  int64_t n_parameters = 0;
  double theta[4];
  if (!prior) return 1;
  prior->build(prior->user, 2, &n_parameters, error);
  expect(n_parameters == 4, "two latent units have four parameters");
  prior->start(prior->user, 1, theta, error);
  expect(fabs(theta[0]) < 0.1 && fabs(theta[1]) < 0.1 && theta[2] == log(2) && theta[3] == log(2),
         "training starts near 0, from the scale that the option says");
  theta[0] = theta[1] = 0;
  test_gradients(prior);
  test_integral(prior, theta);
  test_draws(prior, theta);
  prior->destroy(prior->user);
  return failures > 0;
}
