# SPDX-License-Identifier: Apache-2.0
# The cells of a human pancreas: two priors compared, numbers and a plot.
#
#   Rscript examples/r/pancreas.R [EPOCHS [PLOT.pdf]]
#
# Needs the R package (R CMD INSTALL capi/r) and the library, e.g. SCPRIOR_LIBRARY=build/release/lib.
library(scprior)

arguments <- commandArgs(trailingOnly = TRUE)
epochs <- if (length(arguments) > 0) as.numeric(arguments[1]) else 30
plot_file <- if (length(arguments) > 1) arguments[2] else "pancreas.pdf"
this_file <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
cells <- file.path(dirname(this_file), "..", "data", "pancreas_baron_h1.h5ad")

types <- scprior_labels(cells, "cell_type")
cat(length(types), "cells of", nlevels(types), "types\n")

# 300 variable genes and small networks: seconds. Without genes.space all human protein-coding genes are taken, and the
# settings of the paper are the defaults.
genes <- tempfile(fileext = ".txt")
writeLines(rownames(pancreas$counts), genes)
train <- function(...) {
  scprior(cells, ..., genes.space = genes, latent = 16, encoder.hidden = c(128, 64), decoder.hidden = c(64, 128),
          train.learning_rate = 5e-3, train.batch_size = 32, epochs = epochs, label = "cell_type", seed = 1)
}
fits <- list(VAE = train(), VAMP = train(prior = "vamp", prior.components = 50))
print(fits$VAMP)

# The metrics of the paper on the cells that training did not see.
main_values <- function(fit) {
  values <- scprior_metrics(fit, cells, test_cells = TRUE)
  values <- values[values$name == "", ]
  setNames(values$value, values$metric)
}
cat("\nTest cells:\n")
print(signif(sapply(fits, main_values), 4))

# What cells of each type make of insulin and glucagon, denoised and per 10 000 counts.
hormones <- predict(fits$VAMP, cells, type = "expression", genes = c("INS", "GCG"), library = 1e4)
cat("\nDenoised expression:\n")
print(round(t(apply(hormones, 1, tapply, types, mean))[, c("alpha", "beta", "acinar", "ductal")], 1))

latent <- predict(fits$VAMP, cells)
plane <- prcomp(latent)$x[, 1:2]
colours <- hcl.colors(nlevels(types), "Dark 3")

pdf(plot_file, width = 10, height = 5)
par(mfrow = c(1, 2))
plot(fits$VAMP)
plot(plane, col = colours[types], pch = 19, cex = 0.4, main = "VAE-VAMP, two principal components of the embedding")
legend("topright", levels(types), col = colours, pch = 19, bty = "n", cex = 0.6)
invisible(dev.off())
cat("\nPlot:", plot_file, "\n")
