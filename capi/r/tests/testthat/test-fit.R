# SPDX-License-Identifier: Apache-2.0

test_that("the same seed gives the same model, another seed another", {
  skip_without_library()
  reference <- weights_of(fit_small(seed = 5))
  expect_equal(weights_of(fit_small(seed = 5)), reference)
  expect_false(weights_of(fit_small(seed = 6)) == reference)
})

test_that("a fit has a history, and prints", {
  skip_without_library()
  fit <- fit_small(epochs = 4, label = pancreas$cell_type)
  history <- scprior_history(fit)
  expect_equal(history$epoch, 1:4)
  expect_true(all(is.finite(as.matrix(history))))
  expect_lt(history$train_loss[4], history$train_loss[1])
  expect_output(print(fit), "VAE: prior standard_normal, flow identity, likelihood nb\n  8 latent units, 300 genes\n  trained for 4 epochs")
  expect_output(print(summary(fit)), "learning_rate = 0.001")
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  shown <- plot(fit)
  grDevices::dev.off()
  expect_identical(shown, history)
  expect_gt(file.size(file), 1000)
})

test_that("progress is told, step by step", {
  skip_without_library()
  steps <- list()
  fit_small(progress = function(p) steps[[length(steps) + 1]] <<- p)
  table <- do.call(rbind, lapply(steps, as.data.frame))
  expect_equal(unique(table$epoch), 1:3)
  expect_true(all(is.finite(table$loss)))
  expect_true(any(is.finite(table$validation_loss)))
  expect_equal(weights_of(fit_small(progress = function(p) NULL)), weights_of(fit_small()))
  told <- capture.output(fit <- fit_small(progress = TRUE), type = "message")
  expect_match(paste(told, collapse = ""), "epoch 3/3  loss")
})

test_that("a progress function can stop the training", {
  skip_without_library()
  expect_warning(fit <- fit_small(epochs = 50, progress = function(p) p$epoch < 4), "epoch 3", class = "scprior_cancelled")
  expect_equal(nrow(scprior_history(fit)), 3)
  expect_equal(weights_of(fit), weights_of(fit_small(epochs = 3)))
  expect_error(fit_small(progress = function(p) FALSE), "not one epoch", class = "scprior_error_cancelled")
})

test_that("a progress function that fails is an error with its parent", {
  skip_without_library()
  failure <- expect_error(fit_small(progress = function(p) stop("out of ink")), "out of ink", class = "scprior_error_cancelled")
  expect_equal(conditionMessage(failure$parent), "out of ink")
})

test_that("an interrupt stops the training and returns the model so far", {
  skip_without_library()
  skip_on_os("windows")
  sent <- FALSE
  interrupt <- function(p) {
    if (p$epoch == 3 && !sent) {
      sent <<- TRUE
      tools::pskill(Sys.getpid(), tools::SIGINT)
    }
    TRUE
  }
  expect_warning(fit <- fit_small(epochs = 50, progress = interrupt), "interrupted: the model is that of epoch",
                 class = "scprior_cancelled")
  expect_true(all(is.finite(predict(fit, pancreas$counts))))
})

test_that("wrong arguments are refused", {
  skip_without_library()
  expect_error(fit_small(seed = 1.5), "seed must be one whole number", class = "scprior_error_argument")
  expect_error(fit_small(seed = "1"), "seed", class = "scprior_error_argument")
  expect_error(fit_small(seed = 2^60), "seed", class = "scprior_error_argument")
  expect_error(fit_small(progress = "yes"), "progress", class = "scprior_error_argument")
  expect_error(fit_small(config = 1), "config", class = "scprior_error_argument")
  expect_error(scprior(), "x")
  expect_error(scprior_threads(-1), "n must be", class = "scprior_error_argument")
})

test_that("many fits and models do not disturb each other", {
  skip_without_library()
  fits <- lapply(1:4, function(seed) fit_small(seed = seed, epochs = 1))
  embeddings <- lapply(fits, predict, pancreas$counts)
  fits[[2]] <- NULL
  gc()
  expect_identical(lapply(fits, predict, pancreas$counts), embeddings[-2])
})
