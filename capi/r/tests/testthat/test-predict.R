# SPDX-License-Identifier: Apache-2.0

test_that("latent values, variances and draws are matrices of cells x latent units", {
  skip_without_library()
  fit <- fit_small()
  cells <- colnames(pancreas$counts)
  for (type in c("latent", "variance", "sample")) {
    z <- predict(fit, pancreas$counts, type = type, seed = 1)
    expect_equal(dim(z), c(240, 8))
    expect_equal(dimnames(z), list(cells, paste0("scprior_", 1:8)))
    expect_true(all(is.finite(z)))
  }
  variance <- predict(fit, pancreas$counts, type = "variance")
  expect_true(all(variance > 0))
  # Draws have the mean and the variance that are told: 240 x 8 of them, so within 5 standard errors of 0 and 1.
  latent <- predict(fit, pancreas$counts)
  draws <- vapply(1:2, function(seed) predict(fit, pancreas$counts, type = "sample", seed = seed), latent)
  standard <- as.vector((draws[, , 1] - latent) / sqrt(variance))
  expect_lt(abs(mean(standard)), 5 / sqrt(length(standard)))
  expect_lt(abs(mean(standard^2) - 1), 5 * sqrt(2 / length(standard)))
  expect_false(identical(draws[, , 1], draws[, , 2]))
  expect_identical(predict(fit, pancreas$counts, type = "sample", seed = 2), draws[, , 2])
})

# Sums in single precision may differ in their last digits with the number of cells that are computed together.
digits <- 1e-5

test_that("values are where they belong: cells and genes in any selection", {
  skip_without_library()
  fit <- fit_small()
  x <- pancreas$counts
  expect_equal(predict(fit, x[, c(5, 2)]), predict(fit, x)[c(5, 2), ], tolerance = digits)
  all <- predict(fit, x, type = "expression", library = 1e4)
  expect_equal(dimnames(all), dimnames(x))
  expect_equal(predict(fit, x, type = "expression", library = 2e4), 2 * all, tolerance = digits)
  own <- predict(fit, x, type = "expression")
  expect_equal(own, sweep(all, 2, Matrix::colSums(x) / 1e4, "*"), tolerance = digits)
  some <- predict(fit, x, type = "expression", library = 1e4, genes = c("INS", "GCG"), cells = c(7, 3, 4))
  expect_equal(some, all[c("INS", "GCG"), c(7, 3, 4)], tolerance = digits)
  beta <- pancreas$cell_type == "beta"
  expect_equal(predict(fit, x, type = "expression", cells = beta), own[, beta], tolerance = digits)
})

test_that("posterior predictive counts are counts, cell by cell", {
  skip_without_library()
  fit <- fit_small()
  x <- pancreas$counts
  counts <- predict(fit, x, type = "counts", seed = 3)
  expect_s4_class(counts, "dgCMatrix")
  expect_equal(dimnames(counts), dimnames(x))
  expect_true(all(counts@x > 0 & counts@x == round(counts@x)))
  expect_identical(predict(fit, x, type = "counts", seed = 3, cells = c(9, 10, 2))[, 1:3], counts[, c(9, 10, 2)])
  expected <- sum(predict(fit, x, type = "expression"))
  expect_lt(abs(log(sum(counts) / expected)), 0.2)
})

test_that("new cells come from the prior", {
  skip_without_library()
  fit <- fit_small()
  new <- simulate(fit, 50, seed = 1, library = 2000)
  expect_s4_class(new, "dgCMatrix")
  expect_equal(dim(new), c(300, 50))
  expect_equal(rownames(new), rownames(pancreas$counts))
  expect_identical(simulate(fit, 50, seed = 1, library = 2000), new)
  sizes <- rep(c(100, 10000), 25)
  totals <- Matrix::colSums(simulate(fit, 50, seed = 1, library = sizes))
  expect_gt(mean(totals[sizes == 10000]), 50 * mean(totals[sizes == 100]))
  z <- simulate(fit, 2000, type = "latent", seed = 2)
  expect_equal(dim(z), c(2000, 8))
  expect_lt(max(abs(colMeans(z))), 5 / sqrt(2000))
  expect_equal(dim(simulate(fit, 0)), c(300, 0))
})

test_that("the likelihood bound is the negative loss", {
  skip_without_library()
  fit <- fit_small(epochs = 20)
  bound <- scprior_log_likelihood(fit, pancreas$counts, samples = 4, seed = 2)
  expect_named(bound, colnames(pancreas$counts))
  expect_identical(scprior_log_likelihood(fit, pancreas$counts, samples = 4, seed = 2), bound)
  # The loss of training has dropout, hence the tolerance.
  history <- scprior_history(fit)
  expect_equal(-mean(bound), history$validation_loss[20], tolerance = 0.1)
})

test_that("an autoencoder has no variance and no prior", {
  skip_without_library()
  fit <- fit_small(prior = "none")
  expect_true(all(is.finite(predict(fit, pancreas$counts))))
  expect_error(predict(fit, pancreas$counts, type = "variance"), "autoencoder", class = "scprior_error_unsupported")
  expect_error(simulate(fit, 3), class = "scprior_error_unsupported")
})

test_that("wrong arguments are refused", {
  skip_without_library()
  fit <- fit_small()
  x <- pancreas$counts
  expect_error(predict(fit), "newdata", class = "scprior_error_argument")
  expect_error(predict(fit, x, type = "nothing"), "should be one of")
  expect_error(predict(fit, x, latent = 3), "unknown argument", class = "scprior_error_argument")
  expect_error(predict(fit, x, type = "expression", genes = "NOGENE"), "NOGENE", class = "scprior_error_argument")
  expect_error(predict(fit, x, type = "expression", cells = 241), "241", class = "scprior_error_argument")
  expect_error(predict(fit, x, type = "expression", library = -1), "library", class = "scprior_error_argument")
  expect_error(predict(fit, x, genes = "INS"), "genes and cells are for", class = "scprior_error_argument")
  expect_error(simulate(fit, -1), "nsim", class = "scprior_error_argument")
  expect_error(simulate(fit, 2, library = 0), "library", class = "scprior_error_argument")
  expect_error(simulate(fit, 2, library = c(1, 2, 3)), "library", class = "scprior_error_argument")
  expect_error(scprior_log_likelihood(fit, x, samples = 0), "samples", class = "scprior_error_argument")
  expect_error(scprior_metrics(fit, x, "nothing"), "nothing", class = "scprior_error")
  expect_error(scprior_history(list()), "model of scprior", class = "scprior_error_argument")
})

test_that("metrics are a table", {
  skip_without_library()
  values <- scprior_metrics(fit_small(), pancreas$counts, c("active_units", "silhouette"), label = pancreas$cell_type)
  expect_named(values, c("metric", "name", "value", "better", "note"))
  expect_equal(unique(values$metric), c("active_units", "silhouette"))
  expect_output(print(values), "active_units")
  without <- scprior_metrics(fit_small(), pancreas$counts, "silhouette")
  expect_true(all(is.nan(without$value)))
  expect_output(print(without), "silhouette .*:")
})
