/* SPDX-License-Identifier: Apache-2.0 */
/* Experiment files: checked and run. */
#include "progress.h"

SEXP glue_check(SEXP file) {
  check(library()->check(text_or_null(file)));
  return R_NilValue;
}

static SEXP named(const char *const *names, const SEXP *values, int n) {
  SEXP list = Rf_protect(Rf_allocVector(VECSXP, n)), labels = Rf_protect(Rf_allocVector(STRSXP, n));
  for (int i = 0; i < n; ++i) {
    SET_VECTOR_ELT(list, i, values[i]);
    SET_STRING_ELT(labels, i, Rf_mkChar(names[i]));
  }
  Rf_setAttrib(list, R_NamesSymbol, labels);
  Rf_unprotect(2);
  return list;
}

/* list(summary (JSON), status, message, interrupted, failed). Raised here are the failures that leave no summary. */
SEXP glue_run(SEXP file, SEXP force, SEXP progress) {
  const scprior_library *lib = library();
  const char *path = text_or_null(file);
  progress_state state = progress_of(progress);
  size_t capacity = 1 << 20, needed = 0; /* thousands of fits */
  char *summary = R_alloc(capacity, 1);
  summary[0] = 0;
  interrupt_waits = 0;
  show_notes(&state);
  int32_t status = lib->run(path, Rf_asLogical(force) == TRUE, on_progress, &state, summary, capacity, &needed);
  if (needed > capacity) { /* the fits are there already */
    capacity = needed;
    summary = R_alloc(capacity, 1);
    summary[0] = 0;
    status = lib->run(path, 0, on_progress, &state, summary, capacity, &needed);
  }
  show_notes(NULL);
  interrupt_waits = 0;
  end_line(&state);
  if (summary[0] == 0) check(status);
  const char *const names[] = {"summary", "status", "message", "interrupted", "failed"};
  const SEXP values[] = {Rf_protect(utf8(summary)), Rf_protect(Rf_ScalarInteger(status)),
                         Rf_protect(utf8(status == SCPRIOR_OK ? "" : lib->last_error())),
                         Rf_protect(Rf_ScalarLogical(state.interrupted)), Rf_protect(Rf_ScalarLogical(state.failed))};
  SEXP out = named(names, values, 5);
  Rf_unprotect(5);
  return out;
}
