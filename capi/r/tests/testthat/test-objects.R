# SPDX-License-Identifier: Apache-2.0

test_that("a SingleCellExperiment goes in, and its embedding comes out", {
  skip_without_library()
  skip_if_not_installed("SingleCellExperiment")
  sce <- SingleCellExperiment::SingleCellExperiment(
    list(logcounts = log1p(pancreas$counts), counts = pancreas$counts),
    colData = S4Vectors::DataFrame(type = pancreas$cell_type, batch = as.character(pancreas$batch))
  )
  fit <- fit_small(sce, label = "type", batch = "batch")
  expect_equal(weights_of(fit), weights_of(fit_small()))
  with <- scprior_embed(sce, fit)
  expect_equal(SingleCellExperiment::reducedDimNames(with), "scprior")
  expect_identical(SingleCellExperiment::reducedDim(with, "scprior"), predict(fit, pancreas$counts))
  expect_true("silhouette" %in% scprior_metrics(fit, sce)$metric)
  expect_false(anyNA(scprior_metrics(fit, sce, "silhouette")$value))
  expect_error(fit_small(sce, assay = "logcounts"), "raw counts", class = "scprior_error_data")
  expect_error(fit_small(sce, assay = "umi"), "\"logcounts\", \"counts\"", class = "scprior_error_argument")
  expect_error(fit_small(sce, label = "kind"), "\"type\", \"batch\"", class = "scprior_error_argument")
  grouped <- fit_small(sce, split.group = "batch")
  expect_false(weights_of(grouped) == weights_of(fit))
  dense <- sce
  SummarizedExperiment::assay(dense, "counts") <- as.matrix(pancreas$counts)
  expect_equal(weights_of(fit_small(dense)), weights_of(fit))
})

test_that("a Seurat object goes in, and its embedding comes out", {
  skip_without_library()
  skip_if_not_installed("SeuratObject")
  suppressMessages(library(SeuratObject))
  fit <- fit_small(pbmc_small, label = "ident")
  expect_output(print(fit), "230 genes")
  with <- scprior_embed(pbmc_small, fit)
  expect_s4_class(with[["scprior"]], "DimReduc")
  counts <- scprior:::seurat_counts(pbmc_small)
  expect_equal(unname(Embeddings(with, "scprior")), unname(predict(fit, counts)))
  expect_equal(rownames(Embeddings(with, "scprior")), colnames(pbmc_small))
  expect_equal(Key(with[["scprior"]]), "scprior_", ignore_attr = TRUE)
  expect_equal(weights_of(fit_small(counts)), weights_of(fit))
  expect_error(fit_small(pbmc_small, assay = "ADT"), "\"RNA\"", class = "scprior_error_argument")
  expect_error(fit_small(pbmc_small, label = "nothing"), "groups", class = "scprior_error_argument")
  by_group <- scprior_metrics(fit, pbmc_small, "silhouette", label = "groups")
  expect_true(all(c("g1", "g2") %in% by_group$name))
})

test_that("what has no place for an embedding gives the embedding", {
  skip_without_library()
  fit <- fit_small()
  expect_identical(scprior_embed(pancreas$counts, fit), predict(fit, pancreas$counts))
  expect_identical(scprior_embed(example_file(), fit), predict(fit, pancreas$counts))
})
