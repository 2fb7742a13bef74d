# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh: which LibTorch? Mirrors the order of sdk/cmake/FindLibTorch.cmake. Sets `torch_from`: a folder, "apt"
# or "pip".

torch_version_in() { # FOLDER: version of the LibTorch there, or nothing
  local header
  [ -e "$1/include/ATen/core/Tensor.h" ] || return 0
  for header in "$1"/include/torch/headeronly/version.h "$1"/include/torch/csrc/api/include/torch/version.h; do
    [ -e "$header" ] || continue
    awk '/define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]/{v = v (v == "" ? "" : ".") $3} END {print v}' "$header" | grep . && return 0
  done
  echo 0
}

use_torch() { # FOLDER WORDS: takes it if there is one that is new enough
  local version
  version=$(torch_version_in "$1")
  [ -n "$version" ] || return 1
  at_least "$version" $minimum_torch || { old_torch="$version in $1 ($2)"; return 1; }
  torch_from=$1
  found+=("LibTorch $version ($2)")
}

private_torch() { # the folder of the wheel in build/python, if any
  local folder
  for folder in $python_home/lib/python3*/site-packages/torch; do
    if [ -d "$folder" ]; then echo "$folder"; fi
  done | head -n 1
}

# Debian's LibTorch computes with whatever BLAS there is. The plain one is many times slower than OpenBLAS, of which the
# OpenMP build shares LibTorch's threads.
look_for_fast_blas() {
  local blas
  for blas in /usr/lib/*/libblas.so.3; do
    case $(readlink -f "$blas") in */blas/*) ;; *) if [ -e "$blas" ]; then return 0; fi ;; esac
  done
  if may_install; then
    need "OpenBLAS" libopenblas0-openmp false
  else
    say "Note: LibTorch will be slow with this system's plain BLAS; the package libopenblas0-openmp makes it fast."
  fi
}

look_for_torch() {
  local prefixes=${CMAKE_PREFIX_PATH-} prefix
  torch_from='' old_torch=''
  if [ -n "${LIBTORCH_ROOT-}" ]; then
    use_torch "$LIBTORCH_ROOT" LIBTORCH_ROOT && return
    stop "LIBTORCH_ROOT=$LIBTORCH_ROOT: ${old_torch:+version $old_torch is too old; }wanted an unpacked LibTorch of version" \
      "$minimum_torch or newer, with include/ATen/core/Tensor.h in it. Unset LIBTORCH_ROOT to let this script get one."
  fi
  if [ -n "${Torch_DIR-}" ]; then use_torch "$Torch_DIR/../../.." Torch_DIR && return; fi
  for prefix in ${prefixes//[:;]/ }; do
    use_torch "$prefix" CMAKE_PREFIX_PATH && return
    use_torch "$prefix/../.." CMAKE_PREFIX_PATH && return
  done
  [ -z "$old_torch" ] || stop "LibTorch $old_torch is too old: wanted version $minimum_torch or newer."
  use_torch "$(private_torch)" $python_home && return
  use_torch /usr/local system && return
  if use_torch /usr system; then look_for_fast_blas; return; fi
  torch_from=pip
  if may_install && candidate_at_least libtorch-dev $minimum_torch; then
    torch_from=apt
    need "LibTorch $minimum_torch or newer" libtorch-dev false
    look_for_fast_blas
  fi
}
