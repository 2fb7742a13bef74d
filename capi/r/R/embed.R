# SPDX-License-Identifier: Apache-2.0
# The embedding as a reduction of the object it came from.

scprior_embed <- function(object, fit, name = "scprior", assay = NULL, ...) {
  name <- one_text(name, "name")
  latent <- stats::predict(fit, object, type = "latent", assay = assay, ...)
  put_embedding(object, latent, name, assay)
}

put_embedding <- function(object, latent, name, assay) UseMethod("put_embedding")

put_embedding.default <- function(object, latent, name, assay) latent

put_embedding.SingleCellExperiment <- function(object, latent, name, assay) {
  need_package("SingleCellExperiment")
  rownames(latent) <- colnames(object)
  SingleCellExperiment::reducedDim(object, name) <- latent
  object
}

put_embedding.SummarizedExperiment <- function(object, latent, name, assay) {
  refuse("a SummarizedExperiment has no place for an embedding: make it a SingleCellExperiment with ",
         "as(object, \"SingleCellExperiment\"), or take predict(fit, object)")
}

put_embedding.Seurat <- function(object, latent, name, assay) {
  need_package("SeuratObject")
  if (is.null(assay)) assay <- SeuratObject::DefaultAssay(object)
  key <- paste0(gsub("[^A-Za-z0-9]", "", name), "_")
  colnames(latent) <- paste0(key, seq_len(ncol(latent)))
  object[[name]] <- SeuratObject::CreateDimReducObject(embeddings = latent, key = key, assay = assay)
  object
}
