/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls the C interface at random, with valid and invalid arguments in any order.
 * usage: fuzz CALLS [SEED]
 * What is checked: nothing crashes; a status is a known one; a failure has a text; memory beside the outputs stays as it
 * was. The arrays that are handed over are as large as the other arguments say: C cannot tell more.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scprior.h"

enum { CELLS = 12, GENES = 10, HANDLES = 6, OUT = 4096, GUARD = 64 };

static uint64_t state;
static uint32_t draw(uint32_t n) { /* 0 ... n - 1 */
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)((state >> 32) % n);
}
static int chance(uint32_t one_in) { return draw(one_in) == 0; }

static scprior_data *data[HANDLES];
static scprior_model *models[HANDLES];
static float out[OUT + GUARD];
static double doubles[OUT + GUARD];
static char buffer[1024];
static int64_t counts_by_status[100], n_calls, n_ok_fits, n_ok_inferences;
static int64_t released;
static const char *last_call = "";

static void stop(const char *what) {
  fprintf(stderr, "fuzz: %s in call %lld, %s (last error: %s)\n", what, (long long)n_calls, last_call,
          scprior_last_error());
  abort();
}

static int32_t checked_call(int32_t status, const char *text) {
  last_call = text;
  ++n_calls;
  if (status < 0 || status > 99) stop("an unknown status");
  if (status != scprior_last_status()) stop("last_status differs");
  if (status != SCPRIOR_OK && !scprior_last_error()[0]) stop("a failure without a text");
  if (status == SCPRIOR_E_INTERNAL) stop("an internal error");
  ++counts_by_status[status];
  for (int i = OUT; i < OUT + GUARD; ++i)
    if (out[i] != 7 || doubles[i] != 7) stop("memory beside an output was written");
  return status;
}

#define checked(call) checked_call((call), #call)

static int64_t integer(int64_t usual) {
  static const int64_t odd[] = {0, 1, -1, 2, 5, 1000, INT64_MAX, INT64_MIN, (int64_t)1 << 40, CELLS, GENES, CELLS - 1};
  return chance(4) ? odd[draw(sizeof odd / sizeof *odd)] : usual;
}
static double real(double usual) {
  static const double odd[] = {0, -1, 0.5, NAN, INFINITY, -INFINITY, 1e300, 1e-300, 16777217};
  return chance(8) ? odd[draw(sizeof odd / sizeof *odd)] : usual;
}
static const char *text(const char *usual) {
  static const char *odd[] = {"", "vamp", "x=y", "\xff\xfe", "a/b", "genes", "prior", "kind", "../x", "%s%n", "[1,"};
  if (chance(10)) return NULL;
  return chance(5) ? odd[draw(sizeof odd / sizeof *odd)] : usual;
}
static size_t capacity(void) {
  static const size_t sizes[] = {0, 1, 2, 10, sizeof buffer};
  return sizes[draw(5)];
}
static char *maybe_buffer(void) { return chance(10) ? NULL : buffer; }
static size_t needed;
static size_t *maybe_needed(void) { return chance(4) ? NULL : &needed; }

static void *any_pointer(void) { return chance(2) ? NULL : (void *)(uintptr_t)(draw(400)); }
static scprior_data *some_data(void) {
  if (chance(12)) return chance(2) ? (scprior_data *)any_pointer() : (scprior_data *)(void *)models[draw(HANDLES)];
  return data[draw(HANDLES)]; /* NULL, live or freed */
}
static scprior_model *some_model(void) {
  if (chance(12)) return chance(2) ? (scprior_model *)any_pointer() : (scprior_model *)(void *)data[draw(HANDLES)];
  return models[draw(HANDLES)];
}

static void release(void *owner) {
  free(owner);
  ++released;
}

static void new_data(void) {
  static const char *names[] = {"g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10"};
  static double values[CELLS * GENES];
  static int32_t pointers[CELLS + 1], indices[CELLS * GENES];
  const char *genes[GENES];
  const int wrong = chance(4), dense = chance(3);
  int32_t n = 0;
  for (int i = 0; i < CELLS; ++i) {
    for (int j = 0; j < GENES; ++j) {
      if (!dense && chance(2)) continue;
      indices[n] = wrong && chance(40) ? (int32_t)draw(40) - 20 : j;
      values[n++] = wrong ? real(draw(9)) : draw(9);
    }
    pointers[i + 1] = wrong && chance(40) ? (int32_t)draw((uint32_t)n + 1) : n;
  }
  for (int i = 0; i < CELLS; ++i) /* whatever they say, they stay within the arrays */
    if (pointers[i + 1] > CELLS * GENES) pointers[i + 1] = CELLS * GENES;
  for (int j = 0; j < GENES; ++j) genes[j] = wrong && chance(30) ? text(names[j]) : names[j];
  scprior_matrix m;
  memset(&m, 0, sizeof m);
  m.struct_size = wrong && chance(10) ? draw(200) : sizeof m;
  m.layout = wrong ? draw(4) : dense ? SCPRIOR_DENSE : SCPRIOR_SPARSE;
  m.n_cells = CELLS, m.n_genes = GENES;
  if (wrong && chance(4)) m.n_cells = -(int64_t)draw(3);
  if (wrong && chance(4)) m.n_genes = chance(2) ? GENES - 1 : -(int64_t)draw(3);
  m.values = wrong && chance(10) ? NULL : values;
  m.pointers = wrong && chance(10) ? NULL : pointers;
  m.indices = wrong && chance(10) ? NULL : indices;
  m.value_type = SCPRIOR_FLOAT64, m.pointer_type = m.index_type = SCPRIOR_INT32;
  if (wrong && chance(4)) m.value_type = chance(2) ? SCPRIOR_INT32 : (int32_t)draw(9) + 4;
  if (wrong && chance(4)) m.pointer_type = 7;
  m.index_base = wrong && chance(4) ? (int32_t)draw(4) - 1 : 0;
  m.row_stride = GENES, m.column_stride = 1;
  if (wrong) m.row_stride = 1 + draw(GENES), m.column_stride = draw(2);
  double *lent = NULL;
  if (chance(3) && m.values && m.value_type == SCPRIOR_FLOAT64 && m.layout == SCPRIOR_DENSE) {
    lent = malloc(sizeof values);
    memcpy(lent, values, sizeof values);
    m.values = m.owner = lent;
    m.flags = SCPRIOR_BORROW;
    m.release = release;
  }
  const uint32_t at = draw(HANDLES);
  scprior_data *made = NULL;
  const int32_t status = checked(scprior_data_new(chance(50) ? NULL : &m, chance(40) ? NULL : genes, NULL, &made));
  if (status != SCPRIOR_OK) {
    free(lent);
    return;
  }
  scprior_data_free(data[at]);
  data[at] = made;
}

static void new_model(void) {
  static const char *good[] = {"latent=2", "genes.space=dataset", "encoder.hidden=[3]", "decoder.hidden=[3]",
                               "train.max_epochs=1", "train.batch_size=6", "prior=standard_normal"};
  static const char *more[] = {"prior=none", "flow=planar", "prior=own", "train.learning_rate=1e30", "prior=vampp",
                               "split.test=0.9", "latent=0", "seed=3", "embedding=mode-path", "device=cuda", "nonsense",
                               "split.group=kind", "split.validation=0", "train.kl_weight=nan", "likelihood=poisson"};
  const char *settings[8];
  memcpy(settings, good, sizeof good);
  int64_t n = 7;
  if (chance(3)) settings[6] = more[draw(sizeof more / sizeof *more)];
  if (chance(20)) n = integer(7) <= 7 ? integer(3) : 7;
  if (n > 7) n = 7;
  if (chance(20)) settings[draw(7)] = text("latent=3");
  scprior_model *made = NULL;
  const char *toml = chance(5) ? text("schema = 1\n[train]\nmax_epochs = 1\n") : NULL;
  if (checked(scprior_model_new(toml, settings, n, chance(30) ? NULL : &made)) != SCPRIOR_OK || !made) return;
  const uint32_t at = draw(HANDLES);
  scprior_model_free(models[at]);
  models[at] = made;
}

static int32_t progress(void *user, const scprior_progress *now) {
  (void)user;
  if (chance(4)) scprior_data_size(some_data(), NULL, NULL);
  return now->step > 1 && chance(6);
}

static void fit(void) {
  scprior_fit_options options;
  scprior_fit_result result;
  memset(&options, 0, sizeof options);
  memset(&result, 0, sizeof result);
  options.struct_size = chance(20) ? draw(100) : sizeof options;
  result.struct_size = chance(20) ? draw((uint32_t)sizeof result + 1) : sizeof result;
  options.seed = integer(draw(5));
  options.label = chance(6) ? text("kind") : NULL;
  options.batch = chance(9) ? text("kind") : NULL;
  options.progress = chance(2) ? progress : NULL;
  if (checked(scprior_fit(some_model(), some_data(), chance(5) ? NULL : &options, chance(3) ? NULL : &result)) == 0)
    ++n_ok_fits;
}

static void metric(void *user, const char *name, const char *part, double value, int32_t better, const char *note) {
  (void)user, (void)value, (void)better;
  if (!name || !part || !note) stop("a value without texts");
}

/* A prior of the caller's own that fails now and then. */
static int32_t own_build(void *user, int64_t n_latent, int64_t *n, char *error) {
  *(int64_t *)user = n_latent;
  *n = chance(9) ? integer(0) : 0;
  snprintf(error, SCPRIOR_ERROR_SIZE, "no");
  return chance(9) ? (int32_t)draw(12) - 3 : 0;
}
static int32_t own_log_prob(void *user, int64_t n, const double *z, const double *p, double *value, double *gradient,
                            double *by_parameter, char *error) {
  const int64_t d = *(int64_t *)user;
  (void)p, (void)by_parameter, (void)error;
  for (int64_t i = 0; i < n; ++i) {
    value[i] = real(0);
    for (int64_t j = 0; j < d; ++j) {
      value[i] -= 0.5 * z[i * d + j] * z[i * d + j];
      if (gradient) gradient[i * d + j] = -z[i * d + j];
    }
  }
  return chance(30) ? SCPRIOR_E_NUMERIC : 0;
}
static int32_t own_sample(void *user, int64_t n, const double *p, uint64_t seed, double *z, char *error) {
  (void)p, (void)seed, (void)error;
  for (int64_t i = 0; i < n * *(int64_t *)user; ++i) z[i] = real(0.5);
  return 0;
}
static int32_t own_create(void *user, const void **made, char *error) {
  static int64_t n_latent;
  static scprior_prior_c table;
  (void)user, (void)error;
  table.struct_size = chance(20) ? draw(100) : sizeof table;
  table.user = &n_latent;
  table.build = own_build, table.log_prob = own_log_prob, table.sample = own_sample;
  *made = chance(20) ? NULL : (const void *)&table;
  return chance(20) ? SCPRIOR_E_PLUGIN : 0;
}

static void define(void) {
  scprior_definition d;
  memset(&d, 0, sizeof d);
  d.struct_size = chance(9) ? draw(80) : sizeof d;
  d.kind = chance(9) ? draw(9) : SCPRIOR_KIND_PRIOR;
  if (d.kind == SCPRIOR_KIND_METRIC) d.kind = SCPRIOR_KIND_PRIOR;
  d.name = chance(5) ? text("vamp") : "own";
  d.create = chance(9) ? NULL : own_create;
  checked(scprior_register(chance(20) ? NULL : &d));
}

static void infer(void) {
  scprior_model *model = some_model();
  scprior_data *cells = some_data();
  static const int64_t genes[] = {0, 3, 1, 99, -1};
  static double library[CELLS];
  for (int i = 0; i < CELLS; ++i) library[i] = real(50);
  /* Strides of any kind, but small enough for `out`. */
  int64_t row = GENES + draw(15), column = 1;
  if (chance(3)) row = 1, column = CELLS;
  if (chance(6)) row = (int64_t)draw(28) - 3;
  if (chance(6)) column = (int64_t)draw(15) - 2;
  const int64_t n = 1 + draw(CELLS), first = integer(0) > CELLS ? integer(0) : draw(3);
  const int64_t few = first >= 0 && first <= CELLS ? n : integer(n);
  float *to = chance(30) ? NULL : out;
  int32_t status = 0;
  switch (draw(9)) {
    case 0: status = scprior_embed(model, cells, to, row, column); break;
    case 1: status = scprior_embed_variance(model, cells, to, row, column); break;
    case 2: status = scprior_embed_sample(model, cells, integer(1), to, row, column); break;
    case 3: status = scprior_expected_counts(model, cells, first, few, real(100), NULL, integer(0), to, row, column); break;
    case 4: status = scprior_expected_counts(model, cells, first, few, 0, genes, draw(6), to, row, column); break;
    case 5: status = scprior_posterior_counts(model, cells, first, few, integer(2), to, row, column); break;
    case 6: status = scprior_prior_sample(model, chance(9) ? -(int64_t)draw(5) : n, integer(3), to, row, column); break;
    case 7: status = scprior_prior_counts(model, n, chance(9) ? NULL : library, integer(1), to, row, column); break;
    case 8: status = scprior_log_likelihood_bound(model, cells, 1 + draw(3), integer(1), chance(9) ? NULL : doubles);
  }
  if (checked(status) == SCPRIOR_OK) ++n_ok_inferences;
}

static void labels(void) {
  static const char *names[] = {"a", "b", NULL};
  int32_t codes[CELLS];
  double numbers[CELLS];
  for (int i = 0; i < CELLS; ++i) codes[i] = (int32_t)draw(2 + chance(50)), numbers[i] = real(i);
  if (chance(3)) checked(scprior_data_set_numbers(some_data(), text("age"), chance(9) ? NULL : numbers));
  else checked(scprior_data_set_labels(some_data(), text("kind"), chance(9) ? NULL : codes, chance(9) ? NULL : names,
                                       chance(5) ? (int64_t)draw(5) - 1 : 2));
}

static void look(void) {
  static int32_t codes[CELLS];
  int64_t a = 0, b = 0;
  switch (draw(8)) {
    case 0: checked(scprior_data_labels(some_data(), text("kind"), chance(2) ? codes : NULL, maybe_buffer(), capacity(), maybe_needed())); break;
    case 1: checked(scprior_data_names(some_data(), text("genes"), maybe_buffer(), capacity(), maybe_needed())); break;
    case 2: checked(scprior_data_size(some_data(), chance(2) ? &a : NULL, &b)); break;
    case 3: checked(scprior_model_size(some_model(), chance(2) ? &a : NULL, &b)); break;
    case 4: checked(scprior_model_text(some_model(), text("toml"), maybe_buffer(), capacity(), maybe_needed())); break;
    case 5: checked(scprior_model_history(some_model(), text("kl"), chance(9) ? NULL : doubles, (int64_t)draw(5) - 1, chance(2) ? &a : NULL)); break;
    case 6: checked(scprior_model_cancel(some_model())); break;
    case 7: checked(scprior_set_threads(chance(2) ? 1 : -(int64_t)draw(3) - 1)); break;
  }
}

static void words(void) {
  switch (draw(5)) {
    case 0: checked(scprior_list(text("prior"), maybe_buffer(), capacity(), maybe_needed())); break;
    case 1: checked(scprior_describe(text("prior"), text("vamp"), text("json"), maybe_buffer(), capacity(), maybe_needed())); break;
    case 2: checked(scprior_describe(text("section"), text("train"), text("toml"), maybe_buffer(), capacity(), maybe_needed())); break;
    case 3: checked(scprior_plugins(maybe_buffer(), capacity(), maybe_needed())); break;
    case 4: checked(scprior_set_log(NULL, NULL, (int32_t)draw(8) - 2)); break;
  }
}

static void files(void) {
  scprior_model *model = NULL;
  scprior_data *cells = NULL;
  switch (draw(5)) {
    case 0: checked(scprior_model_save(some_model(), chance(3) ? NULL : "fuzz_model")); break;
    case 1:
      if (checked(scprior_model_open(chance(3) ? text("nowhere") : "fuzz_model", &model)) == 0) {
        const uint32_t at = draw(HANDLES);
        scprior_model_free(models[at]);
        models[at] = model;
      }
      break;
    case 2: checked(scprior_data_open(text("nowhere.h5ad"), text("h5ad"), NULL, 0, &cells)); break;
    case 3: checked(scprior_check(text("nowhere.toml"))); break;
    case 4: checked(scprior_run(text("nowhere.toml"), 0, NULL, NULL, maybe_buffer(), capacity(), maybe_needed())); break;
  }
}

static void evaluate(void) {
  const char *names[] = {chance(5) ? text("silhouette") : "active_units", "silhouette"};
  checked(scprior_evaluate(some_model(), some_data(), names, draw(3), chance(2) ? text("kind") : NULL, "",
                           (int32_t)draw(2), chance(9) ? NULL : metric, NULL));
}

static void release_something(void) {
  const uint32_t at = draw(HANDLES);
  /* The handle stays in its place, and will be used again. */
  if (chance(2)) scprior_data_free(chance(5) ? some_data() : data[at]);
  else scprior_model_free(chance(5) ? some_model() : models[at]);
  ++n_calls;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const int64_t wanted = atoll(argv[1]);
  state = (argc > 2 ? strtoull(argv[2], NULL, 10) : 1) * 0x9e3779b97f4a7c15u + 1;
  for (int i = 0; i < OUT + GUARD; ++i) out[i] = 7, doubles[i] = 7;
  if (scprior_set_threads(1)) return 1;
  while (n_calls < wanted) {
    const uint32_t what = draw(1000);
    if (what < 60) new_data();
    else if (what < 120) new_model();
    else if (what < 150) fit();
    else if (what < 420) infer();
    else if (what < 520) labels();
    else if (what < 860) look();
    else if (what < 915) words();
    else if (what < 925) files();
    else if (what < 930) evaluate();
    else if (what < 940) define();
    else if (what < 955) release_something();
    else infer();
  }
  for (int i = 0; i < HANDLES; ++i) scprior_data_free(data[i]), scprior_model_free(models[i]);
  printf("%lld calls, %lld fits and %lld inferences that succeeded;", (long long)n_calls, (long long)n_ok_fits,
         (long long)n_ok_inferences);
  for (int i = 0; i < 100; ++i)
    if (counts_by_status[i]) printf(" status %d: %lld", i, (long long)counts_by_status[i]);
  printf("\n");
  return n_ok_fits > 0 && n_ok_inferences > 0 ? 0 : 1;
}
