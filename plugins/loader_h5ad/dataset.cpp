// SPDX-License-Identifier: Apache-2.0
#include "dataset.hpp"

#include <algorithm>
#include <cmath>

#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

/// Deflate, the strongest of the filters, packs 1032 bytes into one.
constexpr double strongest_packing = 1100;
constexpr double always_allowed = 1 << 16;
/// Bytes that are kept unpacked for the next block of rows.
constexpr double smallest_cache = 1 << 20, largest_band = 256 << 20;

std::string filter_name(H5Z_filter_t id) {
  switch (id) {
    case H5Z_FILTER_SZIP: return "szip";
    case 307: return "bzip2";
    case 32001: return "Blosc";
    case 32004: return "LZ4";
    case 32008: return "bitshuffle";
    case 32013: return "ZFP";
    case 32015: return "Zstandard";
    case 32026: return "Blosc2";
    default: return "an unknown filter";
  }
}

void require_filters(const File& file, const std::string& name, hid_t layout) {
  const int n_filters = H5Pget_nfilters(layout);
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0, configuration = 0;
    size_t n_values = 0;
    const H5Z_filter_t id =
        H5Pget_filter2(layout, static_cast<unsigned>(i), &flags, &n_values, nullptr, 0, nullptr, &configuration);
    if (id < 0) file.damaged(name);
    if (H5Zfilter_avail(id) > 0) continue;
    fail(Status::data, file.path(), ": ", name, " is compressed with ", filter_name(id), " (HDF5 filter ", id,
         "), which cannot be read here; write the file again in Python with gzip: "
         "anndata.read_h5ad(...).write_h5ad(..., compression=\"gzip\")");
  }
}

std::vector<int64_t> extents_of(const File& file, const Dataset& dataset) {
  const Handle space = file.good(H5Dget_space(dataset.id), dataset.name);
  if (H5Sget_simple_extent_type(space) == H5S_NULL)
    fail(Status::data, file.path(), ": ", dataset.name, " is empty (null)");
  const int n_axes = H5Sget_simple_extent_ndims(space);
  if (n_axes < 0) file.damaged(dataset.name);
  std::vector<hsize_t> sizes(static_cast<size_t>(n_axes));
  if (n_axes > 0 && H5Sget_simple_extent_dims(space, sizes.data(), nullptr) < 0) file.damaged(dataset.name);
  for (const hsize_t size : sizes)
    if (size > hsize_t{1} << 48)
      fail(Status::data, file.path(), ": ", dataset.name, " claims ", size, " values on one axis");
  return {sizes.begin(), sizes.end()};
}

std::vector<hsize_t> chunk_of(hid_t layout, size_t n_axes) {
  std::vector<hsize_t> chunk;
  if (n_axes > 0 && H5Pget_layout(layout) == H5D_CHUNKED) {
    chunk.resize(n_axes);
    if (H5Pget_chunk(layout, static_cast<int>(n_axes), chunk.data()) < 0) chunk.clear();
  }
  return chunk;
}

double bytes_of_chunk(const std::vector<hsize_t>& chunk, size_t item) {
  double bytes = static_cast<double>(item);
  for (const hsize_t size : chunk) bytes *= static_cast<double>(size);
  return bytes;
}

/// Memory is only ever taken for what a dataset claims, so a claim must be credible.
void require_credible_size(const File& file, const Dataset& dataset, const std::vector<hsize_t>& chunk) {
  const double item = static_cast<double>(H5Tget_size(dataset.type));
  double claimed = item;
  for (const int64_t size : dataset.extents) claimed *= static_cast<double>(size);
  const double stored = static_cast<double>(H5Dget_storage_size(dataset.id));
  const double credible = strongest_packing * stored + always_allowed;
  const double unpacked_at_once = stored > 0 && !chunk.empty() ? bytes_of_chunk(chunk, H5Tget_size(dataset.type)) : 0;
  if (claimed <= credible && unpacked_at_once <= credible) return;
  fail(Status::data, file.path(), ": ", dataset.name, " claims ", std::max(claimed, unpacked_at_once),
       " bytes of values, but the file stores only ", stored,
       " bytes for it; the file is damaged or was never filled, write it again");
}

/// Bytes of the chunks that one row touches.
double bytes_of_band(const Dataset& dataset, const std::vector<hsize_t>& chunk) {
  double bytes = bytes_of_chunk(chunk, H5Tget_size(dataset.type));
  for (size_t axis = 1; axis < chunk.size(); ++axis)
    bytes *= std::ceil(static_cast<double>(dataset.extents[axis]) / static_cast<double>(chunk[axis]));
  return bytes;
}

/// A cache of HDF5 that holds every chunk a block of rows touches, so that the next block need not unpack it again.
Handle cache_of(double band, double chunk) {
  const double bytes = std::clamp(2 * band, smallest_cache, std::max(largest_band, chunk));
  Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access, 10007, static_cast<size_t>(bytes), 1.0);
  return access;
}

}  // namespace

int64_t Dataset::count() const {
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) return 0;
  int64_t product = 1;
  for (const int64_t size : extents) product *= size;  // open_dataset made sure that it fits
  return product;
}

int64_t Dataset::slice_size() const {
  return extents.empty() || extents[0] == 0 ? 0 : count() / extents[0];
}

Dataset open_dataset(const File& file, const std::string& name, Access access) {
  if (!file.is_dataset(name)) fail(Status::data, file.path(), ": ", name, " is missing or not an array of values");
  Dataset dataset;
  dataset.name = name;
  dataset.id = file.good(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), name);
  dataset.type = file.good(H5Dget_type(dataset.id), name);
  dataset.extents = extents_of(file, dataset);
  const Handle layout = file.good(H5Dget_create_plist(dataset.id), name);
  require_filters(file, name, layout);
  const std::vector<hsize_t> chunk = chunk_of(layout, dataset.extents.size());
  require_credible_size(file, dataset, chunk);
  if (access == Access::whole || chunk.empty()) return dataset;
  const double band = bytes_of_band(dataset, chunk);
  if (band <= largest_band && H5Dget_storage_size(dataset.id) > 0)
    dataset.packing = packing_of(layout, dataset.type, chunk);
  if (!dataset.packing) {
    const Handle cache = cache_of(band, bytes_of_chunk(chunk, H5Tget_size(dataset.type)));
    dataset.id = Handle();  // an open dataset would keep its cache
    dataset.id = file.good(H5Dopen2(file.id(), name.c_str(), cache), name);
  }
  return dataset;
}

NumberType required_number_type(const File& file, const Dataset& dataset) {
  const auto type = number_type(dataset.type);
  if (!type) fail(Status::data, file.path(), ": ", dataset.name, " does not hold numbers");
  return *type;
}

void read_slices(const File& file, const Dataset& dataset, int64_t start, int64_t count, hid_t type, void* out) {
  if (count == 0 || dataset.slice_size() == 0) return;
  std::vector<hsize_t> offset(dataset.extents.size(), 0), size(dataset.extents.begin(), dataset.extents.end());
  offset[0] = static_cast<hsize_t>(start);
  size[0] = static_cast<hsize_t>(count);
  const Handle in_file = file.good(H5Dget_space(dataset.id), dataset.name);
  file.check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, offset.data(), nullptr, size.data(), nullptr), dataset.name);
  const Handle in_memory =
      file.good(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), dataset.name);
  file.check(H5Dread(dataset.id, type, in_memory, in_file, H5P_DEFAULT, out), dataset.name);
}

}  // namespace scprior::h5ad
