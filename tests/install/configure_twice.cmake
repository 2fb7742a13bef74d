# SPDX-License-Identifier: Apache-2.0
# Who builds the program first and its tests later, in the same folder, as the two commands of the README do.
file(REMOVE_RECURSE ${SCRATCH})
foreach(tests IN ITEMS OFF ON)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH} -G ${GENERATOR} -DCMAKE_C_COMPILER=${C}
            -DCMAKE_CXX_COMPILER=${CXX} -DSCPRIOR_TESTS=${tests}
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "configuring with SCPRIOR_TESTS=${tests} failed:\n${said}")
  endif()
endforeach()
file(REMOVE_RECURSE ${SCRATCH})
