// SPDX-License-Identifier: Apache-2.0
#include "packing.hpp"

#include "numbers.hpp"

namespace scprior::h5ad {

namespace {

bool is_stored_as_in_memory(hid_t type) {
  const auto number = number_type(type);
  return number && H5Tequal(type, memory_type(*number)) > 0;
}

/// Chunks at the edge of a dataset may be exempt from its filters.
bool filters_all_chunks(hid_t layout) {
  unsigned options = 0;
  return H5Pget_chunk_opts(layout, &options) >= 0 && options == 0;
}

/// False if a filter is of another kind, or they are in another order.
bool add_filters(hid_t layout, Packing& packing) {
  const int n_filters = H5Pget_nfilters(layout);
  for (int place = 0; place < n_filters; ++place) {
    unsigned flags = 0, values[8] = {}, configuration = 0;
    size_t n_values = 8;
    const H5Z_filter_t filter = H5Pget_filter2(layout, static_cast<unsigned>(place), &flags, &n_values, values, 0,
                                               nullptr, &configuration);
    const unsigned here = static_cast<unsigned>(place);
    if (filter == H5Z_FILTER_SHUFFLE && !packing.shuffle && !packing.deflate && n_values > 0 &&
        values[0] == static_cast<unsigned>(packing.item))
      packing.shuffle = here;
    else if (filter == H5Z_FILTER_DEFLATE && !packing.deflate)
      packing.deflate = here;
    else
      return false;
  }
  return n_filters >= 0;
}

}  // namespace

int64_t Packing::elements() const {
  int64_t product = 1;
  for (const int64_t size : chunk) product *= size;
  return product;
}

std::optional<Packing> packing_of(hid_t layout, hid_t type, const std::vector<hsize_t>& chunk) {
  if (chunk.empty() || !is_stored_as_in_memory(type) || !filters_all_chunks(layout)) return std::nullopt;
  Packing packing;
  packing.chunk.assign(chunk.begin(), chunk.end());
  packing.item = static_cast<int64_t>(H5Tget_size(type));
  if (!add_filters(layout, packing)) return std::nullopt;
  return packing;
}

}  // namespace scprior::h5ad
