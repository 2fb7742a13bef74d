/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scprior for C, and through it for R, Julia and any language that can call C.
 *
 * A complete analysis (examples/c/embed.c) reads
 *
 *     scprior_data *data = NULL;
 *     scprior_model *model = NULL;
 *     const char *settings[] = {"prior=vamp", "prior.components=100", "train.max_epochs=50"};
 *     if (scprior_data_open("cells.h5ad", NULL, NULL, 0, &data) ||
 *         scprior_model_new(NULL, settings, 3, &model) ||
 *         scprior_fit(model, data, NULL, NULL) ||
 *         scprior_model_save(model, "my_model"))
 *       fprintf(stderr, "%s\n", scprior_last_error());
 *     scprior_model_free(model);
 *     scprior_data_free(data);
 *
 * Status:   every function returns SCPRIOR_OK (0) or another scprior_status (scprior/abi.h); scprior_last_error() tells
 *           what was wrong, where, and what to do. Exceptions to this rule return what their comment says. After a
 *           failure the outputs are untouched unless the comment says otherwise.
 * Nothing   is printed, no function ends the process, no exception leaves, signals are left alone.
 * Handles:  scprior_data and scprior_model are opaque: numbers that are never given twice, and no addresses. A null,
 *           freed or foreign handle is detected and refused with SCPRIOR_E_ARGUMENT. Freed with their own function;
 *           freeing NULL is allowed and does nothing. What is freed while another thread uses it lives until that call
 *           has ended.
 * Threads:  different handles may be used by different threads at the same time; one handle by one thread at a time,
 *           which is checked (SCPRIOR_E_ARGUMENT: "in use by another call"), except scprior_model_cancel. Callbacks run
 *           on the thread that made the call.
 * Text:     zero-terminated UTF-8. A function that returns text takes (buffer, capacity, needed): it writes at most
 *           capacity bytes, always terminated, and sets *needed (may be NULL) to the full size with the terminator.
 *           With capacity 0 nothing is written and that is no failure; a buffer too small for the text is
 *           SCPRIOR_E_ARGUMENT, with what fits written (whole characters).
 * Matrices: the caller allocates outputs. Element (cell, j) is written to out[cell * row_stride + j * column_stride];
 *           strides are in elements, positive. Row-major: (width, 1). Column-major, as in R and Julia: (1, n_cells).
 *           Strides under which two elements would share a place are refused.
 * Structs:  set struct_size to sizeof of the struct; set everything else to 0 for the defaults. Structs grow at their
 *           end only.
 * Seeds:    0 or more.
 * Results:  the same data, settings and seed give the same bits as the program `scprior`, with any number of threads.
 * Since:    1.0 unless said otherwise.
 */
#ifndef SCPRIOR_H
#define SCPRIOR_H

#include <stddef.h>
#include <stdint.h>

#include "scprior/abi.h"

#define SCPRIOR_C_MAJOR 1
#define SCPRIOR_C_MINOR 0

#if defined(_WIN32)
#define SCPRIOR_C
#else
#define SCPRIOR_C __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------- the library itself */

/** Version of this interface that the library speaks: major * 65536 + minor. Compare with SCPRIOR_C_MAJOR. */
SCPRIOR_C uint32_t scprior_c_version(void);

/** Versions of scprior, LibTorch, compiler, ... as JSON. Never NULL; lives as long as the process. */
SCPRIOR_C const char *scprior_build_info(void);

/** What was wrong with the last call on this thread that failed; "" if none has. Never NULL; valid until the next call
    on this thread. */
SCPRIOR_C const char *scprior_last_error(void);

/** The status of the last call on this thread. */
SCPRIOR_C int32_t scprior_last_status(void);

/** Number of threads of all later computations, from 1 to 4096; 0 (the default) = as many as the process may use. */
SCPRIOR_C int32_t scprior_set_threads(int64_t n_threads);

/** level: 0 debug, 1 information, 2 warning, 3 error. */
typedef void (*scprior_log_function)(void *user, int32_t level, const char *utf8);

/** Sends messages of at least `level` to `log`, on the thread that they come from; NULL (the default) drops them. */
SCPRIOR_C int32_t scprior_set_log(scprior_log_function log, void *user, int32_t level);

/* ------------------------------------------------------------------------------------------------------ components */

/** Loads a plugin file. The installed plugins and those of SCPRIOR_PLUGIN_PATH are loaded by themselves. */
SCPRIOR_C int32_t scprior_load_plugin(const char *path);

/**
 * A prior or metric of the caller's own: two functions of a C plugin (scprior/abi.h) without a plugin file. From then
 * on `name` can be used like any other, e.g. in the setting "prior=name".
 */
typedef struct scprior_definition {
  uint32_t struct_size;
  uint32_t kind; /**< SCPRIOR_KIND_PRIOR or SCPRIOR_KIND_METRIC */
  const char *name;    /**< [a-z0-9_]+ */
  const char *summary; /**< one line; NULL = "" */
  void *user;          /**< given to create and release */
  /** Makes one instance: *out becomes a const scprior_prior_c * or a const scprior_metric_c *, which lives until its
      destroy was called. A failure writes a text into error (SCPRIOR_ERROR_SIZE bytes). */
  int32_t (*create)(void *user, const void **out, char *error);
  /** Called when the definition was replaced and the last component made of it is gone; may be NULL. Never called for a
      definition that was refused, nor when the process ends. */
  void (*release)(void *user);
} scprior_definition;

/** Registers a definition; its struct and texts are copied. A name that was registered in this way before is replaced;
    models made before keep theirs. A name of a plugin is refused. */
SCPRIOR_C int32_t scprior_register(const scprior_definition *definition);

/** The components there are, as JSON: [{"kind", "name", "summary", "tier", "plugin", "version", "file"}]. kind:
    "prior", ...; NULL = all. */
SCPRIOR_C int32_t scprior_list(const char *kind, char *buffer, size_t capacity, size_t *needed);

/** Options, capabilities and citation of a component. format: "text", "json", "toml" (ready to paste), "markdown". kind
    "section" describes a table of the experiment file: "train", "genes", "split", "data", "model". */
SCPRIOR_C int32_t scprior_describe(const char *kind, const char *name, const char *format, char *buffer,
                                   size_t capacity, size_t *needed);

/** The plugin files that were looked at, as JSON: [{"path", "loaded", "reason", "id", "version"}]. */
SCPRIOR_C int32_t scprior_plugins(char *buffer, size_t capacity, size_t *needed);

/* ------------------------------------------------------------------------------------------------------------ data */

typedef struct scprior_data scprior_data;

enum { SCPRIOR_FLOAT32 = 1, SCPRIOR_FLOAT64 = 2, SCPRIOR_INT32 = 3, SCPRIOR_INT64 = 4 };
enum { SCPRIOR_SPARSE = 1, SCPRIOR_DENSE = 2 };
/** SCPRIOR_BORROW: values, indices and a dense matrix stay the caller's and are read until the data are freed; then
    `release` is called, once. They must not change. Without it everything is copied, and `release` is not called. If
    the data cannot be made it is not called either. */
enum { SCPRIOR_BORROW = 1 };

/**
 * Raw counts of cells as they lie in memory.
 *
 * Sparse: the genes of cell i are indices[pointers[i] - base ... pointers[i + 1] - base - 1]. R's dgCMatrix (i, p, x;
 * index_base 0) and Julia's SparseMatrixCSC (rowval, colptr, nzval; index_base 1) of genes × cells are this as they
 * stand. Genes of a cell need not be sorted; the same gene twice is refused.
 * Dense: values[cell * row_stride + gene * column_stride].
 * Values are whole numbers >= 0 of at most 2^24; anything else is refused when the data are made.
 */
typedef struct scprior_matrix {
  uint32_t struct_size;
  uint32_t layout; /**< SCPRIOR_SPARSE, SCPRIOR_DENSE */
  int64_t n_cells, n_genes;
  const void *values;
  const void *pointers; /**< sparse: [n_cells + 1] */
  const void *indices;  /**< sparse: [number of entries] */
  int32_t value_type;   /**< FLOAT32, FLOAT64, INT32 */
  int32_t pointer_type; /**< INT32, INT64 */
  int32_t index_type;   /**< INT32, INT64 */
  int32_t index_base;   /**< 0 or 1, of pointers and indices */
  int64_t row_stride, column_stride; /**< dense */
  uint64_t flags;                    /**< SCPRIOR_BORROW */
  void (*release)(void *owner);      /**< may be NULL; called by the last function that uses the data, on its thread */
  void *owner;
} scprior_matrix;

/** Makes data of a matrix. gene_names: [n_genes] symbols or Ensembl ids; cell_names: [n_cells], NULL = "1", "2", ...
    SCPRIOR_E_ARGUMENT: what does not fit together; SCPRIOR_E_DATA: a value that is no count. */
SCPRIOR_C int32_t scprior_data_new(const scprior_matrix *matrix, const char *const *gene_names,
                                   const char *const *cell_names, scprior_data **out);

/** Opens a file with a loader plugin; loader NULL = whichever recognises it. settings: "layer=counts", ... of the
    loader. */
SCPRIOR_C int32_t scprior_data_open(const char *path, const char *loader, const char *const *settings,
                                    int64_t n_settings, scprior_data **out);

/** Adds (or replaces) a column of the table of cells. codes: [n_cells] 0 ... n_names - 1, -1 = missing. */
SCPRIOR_C int32_t scprior_data_set_labels(scprior_data *data, const char *column, const int32_t *codes,
                                          const char *const *names, int64_t n_names);

/** As scprior_data_set_labels, of numbers: [n_cells], NaN = missing. Numbers are no labels. */
SCPRIOR_C int32_t scprior_data_set_numbers(scprior_data *data, const char *column, const double *values);

/** The labels of a column: codes [n_cells], -1 = missing; names as a JSON list of texts in the buffer. codes may be
    NULL. */
SCPRIOR_C int32_t scprior_data_labels(const scprior_data *data, const char *column, int32_t *codes, char *buffer,
                                      size_t capacity, size_t *needed);

/** Sizes; either pointer may be NULL. */
SCPRIOR_C int32_t scprior_data_size(const scprior_data *data, int64_t *n_cells, int64_t *n_genes);

/** Names as a JSON list of texts; what: "cells", "genes", "columns". */
SCPRIOR_C int32_t scprior_data_names(const scprior_data *data, const char *what, char *buffer, size_t capacity,
                                     size_t *needed);

SCPRIOR_C void scprior_data_free(scprior_data *data);

/* ----------------------------------------------------------------------------------------------------------- models */

typedef struct scprior_model scprior_model;

/**
 * A model that is not trained yet.
 *
 * toml: an experiment file's text without [[data]] and with at most one [[model]]; NULL = the paper's settings.
 * settings: "prior=vamp", "prior.components=100", "latent=32", "train.max_epochs=50", "genes.space=dataset",
 * "split.test=0.2", as after `scprior train --set`; they win over the text. Seeds, threads, labels, data and metrics
 * are given elsewhere and refused here. Everything wrong is told at once, a line each, with SCPRIOR_E_CONFIG.
 */
SCPRIOR_C int32_t scprior_model_new(const char *toml, const char *const *settings, int64_t n_settings,
                                    scprior_model **out);

/** Opens a model folder, of this library or of the program. */
SCPRIOR_C int32_t scprior_model_open(const char *folder, scprior_model **out);

/** Writes the model folder; an existing model is replaced. Refused before the first fit. */
SCPRIOR_C int32_t scprior_model_save(scprior_model *model, const char *folder);

typedef struct scprior_progress {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t epoch, max_epochs; /**< counted from 1 */
  int64_t step, steps;       /**< within the epoch */
  double loss;               /**< mean of the epoch so far, nats per cell */
  double seconds, seconds_left;
  double validation_loss; /**< of the epoch, after its last step; NaN before */
} scprior_progress;

/** Returns 0 to go on, anything else to cancel. */
typedef int32_t (*scprior_progress_function)(void *user, const scprior_progress *progress);

typedef struct scprior_fit_options {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t seed; /**< decides split, weights, batches and noise */
  const char *label; /**< column of cell types, remembered by the model; NULL = none */
  const char *batch; /**< column of experimental batches; NULL = none */
  /** NULL = none. Called after every step, and once more when the validation loss of the epoch is known. */
  scprior_progress_function progress;
  void *user;
} scprior_fit_options;

enum {
  SCPRIOR_STOP_MAX_EPOCHS = 1,
  SCPRIOR_STOP_NO_IMPROVEMENT = 2,
  SCPRIOR_STOP_CANCELLED = 3,
  SCPRIOR_STOP_NOT_FINITE = 4
};

typedef struct scprior_fit_result {
  uint32_t struct_size; /**< set by the caller */
  int32_t stop;         /**< SCPRIOR_STOP_* */
  int64_t epochs, best_epoch;
  double seconds, cells_per_second;
} scprior_fit_result;

/**
 * Trains. A model is trained once; a second fit starts anew.
 *
 * Cancelled: returns SCPRIOR_E_CANCELLED, and the model is that of the best epoch so far, or of the first steps where
 * best_epoch is 0, usable and savable. A loss that left the finite numbers: SCPRIOR_E_NUMERIC, likewise. options,
 * result: may be NULL. result is written in both of these cases too. After any other failure the model is as it was
 * before.
 */
SCPRIOR_C int32_t scprior_fit(scprior_model *model, const scprior_data *data, const scprior_fit_options *options,
                              scprior_fit_result *result);

/** Asks a fit or an inference that runs on another thread, or that has called back, to stop with SCPRIOR_E_CANCELLED.
    The only function that may be called on a handle in use. Does nothing where none runs. */
SCPRIOR_C int32_t scprior_model_cancel(scprior_model *model);

/** One series of the training history, [epochs]: "train_loss", "validation_loss", "reconstruction", "kl", "penalty",
    "learning_rate". *n becomes its length (n may be NULL); at most `capacity` values are written (0: only the length is
    told). A model from a folder has no history: length 0. */
SCPRIOR_C int32_t scprior_model_history(const scprior_model *model, const char *series, double *values,
                                        int64_t capacity, int64_t *n);

/** Sizes of a trained model; pointers may be NULL. */
SCPRIOR_C int32_t scprior_model_size(const scprior_model *model, int64_t *n_latent, int64_t *n_genes);

/** what: "toml" (the configuration with every default; scprior_model_new makes the same model of it), "genes" and
    "symbols" (JSON lists of the ids and symbols of the model's genes), "data" (what became of the data's genes in the
    last fit, text), "label" and "batch" (columns of the fit). */
SCPRIOR_C int32_t scprior_model_text(const scprior_model *model, const char *what, char *buffer, size_t capacity,
                                     size_t *needed);

SCPRIOR_C void scprior_model_free(scprior_model *model);

/* -------------------------------------------------------------------------------------------------------- inference */

/** The embedding E_q[z | x]: [n_cells, n_latent]. */
SCPRIOR_C int32_t scprior_embed(scprior_model *model, const scprior_data *data, float *out, int64_t row_stride,
                                int64_t column_stride);

/** Variance of q(z | x): [n_cells, n_latent]; behind a flow from its draws. An autoencoder: SCPRIOR_E_UNSUPPORTED. */
SCPRIOR_C int32_t scprior_embed_variance(scprior_model *model, const scprior_data *data, float *out, int64_t row_stride,
                                         int64_t column_stride);

/** One draw of q(z | x) for each cell: [n_cells, n_latent]. */
SCPRIOR_C int32_t scprior_embed_sample(scprior_model *model, const scprior_data *data, int64_t seed, float *out,
                                       int64_t row_stride, int64_t column_stride);

/**
 * Expected counts E[x | z] at the embedding, of the cells first_cell ... first_cell + n_cells - 1: the denoised
 * expression, [n_cells, n_genes]. library: the counts that a cell is taken to have (1e4 is usual), to which the
 * expectation is in proportion; 0 = its own. genes:
 * which of the model's genes, counted from 0; NULL = all. After a failure some rows may have been written, as by the
 * two other functions that give counts.
 */
SCPRIOR_C int32_t scprior_expected_counts(scprior_model *model, const scprior_data *data, int64_t first_cell,
                                          int64_t n_cells, double library, const int64_t *genes, int64_t n_genes,
                                          float *out, int64_t row_stride, int64_t column_stride);

/** Counts drawn from the posterior predictive, z ~ q(z | x), x' ~ p(x | z): [n_cells, n_genes of the model], for the
    cells first_cell ... The draws of a cell do not depend on which others are drawn with it. */
SCPRIOR_C int32_t scprior_posterior_counts(scprior_model *model, const scprior_data *data, int64_t first_cell,
                                           int64_t n_cells, int64_t seed, float *out, int64_t row_stride,
                                           int64_t column_stride);

/** n draws of the prior: [n, n_latent]. An autoencoder: SCPRIOR_E_UNSUPPORTED. */
SCPRIOR_C int32_t scprior_prior_sample(scprior_model *model, int64_t n, int64_t seed, float *out, int64_t row_stride,
                                       int64_t column_stride);

/** New cells, z ~ p(z), x ~ p(x | z): [n, n_genes] counts. library: [n] expected counts of each. */
SCPRIOR_C int32_t scprior_prior_counts(scprior_model *model, int64_t n, const double *library, int64_t seed, float *out,
                                       int64_t row_stride, int64_t column_stride);

/** Lower bound of ln p(x) of each cell (the negative of its loss without penalties), nats: [n_cells]. samples: draws of
    q(z | x) that it is averaged over. An autoencoder: ln p(x | z). */
SCPRIOR_C int32_t scprior_log_likelihood_bound(scprior_model *model, const scprior_data *data, int64_t samples,
                                               int64_t seed, double *out);

/** better: 1 higher, -1 lower, 0 neither. note: why a value is NaN, or "". Texts live during the call. */
typedef void (*scprior_metric_function)(void *user, const char *metric, const char *name, double value, int32_t better,
                                        const char *note);

/** Evaluates metrics on data. metrics: [n_metrics] names, NULL = those of the paper. label, batch: columns, NULL =
    those of the fit, "" = none. test_cells: not 0 = only cells held out in training (data must be those of the fit). */
SCPRIOR_C int32_t scprior_evaluate(scprior_model *model, const scprior_data *data, const char *const *metrics,
                                   int64_t n_metrics, const char *label, const char *batch, int32_t test_cells,
                                   scprior_metric_function report, void *user);

/* ------------------------------------------------------------------------------------------------------ experiments */

/** Validates an experiment file without training. */
SCPRIOR_C int32_t scprior_check(const char *file);

/** Runs an experiment file, as `scprior run`. force: not 0 = repeat complete fits. The buffer receives a summary as
    JSON: "fits", "failures", "cancelled", "report" (path); a second call without force gives it without training again.
    Cancelled: SCPRIOR_E_CANCELLED; complete fits are kept and are not repeated the next time. Fits that failed:
    SCPRIOR_E_DATA if a data set could not be used, else SCPRIOR_E_NUMERIC. The summary is written then too. */
SCPRIOR_C int32_t scprior_run(const char *file, int32_t force, scprior_progress_function progress, void *user,
                              char *buffer, size_t capacity, size_t *needed);

#ifdef __cplusplus
}
#endif
#endif
