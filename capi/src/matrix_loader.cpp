// SPDX-License-Identifier: Apache-2.0
#include "matrix_loader.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "strides.hpp"

namespace scprior::capi {
namespace {

constexpr double largest_count = 16777216;  // 2^24, exact as float

/// Calls body with the array as what its type says.
template <class Body>
decltype(auto) with_values(const void* array, int32_t type, Body body) {
  switch (type) {
    case SCPRIOR_FLOAT32: return body(static_cast<const float*>(array));
    case SCPRIOR_FLOAT64: return body(static_cast<const double*>(array));
    case SCPRIOR_INT32: return body(static_cast<const int32_t*>(array));
  }
  fail(Status::argument, "value_type is ", type, ", must be SCPRIOR_FLOAT32, SCPRIOR_FLOAT64 or SCPRIOR_INT32");
}

template <class Body>
decltype(auto) with_integers(const void* array, int32_t type, const char* what, Body body) {
  if (type == SCPRIOR_INT32) return body(static_cast<const int32_t*>(array));
  if (type == SCPRIOR_INT64) return body(static_cast<const int64_t*>(array));
  fail(Status::argument, what, " is ", type, ", must be SCPRIOR_INT32 or SCPRIOR_INT64");
}

[[noreturn]] void refuse_value(int64_t cell, int64_t gene, double value) {
  const char* reason = !(value == value)       ? "is not a number"
                       : value < 0             ? "is negative"
                       : value > largest_count ? "is above 16777216, or infinite"
                                               : "is not whole";
  fail(Status::data, "the value ", value, " of gene ", gene + 1, " in cell ", cell + 1, " ", reason,
       "; scprior needs raw counts, before normalisation, scaling and logarithms");
}

template <class T>
float checked_count(T value, int64_t cell, int64_t gene) {
  const auto number = static_cast<double>(value);
  if (!(number >= 0 && number <= largest_count) || number != static_cast<double>(static_cast<int64_t>(number)))
    refuse_value(cell, gene, number);
  return static_cast<float>(number);
}

/// Puts the genes of the cell that begins at `first` into their order.
void sort_cell(int64_t cell, size_t first, std::vector<int32_t>& columns, std::vector<float>& values) {
  const auto begin = columns.begin() + static_cast<std::ptrdiff_t>(first);
  if (std::is_sorted(begin, columns.end()) && std::adjacent_find(begin, columns.end()) == columns.end()) return;
  std::vector<std::pair<int32_t, float>> entries;
  for (size_t i = first; i < columns.size(); ++i) entries.emplace_back(columns[i], values[i]);
  std::sort(entries.begin(), entries.end());
  for (size_t i = 0; i < entries.size(); ++i) {
    need(i == 0 || entries[i].first != entries[i - 1].first, "cell ", cell + 1, " has gene ", entries[i].first + 1,
         " twice; add the entries up first");
    columns[first + i] = entries[i].first;
    values[first + i] = entries[i].second;
  }
}

void check_matrix(const scprior_matrix& matrix) {
  need(matrix.layout == SCPRIOR_SPARSE || matrix.layout == SCPRIOR_DENSE, "layout is ", matrix.layout,
       ", must be SCPRIOR_SPARSE or SCPRIOR_DENSE");
  need((matrix.flags & ~uint64_t{SCPRIOR_BORROW}) == 0, "flags is ", matrix.flags,
       ", which has bits that this version does not know");
  need(matrix.n_cells > 0 && matrix.n_cells < int64_t{1} << 40, "n_cells is ", matrix.n_cells, ", must be 1 or more");
  need(matrix.n_genes > 0 && matrix.n_genes <= std::numeric_limits<int32_t>::max(), "n_genes is ", matrix.n_genes,
       ", must be from 1 to 2147483647");
  with_values(nullptr, matrix.value_type, [](auto*) {});
  if (matrix.layout == SCPRIOR_DENSE) {
    need(matrix.values, "values is NULL");
    check_strides(matrix.n_cells, matrix.n_genes, matrix.row_stride, matrix.column_stride, "values");
    return;
  }
  need(matrix.pointers, "pointers is NULL");
  need(matrix.index_base == 0 || matrix.index_base == 1, "index_base is ", matrix.index_base, ", must be 0 or 1");
  with_integers(nullptr, matrix.pointer_type, "pointer_type", [](auto*) {});
  with_integers(nullptr, matrix.index_type, "index_type", [](auto*) {});
}

std::vector<int64_t> read_pointers(const scprior_matrix& matrix) {
  std::vector<int64_t> row_ptr(static_cast<size_t>(matrix.n_cells) + 1);
  with_integers(matrix.pointers, matrix.pointer_type, "pointer_type", [&](auto* from) {
    need(from[0] == matrix.index_base, "pointers[0] is ", from[0], ", must be index_base, ", matrix.index_base);
    for (int64_t i = 0; i <= matrix.n_cells; ++i) {
      row_ptr[i] = static_cast<int64_t>(from[i]) - matrix.index_base;
      if (i == 0) continue;
      const int64_t size = row_ptr[i] - row_ptr[i - 1];
      need(row_ptr[i] >= row_ptr[i - 1] && size <= matrix.n_genes, "pointers[", i, "] is ", from[i], " after ",
           from[i - 1], ": cell ", i, " would have ", size, " entries, of ", matrix.n_genes, " genes");
    }
  });
  return row_ptr;
}

}  // namespace

MatrixLoader::MatrixLoader(const scprior_matrix& matrix) : matrix_(matrix) {
  check_matrix(matrix_);
  const bool sparse = matrix_.layout == SCPRIOR_SPARSE;
  if (sparse) {
    row_ptr_ = read_pointers(matrix_);
    need(row_ptr_.back() == 0 || (matrix_.values && matrix_.indices), matrix_.values ? "indices" : "values",
         " is NULL, but there are ", row_ptr_.back(), " entries");
  }
  // Everything is read once, so that what is wrong is told now.
  CountBlock copy{.row_ptr = {0}, .columns = {}, .values = {}};
  const bool borrow = matrix_.flags & SCPRIOR_BORROW;
  if (sparse && !borrow) {
    copy.columns.reserve(static_cast<size_t>(row_ptr_.back()));
    copy.values.reserve(static_cast<size_t>(row_ptr_.back()));
  }
  for (int64_t cell = 0; cell < matrix_.n_cells; ++cell) {
    if (borrow) copy = {.row_ptr = {0}, .columns = {}, .values = {}};
    append(cell, copy);
  }
  if (borrow) return;
  row_ptr_ = std::move(copy.row_ptr);
  columns_ = std::move(copy.columns);
  values_ = std::move(copy.values);
}

MatrixLoader::~MatrixLoader() {
  if (release_) release_(matrix_.owner);
}

DatasetInfo MatrixLoader::open(const std::string&) {
  DatasetInfo info;
  info.n_cells = matrix_.n_cells;
  info.n_genes = matrix_.n_genes;
  info.matrix = "the matrix given";
  return info;
}

void MatrixLoader::append_sparse(int64_t cell, CountBlock& block) const {
  const int64_t begin = row_ptr_[cell], end = row_ptr_[cell + 1];
  const size_t first = block.columns.size();
  with_integers(matrix_.indices, matrix_.index_type, "index_type", [&](auto* indices) {
    for (int64_t entry = begin; entry < end; ++entry) {
      const int64_t gene = static_cast<int64_t>(indices[entry]) - matrix_.index_base;
      need(gene >= 0 && gene < matrix_.n_genes, "indices[", entry, "] of cell ", cell + 1, " is ", indices[entry],
           ", must be from ", matrix_.index_base, " to ", matrix_.n_genes - 1 + matrix_.index_base);
      block.columns.push_back(static_cast<int32_t>(gene));
    }
  });
  with_values(matrix_.values, matrix_.value_type, [&](auto* values) {
    for (int64_t entry = begin; entry < end; ++entry)
      block.values.push_back(checked_count(values[entry], cell, block.columns[first + (entry - begin)]));
  });
  sort_cell(cell, first, block.columns, block.values);
}

void MatrixLoader::append_dense(int64_t cell, CountBlock& block) const {
  const int64_t down = matrix_.row_stride, across = matrix_.column_stride;
  with_values(matrix_.values, matrix_.value_type, [&](auto* values) {
    for (int64_t gene = 0; gene < matrix_.n_genes; ++gene) {
      const int64_t place = (matrix_.n_cells > 1 ? cell * down : 0) + (matrix_.n_genes > 1 ? gene * across : 0);
      const float value = checked_count(values[place], cell, gene);
      if (value == 0) continue;
      block.columns.push_back(static_cast<int32_t>(gene));
      block.values.push_back(value);
    }
  });
}

void MatrixLoader::append(int64_t cell, CountBlock& block) const {
  matrix_.layout == SCPRIOR_SPARSE ? append_sparse(cell, block) : append_dense(cell, block);
  block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
}

CountBlock MatrixLoader::read(std::span<const int64_t> rows) const {
  CountBlock block{.row_ptr = {0}, .columns = {}, .values = {}};
  for (const int64_t row : rows) {
    need(row >= 0 && row < matrix_.n_cells, "row ", row, " does not exist: there are ", matrix_.n_cells, " cells");
    if (matrix_.flags & SCPRIOR_BORROW) {
      append(row, block);
      continue;
    }
    const auto begin = row_ptr_[row], end = row_ptr_[row + 1];
    block.columns.insert(block.columns.end(), columns_.begin() + begin, columns_.begin() + end);
    block.values.insert(block.values.end(), values_.begin() + begin, values_.begin() + end);
    block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
  }
  return block;
}

}  // namespace scprior::capi
