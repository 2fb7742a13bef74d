# SPDX-License-Identifier: Apache-2.0
# testthat.R SOURCE: the tests of the R package, of which none may be skipped here.
library(testthat)
library(scprior)
folder <- file.path(commandArgs(trailingOnly = TRUE)[1], "capi", "r", "tests", "testthat")
results <- as.data.frame(test_dir(folder, package = "scprior", load_package = "installed", reporter = "summary"))
skipped <- results$test[results$skipped]
if (length(skipped) > 0) stop("skipped: ", paste(skipped, collapse = "; "))
cat(sum(results$nb), "expectations in", nrow(results), "tests\n")
