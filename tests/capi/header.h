/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled as C11 and as C++20: sizes, offsets and values of interface 1.0. They never change; members are appended. */
#include "scprior.h"

#define AT(type, member, offset) SCPRIOR_STATIC_ASSERT(offsetof(type, member) == (offset), #type "." #member)

AT(scprior_definition, struct_size, 0);
AT(scprior_definition, kind, 4);
AT(scprior_definition, name, 8);
AT(scprior_definition, summary, 16);
AT(scprior_definition, user, 24);
AT(scprior_definition, create, 32);
AT(scprior_definition, release, 40);

AT(scprior_matrix, struct_size, 0);
AT(scprior_matrix, layout, 4);
AT(scprior_matrix, n_cells, 8);
AT(scprior_matrix, n_genes, 16);
AT(scprior_matrix, values, 24);
AT(scprior_matrix, pointers, 32);
AT(scprior_matrix, indices, 40);
AT(scprior_matrix, value_type, 48);
AT(scprior_matrix, pointer_type, 52);
AT(scprior_matrix, index_type, 56);
AT(scprior_matrix, index_base, 60);
AT(scprior_matrix, row_stride, 64);
AT(scprior_matrix, column_stride, 72);
AT(scprior_matrix, flags, 80);
AT(scprior_matrix, release, 88);
AT(scprior_matrix, owner, 96);

AT(scprior_progress, struct_size, 0);
AT(scprior_progress, epoch, 8);
AT(scprior_progress, max_epochs, 16);
AT(scprior_progress, step, 24);
AT(scprior_progress, steps, 32);
AT(scprior_progress, loss, 40);
AT(scprior_progress, seconds, 48);
AT(scprior_progress, seconds_left, 56);
AT(scprior_progress, validation_loss, 64);

AT(scprior_fit_options, struct_size, 0);
AT(scprior_fit_options, reserved, 4);
AT(scprior_fit_options, seed, 8);
AT(scprior_fit_options, label, 16);
AT(scprior_fit_options, batch, 24);
AT(scprior_fit_options, progress, 32);
AT(scprior_fit_options, user, 40);

AT(scprior_fit_result, struct_size, 0);
AT(scprior_fit_result, stop, 4);
AT(scprior_fit_result, epochs, 8);
AT(scprior_fit_result, best_epoch, 16);
AT(scprior_fit_result, seconds, 24);
AT(scprior_fit_result, cells_per_second, 32);

AT(scprior_prior_c, user, 8);
AT(scprior_prior_c, build, 16);
AT(scprior_prior_c, start, 24);
AT(scprior_prior_c, log_prob, 32);
AT(scprior_prior_c, sample, 40);
AT(scprior_prior_c, destroy, 48);
AT(scprior_metric_c, user, 8);
AT(scprior_metric_c, evaluate, 16);
AT(scprior_metric_c, destroy, 24);
AT(scprior_metric_input, n_cells, 8);
AT(scprior_metric_input, n_latent, 16);
AT(scprior_metric_input, latent, 24);
AT(scprior_metric_input, labels, 32);
AT(scprior_metric_input, n_labels, 40);
AT(scprior_metric_input, batches, 48);
AT(scprior_metric_input, n_batches, 56);

SCPRIOR_STATIC_ASSERT(SCPRIOR_FLOAT32 == 1 && SCPRIOR_FLOAT64 == 2 && SCPRIOR_INT32 == 3 && SCPRIOR_INT64 == 4,
                      "types");
SCPRIOR_STATIC_ASSERT(SCPRIOR_SPARSE == 1 && SCPRIOR_DENSE == 2 && SCPRIOR_BORROW == 1, "layouts");
SCPRIOR_STATIC_ASSERT(SCPRIOR_STOP_MAX_EPOCHS == 1 && SCPRIOR_STOP_NO_IMPROVEMENT == 2 && SCPRIOR_STOP_CANCELLED == 3 &&
                          SCPRIOR_STOP_NOT_FINITE == 4,
                      "reasons to stop");
SCPRIOR_STATIC_ASSERT(SCPRIOR_OK == 0 && SCPRIOR_E_ARGUMENT == 1 && SCPRIOR_E_CONFIG == 2 && SCPRIOR_E_PLUGIN == 3 &&
                          SCPRIOR_E_DATA == 4 && SCPRIOR_E_NUMERIC == 5 && SCPRIOR_E_IO == 6 &&
                          SCPRIOR_E_CANCELLED == 7 && SCPRIOR_E_UNSUPPORTED == 8 && SCPRIOR_E_INTERNAL == 99,
                      "statuses");
