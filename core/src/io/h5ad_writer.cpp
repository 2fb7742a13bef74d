// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/h5ad_writer.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <set>

#include "io/hdf5_output.hpp"
#include "io/replace_file.hpp"
#include "scprior/error.hpp"

namespace scprior::core {

namespace {

constexpr const char* index_name = "_index";

template <class... Parts>
void need(bool fits, const Parts&... what) {
  if (!fits) fail(Status::argument, "write_h5ad: ", what...);
}

size_t length_of(const Column& column) {
  return std::visit(
      [](const auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Categories>)
          return values.codes.size();
        else
          return values.size();
      },
      column.values);
}

void check_categories(const std::string& where, const Categories& categories) {
  const std::set<std::string> distinct(categories.names.begin(), categories.names.end());
  need(distinct.size() == categories.names.size(), where, " has a category twice");
  for (const int32_t code : categories.codes)
    need(code >= -1 && code < static_cast<int64_t>(categories.names.size()), where, " has the code ", code, ", but ",
         categories.names.size(), " categories");
}

void check_table(const std::string& name, const H5adTable& table) {
  std::set<std::string> seen{index_name};
  for (const Column& column : table.columns) {
    const std::string where = name + "/" + column.name;
    need(!column.name.empty() && seen.insert(column.name).second, where,
         " is no usable name of a column, or there twice");
    need(length_of(column) == table.names.size(), where, " has ", length_of(column), " values, expected ",
         table.names.size());
    if (const auto* categories = std::get_if<Categories>(&column.values)) check_categories(where, *categories);
  }
}

void check_sparse(const CountBlock& matrix, int64_t n_cells, int64_t n_genes, bool whole_numbers) {
  need(static_cast<int64_t>(matrix.row_ptr.size()) == n_cells + 1 && matrix.row_ptr.front() == 0, "the matrix has ",
       matrix.row_ptr.size(), " row starts, expected ", n_cells + 1);
  const size_t n_entries = static_cast<size_t>(matrix.row_ptr.back());
  need(matrix.columns.size() == n_entries && matrix.values.size() == n_entries,
       "the columns and values of the matrix do not have the length that its rows say");
  for (const int32_t column : matrix.columns)
    need(column >= 0 && column < n_genes, "the matrix has the column ", column, ", but ", n_genes, " genes");
  if (!whole_numbers) return;
  for (const float value : matrix.values)
    need(std::abs(value) < 2147483648.0f && value == std::trunc(value), "the matrix holds ", value,
         ", which is no whole number");
}

void check(const H5adContents& contents) {
  const auto n_cells = static_cast<int64_t>(contents.cells.names.size());
  const auto n_genes = static_cast<int64_t>(contents.genes.names.size());
  check_table("obs", contents.cells);
  check_table("var", contents.genes);
  if (contents.matrix) check_sparse(*contents.matrix, n_cells, n_genes, contents.whole_numbers);
  for (const auto& [name, values] : contents.embeddings)
    need(!name.empty() && values.dim() == 2 && values.size(0) == n_cells, "obsm/", name, " has shape ", values.sizes(),
         ", expected [", n_cells, ", D]");
}

/// Codes in the narrowest type, as pandas has them.
void write_categories(Hdf5Output& file, const std::string& path, const Categories& categories) {
  file.group(path, "categorical", "0.2.0");
  file.boolean_attribute(path, "ordered", false);
  file.texts(path + "/categories", categories.names);
  const std::vector<int32_t>& codes = categories.codes;
  if (categories.names.size() <= std::numeric_limits<int8_t>::max())
    file.numbers(path + "/codes", std::vector<int8_t>(codes.begin(), codes.end()));
  else if (categories.names.size() <= std::numeric_limits<int16_t>::max())
    file.numbers(path + "/codes", std::vector<int16_t>(codes.begin(), codes.end()));
  else
    file.numbers(path + "/codes", codes);
}

struct ColumnWriter {
  Hdf5Output& file;
  const std::string& path;
  void operator()(const Categories& values) const { write_categories(file, path, values); }
  void operator()(const std::vector<double>& values) const { file.numbers(path, values); }
  void operator()(const std::vector<int64_t>& values) const { file.numbers(path, values); }
  void operator()(const std::vector<bool>& values) const { file.booleans(path, values); }
  void operator()(const std::vector<std::string>& values) const { file.texts(path, values); }
};

void write_table(Hdf5Output& file, const std::string& path, const H5adTable& table) {
  file.group(path, "dataframe", "0.2.0");
  file.text_attribute(path, "_index", index_name);
  std::vector<std::string> order;
  for (const Column& column : table.columns) order.push_back(column.name);
  file.texts_attribute(path, "column-order", order);
  file.texts(path + "/" + index_name, table.names);
  for (const Column& column : table.columns) {
    const std::string place = path + "/" + column.name;
    std::visit(ColumnWriter{file, place}, column.values);
  }
}

void write_sparse(Hdf5Output& file, const std::string& path, const CountBlock& matrix, int64_t n_columns,
                  bool whole_numbers) {
  file.group(path, "csr_matrix", "0.1.0");
  file.integers_attribute(path, "shape", {static_cast<int64_t>(matrix.row_ptr.size()) - 1, n_columns});
  if (whole_numbers)
    file.packed_numbers(path + "/data", std::vector<int32_t>(matrix.values.begin(), matrix.values.end()));
  else
    file.packed_numbers(path + "/data", matrix.values);
  file.packed_numbers(path + "/indices", matrix.columns);
  // SciPy wants one type for both.
  if (matrix.row_ptr.back() <= std::numeric_limits<int32_t>::max())
    file.packed_numbers(path + "/indptr", std::vector<int32_t>(matrix.row_ptr.begin(), matrix.row_ptr.end()));
  else
    file.packed_numbers(path + "/indptr", matrix.row_ptr);
}

void write_contents(Hdf5Output& file, const H5adContents& contents) {
  file.group("", "anndata", "0.1.0");
  const auto n_genes = static_cast<int64_t>(contents.genes.names.size());
  if (contents.matrix) write_sparse(file, "X", *contents.matrix, n_genes, contents.whole_numbers);
  write_table(file, "obs", contents.cells);
  write_table(file, "var", contents.genes);
  for (const char* const name : {"obsm", "varm", "obsp", "varp", "layers", "uns"}) file.group(name, "dict", "0.1.0");
  for (const auto& [name, values] : contents.embeddings) file.tensor("obsm/" + name, values);
  for (const auto& [name, value] : contents.texts) file.text("uns/" + name, value);
}

}  // namespace

void write_h5ad(const std::filesystem::path& path, const H5adContents& contents) {
  check(contents);
  Hdf5Output file(path);
  write_contents(file, contents);
  const std::vector<char> bytes = file.bytes();
  replace_file(path, {std::string_view(bytes.data(), bytes.size())});
}

}  // namespace scprior::core
