/* SPDX-License-Identifier: Apache-2.0 */
/* usage: test_capi CASE... | --list */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int failures;

void check(int holds, const char *file, int line, const char *what) {
  if (holds) return;
  ++failures;
  fprintf(stderr, "%s:%d: does not hold: %s (last error: %s)\n", file, line, what, scprior_last_error());
}

void check_status(int32_t got, int32_t wanted, const char *words, const char *file, int line, const char *call) {
  const char *text = scprior_last_error();
  int right = got == wanted && scprior_last_status() == got && (!words || strstr(text, words));
  if (right && got != SCPRIOR_OK && !text[0]) right = 0;
  if (right) return;
  ++failures;
  fprintf(stderr, "%s:%d: %s\n  status %d (%s), wanted %d with \"%s\"\n", file, line, call, got, text, wanted,
          words ? words : "");
}

small_data *make_small_data(void) {
  small_data *data = calloc(1, sizeof *data);
  uint32_t state = 1;
  int32_t n = 0;
  for (int i = 0; i < N_CELLS; ++i) {
    for (int j = 0; j < N_GENES; ++j) {
      state = state * 1664525u + 1013904223u;
      uint32_t draw = state >> 24;
      int high = (i % 2) == (j % 2);
      data->dense[i][j] = draw < (high ? 160u : 40u) ? 1 + draw % (high ? 9 : 3) : 0;
      if (data->dense[i][j] == 0) continue;
      data->indices[n] = j;
      data->values[n++] = data->dense[i][j];
    }
    data->pointers[i + 1] = n;
  }
  for (int j = 0; j < N_GENES; ++j) {
    snprintf(data->text[j], sizeof data->text[j], "g%d", j + 1);
    data->genes[j] = data->text[j];
  }
  return data;
}

scprior_matrix sparse_matrix(small_data *data) {
  scprior_matrix matrix;
  memset(&matrix, 0, sizeof matrix);
  matrix.struct_size = sizeof matrix;
  matrix.layout = SCPRIOR_SPARSE;
  matrix.n_cells = N_CELLS;
  matrix.n_genes = N_GENES;
  matrix.values = data->values;
  matrix.pointers = data->pointers;
  matrix.indices = data->indices;
  matrix.value_type = SCPRIOR_FLOAT64;
  matrix.pointer_type = SCPRIOR_INT32;
  matrix.index_type = SCPRIOR_INT32;
  return matrix;
}

scprior_data *small_handle(void) {
  small_data *raw = make_small_data();
  scprior_matrix matrix = sparse_matrix(raw);
  scprior_data *data = NULL;
  OK(scprior_data_new(&matrix, raw->genes, NULL, &data));
  free(raw);
  return data;
}

static scprior_model *model_of(const char *prior, int epochs, const char *learning_rate) {
  char prior_setting[64], epochs_setting[64], rate_setting[64];
  snprintf(prior_setting, sizeof prior_setting, "prior=%s", prior);
  snprintf(epochs_setting, sizeof epochs_setting, "train.max_epochs=%d", epochs);
  snprintf(rate_setting, sizeof rate_setting, "train.learning_rate=%s", learning_rate);
  const char *settings[] = {prior_setting, epochs_setting, rate_setting, "latent=3", "genes.space=dataset",
                            "encoder.hidden=[8]", "decoder.hidden=[8]", "train.batch_size=16"};
  scprior_model *model = NULL;
  OK(scprior_model_new(NULL, settings, sizeof settings / sizeof *settings, &model));
  return model;
}

scprior_model *small_model(const char *prior) { return model_of(prior, 3, "1e-3"); }

scprior_model *trained_model(scprior_data *data) {
  scprior_model *model = model_of("standard_normal", 150, "0.03");
  OK(scprior_fit(model, data, NULL, NULL));
  return model;
}

static int run(const char *name) {
  const test_case *suites[] = {data_cases, model_cases, inference_cases, component_cases, thread_cases};
  int found = 0, list = strcmp(name, "--list") == 0;
  for (size_t i = 0; i < sizeof suites / sizeof *suites; ++i)
    for (const test_case *test = suites[i]; test->name; ++test) {
      if (list) puts(test->name);
      if (list || strcmp(test->name, name) != 0) continue;
      found = 1;
      test->run();
    }
  if (found || list) return 0;
  fprintf(stderr, "there is no case \"%s\"\n", name);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  for (int i = 1; i < argc; ++i) failures += run(argv[i]);
  return failures ? 1 : 0;
}
