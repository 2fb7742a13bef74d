// SPDX-License-Identifier: Apache-2.0
#include <ATen/Context.h>

#include "scprior/core/model.hpp"

namespace scprior::core {

uint64_t stream_seed(uint64_t seed, RandomStream stream) {
  uint64_t x = seed + static_cast<uint64_t>(stream) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

at::Generator make_generator(uint64_t seed, at::Device device) {
  at::Generator generator = at::globalContext().defaultGenerator(device).clone();
  generator.set_current_seed(seed);
  return generator;
}

}  // namespace scprior::core
