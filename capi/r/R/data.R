# SPDX-License-Identifier: Apache-2.0
# Cells of any kind as data of the library, borrowed where they lie.

#' list(pointer, cells): the handle and the names of the cells. table(name) gives a column of the object's own table.
#' @noRd
new_data <- function(pointer, cells, table = NULL) list(pointer = pointer, cells = cells, table = table)

as_data <- function(x, ...) UseMethod("as_data")

as_data.default <- function(x, ...) {
  if (methods::is(x, "Matrix") || methods::is(x, "DelayedMatrix")) return(as_data(as_sparse(x), ...))
  refuse(
    "x must be a matrix of genes x cells (matrix or dgCMatrix, with gene names as row names), a SingleCellExperiment, ",
    "a Seurat object, or the path of a file such as \"cells.h5ad\"; got ", brief(x)
  )
}

as_sparse <- function(x) {
  if (methods::is(x, "dgCMatrix")) return(x)
  if (methods::is(x, "DelayedMatrix")) return(methods::as(x, "dgCMatrix"))
  methods::as(methods::as(methods::as(x, "dMatrix"), "generalMatrix"), "CsparseMatrix")
}

gene_names_of <- function(x) {
  if (is.null(rownames(x))) {
    refuse(
      "the matrix has no row names: scprior reads genes x cells and knows genes by name (symbols or Ensembl ids). ",
      "Set rownames(x); a matrix of cells x genes is turned with t(x)"
    )
  }
  rownames(x)
}

no_loader <- function(loader) {
  if (length(loader) > 0) {
    refuse(names(loader)[1], ": settings of a loader are for files; this is an object in R, where `assay` names the counts")
  }
}

no_assay <- function(assay) {
  if (!is.null(assay)) refuse("assay is for SingleCellExperiment and Seurat objects; x is neither")
}

as_data.dgCMatrix <- function(x, loader = list(), assay = NULL, ...) {
  no_loader(loader)
  no_assay(assay)
  genes <- gene_names_of(x)
  new_data(.Call(glue_data_sparse, list(x@i, x@p, x@x), as.double(nrow(x)), genes, colnames(x)), names_or_numbers(x))
}

as_data.matrix <- function(x, loader = list(), assay = NULL, ...) {
  no_loader(loader)
  no_assay(assay)
  genes <- gene_names_of(x)
  if (is.logical(x)) storage.mode(x) <- "integer"
  if (!is.numeric(x)) refuse("the matrix holds ", typeof(x), " values; raw counts are wanted")
  new_data(.Call(glue_data_dense, x, genes, colnames(x)), names_or_numbers(x))
}

as_data.data.frame <- function(x, ...) {
  refuse("x is a data frame; give a matrix of genes x cells, as by as.matrix(x)")
}

names_or_numbers <- function(x) if (is.null(colnames(x))) as.character(seq_len(ncol(x))) else colnames(x)

as_data.character <- function(x, loader = list(), assay = NULL, ...) {
  no_assay(assay)
  path <- path.expand(one_text(x, "x, the path of a file,"))
  name <- loader[["loader"]]
  options <- loader[names(loader) != "loader"]
  names(options) <- sub("^loader\\.", "", names(options))
  pointer <- .Call(glue_data_open, enc2utf8(path), name, settings_of(options))
  new_data(pointer, jsonlite::fromJSON(.Call(glue_data_names, pointer, "cells")), table = "file")
}

as_data.SummarizedExperiment <- function(x, loader = list(), assay = NULL, ...) {
  no_loader(loader)
  need_package("SummarizedExperiment")
  if (is.null(assay)) assay <- "counts"
  known <- SummarizedExperiment::assayNames(x)
  if (!(is.character(assay) && length(assay) == 1 && assay %in% known)) {
    refuse(
      "there is no assay ", brief(assay), "; this object has ", some_of(known),
      ". Name the one with raw counts: assay = \"...\""
    )
  }
  counts <- SummarizedExperiment::assay(x, assay, withDimnames = TRUE)
  data <- as_data(if (is.matrix(counts)) counts else as_sparse(counts))
  columns <- SummarizedExperiment::colData(x)
  data$table <- list(names = names(columns), get = function(name) columns[[name]])
  data
}

as_data.Seurat <- function(x, loader = list(), assay = NULL, ...) {
  no_loader(loader)
  need_package("SeuratObject")
  data <- as_data(as_sparse(seurat_counts(x, assay)))
  columns <- x[[]]
  columns$ident <- SeuratObject::Idents(x)
  data$table <- list(names = names(columns), get = function(name) columns[[name]])
  data
}

#' The raw counts of a Seurat object, of version 4 (slots) or 5 (layers).
#' @noRd
seurat_counts <- function(x, assay = NULL) {
  if (is.null(assay)) assay <- SeuratObject::DefaultAssay(x)
  known <- SeuratObject::Assays(x)
  if (!assay %in% known) refuse("there is no assay \"", assay, "\"; this object has ", some_of(known))
  if (utils::packageVersion("SeuratObject") < "5.0.0") {
    counts <- SeuratObject::GetAssayData(x, slot = "counts", assay = assay)
  } else {
    # Named by text: these functions are not there in version 4.
    from_5 <- function(name) getExportedValue("SeuratObject", name)
    layers <- grep("^counts", from_5("Layers")(x[[assay]]), value = TRUE)
    if (length(layers) > 1) {
      refuse("the counts of assay \"", assay, "\" are in ", length(layers), " layers; join them first: x <- JoinLayers(x)")
    }
    counts <- if (length(layers) == 1) from_5("LayerData")(x, assay = assay, layer = layers)
  }
  if (is.null(counts) || prod(dim(counts)) == 0) refuse("assay \"", assay, "\" has no counts; scprior needs the raw counts")
  counts
}

need_package <- function(name) {
  if (!requireNamespace(name, quietly = TRUE)) throw("unsupported", paste0("this needs the package ", name))
}

some_of <- function(names, n = 12) {
  if (length(names) == 0) return("none")
  shown <- paste0("\"", names[seq_len(min(n, length(names)))], "\"", collapse = ", ")
  if (length(names) > n) paste0(shown, ", ... (", length(names), ")") else shown
}
