# SPDX-License-Identifier: Apache-2.0
# Priors written in R.

scprior_prior <- function(name, log_prob, sample, parameters = NULL, summary = "a prior written in R") {
  name <- one_text(name, "name")
  if (!is.function(log_prob)) refuse("log_prob must be a function of z, a matrix of points x latent units; got ", brief(log_prob))
  if (!is.function(sample)) refuse("sample must be a function of n and d, the numbers of points and latent units; got ", brief(sample))
  fine <- is.null(parameters) || is.function(parameters) || (is.numeric(parameters) && all(is.finite(parameters)))
  if (!fine) refuse("parameters must be NULL, the numbers training starts from, or a function of d that gives them")
  prior <- structure(
    class = "scprior_prior",
    list(name = name, summary = one_text(summary, "summary"), log_prob = log_prob, sample = sample,
         parameters = parameters, state = new.env(parent = emptyenv()))
  )
  register_prior(prior)
  prior
}

register_prior <- function(prior) .Call(glue_register_prior, prior, prior$name, prior$summary)

print.scprior_prior <- function(x, ...) {
  cat("scprior prior \"", x$name, "\": ", x$summary, "\n", sep = "")
  invisible(x)
}

# ---- Called by the glue. The value is what was asked for, or a text that tells what was wrong.

#' Evaluates the user's code; a failure becomes a text, and is kept as the condition's parent.
#' @noRd
guarded <- function(code) {
  tryCatch(code, error = function(e) {
    the$callback_error <- e
    paste0("the R function stopped: ", conditionMessage(e))
  })
}

#' Runs code with R's generator seeded, and leaves the user's generator as it was.
#' @noRd
with_seed <- function(seed, code) {
  kinds <- RNGkind()
  old <- get0(".Random.seed", globalenv(), inherits = FALSE)
  on.exit({
    if (is.null(old)) {
      do.call(RNGkind, as.list(kinds))
      rm(list = ".Random.seed", envir = globalenv())
    } else {
      assign(".Random.seed", old, globalenv())
    }
  })
  set.seed(seed, "Mersenne-Twister", "Inversion", "Rejection")
  code
}

start_values <- function(prior, d) {
  start <- if (is.function(prior$parameters)) prior$parameters(d) else prior$parameters
  if (length(start) == 0) return(numeric())
  if (!is.numeric(start) || !all(is.finite(start))) stop("parameters must be finite numbers, got ", brief(start))
  as.double(start)
}

prior_n_parameters <- function(prior, d, ...) {
  guarded(as.double(length(with_seed(1, start_values(prior, d)))))
}

prior_start <- function(prior, d, seed, ...) guarded(with_seed(seed, start_values(prior, d)))

prior_sample <- function(prior, sizes, parameters, seed) {
  guarded({
    arguments <- c(list(sizes[1], sizes[2]), if (!is.null(prior$parameters)) list(parameters))
    z <- with_seed(seed, do.call(prior$sample, arguments))
    as_reals(z, sizes[1], sizes[2], "sample(n, d) must give a matrix of n x d")
  })
}

#' list(log_prob, gradient, parameter_gradient): what is wanted of them.
#' @noRd
prior_log_prob <- function(prior, z, parameters, wanted) {
  guarded({
    density <- if (is.null(prior$parameters)) prior$log_prob else function(z) prior$log_prob(z, parameters)
    given <- density(z)
    value <- values_of(given, nrow(z))
    if (!is.list(given)) given <- list()
    gradient <- parameter_gradient <- NULL
    if (wanted[1]) {
      gradient <- given[["gradient"]]
      if (is.null(gradient)) gradient <- by_differences(prior, z, density)
      gradient <- as_reals(gradient, nrow(z), ncol(z), "the gradient must be a matrix like z")
    }
    if (wanted[2]) {
      parameter_gradient <- given[["parameter_gradient"]]
      if (is.null(parameter_gradient)) {
        parameter_gradient <- by_parameter_differences(prior, z, parameters)
      }
      parameter_gradient <- as_reals(parameter_gradient, nrow(z), length(parameters),
                                     "parameter_gradient must be a matrix of points x parameters")
    }
    list(value, gradient, parameter_gradient)
  })
}

#' The log-densities in what a user's log_prob returned: list(value = ) or the numbers themselves.
#' @noRd
values_of <- function(given, n) {
  value <- if (is.list(given)) given[["value"]] else given
  as_reals(value, n, 1, "log_prob(z) must give one number for each row of z, or list(value = , gradient = )")
}

as_reals <- function(x, rows, columns, what) {
  if (!is.numeric(x) || length(x) != rows * columns || (length(dim(x)) == 2 && !all(dim(x) == c(rows, columns)))) {
    if (!(columns == 1 && is.numeric(x) && length(x) == rows)) {
      got <- if (is.null(dim(x)) && length(x) > 1) paste(typeof(x), "of length", length(x)) else brief(x)
      stop(what, ": ", rows, if (columns != 1) paste(" x", columns), " wanted, got ", got, call. = FALSE)
    }
  }
  as.double(x)
}
