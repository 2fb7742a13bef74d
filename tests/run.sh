#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds and runs all tests.
usage='usage: tests/run.sh [--preset release|dev|asan] [options of ctest, such as -R NAME or -L LABEL]

Results are those of ctest: one line a test, the output of those that fail, and a closing summary.'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
case ${1-} in
  -h | --help) echo "$usage"; exit 0 ;;
  --preset) preset=${2:?"$usage"}; shift 2 ;;
  --preset=*) preset=${1#*=}; shift ;;
esac

sdk/setup.sh --tests
cmake --preset "$preset" -DSCPRIOR_TESTS=ON
cmake --build --preset "$preset"
exec ctest --preset "$preset" --no-tests=error -j 2 "$@"
