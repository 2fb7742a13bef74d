// SPDX-License-Identifier: Apache-2.0
// AnnData files in storages that anndata itself does not choose, written with HDF5 alone.
#pragma once

#include <algorithm>
#include <optional>

#include "test_support.hpp"

namespace scprior::h5ad::testing {

using Counts = std::vector<std::vector<float>>;  ///< cells by genes

constexpr H5Z_filter_t gzip = H5Z_FILTER_DEFLATE, shuffle = H5Z_FILTER_SHUFFLE, fletcher = H5Z_FILTER_FLETCHER32;

/// How one array is stored.
struct Storage {
  hid_t type = H5T_IEEE_F32LE;
  hsize_t chunk = 0;  ///< elements along each axis; 0 = one piece
  std::vector<H5Z_filter_t> filters = {};
  bool exempt_edge = false;  ///< chunks at the edge are not filtered
};

/// Most genes have no count in a cell, some have many; one cell and one gene have none.
inline Counts made_counts(int64_t cells, int64_t genes, float largest = 300) {
  Counts counts(static_cast<size_t>(cells), std::vector<float>(static_cast<size_t>(genes), 0));
  uint32_t state = 99;
  for (int64_t cell = 0; cell < cells; ++cell)
    for (int64_t gene = 0; gene < genes; ++gene) {
      state = state * 1664525 + 1013904223;
      const uint32_t some = (state >> 12) % 7, many = (state >> 20) % static_cast<uint32_t>(largest / 7);
      if (cell != 4 && gene != 2 && (state >> 28) < 5) counts[cell][gene] = static_cast<float>(1 + some * many);
    }
  counts[cells - 1][genes - 1] = largest;
  return counts;
}

inline hid_t layout_of(const Storage& storage, size_t n_axes) {
  const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
  if (storage.chunk == 0) return layout;
  const std::vector<hsize_t> chunk{storage.chunk, storage.chunk + 4};
  REQUIRE(H5Pset_chunk(layout, static_cast<int>(n_axes), chunk.data()) >= 0);
  for (const H5Z_filter_t filter : storage.filters) {
    if (filter == H5Z_FILTER_DEFLATE) REQUIRE(H5Pset_deflate(layout, 4) >= 0);
    if (filter == H5Z_FILTER_SHUFFLE) REQUIRE(H5Pset_shuffle(layout) >= 0);
    if (filter == H5Z_FILTER_FLETCHER32) REQUIRE(H5Pset_fletcher32(layout) >= 0);
  }
  if (storage.exempt_edge) REQUIRE(H5Pset_chunk_opts(layout, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) >= 0);
  return layout;
}

inline void put(hid_t file, const std::string& name, const std::vector<hsize_t>& extents,
                const std::vector<double>& values, const Storage& storage) {
  const hid_t layout = layout_of(storage, extents.size());
  std::vector<hsize_t> most = extents;  // what may grow may have chunks larger than it is
  if (storage.chunk > *std::min_element(most.begin(), most.end())) most.assign(most.size(), H5S_UNLIMITED);
  const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), most.data());
  const hid_t dataset = H5Dcreate2(file, name.c_str(), storage.type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(layout);
}

inline void put_attribute(hid_t object, const std::string& name, const std::string& text) {
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, text.size());
  const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Awrite(attribute, type, text.data()) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

inline void put_table(hid_t file, const std::string& name, hsize_t rows) {
  H5Gclose(H5Gcreate2(file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  std::vector<double> numbers(rows);
  for (hsize_t row = 0; row < rows; ++row) numbers[row] = static_cast<double>(row);
  put(file, name + "/_index", {rows}, numbers, {.type = H5T_STD_I32LE});
}

/// Rows (by_columns false) or columns of a matrix as anndata's three arrays.
struct Arrays {
  std::vector<double> starts{0}, indices, data;
};

inline Arrays compressed(const Counts& counts, bool by_columns) {
  Arrays arrays;
  const size_t cells = counts.size(), genes = counts.front().size();
  for (size_t line = 0; line < (by_columns ? genes : cells); ++line) {
    for (size_t place = 0; place < (by_columns ? cells : genes); ++place) {
      const float count = by_columns ? counts[place][line] : counts[line][place];
      if (count == 0) continue;
      arrays.indices.push_back(static_cast<double>(place));
      arrays.data.push_back(count);
    }
    arrays.starts.push_back(static_cast<double>(arrays.data.size()));
  }
  return arrays;
}

/// A file of its own, given back by path. `encoding`: csr_matrix, csc_matrix, or "" for a dense X.
class MadeFile {
 public:
  MadeFile(const Scratch& scratch, const std::string& encoding, hsize_t cells, hsize_t genes)
      : path(scratch / (std::to_string(n_made_++) + ".h5ad")) {
    id = H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, newest());
    REQUIRE(id >= 0);
    put_table(id, "obs", cells);
    put_table(id, "var", genes);
    if (encoding.empty()) return;
    const hid_t group = H5Gcreate2(id, "X", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put_attribute(group, "encoding-type", encoding);
    const hsize_t two = 2;
    const int64_t shape[2] = {static_cast<int64_t>(cells), static_cast<int64_t>(genes)};
    const hid_t space = H5Screate_simple(1, &two, nullptr);
    const hid_t attribute = H5Acreate2(group, "shape", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Awrite(attribute, H5T_NATIVE_INT64, shape) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Gclose(group);
  }
  MadeFile(const MadeFile&) = delete;
  ~MadeFile() { close(); }

  void put_arrays(const Arrays& arrays, const Storage& indices, const Storage& data) const {
    put(id, "X/indptr", {arrays.starts.size()}, arrays.starts, {.type = H5T_STD_I64LE});
    put(id, "X/indices", {arrays.indices.size()}, arrays.indices, indices);
    put(id, "X/data", {arrays.data.size()}, arrays.data, data);
  }

  void put_dense(const Counts& counts, const Storage& storage) const {
    std::vector<double> values;
    for (const std::vector<float>& row : counts) values.insert(values.end(), row.begin(), row.end());
    put(id, "X", {counts.size(), counts.front().size()}, values, storage);
  }

  void close() {
    if (id >= 0) REQUIRE(H5Fclose(id) >= 0);
    id = -1;
  }

  const std::string path;
  hid_t id;

 private:
  /// Some options of chunks need the format of HDF5 1.10.
  static hid_t newest() {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    return access;
  }
  static inline int n_made_ = 0;
};

inline std::string file_of(const Scratch& scratch, const std::string& encoding, const Counts& counts,
                           const Storage& indices, const Storage& data) {
  const MadeFile file(scratch, encoding, counts.size(), counts.front().size());
  if (encoding.empty())
    file.put_dense(counts, data);
  else
    file.put_arrays(compressed(counts, encoding == "csc_matrix"), indices, data);
  return file.path;
}

/// All rows, some in any order and twice, and single ones.
inline void require_rows(const H5adLoader& loader, const Counts& counts) {
  const int64_t cells = static_cast<int64_t>(counts.size()), genes = static_cast<int64_t>(counts.front().size());
  const std::vector<std::vector<int64_t>> wanted = {
      range(cells), {cells - 1, 0, 7, 7, 4, 3}, {cells / 2}, {0}, {cells - 1}, {}};
  for (const std::vector<int64_t>& rows : wanted) {
    const auto read = dense(loader.read(rows), genes);
    REQUIRE(read.size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) REQUIRE(read[i] == counts[static_cast<size_t>(rows[i])]);
  }
}

}  // namespace scprior::h5ad::testing
