// SPDX-License-Identifier: Apache-2.0
// An entry function that throws, against the rules of C.
#include <stdexcept>

#include "scprior/abi.h"

extern "C" SCPRIOR_EXPORT const scprior_plugin* scprior_plugin_entry_v1(const scprior_host*) {
  throw std::runtime_error("the moon is full");
}
