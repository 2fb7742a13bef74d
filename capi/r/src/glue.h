/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the glue share. Pure C: an R error leaves a function by longjmp, which must not cross C++ frames.
 * R errors are raised only after the library has returned; R code that the library calls back runs inside
 * R_ToplevelExec (callback.c), which nothing leaves.
 */
#ifndef SCPRIOR_R_GLUE_H
#define SCPRIOR_R_GLUE_H

#define R_NO_REMAP
#define STRICT_R_HEADERS
#include <R.h>
#include <Rinternals.h>

#include "scprior.h"

/* The functions of the library that the glue calls. */
#define SCPRIOR_FUNCTIONS(F)                                                                          \
  F(c_version) F(build_info) F(last_error) F(set_threads) F(set_log) F(load_plugin) F(list)           \
  F(describe) F(plugins) F(data_new) F(data_open) F(data_set_labels) F(data_set_numbers)              \
  F(data_labels) F(data_size) F(data_names) F(data_free) F(model_new) F(model_open) F(model_save)     \
  F(fit) F(model_history) F(model_size) F(model_text) F(model_free) F(embed) F(embed_variance)        \
  F(embed_sample) F(expected_counts) F(posterior_counts) F(prior_sample) F(prior_counts)              \
  F(log_likelihood_bound) F(evaluate) F(check) F(run)

#define SCPRIOR_MEMBER(name) __typeof__(scprior_##name) *name;
typedef struct scprior_library {
  SCPRIOR_FUNCTIONS(SCPRIOR_MEMBER)
  __typeof__(scprior_register) *register_prior; /* `register` is a word of C itself */
} scprior_library;

/* The open library; an R error if there is none. (library.c) */
const scprior_library *library(void);

/* Calls an R function of the package's namespace. (error.c) */
SEXP package_function(const char *name);

/* Raises the R condition of a status and the library's last error; returns if it is SCPRIOR_OK. (error.c) */
void check(int32_t status);

/* An R error of class scprior_error with status SCPRIOR_E_ARGUMENT. (error.c) */
void refuse(const char *format, ...);

/* Vectors of R as the library wants them; memory of R_alloc. (convert.c) */
const char *text_or_null(SEXP x);
const char *const *texts(SEXP x);
int64_t whole(SEXP x);
SEXP utf8(const char *text);

/* Widens n floats, which lie in the upper half of the n doubles of `x`, in place; see float_half(). (convert.c) */
float *float_half(SEXP x);
void widen(SEXP x);

/* The handle in an external pointer; an R error if it is not one of that type or has gone. (handles.c) */
scprior_data *data_of(SEXP pointer);
scprior_model *model_of(SEXP pointer);
SEXP new_data_pointer(void);
SEXP new_model_pointer(void);

/* Runs body(argument), which may use all of R, so that nothing leaves it: no error, no interrupt, no other jump.
   Returns 0 if it was left in such a way, twice. (callback.c) */
int run_guarded(void (*body)(void *), void *argument);

/* Set while an interrupt inside a callback waits to become the cancelling of the fit. (callback.c) */
extern int interrupt_waits;

/* Reads a text of unknown length: `call` is a call that uses buffer, capacity and &needed. */
#define READ_TEXT(result, call)                 \
  do {                                          \
    char *buffer = NULL;                        \
    size_t capacity = 0, needed = 0;            \
    check(call);                                \
    capacity = needed > 0 ? needed : 1;         \
    buffer = R_alloc(capacity, 1);              \
    buffer[0] = 0;                              \
    check(call);                                \
    (result) = utf8(buffer);                    \
  } while (0)

#endif
