/* SPDX-License-Identifier: Apache-2.0 */
/* Opens libscprior at run time, so that the package installs and loads without it. */
#define _GNU_SOURCE /* RTLD_DEEPBIND */
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include "glue.h"

static scprior_library functions;
static int is_open = 0;
static pid_t opened_by;

/*
 * LOCAL:    LibTorch brings a BLAS and a LAPACK of its own; R must not get them.
 * DEEPBIND: nor may LibTorch get R's, which its calls of sgemm_ would bind to otherwise: slower, and other digits than
 *           those of the program. Not where a libunwind comes before the compiler's unwinder (a preloaded tcmalloc brings
 *           one): exceptions would be thrown by the one and resumed by the other, which ends the process.
 */
static int open_flags(void) {
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__)
  void *compiler = dlopen("libgcc_s.so.1", RTLD_LAZY);
  const void *other = dlsym(RTLD_DEFAULT, "_Unwind_RaiseException");
  if (compiler != NULL && (other == NULL || other == dlsym(compiler, "_Unwind_RaiseException")))
    return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
  return RTLD_NOW | RTLD_LOCAL;
}

static const char *find_functions(void *handle) {
#define SCPRIOR_FIND(member, name)                                    \
  *(void **)(&functions.member) = dlsym(handle, "scprior_" #name);    \
  if (functions.member == NULL) return "it has no function scprior_" #name;
#define SCPRIOR_FIND_MEMBER(name) SCPRIOR_FIND(name, name)
  SCPRIOR_FUNCTIONS(SCPRIOR_FIND_MEMBER)
  SCPRIOR_FIND(register_prior, register)
  return NULL;
}

/* NULL, or a text that tells why the library at path cannot be used. */
SEXP glue_open(SEXP path) {
  if (is_open) return R_NilValue;
  void *handle = dlopen(Rf_translateChar(STRING_ELT(path, 0)), open_flags());
  if (handle == NULL) return Rf_mkString(dlerror());
  const char *reason = find_functions(handle);
  if (reason == NULL && functions.c_version() >> 16 != SCPRIOR_C_MAJOR)
    reason = "its interface has another major version";
  if (reason != NULL) {
    SEXP text = Rf_protect(Rf_mkString(reason));
    dlclose(handle);
    Rf_unprotect(1);
    return text;
  }
  is_open = 1;
  opened_by = getpid();
  return R_NilValue;
}

SEXP glue_is_open(void) { return Rf_ScalarLogical(is_open); }

const scprior_library *library(void) {
  if (!is_open) {
    SEXP call = Rf_protect(Rf_lang1(package_function("open_library")));
    Rf_eval(call, R_BaseEnv); /* raises an R error if there is none */
    Rf_unprotect(1);
  }
  if (getpid() != opened_by)
    refuse("scprior was used before this R process was forked (parallel::mclapply, future::multicore), and its "
           "threads do not live on in a fork. Use processes that start afresh, as parallel::makeCluster() and "
           "future::multisession make them.");
  return &functions;
}
