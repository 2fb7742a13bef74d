// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <limits>
#include <new>

#include "inflater.hpp"

namespace scprior::h5ad {

struct Inflater::State {
  State() {
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  }
  State(const State&) = delete;
  ~State() { inflateEnd(&stream); }
  z_stream stream = {};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;

bool Inflater::unpack(std::span<const uint8_t> packed, std::span<uint8_t> out) {
  constexpr size_t largest = std::numeric_limits<uInt>::max();
  z_stream& stream = state_->stream;
  if (packed.size() > largest || out.size() > largest || inflateReset(&stream) != Z_OK) return false;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
}

}  // namespace scprior::h5ad
