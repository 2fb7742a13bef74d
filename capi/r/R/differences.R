# SPDX-License-Identifier: Apache-2.0
# Gradients of priors that give none: (f(x + h) - f(x - h)) / 2h.

step_of <- function(x) .Machine$double.eps^(1 / 3) * pmax(1, abs(x))

by_differences <- function(prior, z, density) {
  note_differences(prior, "gradient")
  gradient <- matrix(0, nrow(z), ncol(z))
  above <- below <- z
  for (j in seq_len(ncol(z))) {
    h <- step_of(z[, j])
    above[, j] <- z[, j] + h
    below[, j] <- z[, j] - h
    values <- values_of(density(rbind(above, below)), 2 * nrow(z))
    gradient[, j] <- (values[seq_len(nrow(z))] - values[-seq_len(nrow(z))]) / (above[, j] - below[, j])
    above[, j] <- below[, j] <- z[, j]
  }
  gradient
}

by_parameter_differences <- function(prior, z, parameters) {
  note_differences(prior, "parameter_gradient")
  gradient <- matrix(0, nrow(z), length(parameters))
  for (j in seq_along(parameters)) {
    above <- below <- parameters
    above[j] <- parameters[j] + step_of(parameters[j])
    below[j] <- parameters[j] - step_of(parameters[j])
    rise <- values_of(prior$log_prob(z, above), nrow(z)) - values_of(prior$log_prob(z, below), nrow(z))
    gradient[, j] <- rise / (above[j] - below[j])
  }
  gradient
}

#' The warning waits until the library has returned; it is given once for each prior.
#' @noRd
note_differences <- function(prior, what) {
  if (isTRUE(prior$state[[what]])) return(invisible(NULL))
  prior$state[[what]] <- TRUE
  the$differences <- c(the$differences, paste0(
    "The prior \"", prior$name, "\" gives no ", what, ": it is computed by finite differences, with two evaluations of ",
    "log_prob for each ", if (what == "gradient") "latent unit" else "parameter", " in every step."
  ))
}

warn_of_differences <- function() {
  texts <- the$differences
  the$differences <- NULL
  for (text in texts) warn(text, "scprior_differences")
}
