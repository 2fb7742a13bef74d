#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds scprior-bench and runs it.
usage='usage: tests/bench/run.sh [--build FOLDER] [options of scprior-bench]

--build FOLDER: a configured build of scprior (default build/release, made if missing).
The options of scprior-bench, such as --quick and --peers PYTHON: tests/bench/run.sh --help'
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

build=$root/build/release
if [ "${1-}" = --build ]; then
  build=$(cd "${2:?"$usage"}" && pwd)
  shift 2
fi
if [ ! -f "$build/CMakeCache.txt" ]; then
  "$root/sdk/setup.sh" --tests
  (cd "$root" && cmake --preset release -DSCPRIOR_TESTS=ON)
fi
cmake --build "$build" --target scprior-bench >&2
exec "$build/bin/scprior-bench" --data "$build/bench-data" "$@"
