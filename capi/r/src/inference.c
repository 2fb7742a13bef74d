/* SPDX-License-Identifier: Apache-2.0 */
/* What a trained model tells of cells. Results are doubles; the library writes its floats into their upper half. */
#include <string.h>

#include "glue.h"

static int64_t n_cells_of(const scprior_data *data) {
  int64_t n = 0;
  check(library()->data_size(data, &n, NULL));
  return n;
}

static int64_t n_latent_of(const scprior_model *model) {
  int64_t n = 0;
  check(library()->model_size(model, &n, NULL));
  return n;
}

static int64_t n_genes_of(const scprior_model *model) {
  int64_t n = 0;
  check(library()->model_size(model, NULL, &n));
  return n;
}

static SEXP new_matrix(int64_t rows, int64_t columns) {
  if (rows > 2147483647 || columns > 2147483647) refuse("a matrix of R has at most 2^31 - 1 rows and columns");
  return Rf_allocMatrix(REALSXP, (int)rows, (int)columns);
}

/* [cells, latent]. what: "latent", "variance", "sample". */
SEXP glue_embed(SEXP model_pointer, SEXP data_pointer, SEXP what, SEXP seed) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  const char *kind = text_or_null(what);
  const int64_t n = n_cells_of(data), draw = whole(seed);
  SEXP out = Rf_protect(new_matrix(n, n_latent_of(model)));
  float *floats = float_half(out);
  if (strcmp(kind, "latent") == 0)
    check(lib->embed(model, data, floats, 1, n));
  else if (strcmp(kind, "variance") == 0)
    check(lib->embed_variance(model, data, floats, 1, n));
  else
    check(lib->embed_sample(model, data, draw, floats, 1, n));
  widen(out);
  Rf_unprotect(1);
  return out;
}

/* [genes, cells]. genes: places counted from 0, or NULL. */
SEXP glue_expected_counts(SEXP model_pointer, SEXP data_pointer, SEXP first, SEXP n_cells, SEXP size, SEXP genes) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  const int64_t n = whole(n_cells), from = whole(first);
  const int64_t n_genes = Rf_isNull(genes) ? n_genes_of(model) : XLENGTH(genes);
  int64_t *places = NULL;
  if (!Rf_isNull(genes)) {
    places = (int64_t *)R_alloc(n_genes > 0 ? n_genes : 1, sizeof *places);
    for (int64_t i = 0; i < n_genes; ++i) places[i] = (int64_t)REAL(genes)[i];
  }
  SEXP out = Rf_protect(new_matrix(n_genes, n));
  check(lib->expected_counts(model, data, from, n, Rf_asReal(size), places, n_genes, float_half(out), n_genes, 1));
  widen(out);
  Rf_unprotect(1);
  return out;
}

/* [genes, cells] */
SEXP glue_posterior_counts(SEXP model_pointer, SEXP data_pointer, SEXP first, SEXP n_cells, SEXP seed) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  const int64_t n = whole(n_cells), from = whole(first), draw = whole(seed), n_genes = n_genes_of(model);
  SEXP out = Rf_protect(new_matrix(n_genes, n));
  check(lib->posterior_counts(model, data, from, n, draw, float_half(out), n_genes, 1));
  widen(out);
  Rf_unprotect(1);
  return out;
}

/* [n, latent] */
SEXP glue_prior_sample(SEXP model_pointer, SEXP n_draws, SEXP seed) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const int64_t n = whole(n_draws), draw = whole(seed);
  SEXP out = Rf_protect(new_matrix(n, n_latent_of(model)));
  check(lib->prior_sample(model, n, draw, float_half(out), 1, n));
  widen(out);
  Rf_unprotect(1);
  return out;
}

/* [genes, n] */
SEXP glue_prior_counts(SEXP model_pointer, SEXP sizes, SEXP seed) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const int64_t n = XLENGTH(sizes), draw = whole(seed), n_genes = n_genes_of(model);
  SEXP out = Rf_protect(new_matrix(n_genes, n));
  check(lib->prior_counts(model, n, REAL(sizes), draw, float_half(out), n_genes, 1));
  widen(out);
  Rf_unprotect(1);
  return out;
}

SEXP glue_log_likelihood_bound(SEXP model_pointer, SEXP data_pointer, SEXP samples, SEXP seed) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  const int64_t draws = whole(samples), draw = whole(seed);
  SEXP out = Rf_protect(Rf_allocVector(REALSXP, n_cells_of(data)));
  check(lib->log_likelihood_bound(model, data, draws, draw, REAL(out)));
  Rf_unprotect(1);
  return out;
}

/* The values of the metrics are kept in memory of R_alloc until the library has returned. */
typedef struct reported {
  char metric[128], name[128], note[1024];
  double value;
  int better;
} reported;

typedef struct report {
  reported *all;
  int64_t n, capacity;
} report;

static void copy_text(char *to, size_t capacity, const char *from) {
  size_t n = from == NULL ? 0 : strlen(from);
  if (n >= capacity) {
    n = capacity - 1;
    while (n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80) --n; /* not in the middle of a letter */
  }
  memcpy(to, from == NULL ? "" : from, n);
  to[n] = 0;
}

static void on_metric(void *user, const char *metric, const char *name, double value, int32_t better,
                      const char *note) {
  report *values = user;
  if (values->n == values->capacity) return;
  reported *next = &values->all[values->n++];
  copy_text(next->metric, sizeof next->metric, metric);
  copy_text(next->name, sizeof next->name, name);
  copy_text(next->note, sizeof next->note, note);
  next->value = value;
  next->better = better;
}

/* list(metric, name, value, better, note) */
SEXP glue_evaluate(SEXP model_pointer, SEXP data_pointer, SEXP metrics, SEXP label, SEXP batch, SEXP test_cells) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  report values = {NULL, 0, 1000};
  values.all = (reported *)R_alloc(values.capacity, sizeof *values.all);
  check(lib->evaluate(model, data, texts(metrics), Rf_xlength(metrics), text_or_null(label), text_or_null(batch),
                      Rf_asLogical(test_cells) == TRUE, on_metric, &values));
  SEXP out = Rf_protect(Rf_allocVector(VECSXP, 5));
  const SEXPTYPE types[] = {STRSXP, STRSXP, REALSXP, INTSXP, STRSXP};
  for (int i = 0; i < 5; ++i) SET_VECTOR_ELT(out, i, Rf_allocVector(types[i], values.n));
  for (int64_t i = 0; i < values.n; ++i) {
    SET_STRING_ELT(VECTOR_ELT(out, 0), i, Rf_mkCharCE(values.all[i].metric, CE_UTF8));
    SET_STRING_ELT(VECTOR_ELT(out, 1), i, Rf_mkCharCE(values.all[i].name, CE_UTF8));
    REAL(VECTOR_ELT(out, 2))[i] = values.all[i].value;
    INTEGER(VECTOR_ELT(out, 3))[i] = values.all[i].better;
    SET_STRING_ELT(VECTOR_ELT(out, 4), i, Rf_mkCharCE(values.all[i].note, CE_UTF8));
  }
  Rf_unprotect(1);
  return out;
}
