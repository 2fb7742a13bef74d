# SPDX-License-Identifier: Apache-2.0

test_that("sparse, dense and file data give the same model", {
  skip_without_library()
  reference <- weights_of(fit_small())
  expect_equal(weights_of(fit_small(as.matrix(pancreas$counts))), reference)
  whole <- as.matrix(pancreas$counts)
  storage.mode(whole) <- "integer"
  expect_equal(weights_of(fit_small(whole)), reference)
  expect_equal(weights_of(fit_small(methods::as(pancreas$counts, "TsparseMatrix"))), reference)
  expect_equal(weights_of(fit_small(methods::as(pancreas$counts, "RsparseMatrix"))), reference)
  expect_equal(weights_of(fit_small(example_file())), reference)
})

test_that("the example data are the same as object and as file", {
  skip_without_library()
  fit <- fit_small()
  from_file <- predict(fit, example_file())
  expect_identical(from_file, predict(fit, pancreas$counts))
  expect_identical(rownames(from_file), colnames(pancreas$counts))
})

test_that("the data of the user are not changed", {
  skip_without_library()
  before <- unserialize(serialize(pancreas$counts, NULL))
  fit_small()
  expect_identical(pancreas$counts, before)
})

test_that("labels are vectors or columns", {
  skip_without_library()
  by_vector <- scprior_metrics(fit_small(), pancreas$counts, "silhouette", label = pancreas$cell_type)
  by_text <- scprior_metrics(fit_small(), pancreas$counts, "silhouette", label = as.character(pancreas$cell_type))
  by_column <- scprior_metrics(fit_small(example_file(), label = "cell_type"), example_file(), "silhouette")
  expect_equal(by_vector$value, by_column$value)
  expect_equal(by_vector$value, by_text$value)
  expect_true(all(levels(pancreas$cell_type) %in% by_vector$name))
})

test_that("wrong data are refused with what is wrong and where", {
  skip_without_library()
  x <- bare <- pancreas$counts
  rownames(bare) <- NULL
  spoilt <- function(value) {
    x@x[5] <- value
    x
  }
  expect_error(fit_small(spoilt(0.5)), "raw counts", class = "scprior_error_data")
  expect_error(fit_small(spoilt(-1)), class = "scprior_error_data")
  expect_error(fit_small(spoilt(NA)), class = "scprior_error_data")
  expect_error(fit_small(spoilt(Inf)), class = "scprior_error_data")
  expect_error(fit_small(bare), "no row names", class = "scprior_error_argument")
  expect_error(fit_small(as.data.frame(as.matrix(x))), "data frame", class = "scprior_error_argument")
  expect_error(fit_small(list(1)), "genes x cells", class = "scprior_error_argument")
  expect_error(fit_small(matrix("a", 2, 2, dimnames = list(c("A", "B"), NULL))), "character", class = "scprior_error_argument")
  expect_error(fit_small(x[, 0]), class = "scprior_error")
  expect_error(fit_small("nowhere.h5ad"), "nowhere.h5ad", class = "scprior_error")
  expect_error(fit_small(x, label = "cell_type"), "no table of cells", class = "scprior_error_argument")
  expect_error(fit_small(x, label = 1:3), "240 cells", class = "scprior_error_argument")
  expect_error(fit_small(x, loader.layer = "counts"), "loader.layer", class = "scprior_error_argument")
  expect_error(fit_small(example_file(), loader.layer = "nothing"), "nothing", class = "scprior_error")
  expect_error(fit_small(x, assay = "counts"), "assay is for", class = "scprior_error_argument")
  unsorted <- x
  unsorted@i[1] <- 400L # out of range: no valid object any more
  expect_error(fit_small(unsorted), class = "scprior_error")
})

test_that("a cell without counts, and genes of another data set, are no problem", {
  skip_without_library()
  x <- pancreas$counts
  x[, 3] <- 0
  fit <- fit_small(methods::as(x, "CsparseMatrix"))
  expect_true(all(is.finite(predict(fit, x))))
  expect_equal(dim(predict(fit, x[1:100, 1:7])), c(7, 8))
})

test_that("columns of a file are read", {
  skip_without_library()
  types <- scprior_labels(example_file(), "cell_type")
  expect_identical(as.character(types), as.character(pancreas$cell_type))
  expect_named(types, colnames(pancreas$counts))
  expect_error(scprior_labels(example_file(), "cel_type"), "cell_type", class = "scprior_error")
  expect_error(scprior_labels(pancreas$counts, "cell_type"), "path of a file", class = "scprior_error_argument")
})
