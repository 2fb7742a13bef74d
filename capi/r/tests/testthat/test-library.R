# SPDX-License-Identifier: Apache-2.0

test_that("R's linear algebra gives the same before and after the library is in use", {
  skip_without_library()
  lines <- in_fresh_r(c(
    "set.seed(1)",
    "x <- crossprod(matrix(rnorm(90000), 300)) + diag(300)",
    "compute <- function() list(solve(x), svd(x), chol2inv(chol(x)), eigen(x), qr.coef(qr(x), x[, 1]), x %*% x,",
    "                           parallel::mclapply(1:3, function(i) solve(x + i), mc.cores = 2), det(x))",
    "before <- compute()",
    "lapack <- La_library()",
    "library(scprior)",
    "fit <- scprior(pancreas$counts, latent = 4, encoder.hidden = I(16), decoder.hidden = I(16), epochs = 2,",
    "               genes.space = 'dataset', progress = FALSE)",
    "cat('fit', dim(predict(fit, pancreas$counts)), '\\n')",
    "cat('same', identical(compute(), before), identical(La_library(), lapack), '\\n')"
  ))
  expect_equal(lines, c("fit 240 4 ", "same TRUE TRUE "))
})

test_that("R's random numbers are neither used nor begun", {
  skip_without_library()
  lines <- in_fresh_r(c(
    "library(scprior)",
    "prior <- scprior_prior('in_r', function(z) list(value = rowSums(dnorm(z, log = TRUE)), gradient = -z),",
    "                       function(n, d) matrix(rnorm(n * d), n, d))",
    "use <- function() {",
    "  fit <- scprior(pancreas$counts, prior = prior, latent = 4, encoder.hidden = I(16), decoder.hidden = I(16),",
    "                 epochs = 1, genes.space = 'dataset', progress = FALSE)",
    "  predict(fit, pancreas$counts, type = 'sample', seed = 1)",
    "  simulate(fit, 3, seed = 1)",
    "  invisible(scprior_log_likelihood(fit, pancreas$counts))",
    "}",
    "use()",
    "cat('begun', exists('.Random.seed', globalenv()), '\\n')",
    "set.seed(1)",
    "before <- .Random.seed",
    "use()",
    "cat('same', identical(before, .Random.seed), '\\n')"
  ))
  expect_equal(lines, c("begun FALSE ", "same TRUE "))
})

test_that("without the library the package loads and says how to get it", {
  lines <- in_fresh_r(c(
    "library(scprior)",
    "cat('available', scprior_available(), '\\n')",
    "for (use in list(scprior_info, scprior_components, function() scprior(pancreas$counts), function() scprior_threads(1),",
    "                 function() read_scprior('x')))",
    "  tryCatch(use(), scprior_error_plugin = function(e) cat(conditionMessage(e), '\\n'))"
  ), library = "/no/such/libscprior.so.1")
  expect_equal(lines[1], "available FALSE ")
  expect_length(grep("/no/such/libscprior.so.1: cannot open shared object", lines, fixed = TRUE), 5)
  expect_length(grep("options(scprior.library = \"/folder/of/", lines, fixed = TRUE), 5)
})

test_that("a library that is not scprior's is refused", {
  other <- list.files(file.path(R.home("modules")), "lapack\\.so$", full.names = TRUE)
  skip_if(length(other) == 0, "no other library at hand")
  lines <- in_fresh_r(c("library(scprior)", "tryCatch(scprior_info(), scprior_error = function(e) cat(conditionMessage(e)))"),
                      library = other[1])
  expect_match(paste(lines, collapse = "\n"), "it has no function scprior_")
})

test_that("an option names the library, file or folder", {
  skip_without_library()
  library <- from_environment("SCPRIOR_LIBRARY")
  for (named in c(library, dirname(library))) {
    lines <- in_fresh_r(c(sprintf("options(scprior.library = %s)", deparse(named)), "library(scprior)",
                          "cat('available', scprior_available(), '\\n')"), library = "/no/such/library")
    expect_equal(lines, "available TRUE ")
  }
})

test_that("a forked process is told that it cannot use the library", {
  skip_without_library()
  skip_on_os("windows")
  fit <- fit_small()
  told <- parallel::mclapply(1:2, function(i) {
    tryCatch(predict(fit, pancreas$counts), error = function(e) e)
  }, mc.cores = 2)[[1]]
  expect_s3_class(told, "scprior_error_argument")
  expect_match(conditionMessage(told), "forked")
  expect_equal(dim(predict(fit, pancreas$counts)), c(240, 8))
})

test_that("the copies of the headers are the originals", {
  source <- from_environment("SCPRIOR_SOURCE")
  read <- function(...) readLines(file.path(source, ...))
  expect_equal(read("capi", "r", "src", "scprior.h"), read("capi", "include", "scprior.h"))
  expect_equal(read("capi", "r", "src", "scprior", "abi.h"), read("sdk", "include", "scprior", "abi.h"))
})
