// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "scprior/options.hpp"

// The resolved configuration: plain values, every default filled in, every option validated. Only core/src/config knows
// that they come from TOML.

namespace scprior::core {

/// A component and its options. type "" = none chosen yet (loader: recognise the file).
struct ComponentChoice {
  std::string type;
  Options options;
};

/// Where genes come from. space: "GRCh38.97.protein_coding", "dataset", or the path of a list.
struct GeneConfig {
  std::string space = "GRCh38.97.protein_coding";
};

struct SplitConfig {
  double test = 0.1;        ///< share of all cells, in [0, 1)
  double validation = 0.1;  ///< share of all cells, in [0, 1); 0 = the training cells decide when to stop
  int64_t seed = -1;        ///< -1 = the seed of the fit
  std::string group;  ///< obs column whose values are held out whole, until the share is reached; "" = single cells
};

struct TrainConfig {
  int64_t max_epochs = 1000;
  int64_t steps_per_epoch = 0;  ///< 0 = a whole pass
  int64_t batch_size = 128;
  double learning_rate = 5e-5;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
  double l1 = 5e-4, l2 = 5e-4;
  double plateau_factor = 0.5;
  int64_t plateau_patience = 10;
  int64_t stop_patience = 100;
  std::string reconstruction =
      "sum";  ///< over genes (the paper); "mean": divided by G in the loss (sfaira's autoencoder)
  double kl_weight = 1.0;
  int64_t kl_warmup_epochs = 0;  ///< linear from 0 to kl_weight; 0 = none
  int64_t samples = 1;           ///< S, posterior draws per cell and step
  std::string precision = "float32";  ///< of the operands of large products in training steps; "bf16", "auto"
};

struct ModelConfig {
  std::string name;
  int64_t latent = 128;  ///< D
  ComponentChoice encoder, decoder, flow, prior, likelihood;  ///< prior.type "none" = deterministic autoencoder
  std::string embedding = "mean";   ///< "mean": E_q[z]; "mode-path": the flow at the mean of the base
  int64_t embedding_samples = 64;   ///< draws for "mean" where the flow is not the identity
  TrainConfig train;

  bool is_autoencoder() const { return prior.type == "none"; }
};

struct DataConfig {
  std::string name;
  std::filesystem::path path;  ///< absolute
  ComponentChoice loader;
  std::string label;  ///< obs column of cell types; "" = none
  std::string batch;  ///< obs column of experimental batches; "" = none
};

struct ExperimentConfig {
  std::filesystem::path file;    ///< the TOML file; "" if made from options
  std::filesystem::path output;  ///< absolute
  std::string title;
  GeneConfig genes;
  SplitConfig split;
  std::vector<DataConfig> data;
  std::vector<ModelConfig> models;
  std::vector<ComponentChoice> metrics;
  std::vector<int64_t> seeds;
  int64_t threads = 0;  ///< 0 = all cores
  std::string device = "cpu";
  std::vector<std::filesystem::path> plugin_paths;
};

}  // namespace scprior::core
