# SPDX-License-Identifier: Apache-2.0

write_experiment <- function(models = c("[[model]]", "name = 'VAE'", "[[model]]", "name = 'VAMP'",
                                        "prior = { type = 'vamp', components = 10 }")) {
  file <- tempfile("experiment", fileext = ".toml")
  writeLines(c("schema = 1", "seeds = [3]", "metrics = ['active_units', 'silhouette']", "[genes]", "space = 'dataset'",
               "[train]", "max_epochs = 2", "learning_rate = 1e-3", "[model_defaults]", "latent = 8",
               "encoder = { hidden = [64] }", "decoder = { hidden = [64] }", "[[data]]", "name = 'pancreas'",
               sprintf("path = '%s'", example_file()), "label = 'cell_type'", models), file)
  file
}

test_that("an experiment is checked and run, with the models of scprior()", {
  skip_without_library()
  file <- write_experiment()
  expect_true(scprior_check(file))
  said <- capture.output(run <- scprior_run(file, progress = TRUE), type = "message")
  expect_match(paste(said, collapse = "\n"), "[2/2] pancreas / VAMP / seed 3", fixed = TRUE)
  expect_match(paste(said, collapse = "\n"), "epoch 2/2  loss", fixed = TRUE)
  expect_identical(run$fits$model, c("VAE", "VAMP"))
  expect_identical(c(run$fits$seed, run$fits$epochs), c(3L, 3L, 2L, 2L))
  expect_true(all(is.finite(run$fits$test_loss)))
  expect_identical(run$failures, character())
  expect_false(run$cancelled)
  expect_true(file.exists(run$report))
  expect_setequal(unique(utils::read.csv(file.path(run$folder, "results.csv"))$model), c("VAE", "VAMP"))
  fit <- fit_small(example_file(), prior = "vamp", prior.components = 10, epochs = 2, seed = 3, label = "cell_type")
  expect_identical(unname(tools::md5sum(file.path(run$fits$folder[2], "weights.safetensors"))), weights_of(fit))
  expect_identical(predict(read_scprior(run$fits$folder[2]), example_file()), predict(fit, example_file()))
  expect_output(print(run), "2 fits.*VAMP.*report: ")

  # Complete: nothing is left to stop.
  expect_identical(scprior_run(file, progress = function(p) FALSE)$fits, run$fits)
  steps <- 0
  scprior_run(file, force = TRUE, progress = function(p) steps <<- steps + 1)
  expect_gt(steps, 4)
})

test_that("a run that is stopped keeps what is complete", {
  skip_without_library()
  file <- write_experiment()
  begun <- 0
  stop_in_second <- function(p) {
    if (p$epoch == 1 && p$step == 1) begun <<- begun + 1
    begun < 2
  }
  expect_warning(run <- scprior_run(file, progress = stop_in_second), "complete fits are kept",
                 class = "scprior_cancelled")
  expect_true(run$cancelled)
  expect_identical(run$fits$model, "VAE")
  expect_identical(scprior_run(file)$fits$model, c("VAE", "VAMP"))
  failure <- expect_error(scprior_run(file, force = TRUE, progress = function(p) stop("out of ink")), "out of ink",
                          class = "scprior_error_cancelled")
  expect_equal(conditionMessage(failure$parent), "out of ink")
})

test_that("a fit that fails is told beside the others, also of a prior written in R", {
  skip_without_library()
  normal <- function(n, d) matrix(stats::rnorm(n * d), n, d)
  scprior_prior("fails_in_runs", function(z) stop("no density"), normal)
  file <- write_experiment(c("[[model]]", "name = 'VAE'", "[[model]]", "name = 'bad'", "prior = 'fails_in_runs'"))
  expect_warning(run <- scprior_run(file), "no density", class = "scprior_incomplete")
  expect_identical(run$fits$model, "VAE")
  expect_match(run$failures, "bad.*no density")
  expect_output(print(run), "not completed: ")
})

test_that("experiment files with mistakes are refused, all at once", {
  skip_without_library()
  file <- write_experiment(c("[[model]]", "prior = 'vmap'", "latnt = 3"))
  for (use in list(scprior_check, scprior_run)) {
    failure <- expect_error(use(file), "vmap", class = "scprior_error_config")
    expect_match(conditionMessage(failure), "latnt")
  }
  expect_error(scprior_check("nowhere.toml"), "nowhere.toml", class = "scprior_error_config")
  expect_error(scprior_check(1), "file must be one text", class = "scprior_error_argument")
  expect_error(scprior_run(file, force = "yes"), "force", class = "scprior_error_argument")
  expect_error(scprior_run(file, progress = 1), "progress", class = "scprior_error_argument")
  no_data <- write_experiment(c("[[model]]", "[[data]]", "path = 'nowhere.h5ad'"))
  expect_error(scprior_run(no_data), "nowhere.h5ad", class = "scprior_error")
})
