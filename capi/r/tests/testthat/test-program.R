# SPDX-License-Identifier: Apache-2.0
# The program `scprior` and the package give the same bits.

run_program <- function(...) {
  out <- suppressWarnings(system2(from_environment("SCPRIOR_PROGRAM"), c(...), stdout = TRUE, stderr = TRUE))
  if (!is.null(attr(out, "status"))) stop(paste(out, collapse = "\n"))
  invisible(out)
}

# The floats of obsm["X_scprior"], cell by cell.
embedding_in <- function(file, n, d) {
  raw <- tempfile()
  code <- "import sys, h5py; h5py.File(sys.argv[1])['obsm/X_scprior'][:].astype('<f4').tofile(sys.argv[2])"
  stopifnot(system2(from_environment("SCPRIOR_PYTHON"), c("-c", shQuote(code), file, raw)) == 0)
  matrix(readBin(raw, "numeric", n * d, size = 4, endian = "little"), n, d, byrow = TRUE)
}

test_that("scprior train and embed give the model and the embedding of R, bit by bit", {
  skip_without_library()
  from_environment("SCPRIOR_PROGRAM")
  file <- shQuote(example_file())
  for (model in list(list(prior = "vamp", prior.components = 20), list(flow = "iaf"), list(prior = "none"))) {
    fit <- do.call(fit_small, c(list(seed = 11), model))
    folder <- tempfile("model")
    settings <- paste0(names(model), "=", unlist(model))
    run_program("train", file, "-o", folder, "--seed 11", paste("--set", c(
      settings, "latent=8", "encoder.hidden=[64]", "decoder.hidden=[64]", "train.learning_rate=1e-3", "genes.space=dataset",
      "train.max_epochs=3"
    )))
    expect_equal(unname(tools::md5sum(file.path(folder, "weights.safetensors"))), weights_of(fit), info = settings[1])

    embedded <- tempfile(fileext = ".h5ad")
    run_program("embed", folder, file, "-o", embedded)
    latent <- unname(predict(fit, pancreas$counts))
    expect_identical(embedding_in(embedded, 240, 8), latent)

    # A folder of the program in R, and one of R in the program.
    expect_identical(unname(predict(read_scprior(folder), pancreas$counts)), latent)
    from_r <- tempfile("model")
    write_scprior(fit, from_r)
    run_program("embed", from_r, file, "-o", embedded)
    expect_identical(embedding_in(embedded, 240, 8), latent)
  }
})

test_that("the loss is that of the program", {
  skip_without_library()
  fit <- fit_small(seed = 4)
  experiment <- tempfile("experiment", fileext = ".toml")
  writeLines(c(
    "schema = 1", "seeds = [4]", "[train]", "learning_rate = 1e-3", "max_epochs = 3", "[genes]", "space = 'dataset'",
    "[[data]]", sprintf("path = '%s'", example_file()), "[[model]]", "latent = 8", "encoder = { type = 'mlp', hidden = [64] }",
    "decoder = { type = 'mlp', hidden = [64] }"
  ), experiment)
  run_program("run", experiment)
  found <- list.files(dirname(experiment), "^history\\.csv$", recursive = TRUE, full.names = TRUE)
  found <- found[startsWith(found, sub("\\.toml$", "", experiment))]
  expect_length(found, 1)
  history <- utils::read.csv(found)
  expect_identical(history$train_loss, scprior_history(fit)$train_loss)
  expect_identical(history$validation_loss, scprior_history(fit)$validation_loss)
})
