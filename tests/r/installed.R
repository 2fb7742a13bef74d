# SPDX-License-Identifier: Apache-2.0
# installed.R PREFIX: the package finds the library installed in PREFIX through pkg-config.
prefix <- normalizePath(commandArgs(trailingOnly = TRUE)[1])
Sys.unsetenv("SCPRIOR_LIBRARY")
file <- list.files(prefix, "^scprior\\.pc$", recursive = TRUE, full.names = TRUE)
Sys.setenv(PKG_CONFIG_PATH = dirname(file))
library(scprior)
stopifnot(scprior_available(), "vamp" %in% scprior_components("prior")$name)
loaded <- grep("libscprior", readLines("/proc/self/maps"), value = TRUE)
loaded <- unique(sub("^[^/]*", "", loaded))
print(loaded)
stopifnot(length(loaded) > 0, startsWith(loaded, prefix))
