/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of R as the library wants them, and back. */
#include <string.h>

#include "glue.h"

const char *text_or_null(SEXP x) {
  if (Rf_isNull(x)) return NULL;
  if (!Rf_isString(x) || Rf_length(x) != 1 || STRING_ELT(x, 0) == NA_STRING)
    refuse("a text is wanted: one string, not NA");
  return Rf_translateCharUTF8(STRING_ELT(x, 0));
}

const char *const *texts(SEXP x) {
  if (Rf_isNull(x)) return NULL;
  if (!Rf_isString(x)) refuse("a character vector is wanted");
  const R_xlen_t n = XLENGTH(x);
  const char **all = (const char **)R_alloc(n > 0 ? n : 1, sizeof *all);
  for (R_xlen_t i = 0; i < n; ++i) {
    if (STRING_ELT(x, i) == NA_STRING) refuse("element %lld of a character vector is NA", (long long)i + 1);
    all[i] = Rf_translateCharUTF8(STRING_ELT(x, i));
  }
  return all;
}

int64_t whole(SEXP x) {
  const double value = Rf_asReal(x);
  if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0) || value != (double)(int64_t)value)
    refuse("a whole number between -2^53 and 2^53 is wanted, got %g", value);
  return (int64_t)value;
}

SEXP utf8(const char *text) { return Rf_ScalarString(Rf_mkCharCE(text, CE_UTF8)); }

float *float_half(SEXP x) { return (float *)REAL(x) + XLENGTH(x); }

void widen(SEXP x) {
  /* Ascending: double i ends where float i + 1 of the upper half begins, or before. */
  const R_xlen_t n = XLENGTH(x);
  char *out = (char *)REAL(x);
  const char *in = out + n * sizeof(float);
  for (R_xlen_t i = 0; i < n; ++i) {
    float narrow;
    memcpy(&narrow, in + i * sizeof narrow, sizeof narrow);
    const double wide = narrow;
    memcpy(out + i * sizeof wide, &wide, sizeof wide);
  }
}
