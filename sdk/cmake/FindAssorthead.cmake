# SPDX-License-Identifier: Apache-2.0
# Finds the header-only libraries of the Python package assorthead (umappp, knncolle, Eigen and others).
#
# Looked at, in this order: ASSORTHEAD_ROOT (variable or environment: the package's folder or its include folder), the
# private environment that sdk/setup.sh makes under the build folder, the system. Sets Assorthead_FOUND and
# Assorthead_INCLUDE_DIRS.
include(FindPackageHandleStandardArgs)

set(_hints ${ASSORTHEAD_ROOT} $ENV{ASSORTHEAD_ROOT})
file(GLOB _private ${PROJECT_SOURCE_DIR}/build/python/lib/python3*/site-packages/assorthead)
list(APPEND _hints ${_private})

find_path(Assorthead_INCLUDE_DIR umappp/umappp.hpp
  HINTS ${_hints} PATHS /usr/local /usr PATH_SUFFIXES include assorthead/include include/assorthead)
mark_as_advanced(Assorthead_INCLUDE_DIR)

find_package_handle_standard_args(Assorthead
  REQUIRED_VARS Assorthead_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run sdk/setup.sh, or point ASSORTHEAD_ROOT at the package's folder")
if(Assorthead_FOUND)
  set(Assorthead_INCLUDE_DIRS ${Assorthead_INCLUDE_DIR})
endif()
