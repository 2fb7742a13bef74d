/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of interface 1.0, with the headers of then beside it: neither it nor they are ever changed. It must work with
 * every later library of the same major version.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scprior.h"

enum { CELLS = 30, GENES = 8, LATENT = 2 };

static void must(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "client of 1.0: %s (%s)\n", what, scprior_last_error());
  exit(1);
}
#define OK(call) must((call) == SCPRIOR_OK, #call)

static int n_progress, n_values;
static int32_t progress(void *user, const scprior_progress *now) {
  must(user == (void *)&n_progress, "user of progress");
  must(now->struct_size >= sizeof *now && now->epoch >= 1 && now->max_epochs == 2 && now->steps >= 1, "progress");
  ++n_progress;
  return 0;
}
static void value(void *user, const char *metric, const char *name, double number, int32_t better, const char *note) {
  (void)user, (void)number, (void)better;
  must(metric && name && note, "texts of a metric");
  ++n_values;
}

static int32_t build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  (void)error;
  *(int64_t *)user = n_latent;
  *n_parameters = 0;
  return SCPRIOR_OK;
}
static int32_t log_prob(void *user, int64_t n, const double *z, const double *parameters, double *out, double *gradient,
                        double *parameter_gradient, char *error) {
  const int64_t d = *(int64_t *)user;
  (void)parameters, (void)parameter_gradient, (void)error;
  for (int64_t i = 0; i < n; ++i) {
    out[i] = 0;
    for (int64_t j = 0; j < d; ++j) {
      out[i] -= 0.91893853320467274 + 0.5 * z[i * d + j] * z[i * d + j];
      if (gradient) gradient[i * d + j] = -z[i * d + j];
    }
  }
  return SCPRIOR_OK;
}
static int32_t sample(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error) {
  (void)parameters, (void)seed, (void)error;
  memset(z, 0, (size_t)(n * *(int64_t *)user) * sizeof *z);
  return SCPRIOR_OK;
}
static int32_t create(void *user, const void **out, char *error) {
  static scprior_prior_c table = {sizeof table, 0, NULL, build, NULL, log_prob, sample, NULL};
  (void)error;
  table.user = user;
  *out = &table;
  return SCPRIOR_OK;
}

static scprior_data *counts(void) {
  static const char *genes[GENES] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  double dense[CELLS * GENES];
  for (int i = 0; i < CELLS * GENES; ++i) dense[i] = (i * 7 + i / GENES) % 5;
  scprior_matrix matrix = {sizeof matrix, SCPRIOR_DENSE, CELLS, GENES, dense, NULL, NULL, SCPRIOR_FLOAT64, 0, 0, 0, GENES,
                           1, 0, NULL, NULL};
  scprior_data *data = NULL;
  OK(scprior_data_new(&matrix, genes, NULL, &data));
  return data;
}

int main(void) {
  must(scprior_c_version() >> 16 == 1, "major version");
  must(strlen(scprior_build_info()) > 2, "build information");
  OK(scprior_set_threads(1));
  OK(scprior_set_log(NULL, NULL, 2));
  int64_t n_latent = 0;
  const scprior_definition mine = {sizeof mine, SCPRIOR_KIND_PRIOR, "mine", "normal", &n_latent, create, NULL};
  OK(scprior_register(&mine));

  scprior_data *data = counts();
  int32_t codes[CELLS];
  const char *kinds[] = {"x", "y"};
  for (int i = 0; i < CELLS; ++i) codes[i] = i % 2;
  OK(scprior_data_set_labels(data, "kind", codes, kinds, 2));
  const char *settings[] = {"prior=mine", "latent=2", "genes.space=dataset", "encoder.hidden=[4]", "decoder.hidden=[4]",
                            "train.max_epochs=2", "train.batch_size=8"};
  scprior_model *model = NULL;
  OK(scprior_model_new(NULL, settings, 7, &model));
  const scprior_fit_options options = {sizeof options, 0, 1, "kind", NULL, progress, &n_progress};
  scprior_fit_result result = {sizeof result, 0, 0, 0, 0, 0};
  OK(scprior_fit(model, data, &options, &result));
  must(n_progress > 2 && result.epochs == 2 && result.stop == SCPRIOR_STOP_MAX_EPOCHS, "the fit");

  float z[CELLS * LATENT], x[CELLS * GENES];
  double bound[CELLS], history[2], library[CELLS];
  int64_t n = 0;
  OK(scprior_model_history(model, "train_loss", history, 2, &n));
  must(n == 2 && isfinite(history[1]), "the history");
  OK(scprior_embed(model, data, z, LATENT, 1));
  OK(scprior_embed_variance(model, data, z, 1, CELLS));
  OK(scprior_embed_sample(model, data, 1, z, LATENT, 1));
  OK(scprior_expected_counts(model, data, 0, CELLS, 1e4, NULL, 0, x, GENES, 1));
  OK(scprior_posterior_counts(model, data, 0, CELLS, 1, x, 1, CELLS));
  OK(scprior_prior_sample(model, CELLS, 1, z, LATENT, 1));
  for (int i = 0; i < CELLS; ++i) library[i] = 100;
  OK(scprior_prior_counts(model, CELLS, library, 1, x, GENES, 1));
  OK(scprior_log_likelihood_bound(model, data, 2, 1, bound));
  must(isfinite(bound[0]), "the bound");
  OK(scprior_evaluate(model, data, NULL, 0, NULL, NULL, 0, value, NULL));
  must(n_values > 0, "metrics");
  OK(scprior_model_save(model, "model_of_1_0"));
  scprior_model_free(model);
  OK(scprior_model_open("model_of_1_0", &model));
  char text[8192];
  size_t needed = 0;
  OK(scprior_model_text(model, "toml", text, sizeof text, &needed));
  OK(scprior_describe("prior", "vamp", "text", text, sizeof text, &needed));
  OK(scprior_list(NULL, NULL, 0, &needed));
  OK(scprior_plugins(NULL, 0, &needed));
  OK(scprior_data_names(data, "genes", text, sizeof text, &needed));
  must(strcmp(text, "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"]") == 0, "names");
  must(scprior_model_new(NULL, settings, -1, &model) == SCPRIOR_E_ARGUMENT && scprior_last_error()[0], "a refusal");
  scprior_model_free(model);
  scprior_data_free(data);
  return 0;
}
