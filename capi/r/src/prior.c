/* SPDX-License-Identifier: Apache-2.0 */
/* Priors written in R, as C priors (scprior/abi.h). The library's arrays lie row after row, R's column after column. */
#include <stdio.h>
#include <stdlib.h>

#include "glue.h"

/* Set when R ends: R's memory is then left alone. */
static int r_has_ended = 0;

SEXP glue_end(SEXP unused) {
  (void)unused;
  r_has_ended = 1;
  return R_NilValue;
}

typedef struct instance {
  scprior_prior_c functions;
  SEXP prior;
  int64_t n_latent, n_parameters;
} instance;

/* One call of the library: its arguments, and what became of it. */
typedef struct request {
  instance *self;
  int64_t n;
  uint64_t seed;
  const double *z, *parameters;
  double *out, *gradient, *parameter_gradient;
  char *error;
  int32_t status;
} request;

static int32_t run(void (*body)(void *), request *call) {
  call->status = SCPRIOR_E_PLUGIN;
  if (!run_guarded(body, call)) {
    snprintf(call->error, SCPRIOR_ERROR_SIZE, "the R function was interrupted, or there is no memory left");
    call->status = SCPRIOR_E_PLUGIN;
  }
  return call->status;
}

/* Evaluates a function of the package on the prior and up to three more arguments; a text as value tells what was
   wrong. The value is protected: the caller unprotects one. */
static SEXP call_r(request *to, const char *function, SEXP first, SEXP second, SEXP third) {
  SEXP call = Rf_protect(Rf_lang5(package_function(function), to->self->prior, first, second, third));
  SEXP value = Rf_eval(call, R_BaseEnv);
  Rf_unprotect(1);
  Rf_protect(value);
  to->status = Rf_isString(value) ? SCPRIOR_E_PLUGIN : SCPRIOR_OK;
  if (Rf_isString(value)) snprintf(to->error, SCPRIOR_ERROR_SIZE, "%s", CHAR(STRING_ELT(value, 0)));
  return value;
}

static SEXP points(const double *z, int64_t n, int64_t d) {
  SEXP matrix = Rf_allocMatrix(REALSXP, (int)n, (int)d);
  double *out = REAL(matrix);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < d; ++j) out[j * n + i] = z[i * d + j];
  return matrix;
}

static void write_rows(SEXP matrix, int64_t n, int64_t d, double *out) {
  const double *in = REAL(matrix);
  for (int64_t j = 0; j < d; ++j)
    for (int64_t i = 0; i < n; ++i) out[i * d + j] = in[j * n + i];
}

static SEXP parameters_of(const request *call) {
  const int64_t n = call->self->n_parameters;
  SEXP vector = Rf_allocVector(REALSXP, n);
  for (int64_t i = 0; i < n; ++i) REAL(vector)[i] = call->parameters[i];
  return vector;
}

/* R seeds its generator with 31 bits. */
static SEXP seed_of(uint64_t seed) { return Rf_ScalarReal((double)((seed ^ seed >> 32) & 0x7fffffff)); }

static void do_build(void *argument) {
  request *call = argument;
  SEXP size = Rf_protect(Rf_ScalarInteger((int)call->n));
  SEXP value = call_r(call, "prior_n_parameters", size, R_NilValue, R_NilValue);
  if (call->status == SCPRIOR_OK) {
    call->self->n_latent = call->n;
    call->self->n_parameters = (int64_t)Rf_asReal(value);
  }
  Rf_unprotect(2);
}

static int32_t build(void *user, int64_t n_latent, int64_t *n_parameters, char *error) {
  request call = {.self = user, .n = n_latent, .error = error};
  if (run(do_build, &call) == SCPRIOR_OK) *n_parameters = call.self->n_parameters;
  return call.status;
}

static void do_start(void *argument) {
  request *call = argument;
  SEXP size = Rf_protect(Rf_ScalarInteger((int)call->self->n_latent)), seed = Rf_protect(seed_of(call->seed));
  SEXP value = call_r(call, "prior_start", size, seed, R_NilValue);
  if (call->status == SCPRIOR_OK) write_rows(value, 1, call->self->n_parameters, call->out);
  Rf_unprotect(3);
}

static int32_t start(void *user, uint64_t seed, double *parameters, char *error) {
  request call = {.self = user, .seed = seed, .out = parameters, .error = error};
  return run(do_start, &call);
}

static void do_log_prob(void *argument) {
  request *call = argument;
  const int64_t n = call->n, d = call->self->n_latent, p = call->self->n_parameters;
  SEXP z = Rf_protect(points(call->z, n, d)), theta = Rf_protect(parameters_of(call));
  SEXP wanted = Rf_protect(Rf_allocVector(LGLSXP, 2));
  LOGICAL(wanted)[0] = call->gradient != NULL;
  LOGICAL(wanted)[1] = call->parameter_gradient != NULL && p > 0;
  SEXP value = call_r(call, "prior_log_prob", z, theta, wanted);
  if (call->status == SCPRIOR_OK) {
    write_rows(VECTOR_ELT(value, 0), n, 1, call->out);
    if (LOGICAL(wanted)[0]) write_rows(VECTOR_ELT(value, 1), n, d, call->gradient);
    if (LOGICAL(wanted)[1]) write_rows(VECTOR_ELT(value, 2), n, p, call->parameter_gradient);
  }
  Rf_unprotect(4);
}

static int32_t log_prob(void *user, int64_t n, const double *z, const double *parameters, double *values,
                        double *gradient, double *parameter_gradient, char *error) {
  request call = {.self = user, .n = n, .z = z, .parameters = parameters, .out = values, .gradient = gradient,
                  .parameter_gradient = parameter_gradient, .error = error};
  return run(do_log_prob, &call);
}

static void do_sample(void *argument) {
  request *call = argument;
  SEXP sizes = Rf_protect(Rf_allocVector(INTSXP, 2));
  INTEGER(sizes)[0] = (int)call->n;
  INTEGER(sizes)[1] = (int)call->self->n_latent;
  SEXP theta = Rf_protect(parameters_of(call)), seed = Rf_protect(seed_of(call->seed));
  SEXP value = call_r(call, "prior_sample", sizes, theta, seed);
  if (call->status == SCPRIOR_OK) write_rows(value, call->n, call->self->n_latent, call->out);
  Rf_unprotect(4);
}

static int32_t sample(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error) {
  request call = {.self = user, .n = n, .parameters = parameters, .seed = seed, .out = z, .error = error};
  return run(do_sample, &call);
}

static void destroy(void *user) {
  instance *self = user;
  if (!r_has_ended) R_ReleaseObject(self->prior);
  free(self);
}

static void do_preserve(void *argument) { R_PreserveObject(argument); }

static int32_t create(void *user, const void **out, char *error) {
  instance *self = calloc(1, sizeof *self);
  if (self == NULL || !R_ToplevelExec(do_preserve, user)) {
    free(self);
    snprintf(error, SCPRIOR_ERROR_SIZE, "there is no memory left");
    return SCPRIOR_E_INTERNAL;
  }
  self->prior = user;
  self->functions.struct_size = sizeof self->functions;
  self->functions.user = self;
  self->functions.build = build;
  self->functions.start = start;
  self->functions.log_prob = log_prob;
  self->functions.sample = sample;
  self->functions.destroy = destroy;
  *out = &self->functions;
  return SCPRIOR_OK;
}

static void release(void *user) {
  if (!r_has_ended) R_ReleaseObject(user);
}

SEXP glue_register_prior(SEXP prior, SEXP name, SEXP summary) {
  const scprior_library *lib = library();
  scprior_definition definition = {0};
  definition.struct_size = sizeof definition;
  definition.kind = SCPRIOR_KIND_PRIOR;
  definition.name = text_or_null(name);
  definition.summary = text_or_null(summary);
  definition.user = prior;
  definition.create = create;
  definition.release = release;
  R_PreserveObject(prior);
  const int32_t status = lib->register_prior(&definition);
  if (status != SCPRIOR_OK) R_ReleaseObject(prior);
  check(status);
  return R_NilValue;
}
