// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace scprior::h5ad {

/// Undoes HDF5's filter shuffle: `planes` holds the first byte of each of n items, then the second of each, and so on.
void join_byte_planes(const uint8_t* planes, size_t n, size_t item, uint8_t* out);

}  // namespace scprior::h5ad
