// SPDX-License-Identifier: Apache-2.0
#include "dataset.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>

#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

/// Deflate, the strongest of the filters, packs 1032 bytes into one.
constexpr double strongest_packing = 1100;
constexpr double always_allowed = 1 << 16;
constexpr int64_t block_bytes = 8 << 20;
constexpr size_t largest_cache = size_t{256} << 20;
constexpr double largest_exact_float = 1 << 24;

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

/// A cache that holds every chunk a block of rows touches, so that the next block need not unpack it again.
Handle cache_for_rows(const Dataset& dataset, const std::vector<hsize_t>& chunk) {
  const double chunk_bytes = bytes_of_chunk(chunk, H5Tget_size(dataset.type));
  double chunks = 2;
  for (size_t axis = 1; axis < chunk.size(); ++axis)
    chunks *= std::ceil(static_cast<double>(dataset.extents[axis]) / static_cast<double>(chunk[axis]));
  const size_t wanted = static_cast<size_t>(std::min(chunk_bytes * chunks, 1e15));
  const size_t bytes = std::clamp(wanted, size_t{1} << 20, std::max(largest_cache, static_cast<size_t>(chunk_bytes)));
  Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access, 10007, bytes, 1.0);
  return access;
}

template <class T>
hid_t memory_type() {
  if constexpr (std::is_same_v<T, int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::is_same_v<T, uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::is_same_v<T, int16_t>) return H5T_NATIVE_INT16;
  if constexpr (std::is_same_v<T, uint16_t>) return H5T_NATIVE_UINT16;
  if constexpr (std::is_same_v<T, int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::is_same_v<T, int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
}

template <class Visit>
void visit_number(NumberType type, Visit visit) {
  switch (type) {
    case NumberType::i8: return visit(int8_t{});
    case NumberType::u8: return visit(uint8_t{});
    case NumberType::i16: return visit(int16_t{});
    case NumberType::u16: return visit(uint16_t{});
    case NumberType::i32: return visit(int32_t{});
    case NumberType::u32: return visit(uint32_t{});
    case NumberType::i64: return visit(int64_t{});
    case NumberType::u64: return visit(uint64_t{});
    case NumberType::f32: return visit(float{});
    case NumberType::f64: return visit(double{});
  }
}

/// Elements in one slice along the first axis.
int64_t slice_size(const Dataset& dataset) {
  if (dataset.count() == 0) return 0;
  int64_t size = 1;
  for (size_t axis = 1; axis < dataset.extents.size(); ++axis) size *= dataset.extents[axis];
  return size;
}

void require_exact(const File& file, const Dataset& dataset, double value) {
  const double size = std::abs(value);
  if (!(size > largest_exact_float) || std::isinf(size)) return;
  fail(Status::data, file.path(), ": ", dataset.name, " holds the value ", std::setprecision(17), value,
       "; counts above 16777216 cannot be held exactly. Are these counts of reads or molecules?");
}

/// Reads slices block by block as T and hands each block to `take(block, slices before it, elements)`.
template <class T, class Take>
void read_blocks(const File& file, const Dataset& dataset, int64_t start, int64_t count, Take take) {
  const int64_t width = slice_size(dataset);
  const int64_t block =
      std::max<int64_t>(1, block_bytes / static_cast<int64_t>(sizeof(T)) / std::max<int64_t>(width, 1));
  std::vector<T> values(static_cast<size_t>(std::min(block, count) * width));
  for (int64_t done = 0; done < count; done += block) {
    const int64_t slices = std::min(block, count - done);
    read_slices(file, dataset, start + done, slices, memory_type<T>(), values.data());
    take(values.data(), done, slices * width);
  }
}

}  // namespace

int64_t Dataset::count() const {
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) return 0;
  int64_t product = 1;
  for (const int64_t size : extents) product *= size;  // open_dataset made sure that it fits
  return product;
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
  if (access == Access::by_rows && !chunk.empty()) {
    const Handle cache = cache_for_rows(dataset, chunk);
    dataset.id = Handle();  // an open dataset would keep its cache
    dataset.id = file.good(H5Dopen2(file.id(), name.c_str(), cache), name);
  }
  return dataset;
}

std::optional<NumberType> number_type(hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT: return size <= 4 ? NumberType::f32 : NumberType::f64;
    case H5T_ENUM: return size == 1 ? std::optional(NumberType::i8) : std::nullopt;
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
      if (size == 1) return is_signed ? NumberType::i8 : NumberType::u8;
      if (size == 2) return is_signed ? NumberType::i16 : NumberType::u16;
      if (size <= 4) return is_signed ? NumberType::i32 : NumberType::u32;
      return is_signed ? NumberType::i64 : NumberType::u64;
    }
    default: return std::nullopt;
  }
}

NumberType required_number_type(const File& file, const Dataset& dataset) {
  const auto type = number_type(dataset.type);
  if (!type) fail(Status::data, file.path(), ": ", dataset.name, " does not hold numbers");
  return *type;
}

void read_slices(const File& file, const Dataset& dataset, int64_t start, int64_t count, hid_t memory_type, void* out) {
  if (count == 0 || slice_size(dataset) == 0) return;
  std::vector<hsize_t> offset(dataset.extents.size(), 0), size(dataset.extents.begin(), dataset.extents.end());
  offset[0] = static_cast<hsize_t>(start);
  size[0] = static_cast<hsize_t>(count);
  const Handle in_file = file.good(H5Dget_space(dataset.id), dataset.name);
  file.check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, offset.data(), nullptr, size.data(), nullptr), dataset.name);
  const Handle in_memory =
      file.good(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), dataset.name);
  file.check(H5Dread(dataset.id, memory_type, in_memory, in_file, H5P_DEFAULT, out), dataset.name);
}

void read_floats(const File& file, const Dataset& dataset, NumberType type, int64_t start, int64_t count, float* out) {
  const int64_t width = slice_size(dataset);
  if (type == NumberType::f32) {
    read_slices(file, dataset, start, count, H5T_NATIVE_FLOAT, out);
    for (int64_t i = 0; i < count * width; ++i) require_exact(file, dataset, out[i]);
    return;
  }
  visit_number(type, [&](auto zero) {
    using T = decltype(zero);
    read_blocks<T>(file, dataset, start, count, [&](const T* values, int64_t before, int64_t n) {
      float* const to = out + before * width;
      for (int64_t i = 0; i < n; ++i) {
        if constexpr (sizeof(T) > 2) require_exact(file, dataset, static_cast<double>(values[i]));
        to[i] = static_cast<float>(values[i]);
      }
    });
  });
}

void read_indices(const File& file, const Dataset& dataset, int64_t start, int64_t count, int64_t limit, int32_t* out) {
  const auto take = [&](const auto* values, int64_t before, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t index = values[i];
      if (index < 0 || index >= limit)
        fail(Status::data, file.path(), ": ", dataset.name, " holds ", index, ", but the matrix ends at ", limit - 1,
             "; the file is damaged, write it again");
      out[before + i] = static_cast<int32_t>(index);
    }
  };
  // Unsigned 64-bit indices beyond the signed range are clipped by HDF5, and refused here.
  if (required_number_type(file, dataset) == NumberType::i32)
    read_blocks<int32_t>(file, dataset, start, count, take);
  else
    read_blocks<int64_t>(file, dataset, start, count, take);
}

}  // namespace scprior::h5ad
