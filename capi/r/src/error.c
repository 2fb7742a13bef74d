/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of the library as R conditions. */
#include <stdarg.h>
#include <stdio.h>

#include "glue.h"

SEXP package_function(const char *name) {
  SEXP package = Rf_protect(Rf_mkString("scprior"));
  SEXP space = Rf_protect(R_FindNamespace(package));
  SEXP function = Rf_findFun(Rf_install(name), space);
  Rf_unprotect(2);
  return function;
}

static void raise(int32_t status, const char *text) {
  SEXP code = Rf_protect(Rf_ScalarInteger(status));
  SEXP message = Rf_protect(utf8(text));
  SEXP function = Rf_protect(package_function("throw_status"));
  SEXP call = Rf_protect(Rf_lang3(function, code, message));
  Rf_eval(call, R_BaseEnv);
  Rf_error("%s", text); /* not reached */
}

void check(int32_t status) {
  if (status != SCPRIOR_OK) raise(status, library()->last_error());
}

void refuse(const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  raise(SCPRIOR_E_ARGUMENT, text);
}
