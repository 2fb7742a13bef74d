// SPDX-License-Identifier: Apache-2.0
#include "lzf.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cstring>

namespace scprior::h5ad {

std::optional<size_t> unpack_lzf(const uint8_t* from, size_t length, uint8_t* to, size_t room) {
  const uint8_t* const end = from + length;
  size_t done = 0;
  while (from < end) {
    const size_t head = *from++;
    if (head < 32) {
      const size_t n = head + 1;
      if (n > static_cast<size_t>(end - from) || n > room - done) return std::nullopt;
      std::memcpy(to + done, from, n);
      from += n;
      done += n;
      continue;
    }
    size_t n = (head >> 5) + 2;
    const bool longer = n == 9;
    if (end - from < (longer ? 2 : 1)) return std::nullopt;
    if (longer) n += *from++;
    const size_t back = ((head & 31) << 8) + *from++ + 1;
    if (back > done || n > room - done) return std::nullopt;
    for (const size_t stop = done + n; done < stop; ++done) to[done] = to[done - back];
  }
  return done;
}

namespace {

/// cd_values: revision of the filter, version of LZF, bytes of an unpacked chunk.
extern "C" size_t lzf_filter(unsigned flags, size_t n_values, const unsigned* values, size_t n_bytes,
                             size_t* buffer_size, void** buffer) {
  if (!(flags & H5Z_FLAG_REVERSE)) return 0;
  const size_t bound = largest_unpacked(n_bytes);
  const size_t room = n_values >= 3 && values[2] > 0 ? std::min<size_t>(values[2], bound) : bound;
  void* const unpacked = H5allocate_memory(room, false);
  if (!unpacked) return 0;
  const auto done = unpack_lzf(static_cast<const uint8_t*>(*buffer), n_bytes, static_cast<uint8_t*>(unpacked), room);
  // HDF5 would read past the end of less than a chunk.
  if (!done || *done == 0 || (n_values >= 3 && values[2] > 0 && *done != values[2])) {
    H5free_memory(unpacked);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = unpacked;
  *buffer_size = room;
  return *done;
}

}  // namespace

bool register_lzf() {
  H5Z_class2_t filter = {};
  filter.version = H5Z_CLASS_T_VERS;
  filter.id = 32000;
  filter.encoder_present = 0;
  filter.decoder_present = 1;
  filter.name = "lzf";
  filter.filter = &lzf_filter;
  return H5Zregister(&filter) >= 0;
}

}  // namespace scprior::h5ad
