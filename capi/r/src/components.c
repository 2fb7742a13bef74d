/* SPDX-License-Identifier: Apache-2.0 */
/* The library itself: components, plugins, threads, messages. */
#include <stdlib.h>
#include <string.h>

#include "progress.h"

SEXP glue_list(SEXP kind) {
  const scprior_library *lib = library();
  SEXP json = R_NilValue;
  READ_TEXT(json, lib->list(text_or_null(kind), buffer, capacity, &needed));
  return json;
}

SEXP glue_describe(SEXP kind, SEXP name, SEXP format) {
  const scprior_library *lib = library();
  SEXP text = R_NilValue;
  READ_TEXT(text, lib->describe(text_or_null(kind), text_or_null(name), text_or_null(format), buffer, capacity,
                                &needed));
  return text;
}

SEXP glue_plugins(void) {
  const scprior_library *lib = library();
  SEXP json = R_NilValue;
  READ_TEXT(json, lib->plugins(buffer, capacity, &needed));
  return json;
}

SEXP glue_load_plugin(SEXP path) {
  check(library()->load_plugin(text_or_null(path)));
  return R_NilValue;
}

SEXP glue_build_info(void) { return utf8(library()->build_info()); }

SEXP glue_set_threads(SEXP n) {
  check(library()->set_threads(whole(n)));
  return R_NilValue;
}

/* Warnings of the library wait here, since a function of R's API could leave by longjmp. */
enum { max_messages = 64 };
static char *waiting[max_messages];
static int n_waiting = 0;

static void on_log(void *user, int32_t level, const char *text) {
  (void)user;
  if (level < 2) {
    on_note(text);
    return;
  }
  if (n_waiting == max_messages) return;
  char *copy = malloc(strlen(text) + 1);
  if (copy == NULL) return;
  strcpy(copy, text);
  waiting[n_waiting++] = copy;
}

SEXP glue_collect_messages(void) {
  check(library()->set_log(on_log, NULL, 1));
  return R_NilValue;
}

SEXP glue_messages(void) {
  SEXP all = Rf_protect(Rf_allocVector(STRSXP, n_waiting));
  for (int i = 0; i < n_waiting; ++i) SET_STRING_ELT(all, i, Rf_mkCharCE(waiting[i], CE_UTF8));
  for (int i = 0; i < n_waiting; ++i) free(waiting[i]);
  n_waiting = 0;
  Rf_unprotect(1);
  return all;
}
