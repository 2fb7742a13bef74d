#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: check_abi.sh LIBRARY BASELINE INCLUDE SDK_INCLUDE CC | check_abi.sh LIBRARY --write BASELINE
# The library's binary interface is that of the baseline, with additions at most. And a removed function, a changed
# signature and a reordered struct are found in copies of the header, so that a tool that sees nothing would show.
# Skipped (77) without abigail-tools, unless SCPRIOR_REQUIRE_ABI=1.
set -eu
library=$1 baseline=$2 include=$3 sdk=${4-} cc=${5-cc}
if ! command -v abidiff >/dev/null; then
  echo "SKIPPED: abidiff is not there; sdk/setup.sh --tests installs it (Debian: abigail-tools)"
  [ "${SCPRIOR_REQUIRE_ABI:-0}" = 1 ] && exit 1
  exit 77
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What the debug information of a library, in it or in a file beside it, says of its exported functions.
describe() { # LIBRARY OUTPUT
  abidw --exported-interfaces-only --no-corpus-path --no-comp-dir-path --no-show-locs --debug-info-dir "$(dirname "$1")" \
    --out-file "$2" "$1"
  sed -i "s@path='/[^']*/capi/@path='capi/@" "$2" # not where it was built
  grep -q "class-decl name='scprior_matrix' size" "$2" || { echo "there is no debug information of $1"; exit 1; }
}

if [ "$baseline" = --write ]; then # check_abi.sh LIBRARY --write FILE: makes a baseline
  describe "$library" "$include"
  exit
fi
# Does a report tell of more than additions? To abidiff other types and reordered members are mild changes.
breaks() { # STATUS REPORT
  [ $(($1 & ~4)) -ne 0 ] ||
    grep -Eq "[1-9][0-9]* Removed|offset changed|name changed|of type '[^']*' changed|return type changed|deletion" "$2"
}

describe "$library" "$scratch/now.abi"
status=0
abidiff "$baseline" "$scratch/now.abi" >"$scratch/report" || status=$?
cat "$scratch/report"
if breaks $status "$scratch/report"; then
  echo "abidiff ends with $status: the interface has changed in a way that breaks clients of 1.0"
  exit 1
fi

# A library with the functions of a header and empty bodies.
make_library() { # HEADER OUTPUT
  mkdir -p "$scratch/$2"
  cp "$1" "$scratch/$2/scprior.h"
  {
    echo '#include "scprior.h"'
    sed -e 's@/\*.*\*/@@' "$1" | tr '\n' ' ' | grep -oE 'SCPRIOR_C [a-z][^;{]*\)' |
      sed -e 's/^SCPRIOR_C //' -e '/^void /s/$/ {}/' -e '/^const char/s/$/ { return ""; }/' -e '/}$/!s/$/ { return 0; }/'
  } >"$scratch/$2/library.c"
  "$cc" -std=c11 -g -fPIC -shared -w -I"$scratch/$2" -I"$sdk" -o "$scratch/$2.so" "$scratch/$2/library.c"
}

compare() { # NAME: is the change from the original seen?
  status=0
  abidiff "$scratch/original.so" "$scratch/$1.so" >"$scratch/$1.report" || status=$?
  sed "s/^/$1: /" "$scratch/$1.report"
  breaks $status "$scratch/$1.report" || { echo "not seen: $1"; exit 1; }
}

header=$include/scprior.h
make_library "$header" original
sed -e '/^SCPRIOR_C int32_t scprior_model_cancel/d' "$header" >"$scratch/removed.h"
sed -e 's/scprior_set_threads(int64_t n_threads)/scprior_set_threads(int32_t n_threads)/' "$header" >"$scratch/signature.h"
sed -e 's/int64_t n_cells, n_genes;/int64_t n_genes, n_cells;/' "$header" >"$scratch/reordered.h"
for change in removed signature reordered; do
  cmp -s "$header" "$scratch/$change.h" && { echo "the header has nothing to change for: $change"; exit 1; }
  make_library "$scratch/$change.h" $change
  compare $change
done
