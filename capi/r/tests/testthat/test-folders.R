# SPDX-License-Identifier: Apache-2.0

test_that("a model that was written and read is the same", {
  skip_without_library()
  fit <- fit_small(prior = "vamp", prior.components = 10, label = pancreas$cell_type)
  folder <- tempfile("model")
  expect_equal(write_scprior(fit, folder), folder)
  expect_setequal(list.files(folder), c("genes.tsv", "model.toml", "weights.safetensors"))
  again <- read_scprior(folder)
  expect_identical(predict(again, pancreas$counts), predict(fit, pancreas$counts))
  expect_identical(simulate(again, 5), simulate(fit, 5))
  expect_output(print(again), "read from")
  expect_error(plot(again), "no training history", class = "scprior_error_argument")
  write_scprior(again, folder)
  expect_identical(weights_of(again), weights_of(fit))
})

test_that("R's own files cannot keep a model, and say so", {
  skip_without_library()
  fit <- fit_small()
  file <- tempfile(fileext = ".rds")
  saveRDS(fit, file)
  restored <- readRDS(file)
  for (use in list(print, summary, scprior_history, function(x) predict(x, pancreas$counts), function(x) simulate(x, 1),
                   function(x) write_scprior(x, tempfile()))) {
    expect_error(use(restored), "write_scprior", class = "scprior_error_argument")
  }
  expect_equal(dim(predict(fit, pancreas$counts)), c(240, 8))
})

test_that("folders that are none are refused", {
  skip_without_library()
  expect_error(read_scprior("nowhere"), "nowhere", class = "scprior_error")
  expect_error(read_scprior(c("a", "b")), "folder must be one text", class = "scprior_error_argument")
  fit <- fit_small()
  expect_error(write_scprior(fit, file.path(example_file(), "inside")), class = "scprior_error_io")
})
