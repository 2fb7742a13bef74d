// SPDX-License-Identifier: Apache-2.0
#include "inflater.hpp"

#include <new>

#ifdef SCPRIOR_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>

#include <limits>
#endif

namespace scprior::h5ad {

#ifdef SCPRIOR_LIBDEFLATE

struct Inflater::State {
  State() : decompressor(libdeflate_alloc_decompressor()) {
    if (!decompressor) throw std::bad_alloc();
  }
  ~State() { libdeflate_free_decompressor(decompressor); }
  libdeflate_decompressor* decompressor;
};

bool Inflater::unpack(std::span<const uint8_t> packed, std::span<uint8_t> out) {
  // Without a place for the length of the output, the output has to fill all of `out`.
  return libdeflate_zlib_decompress(state_->decompressor, packed.data(), packed.size(), out.data(), out.size(),
                                    nullptr) == LIBDEFLATE_SUCCESS;
}

#else

struct Inflater::State {
  State() {
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }
  z_stream stream = {};
};

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

#endif

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;

}  // namespace scprior::h5ad
