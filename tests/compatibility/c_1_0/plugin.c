/* SPDX-License-Identifier: Apache-2.0 */
/* Frozen: see README.md. A normal prior with a learnable location per unit, and the mean squared length as a metric. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scprior/abi.h"

typedef struct prior {
  scprior_prior_c functions;
  int64_t n_latent;
  double scale;
} prior;

static int32_t build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  if (n_latent > 1000) {
    snprintf(error, SCPRIOR_ERROR_SIZE, "%lld latent units are too many", (long long)n_latent);
    return SCPRIOR_E_CONFIG;
  }
  ((prior *)user)->n_latent = n_latent;
  *n_parameters = n_latent;
  return SCPRIOR_OK;
}

static int32_t start(void *user, uint64_t seed, double *parameters, char *error) {
  (void)error;
  for (int64_t d = 0; d < ((prior *)user)->n_latent; ++d) parameters[d] = (double)((seed >> d % 32) & 3) / 4;
  return SCPRIOR_OK;
}

static int32_t log_prob(void *user, int64_t n, const double *z, const double *parameters, double *value,
                        double *gradient, double *parameter_gradient, char *error) {
  const prior *self = user;
  const int64_t n_latent = self->n_latent;
  (void)error;
  for (int64_t i = 0; i < n; ++i) {
    value[i] = -(double)n_latent * (log(self->scale) + 0.91893853320467274178);
    for (int64_t d = 0; d < n_latent; ++d) {
      const double u = (z[i * n_latent + d] - parameters[d]) / self->scale;
      value[i] -= u * u / 2;
      if (gradient) gradient[i * n_latent + d] = -u / self->scale;
      if (parameter_gradient) parameter_gradient[i * n_latent + d] = u / self->scale;
    }
  }
  return SCPRIOR_OK;
}

static int32_t sample(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error) {
  const prior *self = user;
  (void)error;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t d = 0; d < self->n_latent; ++d) {
      double sum = -6; /* of twelve uniform numbers: nearly normal */
      for (int k = 0; k < 12; ++k) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(seed >> 11) * 0x1p-53;
      }
      z[i * self->n_latent + d] = parameters[d] + self->scale * sum;
    }
  return SCPRIOR_OK;
}

static int32_t create_prior(const scprior_host *host, const scprior_options *options, void **out) {
  int32_t flag = 0;
  int64_t whole = 0, n_whole = 0, n_real = 0, n_text = 0;
  double scale = 0;
  const char *text = NULL, *choice = NULL;
  const int64_t *wholes = NULL;
  const double *reals = NULL;
  const char *const *texts = NULL;
  int32_t status = SCPRIOR_OK;
  if (host->abi_major != 1) return SCPRIOR_E_PLUGIN;
  if (!status) status = host->option_boolean(host->context, options, "flag", &flag);
  if (!status) status = host->option_integer(host->context, options, "whole", &whole);
  if (!status) status = host->option_real(host->context, options, "scale", &scale);
  if (!status) status = host->option_text(host->context, options, "text", &text);
  if (!status) status = host->option_text(host->context, options, "choice", &choice);
  if (!status) status = host->option_integers(host->context, options, "wholes", &wholes, &n_whole);
  if (!status) status = host->option_reals(host->context, options, "reals", &reals, &n_real);
  if (!status) status = host->option_texts(host->context, options, "texts", &texts, &n_text);
  if (status) return status;
  if (flag != 1 || whole != 7 || strcmp(text, "a \"b\"") || strcmp(choice, "two") || n_whole != 2 || wholes[1] != 2 ||
      n_real != 1 || reals[0] != 0.5 || n_text != 2 || strcmp(texts[1], "y")) {
    host->log(host->context, 2, "the host's option functions do not give what was declared");
    host->set_error(host->context, SCPRIOR_E_CONFIG, "options were not read as they were declared");
    return SCPRIOR_E_CONFIG;
  }
  prior *self = calloc(1, sizeof *self);
  if (!self) return SCPRIOR_E_INTERNAL;
  self->scale = scale;
  self->functions = (scprior_prior_c){.struct_size = sizeof(scprior_prior_c),
                                      .user = self,
                                      .build = build,
                                      .start = start,
                                      .log_prob = log_prob,
                                      .sample = sample,
                                      .destroy = free};
  *out = &self->functions;
  return SCPRIOR_OK;
}

static int32_t evaluate(void *user, const scprior_metric_input *input, scprior_report_value report, void *receiver,
                        char *error) {
  double sum = 0;
  (void)user;
  if (input->n_cells == 0) {
    snprintf(error, SCPRIOR_ERROR_SIZE, "there are no cells");
    return SCPRIOR_E_DATA;
  }
  for (int64_t i = 0; i < input->n_cells * input->n_latent; ++i) sum += input->latent[i] * input->latent[i];
  report(receiver, "", sum / (double)input->n_cells, 0);
  report(receiver, "labels", input->labels ? (double)input->n_labels : NAN, 1);
  report(receiver, "batches", input->batches ? (double)input->n_batches : NAN, -1);
  return SCPRIOR_OK;
}

static const scprior_metric_c metric = {.struct_size = sizeof(scprior_metric_c), .evaluate = evaluate};

static int32_t create_metric(const scprior_host *host, const scprior_options *options, void **out) {
  (void)host, (void)options;
  *out = (void *)&metric;
  return SCPRIOR_OK;
}

#define ROW(kind, key, value) \
  .struct_size = sizeof(scprior_option), .type = kind, .name = key, .doc = "for the test", .default_value = value
#define UNBOUNDED .min = -INFINITY, .max = INFINITY

static const char *const choices[] = {"one", "two", NULL};
static const scprior_option options[] = {
    {ROW(SCPRIOR_OPTION_BOOLEAN, "flag", "true"), UNBOUNDED},
    {ROW(SCPRIOR_OPTION_INTEGER, "whole", "7"), .min = 1, .max = 9},
    {ROW(SCPRIOR_OPTION_REAL, "scale", "1.5"), .flags = SCPRIOR_OPTION_MIN_OPEN, .min = 0, .max = INFINITY},
    {ROW(SCPRIOR_OPTION_TEXT, "text", "\"a \\\"b\\\"\""), UNBOUNDED},
    {ROW(SCPRIOR_OPTION_CHOICE, "choice", "\"two\""), UNBOUNDED, .choices = choices},
    {ROW(SCPRIOR_OPTION_INTEGERS, "wholes", "[1, 2]"), UNBOUNDED},
    {ROW(SCPRIOR_OPTION_REALS, "reals", "[0.5]"), UNBOUNDED},
    {ROW(SCPRIOR_OPTION_TEXTS, "texts", "[\"x\", \"y\"]"), UNBOUNDED},
};

static const scprior_component components[] = {
    {.struct_size = sizeof(scprior_component),
     .kind = SCPRIOR_KIND_PRIOR,
     .tier = SCPRIOR_TIER_C,
     .n_options = sizeof options / sizeof options[0],
     .name = "frozen_normal",
     .summary = "a prior of plugin ABI 1.0",
     .citation = "",
     .options = options,
     .create = create_prior},
    {.struct_size = sizeof(scprior_component),
     .kind = SCPRIOR_KIND_METRIC,
     .tier = SCPRIOR_TIER_C,
     .name = "frozen_length",
     .summary = "a metric of plugin ABI 1.0",
     .citation = "",
     .create = create_metric},
};

static const scprior_plugin plugin = {.magic = SCPRIOR_PLUGIN_MAGIC,
                                      .struct_size = sizeof(scprior_plugin),
                                      .abi_major = 1,
                                      .abi_minor = 0,
                                      .n_components = 2,
                                      .id = "frozen_1_0",
                                      .version = "1.0.0",
                                      .author = "scprior developers",
                                      .license = "Apache-2.0",
                                      .url = "",
                                      .components = components};

SCPRIOR_EXPORT const scprior_plugin *scprior_plugin_entry_v1(const scprior_host *host) {
  (void)host;
  return &plugin;
}
