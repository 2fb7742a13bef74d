// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace scprior::h5ad {

/// Unpacks zlib streams, which HDF5's filter deflate ("gzip") writes. Uses libdeflate where the build has it, which
/// takes a third of the time, and zlib where not. For one thread at a time.
class Inflater {
 public:
  Inflater();
  ~Inflater();

  /// True if `packed` starts with an intact stream that fills `out` exactly. Nothing is written outside `out`.
  bool unpack(std::span<const uint8_t> packed, std::span<uint8_t> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace scprior::h5ad
