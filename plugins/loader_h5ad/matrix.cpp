// SPDX-License-Identifier: Apache-2.0
#include "matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels.hpp"
#include "scprior/error.hpp"
#include "values.hpp"

namespace scprior::h5ad {

namespace {

bool is_tidy(const CountBlock& block) {
  for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row)
    if (!ascend(block.columns.data() + block.row_ptr[row], block.row_ptr[row + 1] - block.row_ptr[row])) return false;
  return true;
}

/// Sorts the columns of every row and sums what stands in one place.
CountBlock tidied(const CountBlock& block, const std::string& what) {
  CountBlock result;
  result.row_ptr = {0};
  std::vector<int64_t> order;
  for (size_t row = 0; row + 1 < block.row_ptr.size(); ++row) {
    order.resize(static_cast<size_t>(block.row_ptr[row + 1] - block.row_ptr[row]));
    std::iota(order.begin(), order.end(), block.row_ptr[row]);
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t left, int64_t right) { return block.columns[left] < block.columns[right]; });
    for (const int64_t entry : order) {
      const bool repeated = static_cast<int64_t>(result.columns.size()) > result.row_ptr.back() &&
                            result.columns.back() == block.columns[entry];
      if (repeated) {
        result.values.back() += block.values[entry];
      } else {
        result.columns.push_back(block.columns[entry]);
        result.values.push_back(block.values[entry]);
      }
      if (repeated && std::abs(result.values.back()) > static_cast<float>(largest_exact))
        fail(Status::data, what, ": the entries of one cell and gene add up to ", result.values.back(),
             "; counts above 16777216 cannot be held exactly");
    }
    result.row_ptr.push_back(static_cast<int64_t>(result.columns.size()));
  }
  return result;
}

/// Rows of `block` by their place in it.
CountBlock gathered(const CountBlock& block, std::span<const int64_t> places) {
  CountBlock result;
  result.row_ptr = {0};
  for (const int64_t place : places)
    result.row_ptr.push_back(result.row_ptr.back() + block.row_ptr[place + 1] - block.row_ptr[place]);
  result.columns.reserve(static_cast<size_t>(result.row_ptr.back()));
  result.values.reserve(static_cast<size_t>(result.row_ptr.back()));
  for (const int64_t place : places) {
    const int64_t from = block.row_ptr[place], to = block.row_ptr[place + 1];
    result.columns.insert(result.columns.end(), block.columns.begin() + from, block.columns.begin() + to);
    result.values.insert(result.values.end(), block.values.begin() + from, block.values.begin() + to);
  }
  return result;
}

}  // namespace

CountBlock Matrix::read(std::span<const int64_t> rows) const {
  std::vector<int64_t> ascending(rows.begin(), rows.end());
  std::sort(ascending.begin(), ascending.end());
  ascending.erase(std::unique(ascending.begin(), ascending.end()), ascending.end());
  CountBlock block = read_ascending(ascending);
  if (!is_tidy(block)) block = tidied(block, file_->path() + ": " + path_);
  if (std::equal(rows.begin(), rows.end(), ascending.begin(), ascending.end())) return block;
  std::vector<int64_t> places;
  places.reserve(rows.size());
  for (const int64_t row : rows)
    places.push_back(std::lower_bound(ascending.begin(), ascending.end(), row) - ascending.begin());
  return gathered(block, places);
}

std::string sparse_encoding(const File& file, const std::string& path) {
  const std::string encoding = text_attribute(file, path, "encoding-type");
  if (!encoding.empty()) return encoding;
  const std::string format = text_attribute(file, path, "h5sparse_format");  // before AnnData 0.7
  return format.empty() ? "" : format + "_matrix";
}

std::pair<int64_t, int64_t> sparse_shape(const File& file, const std::string& path) {
  for (const char* const name : {"shape", "h5sparse_shape"}) {
    const auto values = Values::of_attribute(file, path, name);
    if (!values) continue;
    const bool usable = values->kind() == ValueKind::integer || values->kind() == ValueKind::real;
    const std::vector<int64_t> shape = usable ? values->integers() : std::vector<int64_t>{};
    const auto fits = [](int64_t size) { return size >= 0 && size < std::numeric_limits<int32_t>::max(); };
    if (shape.size() == 2 && fits(shape[0]) && fits(shape[1])) return {shape[0], shape[1]};
    fail(Status::data, file.path(), ": the shape of ", path,
         " is not two numbers from 0 to 2147483646; the file is damaged");
  }
  fail(Status::data, file.path(), ": ", path,
       " does not say its shape; the file is damaged, write it again with anndata");
}

Compressed open_compressed(const File& file, const std::string& path, int64_t n_lines) {
  const auto broken = [&](const auto&... what) {
    fail(Status::data, file.path(), ": ", path, what..., "; the file is damaged, write it again");
  };
  Compressed parts;
  parts.indices = NumberArray(file, path + "/indices");
  parts.values = NumberArray(file, path + "/data");
  const Values starts = Values::of_dataset(file, path + "/indptr");
  if (starts.count() != n_lines + 1)
    broken("/indptr has ", starts.count(), " values, expected ", n_lines + 1, " from the shape of the matrix");
  if (parts.indices.extents().size() != 1 || parts.indices.extents() != parts.values.extents())
    broken("/indices has ", parts.indices.count(), " values and ", path, "/data has ", parts.values.count(),
           ", they must be lists of one length");
  const NumberType index_type = parts.indices.type();
  if (index_type == NumberType::f32 || index_type == NumberType::f64 || starts.kind() == ValueKind::other ||
      starts.kind() == ValueKind::text)
    broken("/indices and indptr must be whole numbers");
  parts.starts = starts.integers();
  if (parts.starts.front() != 0 || !std::is_sorted(parts.starts.begin(), parts.starts.end()))
    broken("/indptr does not ascend from 0");
  if (parts.starts.back() > parts.indices.count())
    broken("/indptr ends at ", parts.starts.back(), ", but there are only ", parts.indices.count(), " values");
  return parts;
}

std::unique_ptr<Matrix> open_matrix(const File& file, const std::string& path) {
  if (file.is_dataset(path)) return open_dense(file, path);
  const std::string encoding = sparse_encoding(file, path);
  if (encoding == "csr_matrix") return open_csr(file, path);
  if (encoding == "csc_matrix") return open_csc(file, path);
  fail(Status::data, file.path(), ": ", path, " has the encoding \"", encoding,
       "\", expected csr_matrix, csc_matrix or a dense array; write the file again with anndata");
}

}  // namespace scprior::h5ad
