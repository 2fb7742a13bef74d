/* SPDX-License-Identifier: Apache-2.0 */
/* Models: made, trained, saved, opened, asked. */
#include "progress.h"

SEXP glue_model_new(SEXP toml, SEXP settings) {
  const scprior_library *lib = library();
  const char *text = text_or_null(toml);
  const char *const *all = texts(settings);
  SEXP pointer = Rf_protect(new_model_pointer());
  scprior_model *model = NULL;
  check(lib->model_new(text, all, Rf_xlength(settings), &model));
  R_SetExternalPtrAddr(pointer, model);
  Rf_unprotect(1);
  return pointer;
}

SEXP glue_model_open(SEXP folder) {
  const scprior_library *lib = library();
  const char *path = text_or_null(folder);
  SEXP pointer = Rf_protect(new_model_pointer());
  scprior_model *model = NULL;
  check(lib->model_open(path, &model));
  R_SetExternalPtrAddr(pointer, model);
  Rf_unprotect(1);
  return pointer;
}

SEXP glue_model_save(SEXP pointer, SEXP folder) {
  scprior_model *model = model_of(pointer);
  check(library()->model_save(model, text_or_null(folder)));
  return R_NilValue;
}

static SEXP fit_numbers(int32_t status, const scprior_fit_result *result, const progress_state *state) {
  const char *const names[] = {"status",  "stop",             "epochs",      "best_epoch",
                               "seconds", "cells_per_second", "interrupted", "failed"};
  const double values[] = {status,
                           result->stop,
                           (double)result->epochs,
                           (double)result->best_epoch,
                           result->seconds,
                           result->cells_per_second,
                           state->interrupted,
                           state->failed};
  SEXP out = Rf_protect(Rf_allocVector(REALSXP, 8)), labels = Rf_protect(Rf_allocVector(STRSXP, 8));
  for (int i = 0; i < 8; ++i) {
    REAL(out)[i] = values[i];
    SET_STRING_ELT(labels, i, Rf_mkChar(names[i]));
  }
  Rf_setAttrib(out, R_NamesSymbol, labels);
  Rf_unprotect(2);
  return out;
}

/* Failures are raised here, except the cancelling and the loss that is not finite: what becomes of them R decides by the
   numbers that are returned. */
SEXP glue_fit(SEXP model_pointer, SEXP data_pointer, SEXP seed, SEXP label, SEXP batch, SEXP progress) {
  const scprior_library *lib = library();
  scprior_model *model = model_of(model_pointer);
  const scprior_data *data = data_of(data_pointer);
  progress_state state = progress_of(progress);
  scprior_fit_options options = {0};
  options.struct_size = sizeof options;
  options.seed = whole(seed);
  options.label = text_or_null(label);
  options.batch = text_or_null(batch);
  options.progress = on_progress;
  options.user = &state;
  scprior_fit_result result = {0};
  result.struct_size = sizeof result;
  interrupt_waits = 0;
  const int32_t status = lib->fit(model, data, &options, &result);
  interrupt_waits = 0;
  end_line(&state);
  if (status != SCPRIOR_E_CANCELLED && status != SCPRIOR_E_NUMERIC) check(status);
  SEXP out = fit_numbers(status, &result, &state);
  if (status != SCPRIOR_OK) {
    Rf_protect(out);
    SEXP text = Rf_protect(utf8(lib->last_error()));
    Rf_setAttrib(out, Rf_install("message"), text);
    Rf_unprotect(2);
  }
  return out;
}

SEXP glue_model_history(SEXP pointer, SEXP series) {
  const scprior_library *lib = library();
  const scprior_model *model = model_of(pointer);
  const char *name = text_or_null(series);
  int64_t n = 0;
  check(lib->model_history(model, name, NULL, 0, &n));
  SEXP values = Rf_protect(Rf_allocVector(REALSXP, n));
  check(lib->model_history(model, name, REAL(values), n, &n));
  Rf_unprotect(1);
  return values;
}

SEXP glue_model_size(SEXP pointer) {
  int64_t n_latent = 0, n_genes = 0;
  check(library()->model_size(model_of(pointer), &n_latent, &n_genes));
  SEXP size = Rf_allocVector(REALSXP, 2);
  REAL(size)[0] = (double)n_latent;
  REAL(size)[1] = (double)n_genes;
  return size;
}

SEXP glue_model_text(SEXP pointer, SEXP what) {
  const scprior_library *lib = library();
  const scprior_model *model = model_of(pointer);
  SEXP text = R_NilValue;
  READ_TEXT(text, lib->model_text(model, text_or_null(what), buffer, capacity, &needed));
  return text;
}
