# SPDX-License-Identifier: Apache-2.0
# Installs the build in BUILD into PREFIX, which is empty before.
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} RESULT_VARIABLE status OUTPUT_QUIET
  ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the installation failed (${status}):\n${said}")
endif()
