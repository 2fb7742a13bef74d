# SPDX-License-Identifier: Apache-2.0

test_that("components are listed and described", {
  skip_without_library()
  priors <- scprior_components("prior")
  expect_true(all(c("standard_normal", "vamp", "student_t") %in% priors$name))
  expect_true(all(c("prior", "flow", "metric", "loader") %in% scprior_components()$kind))
  expect_output(print(scprior_describe("prior", "vamp")), "components = 500")
  expect_output(print(scprior_describe("train")), "learning_rate = 5e-05")
  expect_match(scprior_describe("prior", "vamp", "toml"), "components = 500", fixed = TRUE)
  expect_equal(scprior_describe("prior", "vamp", "json")$name, "vamp")
  expect_error(scprior_describe("prior", "vmap"), "vamp", class = "scprior_error")
  expect_error(scprior_describe("piror", "vamp"), class = "scprior_error")
  expect_true(any(scprior_plugins()$loaded))
  expect_error(scprior_load_plugin("nowhere.so"), "nowhere.so", class = "scprior_error")
  expect_true("LibTorch" %in% names(scprior_info()))
})

test_that("priors written in R are in the list", {
  skip_without_library()
  prior <- scprior_prior("in_the_list", rowSums, function(n, d) matrix(0, n, d), summary = "to be seen")
  listed <- scprior_components("prior")
  expect_equal(listed$summary[listed$name == "in_the_list"], "to be seen")
  expect_output(print(prior), "in_the_list")
})
