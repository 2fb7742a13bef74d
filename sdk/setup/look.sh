# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh: what is there? Fills `missing` (words for people), `packages` (of apt), `wanted` (packages that are
# not needed) and `found`.

join() { local separator=$1 text=${2-}; shift; [ $# -eq 0 ] || shift; printf '%s' "$text" "${@/#/$separator}"; }
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }
first_version() { "$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }

need() { # WORDS PACKAGE TEST...: notes words and package where the test fails
  local words=$1 package=$2
  shift 2
  "$@" || { missing+=("$words${had:+ (found: $had)}"); packages+=("$package"); }
  had=
}

program() { # PROGRAM MINIMUM
  had=$(first_version "$1" --version)
  [ -n "$had" ] && at_least "$had" "$2" && found+=("$1 $had") && had=
}

compiler() {
  had=$("${CXX:-c++}" -dM -E -x c++ /dev/null 2>/dev/null | awk '/ __clang__ /{c = 1} / __GNUC__ /{v = $3} / __GNUC_MINOR__ /{m = $3}
        END {if (c) print "Clang"; else if (v) print v "." m}')
  case $had in '' | Clang) return 1 ;; esac
  at_least "$had" 12 && found+=("GCC $had") && had=
}

# Folders in which the compiler and CMake look for headers, the user's own first.
header_folders() {
  local paths=${CMAKE_PREFIX_PATH-} folder
  for folder in ${paths//[:;]/ }; do echo "$folder/include"; done
  paths=${CPATH-}:${CPLUS_INCLUDE_PATH-}
  for folder in ${paths//:/ } /usr/local/include /usr/include /usr/include/*-linux-gnu*; do echo "$folder"; done
}

header() { # FILE...: is one of them there?
  local folder file
  for file in "$@"; do
    for folder in $folders; do
      if [ -e "$folder/$file" ] || [ -e "$folder/hdf5/serial/$file" ]; then return 0; fi
    done
  done
  return 1
}

python_with_venv() { "${PYTHON:-python3}" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; }
private_python_works() { [ -x $python ] && $python -c 'import pip' 2>/dev/null; }

look_for_everything() {
  missing=() packages=() found=() had=
  folders=$(header_folders)
  need "GCC 12 or newer (${CXX:-c++} is none; another compiler is named with CXX)" g++ compiler
  need "CMake 3.25 or newer" cmake program cmake 3.25
  need "Ninja" ninja-build program ninja 1.10
  need "pkg-config" pkg-config program pkg-config 0.29
  need "Boost 1.74 or newer, headers" libboost-dev header boost/dll/shared_library.hpp
  need "toml++ 3" libtomlplusplus-dev header toml++/toml.hpp toml++/toml.h
  need "fmt 9 or newer" libfmt-dev header fmt/format.h
  need "nlohmann-json 3" nlohmann-json3-dev header nlohmann/json.hpp
  need "CLI11 2" libcli11-dev header CLI/CLI.hpp
  need "HDF5 1.10 or newer" libhdf5-dev header hdf5.h
  need "zlib" zlib1g-dev header zlib.h
  if [ $tests = yes ]; then
    need "Catch2 3" libcatch2-dev header catch2/catch_test_macros.hpp
    need "GNU make, for plugins and the R package" make program make 4
    need "abidiff of libabigail" abigail-tools command -v abidiff >/dev/null
  fi
  if ! private_python_works; then need "Python 3.9 or newer with venv" python3-venv python_with_venv; fi
  look_for_torch
  # Conveniences: worth installing, never worth stopping for.
  wanted=()
  if header libdeflate.h; then found+=("libdeflate"); else wanted+=(libdeflate-dev); fi
  if [ ${#packages[@]} -gt 0 ] && ! command -v ccache >/dev/null; then packages+=(ccache); fi
}
