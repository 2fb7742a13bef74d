// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/embedding_file.hpp"

#include <ATen/ATen.h>

#include "scprior/core/h5ad_writer.hpp"
#include "scprior/core/process.hpp"

namespace scprior::core {
void write_embedding(const std::filesystem::path& file, const Dataset& data, const at::Tensor& embedding,
                     const std::string& model_name) {
  H5adContents contents;
  contents.cells = {data.info.cell_names, data.info.cells};
  contents.embeddings.emplace("X_scprior", embedding);
  contents.texts = {{"scprior_model", model_name}, {"scprior_version", "scprior " + version()}};
  write_h5ad(file, contents);
}

void write_sampled_cells(const std::filesystem::path& file, const CountMatrix& counts, const GeneSpace& space,
                         const std::string& model_name) {
  H5adContents contents;
  for (int64_t cell = 0; cell < counts.rows(); ++cell) contents.cells.names.push_back(concat("sample_", cell));
  std::vector<std::string> symbols;
  bool any_symbol = false;
  for (const Gene& gene : space.genes) {
    contents.genes.names.push_back(gene.id);
    symbols.push_back(gene.symbol);
    any_symbol |= !gene.symbol.empty();
  }
  if (any_symbol) contents.genes.columns.push_back({"gene_symbol", std::move(symbols)});
  const Csr& csr = counts.csr();
  const at::Tensor row_ptr = csr.row_ptr.contiguous(), columns = csr.columns.contiguous(),
                   values = csr.values.contiguous();
  CountBlock block;
  block.row_ptr.assign(row_ptr.data_ptr<int64_t>(), row_ptr.data_ptr<int64_t>() + row_ptr.numel());
  block.columns.assign(columns.data_ptr<int32_t>(), columns.data_ptr<int32_t>() + columns.numel());
  block.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
  contents.matrix = std::move(block);
  contents.whole_numbers = true;
  contents.texts = {{"scprior_model", model_name}, {"scprior_version", "scprior " + version()}};
  write_h5ad(file, contents);
}

}  // namespace scprior::core
