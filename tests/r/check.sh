#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh SOURCE FOLDER: R CMD build, which makes the vignette, and R CMD check, which runs the examples. The package's own
# tests are a test of their own.
set -e
source=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
cp -R "$source/capi/r" "$folder/scprior"
cd "$folder"
R CMD build scprior
# Without a manual: that needs LaTeX. Without a look at CRAN: that needs a network.
_R_CHECK_CRAN_INCOMING_=false R CMD check --no-manual --ignore-vignettes --no-tests scprior_*.tar.gz
# Notes may come with a new R; errors and warnings are ours.
if grep -E '^Status: .*(ERROR|WARNING)' scprior.Rcheck/00check.log; then
  cat scprior.Rcheck/00check.log
  exit 1
fi
grep '^Status: ' scprior.Rcheck/00check.log
