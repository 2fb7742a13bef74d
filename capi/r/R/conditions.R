# SPDX-License-Identifier: Apache-2.0
# Failures as conditions: class scprior_error, and one class for each status of the library.

statuses <- c(
  argument = 1L, config = 2L, plugin = 3L, data = 4L, numeric = 5L, io = 6L, cancelled = 7L, unsupported = 8L,
  internal = 99L
)

throw <- function(status, message, parent = NULL) {
  stop(structure(
    class = c(paste0("scprior_error_", status), "scprior_error", "error", "condition"),
    list(message = message, call = NULL, status = status, parent = parent)
  ))
}

#' Called by the glue. The failure of a user's function, which the library put into its text, becomes the parent.
#' @noRd
throw_status <- function(code, message) {
  status <- names(statuses)[match(code, statuses)]
  parent <- the$callback_error
  the$callback_error <- NULL
  throw(if (is.na(status)) "internal" else status, message, parent)
}

refuse <- function(...) throw("argument", paste0(...))

warn <- function(message, class = NULL) {
  warning(structure(class = c(class, "scprior_warning", "warning", "condition"), list(message = message, call = NULL)))
}

#' Warnings of the library since the last call.
#' @noRd
pass_on_messages <- function() for (text in unique(.Call(glue_messages))) warn(text)

whole_number <- function(x, name, least = -2^53) {
  fine <- is.numeric(x) && length(x) == 1 && is.finite(x) && x == round(x) && x >= least && x <= 2^53
  if (!fine) {
    refuse(name, " must be one whole number", if (least > -2^53) paste0(" of at least ", least), ", got ", brief(x))
  }
  as.double(x)
}

flag <- function(x, name) {
  if (!(is.logical(x) && length(x) == 1 && !is.na(x))) refuse(name, " must be TRUE or FALSE, got ", brief(x))
  x
}

one_text <- function(x, name) {
  if (!(is.character(x) && length(x) == 1 && !is.na(x) && nzchar(x))) refuse(name, " must be one text, got ", brief(x))
  enc2utf8(x)
}

#' A value as R code, cut short, for messages.
#' @noRd
brief <- function(x) {
  if (!is.null(dim(x))) return(paste0("a ", class(x)[1], " of ", paste(dim(x), collapse = " x ")))
  if (is.object(x) || is.list(x) || is.function(x)) return(paste("an object of class", class(x)[1]))
  text <- paste(deparse(x, nlines = 1L), collapse = " ")
  if (nchar(text) > 60) paste0(substr(text, 1, 60), "...") else text
}
