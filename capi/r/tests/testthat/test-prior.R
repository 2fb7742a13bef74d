# SPDX-License-Identifier: Apache-2.0

student <- function(name, gradient = TRUE, df = 5) {
  density <- function(z) {
    value <- rowSums(stats::dt(z, df, log = TRUE))
    if (gradient) list(value = value, gradient = -(df + 1) * z / (df + z^2)) else value
  }
  scprior_prior(name, density, function(n, d) matrix(stats::rt(n * d, df), n, d))
}

losses <- function(fit) as.matrix(scprior_history(fit)[c("train_loss", "validation_loss", "kl")])

test_that("a Student-t prior in R trains as the plugin in C++ does", {
  skip_without_library()
  in_r <- losses(fit_small(prior = student("student_r"), epochs = 20))
  in_cxx <- losses(fit_small(prior = "student_t", epochs = 20))
  expect_lt(max(abs(in_r - in_cxx) / abs(in_cxx)), 1e-4)
  expect_lt(max(abs(in_r[, "kl"] - in_cxx[, "kl"])), 1e-2)
  # The prior matters: without it the losses are others.
  expect_gt(max(abs(in_cxx - losses(fit_small(epochs = 20)))), 0.1)
})

test_that("without a gradient, finite differences are used and told once", {
  skip_without_library()
  prior <- student("student_differences", gradient = FALSE)
  expect_warning(fit <- fit_small(prior = prior), "finite differences", class = "scprior_differences")
  expect_no_warning_of <- function(code) expect_warning(code, NA)
  expect_no_warning_of(fit_small(prior = prior))
  expect_equal(losses(fit), losses(fit_small(prior = "student_t")), tolerance = 1e-4)
})

test_that("parameters of a prior are learned, saved and read", {
  skip_without_library()
  scprior_prior("scaled",
    log_prob = function(z, log_scale) {
      t <- sweep(z, 2, exp(-log_scale), "*")
      list(value = rowSums(stats::dnorm(t, log = TRUE)) - sum(log_scale), gradient = -sweep(t, 2, exp(-log_scale), "*"),
           parameter_gradient = t^2 - 1)
    },
    sample = function(n, d, log_scale) matrix(stats::rnorm(n * d, 0, rep(exp(log_scale), each = n)), n, d),
    parameters = function(d) rep(0.5, d)
  )
  fit <- fit_small(prior = "scaled", epochs = 30, train.learning_rate = 1e-2)
  spread <- apply(simulate(fit, 4000, type = "latent", seed = 1), 2, stats::sd)
  expect_true(all(abs(spread - exp(0.5)) > 0.02))
  folder <- tempfile("model")
  write_scprior(fit, folder)
  again <- read_scprior(folder)
  expect_identical(simulate(again, 10, type = "latent", seed = 1), simulate(fit, 10, type = "latent", seed = 1))

  # The gradient by the parameters by finite differences leads to the same place.
  scprior_prior("scaled_differences",
    log_prob = function(z, log_scale) {
      rowSums(stats::dnorm(sweep(z, 2, exp(-log_scale), "*"), log = TRUE)) - sum(log_scale)
    },
    sample = function(n, d, log_scale) matrix(stats::rnorm(n * d, 0, rep(exp(log_scale), each = n)), n, d),
    parameters = function(d) rep(0.5, d)
  )
  warnings <- character()
  by_differences <- withCallingHandlers(
    fit_small(prior = "scaled_differences", epochs = 30, train.learning_rate = 1e-2),
    scprior_differences = function(w) {
      warnings <<- c(warnings, conditionMessage(w))
      tryInvokeRestart("muffleWarning")
    }
  )
  expect_length(warnings, 2)
  expect_equal(losses(by_differences), losses(fit), tolerance = 1e-4)
})

test_that("draws of a prior in R follow the seed and leave R's generator alone", {
  skip_without_library()
  fit <- fit_small(prior = student("student_draws"), epochs = 1)
  set.seed(1)
  before <- .Random.seed
  first <- simulate(fit, 20, type = "latent", seed = 7)
  expect_identical(.Random.seed, before)
  RNGkind("Wichmann-Hill")
  expect_identical(simulate(fit, 20, type = "latent", seed = 7), first)
  expect_identical(RNGkind()[1], "Wichmann-Hill")
  RNGkind("default")
  expect_false(identical(simulate(fit, 20, type = "latent", seed = 8), first))
  z <- simulate(fit, 20000, type = "latent", seed = 1)
  expect_gt(suppressWarnings(stats::ks.test(as.vector(z), "pt", 5))$p.value, 1e-4) # warns of ties: z is single precision
})

test_that("failures of R functions are conditions with their parents, and the session goes on", {
  skip_without_library()
  normal <- function(n, d) matrix(stats::rnorm(n * d), n, d)
  run <- function(log_prob, sample = normal, ...) fit_small(prior = scprior_prior("failing", log_prob, sample, ...))
  failure <- expect_error(run(function(z) stop("bang")), "the R function stopped: bang", class = "scprior_error_plugin")
  expect_equal(conditionMessage(failure$parent), "bang")
  expect_equal(failure$status, "plugin")
  expect_error(run(function(z) 1:3), "one number for each row of z", class = "scprior_error_plugin")
  expect_error(run(function(z) rep("a", nrow(z))), "one number for each row", class = "scprior_error_plugin")
  expect_error(run(function(z) NULL), "one number for each row", class = "scprior_error_plugin")
  expect_error(run(function(z) list(value = rowSums(z), gradient = 1)), "a matrix like z", class = "scprior_error_plugin")
  expect_error(run(function(z) rep(NaN, nrow(z))), "NaN", class = "scprior_error_plugin")
  expect_error(run(function(z, p) 1, parameters = function(d) "a"), "finite numbers", class = "scprior_error_plugin")
  expect_error(run(function(z, p) 1, parameters = function(d) stop("no start")), "no start", class = "scprior_error_plugin")
  # A jump that is no error does not leave through the library either.
  jumped <- withRestarts(tryCatch(run(function(z) invokeRestart("away")), error = function(e) "error"), away = function() "away")
  expect_equal(jumped, "error")
  fine <- function(z) list(value = rowSums(stats::dnorm(z, log = TRUE)), gradient = -z)
  fit <- run(fine, function(n, d) matrix(0, 1, 1))
  expect_error(simulate(fit, 3, type = "latent"), "a matrix of n x d", class = "scprior_error_plugin")
  expect_equal(losses(run(fine)), losses(fit_small()), tolerance = 0.02)
})

test_that("a prior replaced by another of its name leaves earlier models alone", {
  skip_without_library()
  normal <- function(scale) {
    scprior_prior("replaced", function(z) list(value = rowSums(stats::dnorm(z, 0, scale, log = TRUE)), gradient = -z / scale^2),
                  function(n, d) matrix(stats::rnorm(n * d, 0, scale), n, d))
  }
  wide <- normal(100)
  fit <- fit_small(prior = wide, epochs = 1)
  normal(1)
  gc()
  expect_gt(stats::sd(simulate(fit, 1000, type = "latent")), 50)
  expect_lt(stats::sd(simulate(fit_small(prior = "replaced", epochs = 1), 1000, type = "latent")), 2)
  expect_gt(stats::sd(simulate(fit_small(prior = wide, epochs = 1), 1000, type = "latent")), 50)
})

test_that("what is no prior is refused", {
  skip_without_library()
  sample <- function(n, d) matrix(0, n, d)
  expect_error(scprior_prior("vamp", rowSums, sample), "vamp", class = "scprior_error")
  expect_error(scprior_prior("Not a name", rowSums, sample), class = "scprior_error")
  expect_error(scprior_prior("x", 1, sample), "log_prob must be a function", class = "scprior_error_argument")
  expect_error(scprior_prior("x", rowSums, 1), "sample must be a function", class = "scprior_error_argument")
  expect_error(scprior_prior("x", rowSums, sample, parameters = NA_real_), "parameters", class = "scprior_error_argument")
})

test_that("an interrupt inside a prior's function ends the training after that step", {
  skip_without_library()
  skip_on_os("windows")
  calls <- 0
  prior <- scprior_prior("interrupted", function(z) {
    calls <<- calls + 1
    if (calls == 12) {
      tools::pskill(Sys.getpid(), tools::SIGINT)
      for (i in 1:1e6) i
    }
    list(value = rowSums(stats::dnorm(z, log = TRUE)), gradient = -z)
  }, function(n, d) matrix(stats::rnorm(n * d), n, d))
  expect_warning(fit <- fit_small(prior = prior, epochs = 50), "interrupted", class = "scprior_cancelled")
  expect_lt(nrow(scprior_history(fit)), 10)
})
