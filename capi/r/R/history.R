# SPDX-License-Identifier: Apache-2.0

scprior_history <- function(fit) {
  pointer <- model_pointer(fit)
  series <- c("train_loss", "validation_loss", "reconstruction", "kl", "penalty", "learning_rate")
  values <- lapply(stats::setNames(nm = series), function(name) .Call(glue_model_history, pointer, name))
  data.frame(epoch = seq_along(values[[1]]), values)
}

plot.scprior_model <- function(x, ..., main = "Training", xlab = "epoch", ylab = "loss, nats per cell") {
  history <- scprior_history(x)
  if (nrow(history) == 0) refuse("this model has no training history: it was read from a folder")
  losses <- history[, c("train_loss", "validation_loss")]
  shown <- vapply(losses, function(values) any(is.finite(values)), NA)
  colours <- c("grey40", "#0072B2")[shown]
  graphics::matplot(history$epoch, as.matrix(losses[, shown, drop = FALSE]), type = "l", lty = 1, lwd = 2, col = colours,
                    main = main, xlab = xlab, ylab = ylab, ...)
  graphics::legend("topright", c("training", "validation")[shown], col = colours, lwd = 2, bty = "n")
  invisible(history)
}
