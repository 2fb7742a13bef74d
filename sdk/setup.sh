#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs or finds what scprior is built with. May be run as often as you like: what is there is left alone.
usage='usage: sdk/setup.sh [--tests] [--check]

  --tests   also what the tests need: Catch2 3, Python packages to compare results with, Julia, R
  --check   install nothing, only say what is missing

As root on Debian 12 or 13 or Ubuntu 24.04 missing packages come from apt; elsewhere they are listed. Python packages go to
build/python and nowhere else.

LibTorch, 2.6 or newer, is taken from the first of: LIBTORCH_ROOT, Torch_DIR, CMAKE_PREFIX_PATH; build/python; the system;
the package libtorch-dev; the PyTorch wheel, through pip into build/python. To hand pip a CPU build of your own choice, set
PIP_FIND_LINKS to a folder that holds the wheel, or PIP_EXTRA_INDEX_URL to the index of CPU builds that the PyTorch site
names under "Get Started".'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tests=no check=no
for argument in "$@"; do
  case $argument in
    --tests) tests=yes ;;
    --check) check=yes ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) printf 'sdk/setup.sh: unknown option %s\n%s\n' "$argument" "$usage" >&2; exit 2 ;;
  esac
done

export PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
minimum_torch=2.6 torch_version=2.13.0 assorthead_version=0.2.2
python_home=build/python python=build/python/bin/python
. sdk/setup/look.sh
. sdk/setup/torch.sh
. sdk/setup/apt.sh
. sdk/setup/python.sh
. sdk/setup/julia.sh
. sdk/setup/r.sh

say() { printf '%s\n' "$*" >&2; }
stop() { say "sdk/setup.sh: $*"; exit 1; }

mkdir -p build
look_for_everything
if [ ${#missing[@]} -gt 0 ]; then
  if [ $check = no ] && may_install; then
    install_packages
    look_for_everything
  fi
  [ ${#missing[@]} -eq 0 ] || stop "$(how_to_get_what_is_missing)"
fi
install_what_is_wanted
[ $check = yes ] || install_python_packages
look_for_python_packages
[ $tests = no ] || set_up_julia
[ $tests = no ] || set_up_r
[ ${#missing[@]} -eq 0 ] || stop "missing in $python_home: $(join ', ' "${missing[@]}"). Without --check it is fetched by pip."

say "Set-up complete: $(join ', ' "${found[@]}")."
