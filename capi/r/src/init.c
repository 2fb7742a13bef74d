/* SPDX-License-Identifier: Apache-2.0 */
/* What R calls, with .Call. */
#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

#include "glue.h"

SEXP glue_build_info(void);
SEXP glue_check(SEXP);
SEXP glue_collect_messages(void);
SEXP glue_data_dense(SEXP, SEXP, SEXP);
SEXP glue_data_free(SEXP);
SEXP glue_data_labels(SEXP, SEXP);
SEXP glue_data_names(SEXP, SEXP);
SEXP glue_data_open(SEXP, SEXP, SEXP);
SEXP glue_data_set_labels(SEXP, SEXP, SEXP, SEXP);
SEXP glue_data_set_numbers(SEXP, SEXP, SEXP);
SEXP glue_data_size(SEXP);
SEXP glue_data_sparse(SEXP, SEXP, SEXP, SEXP);
SEXP glue_describe(SEXP, SEXP, SEXP);
SEXP glue_embed(SEXP, SEXP, SEXP, SEXP);
SEXP glue_end(SEXP);
SEXP glue_evaluate(SEXP, SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP glue_expected_counts(SEXP, SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP glue_fit(SEXP, SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP glue_is_open(void);
SEXP glue_list(SEXP);
SEXP glue_load_plugin(SEXP);
SEXP glue_log_likelihood_bound(SEXP, SEXP, SEXP, SEXP);
SEXP glue_messages(void);
SEXP glue_model_history(SEXP, SEXP);
SEXP glue_model_new(SEXP, SEXP);
SEXP glue_model_open(SEXP);
SEXP glue_model_save(SEXP, SEXP);
SEXP glue_model_size(SEXP);
SEXP glue_model_text(SEXP, SEXP);
SEXP glue_open(SEXP);
SEXP glue_plugins(void);
SEXP glue_posterior_counts(SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP glue_prior_counts(SEXP, SEXP, SEXP);
SEXP glue_prior_sample(SEXP, SEXP, SEXP);
SEXP glue_register_prior(SEXP, SEXP, SEXP);
SEXP glue_run(SEXP, SEXP, SEXP);
SEXP glue_set_threads(SEXP);

#define CALL(name, n) {#name, (DL_FUNC)&name, n}
static const R_CallMethodDef calls[] = {
    CALL(glue_build_info, 0),
    CALL(glue_check, 1),
    CALL(glue_collect_messages, 0),
    CALL(glue_data_dense, 3),
    CALL(glue_data_free, 1),
    CALL(glue_data_labels, 2),
    CALL(glue_data_names, 2),
    CALL(glue_data_open, 3),
    CALL(glue_data_set_labels, 4),
    CALL(glue_data_set_numbers, 3),
    CALL(glue_data_size, 1),
    CALL(glue_data_sparse, 4),
    CALL(glue_describe, 3),
    CALL(glue_embed, 4),
    CALL(glue_end, 1),
    CALL(glue_evaluate, 6),
    CALL(glue_expected_counts, 6),
    CALL(glue_fit, 6),
    CALL(glue_is_open, 0),
    CALL(glue_list, 1),
    CALL(glue_load_plugin, 1),
    CALL(glue_log_likelihood_bound, 4),
    CALL(glue_messages, 0),
    CALL(glue_model_history, 2),
    CALL(glue_model_new, 2),
    CALL(glue_model_open, 1),
    CALL(glue_model_save, 2),
    CALL(glue_model_size, 1),
    CALL(glue_model_text, 2),
    CALL(glue_open, 1),
    CALL(glue_plugins, 0),
    CALL(glue_posterior_counts, 5),
    CALL(glue_prior_counts, 3),
    CALL(glue_prior_sample, 3),
    CALL(glue_register_prior, 3),
    CALL(glue_run, 3),
    CALL(glue_set_threads, 1),
    {NULL, NULL, 0},
};

void attribute_visible R_init_scprior(DllInfo *info) {
  R_registerRoutines(info, NULL, calls, NULL, NULL);
  R_useDynamicSymbols(info, FALSE);
  R_forceSymbols(info, TRUE);
}
