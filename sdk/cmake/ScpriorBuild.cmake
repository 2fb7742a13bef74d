# SPDX-License-Identifier: Apache-2.0
# What every target of this project shares: language, warnings, sanitizers, output folders, compiler cache.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# The build tree has the layout of an installation, so that programs find plugins and data in the same places.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR})
set(SCPRIOR_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR}/scprior/plugins)
set(SCPRIOR_DATA_DIR ${CMAKE_INSTALL_DATADIR}/scprior)

set(SCPRIOR_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize=")
# Everywhere, programs too: all targets share one precompiled header.
add_compile_options(-fPIC)
add_compile_options(-Wall -Wextra -Wshadow -Wno-missing-field-initializers "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>" -Wno-psabi)
if(SCPRIOR_WERROR)
  add_compile_options(-Werror)
endif()
if(SCPRIOR_SANITIZE)
  # vptr checks need the type information of LibTorch, which was built without them.
  add_compile_options(-fsanitize=${SCPRIOR_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SCPRIOR_SANITIZE})
endif()

if(SCPRIOR_CCACHE)
  find_program(SCPRIOR_CCACHE_PROGRAM ccache)
  if(SCPRIOR_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        ${SCPRIOR_CCACHE_PROGRAM})
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>")
  endif()
endif()
