// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace scprior::h5ad {

/// How the chunks of a dataset are packed, where they can be unpacked without HDF5: by deflate, by shuffle and deflate,
/// or not at all.
struct Packing {
  std::vector<int64_t> chunk;                ///< elements along each axis
  int64_t item = 0;                          ///< bytes of an element
  std::optional<unsigned> shuffle, deflate;  ///< their places among the filters

  int64_t elements() const;
  int64_t bytes() const { return elements() * item; }
};

/// None if HDF5 has to read the dataset: it has no chunks, other filters, or does not store numbers as memory holds
/// them.
std::optional<Packing> packing_of(hid_t layout, hid_t type, const std::vector<hsize_t>& chunk);

}  // namespace scprior::h5ad
