#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_r.sh COMMAND [ARGUMENT...]: runs a command that needs R with the packages of the tests; 77 = skipped for want of them.
if Rscript --vanilla -e 'invisible(find.package(commandArgs(TRUE)))' \
  Matrix jsonlite testthat knitr rmarkdown SeuratObject SingleCellExperiment >/dev/null 2>&1; then
  exec "$@"
fi
echo "NOT RUN: R with Matrix, jsonlite, testthat, knitr, rmarkdown, SeuratObject and SingleCellExperiment is missing, so the" >&2
echo "R package was not tested. sdk/setup.sh --tests installs them on Debian and Ubuntu." >&2
if [ "$SCPRIOR_REQUIRE_R" = 1 ]; then
  echo "SCPRIOR_REQUIRE_R=1 makes this a failure." >&2
  exit 1
fi
exit 77
