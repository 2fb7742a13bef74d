/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const char *kind, *name, *format;
static int32_t list_text(char *b, size_t n, size_t *needed) { return scprior_list(kind, b, n, needed); }
static int32_t describe_text(char *b, size_t n, size_t *needed) {
  return scprior_describe(kind, name, format, b, n, needed);
}
static int32_t plugins_text(char *b, size_t n, size_t *needed) { return scprior_plugins(b, n, needed); }

static void library(void) {
  CHECK(scprior_c_version() >> 16 == SCPRIOR_C_MAJOR);
  CHECK(strstr(scprior_build_info(), "LibTorch"));
  CHECK(scprior_build_info() == scprior_build_info());
  CHECK(scprior_last_error() != NULL);
  OK(scprior_set_threads(1));
  OK(scprior_set_threads(0));
  REFUSED(SCPRIOR_E_ARGUMENT, "n_threads", scprior_set_threads(-1));
  REFUSED(SCPRIOR_E_ARGUMENT, "n_threads", scprior_set_threads(INT64_MAX));
  CHECK(strstr(scprior_last_error(), "n_threads")); /* stays until the next failure */
  OK(scprior_set_threads(1));
  CHECK(strstr(scprior_last_error(), "n_threads"));
}

static void descriptions(void) {
  char *text = NULL;
  kind = NULL;
  TEXT_OF(text, list_text);
  CHECK(strstr(text, "\"name\":\"vamp\"") && strstr(text, "\"kind\":\"loader\""));
  free(text);
  kind = "prior";
  TEXT_OF(text, list_text);
  CHECK(strstr(text, "\"vamp\"") && !strstr(text, "\"kind\":\"loader\""));
  free(text);
  REFUSED(SCPRIOR_E_ARGUMENT, "prior", scprior_list("prio", NULL, 0, NULL));

  name = "vamp";
  const char *forms[] = {"text", "json", "toml", "markdown"};
  const char *words[] = {"components = ", "\"name\": \"components\"", "[model.prior]", "| `components` |"};
  for (int i = 0; i < 4; ++i) {
    format = forms[i];
    TEXT_OF(text, describe_text);
    CHECK(strstr(text, words[i]));
    free(text);
  }
  kind = "section", name = "train";
  const char *section_words[] = {"[train]", "\"section\": \"train\"", "max_epochs = 1000", "| `max_epochs` |"};
  for (int i = 0; i < 4; ++i) {
    format = forms[i];
    TEXT_OF(text, describe_text);
    CHECK(strstr(text, section_words[i]));
    free(text);
  }
  REFUSED(SCPRIOR_E_ARGUMENT, "markdown", scprior_describe("prior", "vamp", "html", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "vamp", scprior_describe("prior", "vampp", "text", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "train", scprior_describe("section", "trains", "text", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "kind", scprior_describe(NULL, "vamp", "text", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "name", scprior_describe("prior", NULL, "text", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "format", scprior_describe("prior", "vamp", NULL, NULL, 0, NULL));

  REFUSED(SCPRIOR_E_ARGUMENT, "path", scprior_load_plugin(NULL));
  REFUSED(SCPRIOR_E_PLUGIN, "no_such_plugin.so", scprior_load_plugin("no_such_plugin.so"));
  TEXT_OF(text, plugins_text);
  CHECK(strstr(text, "prior_vamp.so\",\"loaded\":true") && strstr(text, "no_such_plugin.so\",\"loaded\":false"));
  free(text);
}

/* A Laplace-free, learnable prior: a normal distribution with one scale for each unit. */
typedef struct scaled {
  scprior_prior_c table;
  int64_t n_latent;
  const int *fail_in; /* 1 build, 2 start, 3 log_prob, 4 sample; not finite: 5 log_prob, 8 gradient, 9 sample */
} scaled;

static int made, destroyed, released, told;

static int32_t said(char *error, const char *text) {
  snprintf(error, SCPRIOR_ERROR_SIZE, "%s", text);
  return SCPRIOR_E_NUMERIC;
}

static int32_t scaled_build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  scaled *s = user;
  if (*s->fail_in == 1) return said(error, "no building today");
  s->n_latent = *n_parameters = n_latent;
  return SCPRIOR_OK;
}
static int32_t scaled_start(void *user, uint64_t seed, double *parameters, char *error) {
  scaled *s = user;
  (void)seed;
  if (*s->fail_in == 2) return said(error, "no start today");
  for (int64_t j = 0; j < s->n_latent; ++j) parameters[j] = 0.1;
  return SCPRIOR_OK;
}
static int32_t scaled_log_prob(void *user, int64_t n, const double *z, const double *parameters, double *log_prob,
                               double *gradient, double *parameter_gradient, char *error) {
  scaled *s = user;
  if (*s->fail_in == 3) return said(error, "no density today");
  for (int64_t i = 0; i < n; ++i) {
    log_prob[i] = *s->fail_in == 5 && i == 2 ? NAN : 0;
    for (int64_t j = 0; j < s->n_latent; ++j) {
      const double x = z[i * s->n_latent + j], precision = exp(-2 * parameters[j]);
      log_prob[i] -= 0.91893853320467274 + parameters[j] + 0.5 * x * x * precision;
      if (gradient) gradient[i * s->n_latent + j] = *s->fail_in == 8 && i == 3 && j == 1 ? INFINITY : -x * precision;
      if (parameter_gradient) parameter_gradient[i * s->n_latent + j] = x * x * precision - 1;
    }
  }
  return SCPRIOR_OK;
}
static int32_t scaled_sample(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error) {
  scaled *s = user;
  if (*s->fail_in == 4) return said(error, "no draws today");
  (void)parameters;
  for (int64_t i = 0; i < n * s->n_latent; ++i) z[i] = (double)((seed + (uint64_t)i) % 7) / 7;
  if (*s->fail_in == 9) z[s->n_latent] = -INFINITY;
  return SCPRIOR_OK;
}
static void scaled_destroy(void *user) {
  ++destroyed;
  free(user);
}

static int32_t make_scaled(void *user, const void **out, char *error) {
  if (*(const int *)user == 6) return said(error, "none are made today");
  if (*(const int *)user == 7) return SCPRIOR_OK; /* and leaves *out NULL */
  scaled *s = calloc(1, sizeof *s);
  s->table.struct_size = sizeof s->table;
  s->table.user = s;
  s->table.build = scaled_build;
  s->table.start = scaled_start;
  s->table.log_prob = scaled_log_prob;
  s->table.sample = scaled_sample;
  s->table.destroy = scaled_destroy;
  s->fail_in = user;
  *out = &s->table;
  ++made;
  return SCPRIOR_OK;
}
static void count_release(void *user) {
  (void)user;
  ++released;
}

static scprior_definition definition_of(int *fail_in) {
  scprior_definition d;
  memset(&d, 0, sizeof d);
  d.struct_size = sizeof d;
  d.kind = SCPRIOR_KIND_PRIOR;
  d.name = "scaled";
  d.user = fail_in;
  d.create = make_scaled;
  d.release = count_release;
  return d;
}

static void own_priors(void) {
  int fail_in = 0;
  scprior_definition d = definition_of(&fail_in);
  scprior_data *data = small_handle();
  OK(scprior_register(&d));
  scprior_model *model = small_model("scaled");
  OK(scprior_fit(model, data, NULL, NULL));
  CHECK(made > destroyed);
  static float z[10 * N_LATENT];
  OK(scprior_prior_sample(model, 10, 1, z, N_LATENT, 1));
  char *text = NULL;
  kind = "prior", name = "scaled", format = "text";
  TEXT_OF(text, describe_text);
  CHECK(strstr(text, "scaled"));
  free(text);

  /* Replaced: the model that was made before keeps its prior, and the definition. */
  OK(scprior_register(&d));
  CHECK(released == 0);
  OK(scprior_prior_sample(model, 10, 1, z, N_LATENT, 1));
  scprior_model_free(model);
  CHECK(released == 1 && made == destroyed);

  const char *words[] = {"no building today", "no start today", "no density today"};
  for (fail_in = 1; fail_in <= 3; ++fail_in) {
    model = small_model("scaled");
    REFUSED(SCPRIOR_E_NUMERIC, words[fail_in - 1], scprior_fit(model, data, NULL, NULL));
    REFUSED(SCPRIOR_E_ARGUMENT, "not trained", scprior_model_size(model, NULL, NULL));
    scprior_model_free(model);
  }
  model = small_model("scaled");
  fail_in = 5;
  REFUSED(SCPRIOR_E_PLUGIN, "log_prob: point 3 of 16 is NaN, or was not written; the point is (",
          scprior_fit(model, data, NULL, NULL));
  CHECK(!strchr(scprior_last_error(), '\n'));
  fail_in = 8;
  REFUSED(SCPRIOR_E_PLUGIN, "the gradient of log_prob: point 4 of 16, latent unit 2 is inf; the point is (",
          scprior_fit(model, data, NULL, NULL));
  fail_in = 6;
  REFUSED(SCPRIOR_E_NUMERIC, "none are made today", scprior_fit(model, data, NULL, NULL));
  fail_in = 7;
  REFUSED(SCPRIOR_E_PLUGIN, "could not be made", scprior_fit(model, data, NULL, NULL));
  fail_in = 0;
  OK(scprior_fit(model, data, NULL, NULL));
  fail_in = 4;
  REFUSED(SCPRIOR_E_NUMERIC, "no draws today", scprior_prior_sample(model, 10, 1, z, N_LATENT, 1));
  fail_in = 9;
  REFUSED(SCPRIOR_E_PLUGIN, "sample: draw 2 of 10, latent unit 1 is -inf; must be finite",
          scprior_prior_sample(model, 10, 1, z, N_LATENT, 1));
  scprior_model_free(model);
  CHECK(made == destroyed);
  scprior_data_free(data);
}

static void wrong_definitions(void) {
  int fail_in = 0;
  released = 0;
  scprior_definition d = definition_of(&fail_in);
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_register(NULL));
  d.struct_size = 4;
  REFUSED(SCPRIOR_E_ARGUMENT, "struct_size", scprior_register(&d));
  d = definition_of(&fail_in), d.create = NULL;
  REFUSED(SCPRIOR_E_ARGUMENT, "create", scprior_register(&d));
  d = definition_of(&fail_in), d.name = NULL;
  REFUSED(SCPRIOR_E_ARGUMENT, "name", scprior_register(&d));
  d = definition_of(&fail_in), d.name = "With Blanks";
  REFUSED(SCPRIOR_E_ARGUMENT, "a-z", scprior_register(&d));
  d = definition_of(&fail_in), d.name = "vamp";
  REFUSED(SCPRIOR_E_ARGUMENT, "prior_vamp", scprior_register(&d));
  d = definition_of(&fail_in), d.kind = SCPRIOR_KIND_ENCODER;
  REFUSED(SCPRIOR_E_ARGUMENT, "priors and metrics only", scprior_register(&d));
  d = definition_of(&fail_in), d.kind = 77;
  REFUSED(SCPRIOR_E_ARGUMENT, "kind 77", scprior_register(&d));
  CHECK(released == 0);
}

static int32_t spread(void *user, const scprior_metric_input *input, scprior_report_value report, void *receiver,
                      char *error) {
  (void)user;
  if (input->labels) return said(error, "labels are not wanted");
  double sum = 0;
  for (int64_t i = 0; i < input->n_cells * input->n_latent; ++i) sum += input->latent[i] * input->latent[i];
  report(receiver, "", sum, 1);
  return SCPRIOR_OK;
}
static int32_t make_spread(void *user, const void **out, char *error) {
  static scprior_metric_c table;
  (void)user, (void)error;
  table.struct_size = sizeof table;
  table.evaluate = spread;
  *out = &table;
  return SCPRIOR_OK;
}
static void receive(void *user, const char *metric, const char *value_name, double value, int32_t better,
                    const char *note) {
  (void)note;
  CHECK(strcmp(metric, "spread") == 0 && value_name[0] == '\0' && better == 1);
  *(double *)user = value;
}

static void own_metrics(void) {
  scprior_definition d;
  memset(&d, 0, sizeof d);
  d.struct_size = sizeof d;
  d.kind = SCPRIOR_KIND_METRIC;
  d.name = "spread";
  d.create = make_spread;
  OK(scprior_register(&d));
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  static float z[N_CELLS * N_LATENT];
  OK(scprior_embed(model, data, z, N_LATENT, 1));
  double wanted = 0, got = 0;
  for (int i = 0; i < N_CELLS * N_LATENT; ++i) wanted += (double)z[i] * z[i];
  const char *names[] = {"spread"};
  OK(scprior_evaluate(model, data, names, 1, NULL, NULL, 0, receive, &got));
  CHECK(fabs(got - wanted) <= 1e-12 * wanted);
  int32_t codes[N_CELLS] = {0};
  const char *label[] = {"all"};
  OK(scprior_data_set_labels(data, "kind", codes, label, 1));
  REFUSED(SCPRIOR_E_NUMERIC, "labels are not wanted",
          scprior_evaluate(model, data, names, 1, "kind", NULL, 0, receive, &got));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void hear(void *user, int32_t level, const char *text) {
  CHECK(user == (void *)&told && level >= 1 && text[0]);
  ++told;
}

static void logs(void) {
  OK(scprior_set_log(hear, &told, 1));
  scprior_data *data = small_handle();
  scprior_model *model = trained_model(data);
  CHECK(told > 0);
  OK(scprior_set_log(NULL, NULL, 0));
  const int before = told;
  OK(scprior_fit(model, data, NULL, NULL));
  CHECK(told == before);
  REFUSED(SCPRIOR_E_ARGUMENT, "level", scprior_set_log(hear, NULL, 4));
  REFUSED(SCPRIOR_E_ARGUMENT, "level", scprior_set_log(hear, NULL, -1));
  scprior_model_free(model);
  scprior_data_free(data);
}

static const char *experiment = "small_experiment.toml";
static int32_t stop_at_once(void *user, const scprior_progress *progress) {
  (void)user, (void)progress;
  return 1;
}

static void experiments(void) {
  FILE *file = fopen(experiment, "w");
  if (!file) abort();
  fprintf(file,
          "schema = 1\nseeds = [0]\nthreads = 1\nmetrics = [\"active_units\"]\n[genes]\nspace = \"dataset\"\n[train]\n"
          "max_epochs = 1\nsteps_per_epoch = 3\n[[data]]\npath = \"%s\"\n[[model]]\nlatent = 2\n"
          "encoder = { type = \"mlp\", hidden = [4] }\ndecoder = { type = \"mlp\", hidden = [4] }\n",
          SCPRIOR_PANCREAS);
  fclose(file);
  OK(scprior_check(experiment));
  REFUSED(SCPRIOR_E_ARGUMENT, "file", scprior_check(NULL));
  REFUSED(SCPRIOR_E_CONFIG, "nowhere.toml", scprior_check("nowhere.toml"));
  REFUSED(SCPRIOR_E_ARGUMENT, "file", scprior_run(NULL, 0, NULL, NULL, NULL, 0, NULL));
  char summary[4096];
  size_t needed = 0;
  REFUSED(SCPRIOR_E_ARGUMENT, "buffer", scprior_run(experiment, 1, NULL, NULL, NULL, 1, &needed));
  REFUSED(SCPRIOR_E_CANCELLED, "stopped on request",
          scprior_run(experiment, 1, stop_at_once, NULL, summary, sizeof summary, &needed));
  CHECK(strstr(summary, "\"cancelled\": true"));
  OK(scprior_run(experiment, 1, NULL, NULL, summary, sizeof summary, &needed));
  CHECK(needed == strlen(summary) + 1 && strstr(summary, "\"failures\": []") && strstr(summary, "report.html"));
  OK(scprior_run(experiment, 0, stop_at_once, NULL, summary, sizeof summary, NULL)); /* complete: nothing to stop */
}

const test_case component_cases[] = {{"the library tells what it is", library},
                                     {"components and sections are described in four forms", descriptions},
                                     {"a prior of the caller's own is trained, replaced and may fail", own_priors},
                                     {"wrong definitions are refused and not released", wrong_definitions},
                                     {"a metric of the caller's own is evaluated", own_metrics},
                                     {"messages go to the log, and nowhere without one", logs},
                                     {"an experiment is checked, run, cancelled and not repeated", experiments},
                                     {NULL, NULL}};
