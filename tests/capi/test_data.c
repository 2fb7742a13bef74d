/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static scprior_data *other; /* an output that must stay untouched */

static void refused_matrix(int32_t status, const char *words, const scprior_matrix *matrix, small_data *raw) {
  scprior_data *out = other;
  REFUSED(status, words, scprior_data_new(matrix, raw->genes, NULL, &out));
  CHECK(out == other);
}

/* Every representation of the same counts gives the same model and the same embedding. */
static void embed_of(const scprior_matrix *matrix, small_data *raw, float *out) {
  scprior_data *data = NULL;
  scprior_model *model = small_model("standard_normal");
  OK(scprior_data_new(matrix, raw->genes, NULL, &data));
  OK(scprior_fit(model, data, NULL, NULL));
  OK(scprior_embed(model, data, out, N_LATENT, 1));
  scprior_model_free(model);
  scprior_data_free(data);
}

static void all_representations(void) {
  small_data *raw = make_small_data();
  const int32_t n = raw->pointers[N_CELLS];
  static float wanted[N_CELLS * N_LATENT], got[N_CELLS * N_LATENT];
  scprior_matrix matrix = sparse_matrix(raw);
  embed_of(&matrix, raw, wanted);
  CHECK(wanted[0] != 0 && isfinite(wanted[0]));

  /* As Julia gives it: 64-bit, from 1. */
  static int64_t pointers[N_CELLS + 1], indices[N_CELLS * N_GENES];
  for (int i = 0; i <= N_CELLS; ++i) pointers[i] = raw->pointers[i] + 1;
  for (int i = 0; i < n; ++i) indices[i] = raw->indices[i] + 1;
  scprior_matrix julia = matrix;
  julia.pointers = pointers;
  julia.indices = indices;
  julia.pointer_type = julia.index_type = SCPRIOR_INT64;
  julia.index_base = 1;
  embed_of(&julia, raw, got);
  CHECK(memcmp(wanted, got, sizeof got) == 0);

  static float floats[N_CELLS * N_GENES];
  static int32_t integers[N_CELLS * N_GENES];
  for (int i = 0; i < n; ++i) integers[i] = (int32_t)(floats[i] = (float)raw->values[i]);
  scprior_matrix other_type = matrix;
  other_type.values = floats;
  other_type.value_type = SCPRIOR_FLOAT32;
  embed_of(&other_type, raw, got);
  CHECK(memcmp(wanted, got, sizeof got) == 0);
  other_type.values = integers;
  other_type.value_type = SCPRIOR_INT32;
  other_type.flags = SCPRIOR_BORROW;
  embed_of(&other_type, raw, got);
  CHECK(memcmp(wanted, got, sizeof got) == 0);

  /* Genes of every cell in reverse order. */
  static int32_t reversed[N_CELLS * N_GENES];
  static double reversed_values[N_CELLS * N_GENES];
  for (int cell = 0; cell < N_CELLS; ++cell)
    for (int i = raw->pointers[cell], last = raw->pointers[cell + 1] - 1; i <= last; ++i) {
      reversed[i] = raw->indices[last - (i - raw->pointers[cell])];
      reversed_values[i] = raw->values[last - (i - raw->pointers[cell])];
    }
  scprior_matrix unsorted = matrix;
  unsorted.indices = reversed;
  unsorted.values = reversed_values;
  for (int borrow = 0; borrow < 2; ++borrow) {
    unsorted.flags = borrow ? SCPRIOR_BORROW : 0;
    embed_of(&unsorted, raw, got);
    CHECK(memcmp(wanted, got, sizeof got) == 0);
  }

  scprior_matrix dense = matrix;
  dense.layout = SCPRIOR_DENSE;
  dense.values = raw->dense;
  dense.row_stride = N_GENES;
  dense.column_stride = 1;
  dense.pointers = dense.indices = NULL;
  embed_of(&dense, raw, got);
  CHECK(memcmp(wanted, got, sizeof got) == 0);
  static double transposed[N_GENES * N_CELLS];
  for (int i = 0; i < N_CELLS; ++i)
    for (int j = 0; j < N_GENES; ++j) transposed[j * N_CELLS + i] = raw->dense[i][j];
  dense.values = transposed;
  dense.row_stride = 1;
  dense.column_stride = N_CELLS;
  embed_of(&dense, raw, got);
  CHECK(memcmp(wanted, got, sizeof got) == 0);
  free(raw);
}

static void wrong_matrices(void) {
  small_data *raw = make_small_data();
  const scprior_matrix right = sparse_matrix(raw);
  scprior_matrix m = right;
  other = (scprior_data *)(void *)raw;

  refused_matrix(SCPRIOR_E_ARGUMENT, "scprior_matrix is NULL", NULL, raw);
  m.struct_size = 8;
  refused_matrix(SCPRIOR_E_ARGUMENT, "struct_size", &m, raw);
  m = right, m.layout = 3;
  refused_matrix(SCPRIOR_E_ARGUMENT, "layout", &m, raw);
  m = right, m.flags = 2;
  refused_matrix(SCPRIOR_E_ARGUMENT, "flags", &m, raw);
  m = right, m.n_cells = 0;
  refused_matrix(SCPRIOR_E_ARGUMENT, "n_cells", &m, raw);
  m = right, m.n_cells = -1;
  refused_matrix(SCPRIOR_E_ARGUMENT, "n_cells", &m, raw);
  m = right, m.n_genes = (int64_t)1 << 40;
  refused_matrix(SCPRIOR_E_ARGUMENT, "n_genes", &m, raw);
  m = right, m.value_type = SCPRIOR_INT64;
  refused_matrix(SCPRIOR_E_ARGUMENT, "value_type", &m, raw);
  m = right, m.pointer_type = SCPRIOR_FLOAT32;
  refused_matrix(SCPRIOR_E_ARGUMENT, "pointer_type", &m, raw);
  m = right, m.index_type = 0;
  refused_matrix(SCPRIOR_E_ARGUMENT, "index_type", &m, raw);
  m = right, m.index_base = 2;
  refused_matrix(SCPRIOR_E_ARGUMENT, "index_base", &m, raw);
  m = right, m.index_base = 1;
  refused_matrix(SCPRIOR_E_ARGUMENT, "pointers[0]", &m, raw);
  m = right, m.values = NULL;
  refused_matrix(SCPRIOR_E_ARGUMENT, "values is NULL", &m, raw);
  m = right, m.pointers = NULL;
  refused_matrix(SCPRIOR_E_ARGUMENT, "pointers is NULL", &m, raw);
  m = right, m.indices = NULL;
  refused_matrix(SCPRIOR_E_ARGUMENT, "indices is NULL", &m, raw);

  raw->pointers[7] = 1 << 30;
  refused_matrix(SCPRIOR_E_ARGUMENT, "pointers[7]", &right, raw);
  raw->pointers[7] = raw->pointers[6] - 1;
  refused_matrix(SCPRIOR_E_ARGUMENT, "pointers[7]", &right, raw);
  free(raw);

  for (int borrow = 0; borrow < 2; ++borrow) {
    raw = make_small_data();
    m = sparse_matrix(raw);
    m.flags = borrow ? SCPRIOR_BORROW : 0;
    const int32_t gene = raw->indices[1];
    raw->indices[1] = N_GENES;
    refused_matrix(SCPRIOR_E_ARGUMENT, "indices[1] of cell 1 is 40", &m, raw);
    raw->indices[1] = -1;
    refused_matrix(SCPRIOR_E_ARGUMENT, "indices[1] of cell 1 is -1", &m, raw);
    raw->indices[1] = raw->indices[0];
    refused_matrix(SCPRIOR_E_ARGUMENT, "twice", &m, raw);
    raw->indices[1] = gene;
    const double wrong[] = {NAN, INFINITY, -1, 0.5, 16777217.0};
    const char *words[] = {"not a number", "infinite", "negative", "not whole", "above 16777216"};
    for (int i = 0; i < 5; ++i) {
      raw->values[2] = wrong[i];
      refused_matrix(SCPRIOR_E_DATA, words[i], &m, raw);
    }
    raw->values[2] = 16777216.0;
    scprior_data *data = NULL;
    OK(scprior_data_new(&m, raw->genes, NULL, &data));
    scprior_data_free(data);
    free(raw);
  }
}

static void wrong_strides(void) {
  small_data *raw = make_small_data();
  scprior_matrix m = sparse_matrix(raw);
  m.layout = SCPRIOR_DENSE;
  m.values = raw->dense;
  const int64_t strides[][2] = {{0, 1}, {1, 0}, {-N_GENES, 1}, {1, 1}, {N_GENES - 1, 1}, {1, N_CELLS - 1}, {2, 2},
                                {INT64_MAX, 1}, {1, INT64_MAX}, {INT64_MIN, INT64_MIN}};
  for (size_t i = 0; i < sizeof strides / sizeof *strides; ++i) {
    m.row_stride = strides[i][0];
    m.column_stride = strides[i][1];
    refused_matrix(SCPRIOR_E_ARGUMENT, "stride", &m, raw);
  }
  free(raw);
}

static void wrong_names(void) {
  small_data *raw = make_small_data();
  scprior_matrix m = sparse_matrix(raw);
  scprior_data *out = NULL;
  REFUSED(SCPRIOR_E_ARGUMENT, "gene_names", scprior_data_new(&m, NULL, NULL, &out));
  REFUSED(SCPRIOR_E_ARGUMENT, "out is NULL", scprior_data_new(&m, raw->genes, NULL, NULL));
  raw->genes[3] = NULL;
  REFUSED(SCPRIOR_E_ARGUMENT, "gene_names[3]", scprior_data_new(&m, raw->genes, NULL, &out));
  CHECK(out == NULL);
  free(raw);
}

static int released;
static void count_release(void *owner) {
  CHECK(owner == (void *)&released);
  ++released;
}

static void borrowed_memory(void) {
  small_data *raw = make_small_data();
  scprior_matrix m = sparse_matrix(raw);
  scprior_data *data = NULL;
  m.release = count_release;
  m.owner = &released;
  OK(scprior_data_new(&m, raw->genes, NULL, &data)); /* copied: nothing to release */
  scprior_data_free(data);
  CHECK(released == 0);
  m.flags = SCPRIOR_BORROW;
  raw->values[0] = -1;
  REFUSED(SCPRIOR_E_DATA, "negative", scprior_data_new(&m, raw->genes, NULL, &data));
  CHECK(released == 0);
  raw->values[0] = 1;
  OK(scprior_data_new(&m, raw->genes, NULL, &data));
  CHECK(released == 0);
  scprior_data_free(data);
  CHECK(released == 1);
  scprior_data_free(data); /* freed twice: refused, not done */
  CHECK(released == 1);
  free(raw);
}

static scprior_data *data;
static int32_t cells_text(char *b, size_t n, size_t *needed) { return scprior_data_names(data, "cells", b, n, needed); }
static int32_t columns_text(char *b, size_t n, size_t *needed) {
  return scprior_data_names(data, "columns", b, n, needed);
}
static int32_t codes[N_CELLS], read_codes[N_CELLS];
static int32_t labels_text(char *b, size_t n, size_t *needed) {
  return scprior_data_labels(data, "kind", read_codes, b, n, needed);
}

static void tables(void) {
  data = small_handle();
  int64_t n_cells = 0, n_genes = 0;
  OK(scprior_data_size(data, &n_cells, &n_genes));
  CHECK(n_cells == N_CELLS && n_genes == N_GENES);
  OK(scprior_data_size(data, NULL, NULL));
  char *text = NULL;
  TEXT_OF(text, cells_text);
  CHECK(strncmp(text, "[\"1\",\"2\",", 9) == 0);
  free(text);

  const char *names[] = {"alpha", "beta"};
  for (int i = 0; i < N_CELLS; ++i) codes[i] = i % 3 - 1;
  OK(scprior_data_set_labels(data, "kind", codes, names, 2));
  TEXT_OF(text, labels_text);
  CHECK(strcmp(text, "[\"alpha\",\"beta\"]") == 0);
  CHECK(memcmp(codes, read_codes, sizeof codes) == 0);
  free(text);
  double numbers[N_CELLS];
  for (int i = 0; i < N_CELLS; ++i) numbers[i] = i + 0.5;
  OK(scprior_data_set_numbers(data, "age", numbers));
  OK(scprior_data_set_labels(data, "kind", codes, names, 2)); /* replaced */
  TEXT_OF(text, columns_text);
  CHECK(strcmp(text, "[\"kind\",\"age\"]") == 0);
  free(text);

  REFUSED(SCPRIOR_E_DATA, "age", scprior_data_labels(data, "age", NULL, NULL, 0, NULL));
  REFUSED(SCPRIOR_E_DATA, "kind", scprior_data_labels(data, "kinds", NULL, NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "column", scprior_data_labels(data, NULL, NULL, NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "column", scprior_data_set_labels(data, "", codes, names, 2));
  REFUSED(SCPRIOR_E_ARGUMENT, "codes is NULL", scprior_data_set_labels(data, "kind", NULL, names, 2));
  REFUSED(SCPRIOR_E_ARGUMENT, "names", scprior_data_set_labels(data, "kind", codes, NULL, 2));
  REFUSED(SCPRIOR_E_ARGUMENT, "names", scprior_data_set_labels(data, "kind", codes, names, -1));
  REFUSED(SCPRIOR_E_ARGUMENT, "codes[2] is 1", scprior_data_set_labels(data, "kind", codes, names, 1));
  REFUSED(SCPRIOR_E_ARGUMENT, "values", scprior_data_set_numbers(data, "age", NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "what", scprior_data_names(data, NULL, NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "cells", scprior_data_names(data, "cell", NULL, 0, NULL));
  scprior_data_free(data);
}

static void texts_in_buffers(void) {
  data = small_handle();
  const char *names[] = {"\xC3\xA4\xC3\xB6"}; /* äö */
  memset(codes, 0, sizeof codes);
  OK(scprior_data_set_labels(data, "kind", codes, names, 1));
  char buffer[16];
  size_t needed = 0;
  memset(buffer, 'x', sizeof buffer);
  OK(scprior_data_labels(data, "kind", NULL, buffer, 9, &needed)); /* ["äö"] and the terminator */
  CHECK(needed == 9 && strlen(buffer) == 8 && buffer[9] == 'x');
  REFUSED(SCPRIOR_E_ARGUMENT, "too small", scprior_data_labels(data, "kind", NULL, buffer, 4, &needed));
  CHECK(needed == 9 && strcmp(buffer, "[\"") == 0); /* no half of a character */
  REFUSED(SCPRIOR_E_ARGUMENT, "too small", scprior_data_labels(data, "kind", NULL, buffer, 1, NULL));
  CHECK(buffer[0] == '\0');
  REFUSED(SCPRIOR_E_ARGUMENT, "buffer is NULL", scprior_data_labels(data, "kind", NULL, NULL, 9, &needed));
  OK(scprior_data_labels(data, "kind", NULL, NULL, 0, NULL));
  scprior_data_free(data);
}

static void handles(void) {
  data = small_handle();
  scprior_model *model = small_model("standard_normal");
  int64_t n = 0;
  REFUSED(SCPRIOR_E_ARGUMENT, "NULL", scprior_data_size(NULL, &n, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "got a scprior_model", scprior_data_size((scprior_data *)(void *)model, &n, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "no scprior_data", scprior_data_size((scprior_data *)(void *)&n, &n, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "got a scprior_data", scprior_fit((scprior_model *)(void *)data, data, NULL, NULL));
  scprior_data_free((scprior_data *)(void *)model); /* refused: the model lives on */
  CHECK(scprior_last_status() == SCPRIOR_E_ARGUMENT);
  scprior_data_free(data);
  REFUSED(SCPRIOR_E_ARGUMENT, "was freed", scprior_data_size(data, &n, NULL));
  scprior_data *next = small_handle();
  CHECK(next != data);
  REFUSED(SCPRIOR_E_ARGUMENT, "was freed", scprior_data_size(data, &n, NULL));
  scprior_data_free(NULL);
  scprior_data_free(next);
  scprior_model_free(model);
  REFUSED(SCPRIOR_E_ARGUMENT, "was freed", scprior_model_size(model, NULL, NULL));
  scprior_model_free(model);
  scprior_model_free(NULL);
}

static void files(void) {
  scprior_data *opened = NULL;
  REFUSED(SCPRIOR_E_ARGUMENT, "path", scprior_data_open(NULL, NULL, NULL, 0, &opened));
  REFUSED(SCPRIOR_E_IO, "nowhere.h5ad", scprior_data_open("nowhere.h5ad", NULL, NULL, 0, &opened));
  REFUSED(SCPRIOR_E_CONFIG, "h5add", scprior_data_open(SCPRIOR_PANCREAS, "h5add", NULL, 0, &opened));
  const char *settings[] = {"layers=counts"};
  REFUSED(SCPRIOR_E_CONFIG, "layers", scprior_data_open(SCPRIOR_PANCREAS, "h5ad", settings, 1, &opened));
  REFUSED(SCPRIOR_E_ARGUMENT, "settings", scprior_data_open(SCPRIOR_PANCREAS, NULL, NULL, 1, &opened));
  CHECK(opened == NULL);
  OK(scprior_data_open(SCPRIOR_PANCREAS, NULL, NULL, 0, &opened));
  int64_t n_cells = 0;
  OK(scprior_data_size(opened, &n_cells, NULL));
  CHECK(n_cells == 1937);
  scprior_data_free(opened);
}

const test_case data_cases[] = {{"all representations of the same counts give the same bits", all_representations},
                                {"matrices that do not fit together or hold no counts are refused", wrong_matrices},
                                {"strides under which elements would meet are refused", wrong_strides},
                                {"missing names are refused", wrong_names},
                                {"borrowed memory is released once", borrowed_memory},
                                {"columns of the table of cells are set and read", tables},
                                {"texts fit into buffers or are cut between characters", texts_in_buffers},
                                {"null, freed and foreign handles are refused", handles},
                                {"data files are opened or refused", files},
                                {NULL, NULL}};
