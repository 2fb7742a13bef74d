# SPDX-License-Identifier: Apache-2.0
# scprior_add_plugin(NAME SOURCES file... [LIBRARIES target...] [TESTS file...])
#
# Makes the shared library NAME.so from the sources, of which plugin.cpp holds the SCPRIOR_PLUGIN macro, and a Catch2 program
# from TESTS and the sources without plugin.cpp. The library exports nothing but the plugin's entry and marker, every
# symbol it needs is checked at link time, and it is never unloaded: autograd nodes outlive the objects that made them.
set(_scprior_plugin_map ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

# What every plugin library is: one exported function and its marker, nothing unresolved, never unloaded.
function(_scprior_plugin_library name)
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON DEFINE_SYMBOL "" LINK_DEPENDS ${_scprior_plugin_map})
  target_link_options(${name} PRIVATE -Wl,-z,nodelete -Wl,--version-script=${_scprior_plugin_map})
  if(NOT SCPRIOR_SANITIZE) # the sanitizers' symbols come from the program
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  if(TARGET scprior_pch) # scprior's own tree
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${SCPRIOR_PLUGIN_DIR}
      BUILD_RPATH "${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR};${LibTorch_LIBRARY_DIR}"
      INSTALL_RPATH "$ORIGIN/../..;${LibTorch_LIBRARY_DIR}")
    install(TARGETS ${name} LIBRARY DESTINATION ${SCPRIOR_PLUGIN_DIR})
    set_property(GLOBAL APPEND PROPERTY SCPRIOR_PLUGIN_TARGETS ${name})
  endif()
endfunction()

# scprior_add_c_plugin(NAME SOURCES file.c...): a plugin of the C tier. It sees scprior/abi.h and links the C library only.
function(scprior_add_c_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "scprior_add_c_plugin(${name}): wanted SOURCES file.c...; got '${arg_UNPARSED_ARGUMENTS}' beside them")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_include_directories(${name} PRIVATE
    $<TARGET_PROPERTY:scprior::sdk,INTERFACE_INCLUDE_DIRECTORIES> ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE m)
  set_target_properties(${name} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE -pedantic)
  _scprior_plugin_library(${name})
endfunction()

function(scprior_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;TESTS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "scprior_add_plugin(${name}): wanted SOURCES file..., [LIBRARIES target...], [TESTS file...]; "
                        "got '${arg_UNPARSED_ARGUMENTS}' beside them")
  endif()
  set(mathematics ${arg_SOURCES})
  list(FILTER mathematics EXCLUDE REGEX "(^|/)plugin\\.cpp$")
  set(entry ${arg_SOURCES})
  list(FILTER entry INCLUDE REGEX "(^|/)plugin\\.cpp$")

  add_library(${name}_objects OBJECT ${mathematics})
  set_target_properties(${name}_objects PROPERTIES CXX_VISIBILITY_PRESET hidden)
  target_compile_options(${name}_objects PRIVATE -fPIC)
  target_link_libraries(${name}_objects PUBLIC scprior::sdk ${arg_LIBRARIES})
  target_include_directories(${name}_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})

  add_library(${name} MODULE ${entry})
  target_link_libraries(${name} PRIVATE ${name}_objects)
  _scprior_plugin_library(${name})
  if(TARGET scprior_pch)
    target_precompile_headers(${name}_objects REUSE_FROM scprior_pch)
  endif()

  if(arg_TESTS AND (SCPRIOR_TESTS OR NOT TARGET scprior_pch))
    add_executable(test_${name} ${arg_TESTS})
    target_link_libraries(test_${name} PRIVATE ${name}_objects Catch2::Catch2WithMain)
    if(TARGET scprior_pch)
      target_precompile_headers(test_${name} REUSE_FROM scprior_pch)
      scprior_discover_tests(test_${name})
    endif()
  endif()
endfunction()

# Registers every case of a Catch2 program with CTest, under the label "unit".
function(scprior_discover_tests target)
  catch_discover_tests(${target} TEST_PREFIX "${target}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "unit" TIMEOUT 600 ${ARGN})
endfunction()
