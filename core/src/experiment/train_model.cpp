// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/train_model.hpp"

#include "scprior/core/process.hpp"

namespace scprior::core {

TrainedModel train_model(const Dataset& data, const ModelConfig& model, const ExperimentConfig& config, int64_t seed,
                         const PluginHost& host, const std::function<bool(const FitProgress&)>& progress) {
  TrainedModel trained;
  trained.split = split_cells(data, config.split, seed);
  trained.model = build_model(model, data.space, host, static_cast<uint64_t>(seed));
  trained.file.model = model;
  trained.file.genes = {data.space.name};
  trained.file.split = config.split;
  trained.file.scprior_version = version();
  trained.file.data_name = data.config.name;
  trained.file.label = data.config.label;
  trained.file.batch = data.config.batch;
  trained.file.seed = seed;
  trained.file.n_genes = static_cast<int64_t>(data.space.genes.size());
  trained.file.n_cells = data.cells->n_cells();
  trained.file.plugins = plugins_of(model, host);
  FitOptions options{.train = model.train,
                     .seed = static_cast<uint64_t>(seed),
                     .device = parse_device(config.device),
                     .progress = progress};
  trained.outcome = fit(trained.model, *data.cells, trained.split, options);
  trained.model.prepare_prior();
  return trained;
}

}  // namespace scprior::core
