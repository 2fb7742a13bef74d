// SPDX-License-Identifier: Apache-2.0
#include "tools.hpp"

#include <ATen/ATen.h>

#include <numeric>

namespace scprior::test {

const core::PluginHost& shipped_plugins() {
  static core::PluginHost host;
  if (host.files().empty()) host.load_folder(SCPRIOR_BUILT_PLUGINS);
  return host;
}

core::ComponentChoice choose(scprior_kind kind, const std::string& type, std::map<std::string, OptionValue> given) {
  const core::ComponentEntry* entry = shipped_plugins().find(kind, type);
  if (!entry) throw Error(Status::config, shipped_plugins().unknown_text(kind, type));
  return {type, Options::resolve(entry->options, given)};
}

core::ModelConfig small_model(const std::string& prior, const std::string& flow,
                              std::map<std::string, OptionValue> prior_options) {
  core::ModelConfig config;
  config.name = prior + "+" + flow;
  config.latent = 6;
  config.encoder = choose(SCPRIOR_KIND_ENCODER, "mlp", {{"hidden", std::vector<int64_t>{32, 16}}});
  config.decoder = choose(SCPRIOR_KIND_DECODER, "mlp", {{"hidden", std::vector<int64_t>{16, 32}}});
  config.flow = choose(SCPRIOR_KIND_FLOW, flow, {});
  config.prior = prior == "none" ? core::ComponentChoice{"none", {}} : choose(SCPRIOR_KIND_PRIOR, prior, prior_options);
  config.likelihood = choose(SCPRIOR_KIND_LIKELIHOOD, "nb", {});
  config.embedding_samples = 4;
  config.train.learning_rate = 1e-3;
  config.train.batch_size = 32;
  config.train.max_epochs = 4;
  return config;
}

std::shared_ptr<core::MemorySource> three_types(int64_t n_cells, int64_t n_genes) {
  const at::Generator generator = core::make_generator(11, at::kCPU);
  const at::Tensor type = at::arange(n_cells).remainder(3).unsqueeze(1),
                   part = at::arange(n_genes).remainder(3).unsqueeze(0);
  const at::Tensor mean = at::where(type == part, at::full({}, 6.0), at::full({}, 0.4));
  const at::Tensor counts = at::poisson(mean, generator).to(at::kFloat);
  counts[0].zero_();
  auto cells = std::make_shared<core::MemorySource>(n_genes);
  const at::Tensor present = counts > 0;
  const at::Tensor row_ptr = at::cat({at::zeros({1}, at::kLong), present.sum(1).cumsum(0)});
  const at::Tensor columns = present.nonzero().select(1, 1).to(at::kInt).contiguous(),
                   values = counts.masked_select(present);
  const auto span = [](const at::Tensor& tensor, auto* data) {
    return std::span(data, static_cast<size_t>(tensor.numel()));
  };
  cells->append(span(row_ptr, row_ptr.data_ptr<int64_t>()), span(columns, columns.data_ptr<int32_t>()),
                span(values, values.data_ptr<float>()));
  return cells;
}

core::GeneSpace numbered_genes(int64_t n_genes) {
  core::GeneSpace space{"dataset", {}};
  for (int64_t g = 0; g < n_genes; ++g) space.genes.push_back({concat("gene", g), ""});
  return space;
}

core::Split in_order(int64_t n_cells) {
  core::Split split;
  for (int64_t row = 0; row < n_cells; ++row)
    (row * 10 < n_cells * 8 ? split.train : row * 10 < n_cells * 9 ? split.validation : split.test).push_back(row);
  return split;
}

std::vector<int64_t> all_rows(const core::CellSource& cells) {
  std::vector<int64_t> rows(cells.n_cells());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

}  // namespace scprior::test
