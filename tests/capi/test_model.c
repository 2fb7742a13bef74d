/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static scprior_model *model;
static const char *what;
static int32_t model_text(char *b, size_t n, size_t *needed) { return scprior_model_text(model, what, b, n, needed); }

static void settings(void) {
  scprior_model *out = NULL;
  const char *wrong[] = {"prior=vampp", "train.max_epochs=-1", "latent", "flows=iaf"};
  REFUSED(SCPRIOR_E_CONFIG, "vampp", scprior_model_new(NULL, wrong, 4, &out));
  /* All at once, without the program's way of writing settings. */
  const char *text = scprior_last_error();
  CHECK(strstr(text, "train.max_epochs: ") && strstr(text, "KEY=VALUE") && strstr(text, "flows"));
  CHECK(!strstr(text, "--set"));
  const char *elsewhere[] = {"seed=1", "threads=2", "label=kind", "loader.layer=counts"};
  REFUSED(SCPRIOR_E_CONFIG, "seed", scprior_model_new(NULL, elsewhere, 4, &out));
  text = scprior_last_error();
  CHECK(strstr(text, "scprior_set_threads()") && strstr(text, "label") && strstr(text, "loader"));
  REFUSED(SCPRIOR_E_CONFIG, "2 [[model]]", scprior_model_new("schema = 1\n[[model]]\n[[model]]\n", NULL, 0, &out));
  REFUSED(SCPRIOR_E_CONFIG, "data", scprior_model_new("schema = 1\n[[data]]\npath = \"x\"\n", NULL, 0, &out));
  REFUSED(SCPRIOR_E_CONFIG, "model text:2:", scprior_model_new("schema = 1\n[[model]\n", NULL, 0, &out));
  REFUSED(SCPRIOR_E_CONFIG, "schema", scprior_model_new("schema = 99\n", NULL, 0, &out));
  REFUSED(SCPRIOR_E_ARGUMENT, "out", scprior_model_new(NULL, NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "settings", scprior_model_new(NULL, NULL, 3, &out));
  REFUSED(SCPRIOR_E_ARGUMENT, "settings", scprior_model_new(NULL, NULL, -1, &out));
  const char *null_setting[] = {"prior=vamp", NULL};
  REFUSED(SCPRIOR_E_ARGUMENT, "settings[1]", scprior_model_new(NULL, null_setting, 2, &out));
  CHECK(out == NULL);
}

/* Settings win over the text, and the text that comes out makes the same model. */
static void texts(void) {
  const char *toml =
      "schema = 1\n[train]\nmax_epochs = 7\n[[model]]\nlatent = 5\nprior = { type = \"vamp\", components = 9 }\n"
      "train = { max_epochs = 8 }\n";
  const char *over[] = {"train.max_epochs=4", "prior.components=11"};
  OK(scprior_model_new(toml, over, 2, &model));
  char *first = NULL, *second = NULL;
  what = "toml";
  TEXT_OF(first, model_text);
  CHECK(strstr(first, "max_epochs = 4\n") && strstr(first, "components = 11\n") && strstr(first, "latent = 5\n"));
  scprior_model_free(model);
  OK(scprior_model_new(first, NULL, 0, &model));
  TEXT_OF(second, model_text);
  CHECK(strcmp(first, second) == 0);
  scprior_model_free(model);
  /* Another prior takes nothing over from the one it replaces. */
  const char *other[] = {"prior=standard_normal"};
  OK(scprior_model_new(toml, other, 1, &model));
  scprior_model_free(model);
  free(first);
  free(second);
}

static void before_the_fit(void) {
  model = small_model("standard_normal");
  float out[4];
  REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_model_save(model, "somewhere"));
  REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_model_size(model, NULL, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_model_history(model, "kl", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_model_text(model, "genes", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_prior_sample(model, 1, 0, out, 3, 1));
  OK(scprior_model_text(model, "data", NULL, 0, NULL));
  OK(scprior_model_cancel(model));
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_model_cancel(NULL));
  scprior_model_free(model);
}

typedef struct watch {
  int64_t calls, stop_after, epochs;
  scprior_model *fitted;
  scprior_data *data;
} watch;

static int32_t watching(void *user, const scprior_progress *progress) {
  watch *w = user;
  CHECK(progress->struct_size == sizeof *progress);
  CHECK(progress->epoch >= 1 && progress->epoch <= progress->max_epochs && progress->max_epochs == 3);
  CHECK(progress->step >= 1 && progress->step <= progress->steps);
  CHECK(isfinite(progress->loss));
  if (!isnan(progress->validation_loss)) ++w->epochs;
  if (w->calls == 0 && w->fitted) {
    /* The handles of the call under way are refused, others are not. */
    int64_t n = 0;
    REFUSED(SCPRIOR_E_ARGUMENT, "in use", scprior_model_size(w->fitted, &n, NULL));
    REFUSED(SCPRIOR_E_ARGUMENT, "in use", scprior_data_size(w->data, &n, NULL));
    scprior_data *own = small_handle();
    OK(scprior_data_size(own, &n, NULL));
    scprior_data_free(own);
  }
  return ++w->calls == w->stop_after;
}

static void fits(void) {
  scprior_data *data = small_handle();
  model = small_model("vamp");
  scprior_model_free(model);
  model = small_model("standard_normal");
  watch w = {0, 0, 0, model, data};
  scprior_fit_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.progress = watching;
  options.user = &w;
  scprior_fit_result result;
  memset(&result, 0, sizeof result);
  result.struct_size = sizeof result;
  OK(scprior_fit(model, data, &options, &result));
  CHECK(result.struct_size == sizeof result && result.stop == SCPRIOR_STOP_MAX_EPOCHS);
  CHECK(result.epochs == 3 && result.best_epoch >= 1 && w.epochs == 3 && w.calls > 3 && result.seconds > 0);

  int64_t n = 0, n_latent = 0, n_genes = 0;
  double losses[4] = {0, 0, 0, -1};
  const char *series[] = {"train_loss", "validation_loss", "reconstruction", "kl", "penalty", "learning_rate"};
  for (int i = 0; i < 6; ++i) {
    OK(scprior_model_history(model, series[i], NULL, 0, &n));
    CHECK(n == 3);
    OK(scprior_model_history(model, series[i], losses, 3, NULL));
    CHECK(isfinite(losses[0]) && isfinite(losses[2]) && losses[3] == -1);
  }
  REFUSED(SCPRIOR_E_ARGUMENT, "train_loss", scprior_model_history(model, "loss", NULL, 0, &n));
  REFUSED(SCPRIOR_E_ARGUMENT, "series", scprior_model_history(model, NULL, NULL, 0, &n));
  REFUSED(SCPRIOR_E_ARGUMENT, "values", scprior_model_history(model, "kl", NULL, 3, &n));
  REFUSED(SCPRIOR_E_ARGUMENT, "capacity", scprior_model_history(model, "kl", losses, -3, &n));
  OK(scprior_model_size(model, &n_latent, &n_genes));
  CHECK(n_latent == N_LATENT && n_genes == N_GENES);
  char *text = NULL;
  what = "genes";
  TEXT_OF(text, model_text);
  CHECK(strncmp(text, "[\"g1\",\"g2\"", 10) == 0);
  free(text);
  what = "data";
  TEXT_OF(text, model_text);
  CHECK(strstr(text, "60 cells"));
  free(text);
  REFUSED(SCPRIOR_E_ARGUMENT, "genes", scprior_model_text(model, "gene", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "what", scprior_model_text(model, NULL, NULL, 0, NULL));

  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_fit(NULL, data, NULL, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_fit(model, NULL, NULL, NULL));
  options.seed = -1;
  REFUSED(SCPRIOR_E_ARGUMENT, "seed", scprior_fit(model, data, &options, NULL));
  options.seed = 0;
  options.label = "kind";
  REFUSED(SCPRIOR_E_DATA, "kind", scprior_fit(model, data, &options, NULL));
  options.label = NULL;
  options.struct_size = 4;
  REFUSED(SCPRIOR_E_ARGUMENT, "struct_size", scprior_fit(model, data, &options, NULL));
  options.struct_size = sizeof options;
  result.struct_size = 0;
  REFUSED(SCPRIOR_E_ARGUMENT, "struct_size", scprior_fit(model, data, &options, &result));
  /* All of these left the model as it was. */
  double again[3];
  OK(scprior_model_history(model, "learning_rate", again, 3, &n));
  CHECK(n == 3 && memcmp(again, losses, sizeof again) == 0);
  scprior_model_free(model);
  scprior_data_free(data);
}

static void cancelled(void) {
  scprior_data *data = small_handle();
  const int64_t stops[] = {1, 2, 5, 9}; /* at once ... in the third epoch */
  for (int i = 0; i < 4; ++i) {
    model = small_model("standard_normal");
    watch w = {0, stops[i], 0, NULL, NULL};
    scprior_fit_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.progress = watching;
    options.user = &w;
    scprior_fit_result result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    REFUSED(SCPRIOR_E_CANCELLED, "stopped on request", scprior_fit(model, data, &options, &result));
    CHECK(w.calls == stops[i] && result.stop == SCPRIOR_STOP_CANCELLED);
    CHECK(i > 0 ? result.best_epoch >= 0 : result.best_epoch == 0);
    static float out[N_CELLS * N_LATENT];
    OK(scprior_embed(model, data, out, N_LATENT, 1));
    CHECK(isfinite(out[0]) && isfinite(out[N_CELLS * N_LATENT - 1]));
    OK(scprior_model_save(model, "cancelled_model"));
    scprior_model_free(model);
  }
  scprior_data_free(data);
}

static void not_finite(void) {
  scprior_data *data = small_handle();
  const char *settings[] = {"latent=3", "genes.space=dataset", "encoder.hidden=[8]", "decoder.hidden=[8]",
                            "train.learning_rate=1e30", "train.batch_size=16", "train.max_epochs=50"};
  OK(scprior_model_new(NULL, settings, 7, &model));
  scprior_fit_result result;
  memset(&result, 0, sizeof result);
  result.struct_size = sizeof result;
  REFUSED(SCPRIOR_E_NUMERIC, "not finite", scprior_fit(model, data, NULL, &result));
  CHECK(result.stop == SCPRIOR_STOP_NOT_FINITE);
  scprior_model_free(model);
  scprior_data_free(data);
}

static void folders(void) {
  scprior_data *data = small_handle();
  static float wanted[N_CELLS * N_LATENT], got[N_CELLS * N_LATENT];
  model = trained_model(data);
  OK(scprior_embed(model, data, wanted, N_LATENT, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "folder", scprior_model_save(model, NULL));
  OK(scprior_model_save(model, "saved_model"));
  scprior_model_free(model);
  REFUSED(SCPRIOR_E_ARGUMENT, "folder", scprior_model_open(NULL, &model));
  REFUSED(SCPRIOR_E_ARGUMENT, "out", scprior_model_open("saved_model", NULL));
  REFUSED(SCPRIOR_E_IO, "no_such_folder", scprior_model_open("no_such_folder", &model));
  OK(scprior_model_open("saved_model", &model));
  OK(scprior_embed(model, data, got, N_LATENT, 1));
  CHECK(memcmp(wanted, got, sizeof got) == 0);
  int64_t n = -1;
  OK(scprior_model_history(model, "kl", NULL, 0, &n));
  CHECK(n == 0);
  OK(scprior_fit(model, data, NULL, NULL)); /* starts anew, with the same settings and seed */
  OK(scprior_embed(model, data, got, N_LATENT, 1));
  CHECK(memcmp(wanted, got, sizeof got) == 0);
  scprior_model_free(model);
  scprior_data_free(data);
}

const test_case model_cases[] = {{"settings are checked together and name no program", settings},
                                 {"settings win over a text, and the text goes round", texts},
                                 {"a model that is not trained says so", before_the_fit},
                                 {"a fit tells its progress, its result and its history", fits},
                                 {"a fit that is cancelled leaves a usable model", cancelled},
                                 {"a loss that leaves the finite numbers is told", not_finite},
                                 {"a saved model is the same model", folders},
                                 {NULL, NULL}};
