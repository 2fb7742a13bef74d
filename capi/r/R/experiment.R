# SPDX-License-Identifier: Apache-2.0
# Experiment files: several models on several data sets, as `scprior check` and `scprior run` take them.

scprior_check <- function(file) {
  open_library()
  .Call(glue_check, enc2utf8(path.expand(one_text(file, "file"))))
  invisible(TRUE)
}

scprior_run <- function(file, force = FALSE, progress = interactive()) {
  open_library()
  file <- enc2utf8(path.expand(one_text(file, "file")))
  force <- flag(force, "force")
  progress <- check_progress(progress)
  the$callback_error <- the$differences <- NULL
  result <- .Call(glue_run, file, force, progress)
  pass_on_messages()
  warn_of_differences()
  run <- new_run(jsonlite::fromJSON(result$summary))
  if (result$status != 0) settle_run(run, result)
  run
}

new_run <- function(summary) {
  folder <- dirname(summary$report)
  fits <- as.data.frame(summary$fits)
  if (nrow(fits) > 0) {
    fits$test_loss <- as.double(fits$test_loss)
    fits$folder <- file.path(folder, "fits", fits$data, fits$model, paste0("seed-", fits$seed))
  }
  structure(class = "scprior_run", list(fits = fits, failures = as.character(summary$failures), folder = folder,
                                        report = summary$report, cancelled = summary$cancelled))
}

#' A run that is not complete: an error of the user's function, or a warning beside what there is.
#' @noRd
settle_run <- function(run, result) {
  parent <- the$callback_error
  if (result$failed && !is.null(parent)) {
    throw_status(statuses[["cancelled"]], paste0("the progress function failed: ", conditionMessage(parent)))
  }
  the$callback_error <- NULL
  if (!run$cancelled) return(warn(result$message, "scprior_incomplete"))
  why <- if (result$interrupted) "The run was interrupted" else "The progress function stopped the run"
  warn(paste0(why, "; the complete fits are kept, and the same call goes on with those that are missing."),
       "scprior_cancelled")
}

print.scprior_run <- function(x, ...) {
  cat("scprior experiment: ", nrow(x$fits), if (nrow(x$fits) == 1) " fit" else " fits",
      if (x$cancelled) ", stopped before its end", "\n", sep = "")
  if (nrow(x$fits) > 0) {
    shown <- x$fits[c("data", "model", "seed", "epochs", "best_epoch", "test_loss", "seconds")]
    shown$test_loss <- round(shown$test_loss, 2)
    shown$seconds <- round(shown$seconds, 1)
    print(shown, row.names = FALSE)
  }
  for (failure in x$failures) cat("not completed: ", failure, "\n", sep = "")
  cat("report: ", x$report, "\n", sep = "")
  invisible(x)
}
