/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int all_finite(const float *values, int n) {
  for (int i = 0; i < n; ++i)
    if (!isfinite(values[i])) return 0;
  return 1;
}

static void embeddings(void) {
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  enum { n = N_CELLS * N_LATENT };
  static float rows[n], columns[n], variance[n], draw[n], other[n];
  OK(scprior_embed(model, data, rows, N_LATENT, 1));
  OK(scprior_embed(model, data, columns, 1, N_CELLS));
  CHECK(all_finite(rows, n));
  for (int i = 0; i < N_CELLS; ++i)
    for (int j = 0; j < N_LATENT; ++j) CHECK(rows[i * N_LATENT + j] == columns[j * N_CELLS + i]);
  OK(scprior_embed_variance(model, data, variance, N_LATENT, 1));
  for (int i = 0; i < n; ++i) CHECK(variance[i] > 0);

  OK(scprior_embed_sample(model, data, 5, draw, N_LATENT, 1));
  OK(scprior_embed_sample(model, data, 5, other, N_LATENT, 1));
  CHECK(memcmp(draw, other, sizeof draw) == 0);
  OK(scprior_embed_sample(model, data, 6, other, N_LATENT, 1));
  CHECK(memcmp(draw, other, sizeof draw) != 0);
  /* A draw is the mean and a standard normal times the standard deviation: their squares have mean 1. */
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += (draw[i] - rows[i]) * (draw[i] - rows[i]) / variance[i];
  CHECK(sum / n > 0.6 && sum / n < 1.5); /* 180 draws: 1 ± 5 standard errors of 0.105 */

  memset(other, 0, sizeof other);
  REFUSED(SCPRIOR_E_ARGUMENT, "out", scprior_embed(model, data, NULL, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "stride", scprior_embed(model, data, other, 1, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "stride", scprior_embed(model, data, other, 0, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "stride", scprior_embed_variance(model, data, other, INT64_MAX, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "seed", scprior_embed_sample(model, data, -5, other, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_embed(NULL, data, other, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_embed(model, NULL, other, N_LATENT, 1));
  for (int i = 0; i < n; ++i) CHECK(other[i] == 0);
  scprior_model_free(model);
  scprior_data_free(data);
}

static void expectations(void) {
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  static float own[N_CELLS * N_GENES], scaled[N_CELLS * N_GENES], part[4 * 2];
  OK(scprior_expected_counts(model, data, 0, N_CELLS, 0, NULL, 0, own, N_GENES, 1));
  OK(scprior_expected_counts(model, data, 0, N_CELLS, 1e4, NULL, 0, scaled, N_GENES, 1));
  small_data *raw = make_small_data();
  double share = 0;
  for (int i = 0; i < N_CELLS; ++i) {
    double counts = 0, sum = 0, sum_scaled = 0;
    for (int j = 0; j < N_GENES; ++j) {
      counts += raw->dense[i][j];
      sum += own[i * N_GENES + j];
      sum_scaled += scaled[i * N_GENES + j];
      CHECK(own[i * N_GENES + j] >= 0);
    }
    CHECK(fabs(sum_scaled / 1e4 - sum / counts) < 1e-4); /* in proportion to the library */
    share += sum / counts / N_CELLS;
  }
  CHECK(share > 0.7 && share < 1.4); /* a trained model expects about as many counts as there are */
  const int64_t genes[] = {7, 2};
  OK(scprior_expected_counts(model, data, 3, 4, 0, genes, 2, part, 1, 4));
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j) {
      const double wanted = own[(3 + i) * N_GENES + genes[j]];
      CHECK(fabs(part[j * 4 + i] - wanted) <= 1e-4 * wanted);
    }
  OK(scprior_expected_counts(model, data, N_CELLS, 0, 0, NULL, 0, NULL, 1, 1));
  const int64_t wrong[] = {7, N_GENES}, negative[] = {-1};
  REFUSED(SCPRIOR_E_ARGUMENT, "gene 40", scprior_expected_counts(model, data, 0, 1, 0, wrong, 2, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "gene -1", scprior_expected_counts(model, data, 0, 1, 0, negative, 1, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "n_genes", scprior_expected_counts(model, data, 0, 1, 0, wrong, -1, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "cells", scprior_expected_counts(model, data, -1, 1, 0, genes, 2, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "cells", scprior_expected_counts(model, data, 59, 2, 0, genes, 2, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "cells", scprior_expected_counts(model, data, INT64_MAX, INT64_MAX, 0, genes, 2, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "library", scprior_expected_counts(model, data, 0, 1, -1, genes, 2, part, 2, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "library", scprior_expected_counts(model, data, 0, 1, NAN, genes, 2, part, 2, 1));
  free(raw);
  scprior_model_free(model);
  scprior_data_free(data);
}

static void predictive_counts(void) {
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  static float all[N_CELLS * N_GENES], part[10 * N_GENES], other[10 * N_GENES];
  OK(scprior_posterior_counts(model, data, 0, N_CELLS, 3, all, N_GENES, 1));
  for (int i = 0; i < N_CELLS * N_GENES; ++i) CHECK(all[i] >= 0 && all[i] == floorf(all[i]));
  OK(scprior_posterior_counts(model, data, 17, 10, 3, part, N_GENES, 1));
  CHECK(memcmp(all + 17 * N_GENES, part, sizeof part) == 0); /* whatever is drawn with them */
  OK(scprior_posterior_counts(model, data, 17, 10, 4, other, N_GENES, 1));
  CHECK(memcmp(other, part, sizeof part) != 0);
  CHECK(memcmp(all, all + N_GENES, N_GENES * sizeof *all) != 0); /* cells are drawn independently */
  REFUSED(SCPRIOR_E_ARGUMENT, "seed", scprior_posterior_counts(model, data, 17, 10, -4, other, N_GENES, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "cells", scprior_posterior_counts(model, data, 51, 10, 4, other, N_GENES, 1));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void priors(void) {
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  enum { n = 500 };
  static float z[n * N_LATENT], counts[n * N_GENES];
  static double library[n];
  OK(scprior_prior_sample(model, n, 1, z, N_LATENT, 1));
  double sum = 0, squares = 0;
  for (int i = 0; i < n * N_LATENT; ++i) sum += z[i], squares += z[i] * z[i];
  CHECK(fabs(sum / (n * N_LATENT)) < 0.15 && fabs(squares / (n * N_LATENT) - 1) < 0.2); /* standard normal, 5 s.e. */
  for (int i = 0; i < n; ++i) library[i] = 200;
  OK(scprior_prior_counts(model, n, library, 1, counts, N_GENES, 1));
  sum = 0;
  for (int i = 0; i < n * N_GENES; ++i) {
    CHECK(counts[i] >= 0 && counts[i] == floorf(counts[i]));
    sum += counts[i];
  }
  CHECK(sum / n > 120 && sum / n < 320);
  OK(scprior_prior_sample(model, 0, 1, NULL, 1, 1));
  OK(scprior_prior_counts(model, 0, NULL, 1, NULL, 1, 1));
  library[3] = NAN;
  REFUSED(SCPRIOR_E_ARGUMENT, "library[3]", scprior_prior_counts(model, n, library, 1, counts, N_GENES, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "library", scprior_prior_counts(model, n, NULL, 1, counts, N_GENES, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "n is -1", scprior_prior_sample(model, -1, 1, z, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "", scprior_prior_sample(model, INT64_MAX, 1, z, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "seed", scprior_prior_sample(model, 1, -1, z, N_LATENT, 1));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void bounds(void) {
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  static double one[N_CELLS], many[N_CELLS], again[N_CELLS];
  OK(scprior_log_likelihood_bound(model, data, 1, 2, one));
  OK(scprior_log_likelihood_bound(model, data, 50, 2, many));
  OK(scprior_log_likelihood_bound(model, data, 50, 2, again));
  CHECK(memcmp(many, again, sizeof many) == 0);
  double sum_one = 0, sum_many = 0, loss = 0;
  for (int i = 0; i < N_CELLS; ++i) {
    CHECK(many[i] < 0 && isfinite(many[i]) && fabs(many[i] - one[i]) < 30);
    sum_one += one[i], sum_many += many[i];
  }
  /* The negative of the loss: of the same order as that of the training cells. */
  double losses[150];
  int64_t epochs = 0;
  OK(scprior_model_history(model, "reconstruction", losses, 150, &epochs));
  loss = losses[epochs - 1];
  CHECK(-sum_many / N_CELLS > 0.5 * loss && -sum_many / N_CELLS < 2 * loss);
  REFUSED(SCPRIOR_E_ARGUMENT, "samples", scprior_log_likelihood_bound(model, data, 0, 2, one));
  REFUSED(SCPRIOR_E_ARGUMENT, "out", scprior_log_likelihood_bound(model, data, 1, 2, NULL));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void autoencoders(void) {
  scprior_data *data = small_handle();
  scprior_model *model = small_model("none");
  OK(scprior_fit(model, data, NULL, NULL));
  static float out[N_CELLS * N_LATENT];
  static double bound[N_CELLS];
  OK(scprior_embed(model, data, out, N_LATENT, 1));
  REFUSED(SCPRIOR_E_UNSUPPORTED, "autoencoder", scprior_embed_variance(model, data, out, N_LATENT, 1));
  REFUSED(SCPRIOR_E_UNSUPPORTED, "autoencoder", scprior_prior_sample(model, 3, 1, out, N_LATENT, 1));
  OK(scprior_log_likelihood_bound(model, data, 2, 1, bound));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void flows(void) {
  scprior_data *data = small_handle();
  const char *settings[] = {"flow=iaf",           "latent=3",           "genes.space=dataset",
                            "encoder.hidden=[8]", "decoder.hidden=[8]", "train.max_epochs=2",
                            "train.batch_size=16"};
  scprior_model *model = NULL;
  OK(scprior_model_new(NULL, settings, 7, &model));
  OK(scprior_fit(model, data, NULL, NULL));
  static float variance[N_CELLS * N_LATENT];
  static double bound[N_CELLS];
  OK(scprior_embed_variance(model, data, variance, N_LATENT, 1));
  for (int i = 0; i < N_CELLS * N_LATENT; ++i) CHECK(variance[i] > 0 && isfinite(variance[i]));
  OK(scprior_log_likelihood_bound(model, data, 3, 1, bound));
  for (int i = 0; i < N_CELLS; ++i) CHECK(isfinite(bound[i]));
  scprior_model_free(model);
  scprior_data_free(data);
}

typedef struct reported {
  int n, silhouettes;
  scprior_model *model;
} reported;

static void collect(void *user, const char *metric, const char *name, double value, int32_t better, const char *note) {
  reported *r = user;
  ++r->n;
  CHECK(metric && metric[0] && name && note && better >= -1 && better <= 1);
  CHECK(!isnan(value) || note[0]);
  if (strcmp(metric, "silhouette") == 0) ++r->silhouettes;
  REFUSED(SCPRIOR_E_ARGUMENT, "in use", scprior_model_size(r->model, NULL, NULL));
}

static void metrics(void) {
  scprior_data *data = small_handle();
  int32_t codes[N_CELLS];
  const char *kinds[] = {"even", "odd"};
  for (int i = 0; i < N_CELLS; ++i) codes[i] = i % 2;
  OK(scprior_data_set_labels(data, "kind", codes, kinds, 2));
  scprior_model *model = small_model("standard_normal");
  scprior_fit_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.label = "kind";
  OK(scprior_fit(model, data, &options, NULL));
  reported r = {0, 0, model};
  OK(scprior_evaluate(model, data, NULL, 0, NULL, NULL, 0, collect, &r));
  CHECK(r.n > 4 && r.silhouettes > 0);
  const char *names[] = {"silhouette"};
  r.n = 0;
  OK(scprior_evaluate(model, data, names, 1, "kind", "", 1, collect, &r));
  CHECK(r.n > 0);
  const char *unknown[] = {"silhouete"};
  REFUSED(SCPRIOR_E_ARGUMENT, "silhouette", scprior_evaluate(model, data, unknown, 1, NULL, NULL, 0, collect, &r));
  REFUSED(SCPRIOR_E_DATA, "type", scprior_evaluate(model, data, names, 1, "type", NULL, 0, collect, &r));
  REFUSED(SCPRIOR_E_ARGUMENT, "report", scprior_evaluate(model, data, names, 1, NULL, NULL, 0, NULL, NULL));
  scprior_model_free(model);
  scprior_data_free(data);
}

const test_case inference_cases[] = {{"embedding, variance and draws belong together", embeddings},
                                     {"expected counts are in proportion to the library", expectations},
                                     {"posterior counts of a cell do not depend on the others", predictive_counts},
                                     {"draws of the prior are of the prior", priors},
                                     {"the bound is the negative of the loss", bounds},
                                     {"an autoencoder has no distribution and says so", autoencoders},
                                     {"variance and bound behind a flow", flows},
                                     {"metrics are reported", metrics},
                                     {NULL, NULL}};
