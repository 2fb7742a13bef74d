# SPDX-License-Identifier: Apache-2.0
# Set by the tests of the repository, where nothing may be skipped: SCPRIOR_LIBRARY, SCPRIOR_PROGRAM (the program),
# SCPRIOR_SOURCE (the repository), SCPRIOR_PYTHON (with h5py).

skip_without_library <- function() skip_if_not(scprior_available(), "libscprior was not found")

from_environment <- function(name) {
  value <- Sys.getenv(name)
  skip_if(value == "", paste(name, "is not set"))
  value
}

# Small networks, few epochs.
small <- list(latent = 8, encoder.hidden = I(64), decoder.hidden = I(64), train.learning_rate = 1e-3,
              genes.space = "dataset", epochs = 3, seed = 1, progress = FALSE)

fit_small <- function(x = pancreas$counts, ...) {
  do.call(scprior, c(list(x), utils::modifyList(small, list(...), keep.null = TRUE)))
}

example_file <- function() system.file("extdata", "pancreas_small.h5ad", package = "scprior", mustWork = TRUE)

weights_of <- function(fit) {
  folder <- tempfile("model")
  write_scprior(fit, folder)
  unname(tools::md5sum(file.path(folder, "weights.safetensors")))
}

# Runs R code in a fresh R that has this package and library; its output lines.
in_fresh_r <- function(code, library = Sys.getenv("SCPRIOR_LIBRARY")) {
  script <- tempfile(fileext = ".R")
  writeLines(c(sprintf(".libPaths(c(%s))", paste(deparse(.libPaths()), collapse = "")), code), script)
  out <- suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = TRUE, stderr = TRUE,
                                  env = paste0("SCPRIOR_LIBRARY=", library)))
  if (!is.null(attr(out, "status"))) out <- c(out, paste("exit status", attr(out, "status")))
  out
}
