/* SPDX-License-Identifier: Apache-2.0 */
/* Matrices of R as data of the library. They are borrowed: read where they lie. */
#include "glue.h"

static void release(void *owner) { R_ReleaseObject((SEXP)owner); }

/* Makes data of `matrix`, whose arrays live as long as `owner`. */
static SEXP new_data(scprior_matrix *matrix, SEXP owner, SEXP genes, SEXP cells) {
  const scprior_library *lib = library();
  const char *const *gene_names = texts(genes);
  const char *const *cell_names = texts(cells);
  SEXP pointer = Rf_protect(new_data_pointer());
  scprior_data *data = NULL;
  matrix->struct_size = sizeof *matrix;
  matrix->flags = SCPRIOR_BORROW;
  matrix->release = release;
  matrix->owner = owner;
  R_PreserveObject(owner);
  const int32_t status = lib->data_new(matrix, gene_names, cell_names, &data);
  if (status != SCPRIOR_OK) R_ReleaseObject(owner);
  check(status);
  R_SetExternalPtrAddr(pointer, data);
  Rf_unprotect(1);
  return pointer;
}

/* A dgCMatrix of genes x cells: its columns are the library's rows. owner: list(i, p, x), the slots. */
SEXP glue_data_sparse(SEXP owner, SEXP n_genes, SEXP genes, SEXP cells) {
  SEXP i = VECTOR_ELT(owner, 0), p = VECTOR_ELT(owner, 1), x = VECTOR_ELT(owner, 2);
  scprior_matrix matrix = {0};
  matrix.layout = SCPRIOR_SPARSE;
  matrix.n_cells = XLENGTH(p) - 1;
  matrix.n_genes = whole(n_genes);
  matrix.values = REAL(x);
  matrix.pointers = INTEGER(p);
  matrix.indices = INTEGER(i);
  matrix.value_type = SCPRIOR_FLOAT64;
  matrix.pointer_type = matrix.index_type = SCPRIOR_INT32;
  return new_data(&matrix, owner, genes, cells);
}

/* A matrix of genes x cells, of doubles or integers. */
SEXP glue_data_dense(SEXP x, SEXP genes, SEXP cells) {
  scprior_matrix matrix = {0};
  matrix.layout = SCPRIOR_DENSE;
  matrix.n_genes = Rf_nrows(x);
  matrix.n_cells = Rf_ncols(x);
  matrix.values = TYPEOF(x) == INTSXP ? (const void *)INTEGER(x) : (const void *)REAL(x);
  matrix.value_type = TYPEOF(x) == INTSXP ? SCPRIOR_INT32 : SCPRIOR_FLOAT64;
  matrix.row_stride = matrix.n_genes;
  matrix.column_stride = 1;
  return new_data(&matrix, x, genes, cells);
}

SEXP glue_data_open(SEXP path, SEXP loader, SEXP settings) {
  const scprior_library *lib = library();
  const char *file = text_or_null(path), *by = text_or_null(loader);
  const char *const *all = texts(settings);
  SEXP pointer = Rf_protect(new_data_pointer());
  scprior_data *data = NULL;
  check(lib->data_open(file, by, all, Rf_xlength(settings), &data));
  R_SetExternalPtrAddr(pointer, data);
  Rf_unprotect(1);
  return pointer;
}

/* codes: of a factor, counted from 1, NA = missing. */
SEXP glue_data_set_labels(SEXP pointer, SEXP column, SEXP codes, SEXP names) {
  scprior_data *data = data_of(pointer);
  const R_xlen_t n = XLENGTH(codes);
  int32_t *from_0 = (int32_t *)R_alloc(n > 0 ? n : 1, sizeof *from_0);
  for (R_xlen_t i = 0; i < n; ++i) from_0[i] = INTEGER(codes)[i] == NA_INTEGER ? -1 : INTEGER(codes)[i] - 1;
  check(library()->data_set_labels(data, text_or_null(column), from_0, texts(names), XLENGTH(names)));
  return R_NilValue;
}

SEXP glue_data_set_numbers(SEXP pointer, SEXP column, SEXP values) {
  check(library()->data_set_numbers(data_of(pointer), text_or_null(column), REAL(values)));
  return R_NilValue;
}

SEXP glue_data_size(SEXP pointer) {
  int64_t n_cells = 0, n_genes = 0;
  check(library()->data_size(data_of(pointer), &n_cells, &n_genes));
  SEXP size = Rf_allocVector(REALSXP, 2);
  REAL(size)[0] = (double)n_cells;
  REAL(size)[1] = (double)n_genes;
  return size;
}

SEXP glue_data_names(SEXP pointer, SEXP what) {
  const scprior_library *lib = library();
  const scprior_data *data = data_of(pointer);
  SEXP json = R_NilValue;
  READ_TEXT(json, lib->data_names(data, text_or_null(what), buffer, capacity, &needed));
  return json;
}

/* list(codes, names): codes counted from 1, NA = missing; names as JSON. */
SEXP glue_data_labels(SEXP pointer, SEXP column) {
  const scprior_library *lib = library();
  const scprior_data *data = data_of(pointer);
  const char *name = text_or_null(column);
  int64_t n = 0;
  check(lib->data_size(data, &n, NULL));
  SEXP out = Rf_protect(Rf_allocVector(VECSXP, 2)), names = R_NilValue;
  SET_VECTOR_ELT(out, 0, Rf_allocVector(INTSXP, n));
  int *codes = INTEGER(VECTOR_ELT(out, 0));
  READ_TEXT(names, lib->data_labels(data, name, codes, buffer, capacity, &needed));
  SET_VECTOR_ELT(out, 1, names);
  for (int64_t i = 0; i < n; ++i) codes[i] = codes[i] < 0 ? NA_INTEGER : codes[i] + 1;
  Rf_unprotect(1);
  return out;
}
