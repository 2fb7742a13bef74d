/* SPDX-License-Identifier: Apache-2.0 */
/* Handles of the library as external pointers with finalizers. */
#include "glue.h"

static SEXP data_tag(void) { return Rf_install("scprior_data"); }
static SEXP model_tag(void) { return Rf_install("scprior_model"); }

static void *handle_of(SEXP pointer, SEXP tag) {
  if (TYPEOF(pointer) != EXTPTRSXP) return NULL;
  /* The tag of a pointer that was saved and restored is a symbol all the same, but its address is gone. */
  return R_ExternalPtrTag(pointer) == tag ? R_ExternalPtrAddr(pointer) : NULL;
}

scprior_data *data_of(SEXP pointer) {
  scprior_data *data = handle_of(pointer, data_tag());
  if (data == NULL) refuse("the data are gone");
  return data;
}

scprior_model *model_of(SEXP pointer) {
  scprior_model *model = handle_of(pointer, model_tag());
  if (model == NULL)
    refuse("this object holds no model any more. Files of R (saveRDS, save, a saved workspace) and other R processes "
           "cannot keep one: write it with write_scprior(fit, \"folder\") and read it with read_scprior(\"folder\").");
  return model;
}

static void free_data(SEXP pointer) {
  scprior_data *data = handle_of(pointer, data_tag());
  R_ClearExternalPtr(pointer);
  if (data != NULL) library()->data_free(data);
}

static void free_model(SEXP pointer) {
  scprior_model *model = handle_of(pointer, model_tag());
  R_ClearExternalPtr(pointer);
  if (model != NULL) library()->model_free(model);
}

SEXP new_data_pointer(void) {
  SEXP pointer = Rf_protect(R_MakeExternalPtr(NULL, data_tag(), R_NilValue));
  R_RegisterCFinalizerEx(pointer, free_data, FALSE);
  Rf_unprotect(1);
  return pointer;
}

SEXP new_model_pointer(void) {
  SEXP pointer = Rf_protect(R_MakeExternalPtr(NULL, model_tag(), R_NilValue));
  R_RegisterCFinalizerEx(pointer, free_model, FALSE);
  Rf_unprotect(1);
  return pointer;
}

SEXP glue_data_free(SEXP pointer) {
  free_data(pointer);
  return R_NilValue;
}
