# SPDX-License-Identifier: Apache-2.0
# Writes data/pancreas.rda, the counts of inst/extdata/pancreas_small.h5ad as an R object. It reads the
# text that pancreas.py writes. usage, in capi/r: pancreas.py | Rscript pancreas.R
input <- file("stdin")
lines <- strsplit(readLines(input), "\t", fixed = TRUE)
close(input)
values <- function(name) Filter(function(line) line[1] == name, lines)[[1]][-1]
pancreas <- list(
  counts = Matrix::sparseMatrix(
    i = as.integer(values("indices")), p = as.integer(values("indptr")), x = as.double(values("data")), index1 = FALSE,
    dims = c(length(values("genes")), length(values("cells"))), dimnames = list(values("genes"), values("cells"))
  ),
  cell_type = factor(values("cell_type")),
  batch = factor(values("batch"))
)
stopifnot(methods::is(pancreas$counts, "dgCMatrix"))
save(pancreas, file = "data/pancreas.rda", compress = "xz")
