// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace scprior::h5ad {

/// Unpacks LZF data; returns the number of bytes written to `to`, or nothing if the data are damaged or the room is too
/// small.
///
/// A packed text is a sequence of two kinds of pieces, told apart by their first byte c:
///   c < 32   c + 1 literal bytes follow
///   c >= 32  a copy of earlier output: length (c >> 5) + 2, or 9 + the next byte if c >> 5 is 7; it starts
///            ((c & 31) << 8) + (the last byte of the piece) + 1 bytes back and may overlap what it writes
std::optional<size_t> unpack_lzf(const uint8_t* from, size_t length, uint8_t* to, size_t room);

/// The most that `length` packed bytes can unpack to: pieces of 3 bytes give at most 264.
constexpr size_t largest_unpacked(size_t length) {
  return length / 3 * 264 + 264;
}

/// Teaches HDF5 the filter 32000, which h5py and so anndata write with compression="lzf". Unpacks only.
bool register_lzf();

}  // namespace scprior::h5ad
