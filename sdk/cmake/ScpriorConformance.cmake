# SPDX-License-Identifier: Apache-2.0
# scprior_add_conformance_test(TARGET [OPTIONS file.toml] [DATA file])
#
# Adds the CTest test "conformance: TARGET", label "conformance": scprior-conform runs the laws of their kinds on all
# components of the plugin. OPTIONS: further option sets, and laws that are waived. DATA: a file for loaders to open.
function(scprior_add_conformance_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OPTIONS;DATA" "")
  if(arg_UNPARSED_ARGUMENTS OR NOT TARGET ${target})
    message(FATAL_ERROR "scprior_add_conformance_test(${target}): wanted the target of a plugin, [OPTIONS file.toml], "
                        "[DATA file]; got '${arg_UNPARSED_ARGUMENTS}' beside them")
  endif()
  if(NOT TARGET scprior::conform)
    message(STATUS "no conformance test of ${target}: this scprior was built without scprior-conform "
                   "(SCPRIOR_CONFORMANCE)")
    return()
  endif()
  set(more)
  foreach(name OPTIONS DATA)
    if(arg_${name})
      get_filename_component(file ${arg_${name}} ABSOLUTE)
      string(TOLOWER ${name} option)
      list(APPEND more --${option} ${file})
    endif()
  endforeach()
  add_test(NAME "conformance: ${target}" COMMAND $<TARGET_FILE:scprior::conform> $<TARGET_FILE:${target}> ${more})
  set_tests_properties("conformance: ${target}" PROPERTIES LABELS conformance TIMEOUT 1800)
endfunction()
