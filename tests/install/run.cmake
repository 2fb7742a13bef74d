# SPDX-License-Identifier: Apache-2.0
# Builds a plugin against the installation in PREFIX as a stranger would: with find_package(scprior) and nothing else that
# this build knows. Wants PREFIX, SOURCE, SCRATCH, GENERATOR, C, CXX, BUILD_TYPE; and for the projects of `scprior new` CTEST,
# HAS_CONFORM, SOURCES (this folder), DATA (an .h5ad file).
function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect what text)
  string(FIND "${output}" "${text}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${what}: wanted '${text}' in\n${output}")
  endif()
endfunction()

set(prefix ${PREFIX})
set(plugin ${SCRATCH}/plugin/prior_laplace.so)
file(REMOVE_RECURSE ${SCRATCH})
foreach(variable LIBTORCH_ROOT Torch_DIR CMAKE_PREFIX_PATH SCPRIOR_PLUGIN_PATH LD_LIBRARY_PATH)
  unset(ENV{${variable}})
endforeach()

run("configuration of a plugin" ${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH}/plugin -G ${GENERATOR} -Wno-dev
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_C_COMPILER=${C} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=${BUILD_TYPE})
run("build of a plugin" ${CMAKE_COMMAND} --build ${SCRATCH}/plugin)
run("the plugin's own tests" ${SCRATCH}/plugin/test_prior_laplace)
run("reading the plugin's descriptor" ${SCRATCH}/plugin/read_descriptor ${plugin})
expect("descriptor" "prior_laplace 0.3.0 5 laplace")

# The installed program stands on its own: it finds its plugins and data beside itself, and takes the new plugin.
set(scprior ${prefix}/bin/scprior)
run("the installed program" ${scprior} plugins)
expect("installed plugins" ${prefix})
run("the installed program with another plugin" ${scprior} --plugin ${plugin} describe prior laplace)
expect("description of the new component" "scale b of the distribution")
set(ENV{SCPRIOR_PLUGIN_PATH} ${SCRATCH}/plugin)
run("the installed program with a folder of plugins" ${scprior} list prior)
expect("list of priors" laplace)
expect("list of priors" vamp)
unset(ENV{SCPRIOR_PLUGIN_PATH})

include(${CMAKE_CURRENT_LIST_DIR}/new_plugins.cmake)
