# SPDX-License-Identifier: Apache-2.0
# What print and summary show.

#' The value of a key in a table of the model's settings, which are TOML as the library writes it; NULL if it is not there.
#' @noRd
setting_of <- function(toml, table, key) {
  lines <- strsplit(toml, "\n", fixed = TRUE)[[1]]
  inside <- cumsum(startsWith(lines, "[")) == which(lines[startsWith(lines, "[")] == table)[1]
  line <- grep(paste0("^", key, " = "), lines[inside %in% TRUE], value = TRUE)
  if (length(line) == 1) gsub("\"", "", sub("^[^=]*= ", "", line), fixed = TRUE)
}

print.scprior_model <- function(x, ...) {
  size <- .Call(glue_model_size, model_pointer(x))
  toml <- .Call(glue_model_text, x$pointer, "toml")
  parts <- unlist(lapply(stats::setNames(nm = c("prior", "flow", "likelihood")), function(part) {
    setting_of(toml, paste0("[model.", part, "]"), "type")
  }))
  cat("scprior model ", setting_of(toml, "[[model]]", "name"), ": ", paste(names(parts), parts, collapse = ", "), "\n", sep = "")
  cat("  ", size[1], " latent units, ", size[2], " genes\n", sep = "")
  cat("  ", how_trained(x), "\n", sep = "")
  invisible(x)
}

how_trained <- function(x) {
  if (is.null(x$result)) return(paste("read from", x$folder))
  result <- x$result
  history <- scprior_history(x)
  best <- history$validation_loss[result[["best_epoch"]]]
  paste0(
    "trained for ", result[["epochs"]], " epochs in ", format(round(result[["seconds"]], 1), nsmall = 1), " s (",
    stop_reasons[result[["stop"]]], "); best epoch ", result[["best_epoch"]],
    if (is.finite(best)) sprintf(", validation loss %.2f nats per cell", best)
  )
}

stop_reasons <- c("all epochs done", "no improvement any more", "interrupted", "loss not finite")

summary.scprior_model <- function(object, ...) {
  pointer <- model_pointer(object)
  size <- .Call(glue_model_size, pointer)
  structure(
    class = "summary.scprior_model",
    list(
      n_latent = size[1], n_genes = size[2], call = object$call, seed = object$seed, trained = how_trained(object),
      data = .Call(glue_model_text, pointer, "data"), settings = .Call(glue_model_text, pointer, "toml"),
      history = scprior_history(object)
    )
  )
}

print.summary.scprior_model <- function(x, ...) {
  cat("scprior model of", x$n_latent, "latent units and", x$n_genes, "genes,", x$trained, "\n")
  if (!is.null(x$call)) cat("\nCall: ", paste(deparse(x$call), collapse = "\n"), "\n", sep = "")
  if (!is.null(x$seed)) cat("Seed: ", format(x$seed, digits = 16), "\n", sep = "")
  if (nzchar(x$data)) cat("\nData:\n", trimws(x$data, "right"), "\n", sep = "")
  cat("\nSettings:\n", trimws(x$settings), "\n", sep = "")
  if (nrow(x$history) > 0) {
    cat("\nLast epochs:\n")
    print(utils::tail(x$history, 3), row.names = FALSE, digits = 6)
  }
  invisible(x)
}
