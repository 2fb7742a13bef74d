// SPDX-License-Identifier: Apache-2.0
#include "models.hpp"

#include <algorithm>
#include <numeric>

#include "scprior/core/load_config.hpp"
#include "scprior/error.hpp"

namespace scprior::bench {

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names = {"AE", "VAE", "IAF", "VAMP", two_heads};
  return names;
}

std::vector<std::string> model_settings(const MeasureArguments& arguments) {
  std::vector<std::string> settings = {"genes.space=dataset", "train.learning_rate=5e-5", "train.l1=5e-4",
                                       "train.l2=5e-4",       "likelihood=nb"};
  settings.push_back(concat("train.batch_size=", arguments.batch));
  settings.push_back(concat("threads=", arguments.threads));
  settings.push_back(concat("likelihood.dispersion=", arguments.model == two_heads ? "gene-cell" : "gene"));
  settings.push_back("train.precision=" + arguments.precision);
  if (arguments.model == "AE") settings.push_back("prior=none");
  if (arguments.model == "IAF") settings.push_back("flow=iaf");
  if (arguments.model == "VAMP") {
    settings.push_back("prior=vamp");
    settings.push_back(concat("prior.components=", arguments.components));
  }
  return settings;
}

Network network_of(const std::string& model, int64_t batch, int64_t genes, double nonzeros_per_cell,
                   int64_t components) {
  Network network{.batch = batch, .genes = genes, .nonzeros_per_cell = nonzeros_per_cell};
  if (model == "AE") network.posterior_heads = 1;
  if (model == "IAF") {
    network.posterior_heads = 3;
    network.flow_steps = 5;
  }
  if (model == "VAMP") network.pseudo_inputs = components;
  if (model == two_heads) network.output_heads = 2;
  return network;
}

Prepared prepare(const MeasureArguments& arguments, const core::PluginHost& host) {
  Prepared out;
  out.config = core::fit_from_settings(arguments.data, "cell_type", model_settings(arguments), host);
  out.data = core::load_dataset(out.config.data.front(), out.config.genes, host);
  return out;
}

core::Split whole_batches(int64_t n_cells, int64_t batch) {
  const int64_t n_validation = std::min<int64_t>(512, n_cells / 10),
                n_train = (n_cells - n_validation) / batch * batch;
  if (n_train == 0) fail(Status::argument, n_cells, " cells do not fill a batch of ", batch, "; give --cells more");
  core::Split split;
  split.train.resize(static_cast<size_t>(n_train));
  split.validation.resize(static_cast<size_t>(n_validation));
  std::iota(split.train.begin(), split.train.end(), 0);
  std::iota(split.validation.begin(), split.validation.end(), n_train);
  return split;
}

}  // namespace scprior::bench
