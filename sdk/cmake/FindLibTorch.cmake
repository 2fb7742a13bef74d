# SPDX-License-Identifier: Apache-2.0
# Finds LibTorch without its own CMake package, which insists on the packages it was built with (MKL, CUDA, protobuf).
#
# Looked at, in this order: LIBTORCH_ROOT (variable or environment), CMAKE_PREFIX_PATH and Torch_DIR, the private environment
# that sdk/setup.sh makes under the build folder, the system. Sets LibTorch_FOUND, LibTorch_VERSION, LibTorch_LIBRARY_DIR and
# makes the target scprior::torch.
include(FindPackageHandleStandardArgs)

set(_hints ${LIBTORCH_ROOT} $ENV{LIBTORCH_ROOT})
foreach(_dir ${Torch_DIR} $ENV{Torch_DIR})
  list(APPEND _hints ${_dir}/../../..)
endforeach()
string(REPLACE ":" ";" _prefixes "$ENV{CMAKE_PREFIX_PATH}")
foreach(_prefix ${CMAKE_PREFIX_PATH} ${_prefixes})
  list(APPEND _hints ${_prefix} ${_prefix}/../..) # torch.utils.cmake_prefix_path is <torch>/share/cmake
endforeach()
file(GLOB _private ${PROJECT_SOURCE_DIR}/build/python/lib/python3*/site-packages/torch)
list(APPEND _hints ${SCPRIOR_TORCH_HINT} ${_private})

find_path(LibTorch_INCLUDE_DIR ATen/core/Tensor.h HINTS ${_hints} PATH_SUFFIXES include)
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS ${_hints} PATH_SUFFIXES lib)
find_library(LibTorch_C10_LIBRARY c10 HINTS ${_hints} PATH_SUFFIXES lib)
find_library(LibTorch_LIBRARY torch HINTS ${_hints} PATH_SUFFIXES lib)
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_LIBRARY)

set(LibTorch_VERSION "")
foreach(_header include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
  get_filename_component(_root "${LibTorch_INCLUDE_DIR}" DIRECTORY)
  if(NOT LibTorch_VERSION AND EXISTS ${_root}/${_header})
    file(STRINGS ${_root}/${_header} _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" _parts "${_lines}")
    list(JOIN _parts "." LibTorch_VERSION)
  endif()
endforeach()

find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run sdk/setup.sh, or point LIBTORCH_ROOT at an unpacked LibTorch of version 2.6 or newer")

if(LibTorch_FOUND AND NOT TARGET scprior::torch)
  get_filename_component(LibTorch_LIBRARY_DIR ${LibTorch_CPU_LIBRARY} DIRECTORY)
  file(GLOB_RECURSE _config ${_root}/share/cmake/Torch/TorchConfig.cmake)
  if(_config)
    file(STRINGS ${_config} _old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(_old_abi)
      message(FATAL_ERROR "LibTorch in ${_root} was built with the old C++ ABI of GCC 4, which scprior does not support. "
                          "Take a 'cxx11-abi' LibTorch, or version 2.7 and newer.")
    endif()
  endif()

  add_library(scprior::torch INTERFACE IMPORTED)
  target_include_directories(scprior::torch SYSTEM INTERFACE
    ${LibTorch_INCLUDE_DIR} ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
  # libtorch.so carries the devices' libraries, which register themselves when loaded; a linker would drop it as unused.
  target_link_libraries(scprior::torch INTERFACE
    "-Wl,--push-state,--no-as-needed,${LibTorch_LIBRARY},--pop-state" ${LibTorch_CPU_LIBRARY} ${LibTorch_C10_LIBRARY})
endif()
