# SPDX-License-Identifier: Apache-2.0
# Training.

scprior <- function(x, prior = NULL, ..., epochs = NULL, label = NULL, batch = NULL, seed = 0, assay = NULL, config = NULL,
                    progress = interactive()) {
  call <- match.call()
  open_library()
  seed <- whole_number(seed, "seed")
  progress <- check_progress(progress)
  given <- split_settings(list(...))
  settings <- settings_of(c(list(prior = prior, train.max_epochs = epochs), given$model))
  model <- .Call(glue_model_new, config_text(config), settings)

  data <- as_data(x, loader = given$loader, assay = assay)
  on.exit(.Call(glue_data_free, data$pointer))
  label <- add_column(data, label, "label")
  batch <- add_column(data, batch, "batch")
  group <- given$model[["split.group"]]
  if (!is.null(group)) add_column(data, one_text(group, "split.group"), "group")

  the$callback_error <- the$differences <- NULL
  result <- .Call(glue_fit, model, data$pointer, seed, label, batch, progress)
  pass_on_messages()
  warn_of_differences()
  if (result[["status"]] != 0) settle(model, result)
  new_model(model, call = call, seed = seed, label = label, batch = batch, settings = settings, result = result)
}

new_model <- function(pointer, ...) structure(list(pointer = pointer, ...), class = "scprior_model")

check_progress <- function(progress) {
  if (is.function(progress)) return(progress)
  if (is.logical(progress) && length(progress) == 1 && !is.na(progress)) return(progress)
  refuse("progress must be TRUE, FALSE, or a function of one argument; got ", brief(progress))
}

#' The text of `config`: the path of a .toml file, or the text itself.
#' @noRd
config_text <- function(config) {
  if (is.null(config)) return(NULL)
  if (!is.character(config) || anyNA(config)) refuse("config must be the path of a .toml file, or its text")
  if (length(config) == 1 && grepl("\\.toml$", config)) {
    if (!file.exists(config)) throw("io", paste0(config, ": there is no such file"))
    config <- readLines(config, encoding = "UTF-8", warn = FALSE)
  }
  enc2utf8(paste(config, collapse = "\n"))
}

#' A fit that did not end by itself: an error, or a warning where there is a model of the epochs so far.
#' @noRd
settle <- function(model, result) {
  message <- attr(result, "message")
  parent <- the$callback_error
  if (result[["failed"]] != 0 && !is.null(parent)) {
    throw_status(statuses[["cancelled"]], paste0("the progress function failed: ", conditionMessage(parent)))
  }
  usable <- result[["best_epoch"]] > 0 && !inherits(try(.Call(glue_model_size, model), silent = TRUE), "try-error")
  if (!usable) throw_status(result[["status"]], message)
  after <- paste0("the model is that of epoch ", result[["best_epoch"]], ", the best of ", result[["epochs"]], ".")
  if (result[["status"]] == statuses[["cancelled"]]) {
    why <- if (result[["interrupted"]] != 0) "Training was interrupted: " else "The progress function stopped the training: "
    warn(paste0(why, after), "scprior_cancelled")
  } else {
    warn(paste0(message, "\nTraining ended there; ", after), "scprior_not_finite")
  }
}

#' Called by the glue after every step: TRUE = go on, FALSE = stop, NULL = the function failed.
#' @noRd
call_progress <- function(f, numbers) {
  names(numbers) <- c("epoch", "max_epochs", "step", "steps", "loss", "validation_loss", "seconds", "seconds_left")
  tryCatch(!isFALSE(f(as.list(numbers))), error = function(e) {
    the$callback_error <- e
    NULL
  })
}
