#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# c_program.sh PREFIX SCRATCH EXAMPLE DATA CC CMAKE GENERATOR: the example in C, built against the installation in PREFIX as
# examples/c/README.md says, with pkg-config and with find_package(scprior).
set -eu
prefix=$1 scratch=$2 example=$3 data=$4 cc=$5 cmake=$6 generator=$7
unset LIBTORCH_ROOT Torch_DIR CMAKE_PREFIX_PATH SCPRIOR_PLUGIN_PATH LD_LIBRARY_PATH
rm -rf "$scratch"
mkdir -p "$scratch/with_pkg_config" "$scratch/with_cmake"
cp -R "$example" "$scratch/example" # nothing of the source tree is near

pkgconfig=$(find "$prefix" -name scprior.pc)
export PKG_CONFIG_PATH="${pkgconfig%/*}"
flags=$(pkg-config --cflags --libs scprior)
libdir=$(pkg-config --variable=libdir scprior)
case $flags in *"$prefix"*) ;; *) echo "pkg-config leads elsewhere: $flags"; exit 1 ;; esac
"$cc" "$scratch/example/embed.c" $flags -Wl,-rpath,"$libdir" -o "$scratch/with_pkg_config/embed"

"$cmake" -S "$scratch/example" -B "$scratch/build" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc"
"$cmake" --build "$scratch/build"
cp "$scratch/build/embed" "$scratch/with_cmake"

for way in with_pkg_config with_cmake; do
  cd "$scratch/$way"
  case $(ldd embed) in
    *"libscprior.so.1 => $prefix"*) ;;
    *) echo "$way: embed does not use the library in $prefix:"; ldd embed; exit 1 ;;
  esac
  status=0
  ./embed nowhere.h5ad 2>said || status=$?
  grep nowhere.h5ad said && [ $status = 1 ]
done
./embed "$data" 1 >numbers
cat numbers
grep -q silhouette numbers
[ -s pancreas_model/weights.safetensors ]
