// SPDX-License-Identifier: Apache-2.0
// h5ad_write_files copy IN OUT: reads with the h5ad loader, writes with write_h5ad.
// h5ad_write_files made FOLDER: writes files with made-up contents, which check_h5ad.py makes up again.
#include <ATen/ATen.h>

#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>

#include "h5ad.hpp"
#include "scprior/core/h5ad_writer.hpp"

using namespace scprior;
using namespace scprior::core;

namespace {

constexpr int64_t n_cells = 30, n_genes = 11;

std::vector<std::string> numbered(const std::string& word, int64_t n) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < n; ++i) names.push_back(word + std::to_string(i));
  return names;
}

H5adContents made_tables(int64_t genes) {
  H5adContents contents;
  contents.cells.names = numbered("cell", n_cells);
  contents.genes.names = numbered("gene", genes);
  Categories kind, many;
  kind.names = {"β cell", "α cell", "never"};
  many.names = numbered("m", 200);
  std::vector<double> real;
  std::vector<int64_t> whole;
  std::vector<bool> flag;
  for (int64_t i = 0; i < n_cells; ++i) {
    kind.codes.push_back(static_cast<int32_t>(i % 3) - 1);
    many.codes.push_back(static_cast<int32_t>(i * 6));
    real.push_back(i % 4 == 0 ? std::numeric_limits<double>::quiet_NaN() : i / 8.0);
    whole.push_back(i * 1000000007 - 5);
    flag.push_back(i % 2 == 0);
  }
  contents.cells.columns = {{"kind", kind},   {"many", many}, {"real", real},
                            {"whole", whole}, {"flag", flag}, {"text", numbered("t ü ", n_cells)}};
  if (genes > 0) contents.genes.columns = {{"symbol", numbered("S", genes)}};
  contents.embeddings["X_scprior"] = at::arange(n_cells * 4, at::kFloat).view({n_cells, 4}) / 3;
  contents.embeddings["X_double"] = at::arange(n_cells * 2, at::kDouble).view({2, n_cells}).t() / 7;
  contents.texts = {{"scprior", "made up"}, {"empty", ""}};
  return contents;
}

CountBlock made_counts(float scale) {
  CountBlock block;
  block.row_ptr = {0};
  for (int64_t cell = 0; cell < n_cells; ++cell) {
    for (int64_t gene = 0; cell != 7 && gene < n_genes; ++gene) {
      if ((cell + 2 * gene) % 5 != 0) continue;
      block.columns.push_back(static_cast<int32_t>(gene));
      block.values.push_back(scale * static_cast<float>(cell * gene % 13 + 1));
    }
    block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
  }
  return block;
}

void make(const std::filesystem::path& folder) {
  H5adContents contents = made_tables(0);
  write_h5ad(folder / "no_matrix.h5ad", contents);
  contents = made_tables(n_genes);
  contents.matrix = made_counts(1);
  contents.whole_numbers = true;
  write_h5ad(folder / "whole.h5ad", contents);
  contents.matrix = made_counts(0.5f);
  contents.whole_numbers = false;
  write_h5ad(folder / "sparse.h5ad", contents);
  CountBlock zeros;
  zeros.row_ptr.assign(n_cells + 1, 0);
  contents.matrix = zeros;
  write_h5ad(folder / "zeros.h5ad", contents);
  write_h5ad(folder / "nothing.h5ad", {});
}

void copy(const std::string& from, const std::filesystem::path& to) {
  h5ad::H5adLoader loader(Options::resolve(h5ad::H5adLoader::options(), {}));
  DatasetInfo info = loader.open(from);
  std::vector<int64_t> rows(static_cast<size_t>(info.n_cells));
  std::iota(rows.begin(), rows.end(), 0);
  H5adContents contents;
  contents.matrix = loader.read(rows);
  contents.cells = {std::move(info.cell_names), std::move(info.cells)};
  contents.genes = {std::move(info.gene_names), std::move(info.genes)};
  write_h5ad(to, contents);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 3 && arguments[0] == "copy") return copy(arguments[1], arguments[2]), 0;
    if (arguments.size() == 2 && arguments[0] == "made") return make(arguments[1]), 0;
    std::cerr << "usage: h5ad_write_files copy IN OUT | made FOLDER\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
