// SPDX-License-Identifier: Apache-2.0
#include <libdeflate.h>

#include <new>

#include "inflater.hpp"

namespace scprior::h5ad {

struct Inflater::State {
  State() : decompressor(libdeflate_alloc_decompressor()) {
    if (!decompressor) throw std::bad_alloc();
  }
  State(const State&) = delete;
  ~State() { libdeflate_free_decompressor(decompressor); }
  libdeflate_decompressor* decompressor;
};

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;

bool Inflater::unpack(std::span<const uint8_t> packed, std::span<uint8_t> out) {
  // Without a place for the length of the output, the output has to fill all of `out`.
  return libdeflate_zlib_decompress(state_->decompressor, packed.data(), packed.size(), out.data(), out.size(),
                                    nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace scprior::h5ad
