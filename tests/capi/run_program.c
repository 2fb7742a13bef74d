/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fit and the embedding of `scprior train` and `scprior embed`, through the C interface.
 * usage: run_program DATA THREADS SEED LABEL FOLDER [SETTING...]
 * Writes the model FOLDER/model, its embedding as 32-bit floats (FOLDER/embedding.f32), the embedding of the program's model
 * FOLDER/program (FOLDER/program.f32) and the training history (FOLDER/history.txt: a line each epoch).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scprior.h"

static void ok(int32_t status) {
  if (status == SCPRIOR_OK) return;
  fprintf(stderr, "%s\n", scprior_last_error());
  exit(1);
}

static FILE *in_folder(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file) exit(1);
  return file;
}

static void write_embedding(scprior_model *model, const scprior_data *data, const char *folder, const char *name) {
  int64_t n_cells = 0, n_latent = 0;
  ok(scprior_data_size(data, &n_cells, NULL));
  ok(scprior_model_size(model, &n_latent, NULL));
  float *z = malloc((size_t)(n_cells * n_latent) * sizeof *z);
  ok(scprior_embed(model, data, z, n_latent, 1));
  FILE *file = in_folder(folder, name);
  fwrite(z, sizeof *z, (size_t)(n_cells * n_latent), file);
  fclose(file);
  free(z);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  const char *folder = argv[5];
  char path[4096];
  scprior_data *data = NULL;
  scprior_model *model = NULL;
  ok(scprior_set_threads(atoi(argv[2])));
  ok(scprior_data_open(argv[1], NULL, NULL, 0, &data));
  ok(scprior_model_new(NULL, (const char *const *)argv + 6, argc - 6, &model));
  scprior_fit_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.seed = atoi(argv[3]);
  options.label = argv[4];
  scprior_fit_result result;
  memset(&result, 0, sizeof result);
  result.struct_size = sizeof result;
  ok(scprior_fit(model, data, &options, &result));
  snprintf(path, sizeof path, "%s/model", folder);
  ok(scprior_model_save(model, path));
  write_embedding(model, data, folder, "embedding.f32");

  FILE *history = in_folder(folder, "history.txt");
  const char *series[] = {"train_loss", "reconstruction", "kl", "penalty", "validation_loss", "learning_rate"};
  for (int64_t epoch = 0; epoch < result.epochs; ++epoch)
    for (int i = 0; i < 6; ++i) {
      double *values = malloc((size_t)result.epochs * sizeof *values);
      ok(scprior_model_history(model, series[i], values, result.epochs, NULL));
      fprintf(history, "%.17g%c", values[epoch], i == 5 ? '\n' : ' ');
      free(values);
    }
  fclose(history);
  scprior_model_free(model);

  snprintf(path, sizeof path, "%s/program", folder);
  ok(scprior_model_open(path, &model));
  write_embedding(model, data, folder, "program.f32");
  scprior_model_free(model);
  scprior_data_free(data);
  printf("%.3f\n", result.seconds);
  return 0;
}
