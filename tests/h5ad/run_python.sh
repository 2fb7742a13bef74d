#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_python.sh PYTHON SCRIPT [ARGUMENT...]: runs a check that needs anndata; 77 = skipped for want of it.
python=$1
shift
if "$python" -c 'import anndata' 2>/dev/null; then
  exec "$python" "$@"
fi
echo "NOT RUN: $python with anndata is missing, so nothing was compared with anndata." >&2
if [ "$SCPRIOR_REQUIRE_PYTHON" = 1 ]; then
  echo "SCPRIOR_REQUIRE_PYTHON=1 makes this a failure." >&2
  exit 1
fi
exit 77
