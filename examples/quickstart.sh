#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds scprior, and compares five models on the pancreas cells in examples/data. Options go to `scprior run`:
#
#   examples/quickstart.sh --threads 4
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sdk/setup.sh
# The tests are not needed here and cost half of the build; who has chosen otherwise in build/release keeps them.
if [ -e build/release/CMakeCache.txt ]; then tests=(); else tests=(-DSCPRIOR_TESTS=OFF); fi
cmake --preset release "${tests[@]}"
cmake --build --preset release
exec build/release/bin/scprior run examples/experiments/quickstart.toml "$@"
