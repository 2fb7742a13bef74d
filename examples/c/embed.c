/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A complete analysis in C: counts in, a model, an embedding and numbers out.
 *
 *     cc embed.c $(pkg-config --cflags --libs scprior) -o embed
 *     ./embed pancreas_baron_h1.h5ad
 *
 * usage: embed DATA [EPOCHS]   DATA has a column "cell_type" in its table of cells
 */
#include <scprior.h>
#include <stdio.h>
#include <stdlib.h>

/* Every function returns a status; the text says what was wrong. */
static void ok(int32_t status) {
  if (status == SCPRIOR_OK) return;
  fprintf(stderr, "%s\n", scprior_last_error());
  exit(1);
}

/* Called after every step; returning 1 would stop the training. */
static int32_t show(void *user, const scprior_progress *now) {
  (void)user;
  if (now->validation_loss == now->validation_loss) /* not NaN: an epoch has ended */
    fprintf(stderr, "epoch %lld: validation loss %.1f\n", (long long)now->epoch, now->validation_loss);
  return 0;
}

static void print_metric(void *user, const char *metric, const char *name, double value, int32_t better,
                         const char *note) {
  (void)user, (void)better;
  if (name[0] == '\0') printf("%-24s %10.4f %s\n", metric, value, note);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: embed DATA [EPOCHS]\n");
    return 2;
  }
  char epochs[64];
  snprintf(epochs, sizeof epochs, "train.max_epochs=%s", argc > 2 ? argv[2] : "30");

  scprior_data *data = NULL;
  ok(scprior_data_open(argv[1], NULL, NULL, 0, &data));

  const char *settings[] = {"prior=vamp", "prior.components=100", "latent=16", "train.learning_rate=1e-3", epochs};
  scprior_model *model = NULL;
  ok(scprior_model_new(NULL, settings, sizeof settings / sizeof *settings, &model));

  scprior_fit_options options = {0};
  options.struct_size = sizeof options;
  options.seed = 1;
  options.label = "cell_type";
  options.progress = show;
  scprior_fit_result result = {0};
  result.struct_size = sizeof result;
  ok(scprior_fit(model, data, &options, &result));
  printf("%lld epochs in %.1f s, best %lld\n", (long long)result.epochs, result.seconds, (long long)result.best_epoch);

  int64_t n_cells = 0, n_latent = 0;
  ok(scprior_data_size(data, &n_cells, NULL));
  ok(scprior_model_size(model, &n_latent, NULL));
  float *z = malloc((size_t)(n_cells * n_latent) * sizeof *z);
  double *bound = malloc((size_t)n_cells * sizeof *bound);
  if (!z || !bound) return 1;
  ok(scprior_embed(model, data, z, n_latent, 1)); /* row after row */
  printf("first cell: %.3f %.3f %.3f ...\n", z[0], z[1], z[2]);

  double mean = 0;
  ok(scprior_log_likelihood_bound(model, data, 5, 1, bound));
  for (int64_t i = 0; i < n_cells; ++i) mean += bound[i] / (double)n_cells;
  printf("ln p(x) >= %.1f nats a cell\n", mean);

  ok(scprior_evaluate(model, data, NULL, 0, NULL, NULL, 0, print_metric, NULL));
  ok(scprior_model_save(model, "pancreas_model")); /* `scprior embed pancreas_model ...` reads it too */

  free(bound);
  free(z);
  scprior_model_free(model);
  scprior_data_free(data);
  return 0;
}
