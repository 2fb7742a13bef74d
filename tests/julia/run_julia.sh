#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_julia.sh BUILD SCRIPT [ARGUMENT...]: runs a script with the package ScPrior; 77 = skipped for want of Julia.
# Julia is $JULIA, or what sdk/setup.sh --tests made, or that in PATH. Compiled code goes into the folder BUILD.
package=$(cd "$(dirname "$0")/../../capi/julia" && pwd)
build=$1
shift
works() { "$1" --startup-file=no -e 'exit(VERSION < v"1.5")' >/dev/null 2>&1; }
for julia in "$JULIA" "$package/../../build/julia/bin/julia" julia; do
  if [ -n "$julia" ] && works "$julia"; then
    export JULIA_DEPOT_PATH="$build/depot" JULIA_NUM_THREADS=2
    exec "$julia" --startup-file=no --project="$package" "$@"
  fi
done
echo "NOT RUN: Julia 1.5 or newer is missing (sdk/setup.sh --tests), so nothing of the Julia package was tested: SKIPPED." >&2
if [ "$SCPRIOR_REQUIRE_JULIA" = 1 ]; then
  echo "SCPRIOR_REQUIRE_JULIA=1 makes this a failure." >&2
  exit 1
fi
exit 77
