#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh SOURCE FOLDER: installs the R package of SOURCE/capi/r into FOLDER/library, from a copy, and without libscprior.
set -e
source=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder/library"
cp -R "$source/capi/r" "$folder/scprior"
unset SCPRIOR_LIBRARY
R CMD INSTALL --no-docs --library="$folder/library" "$folder/scprior"
