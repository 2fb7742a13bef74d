// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scprior/core/config.hpp"
#include "scprior/core/dataset.hpp"
#include "scprior/core/plugin_host.hpp"

namespace scprior::core {

/// The five components of a variational autoencoder, built for one gene space. An autoencoder has no prior.
struct SCPRIOR_API Model {
  ModelConfig config;
  GeneSpace genes;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Flow> flow;
  std::unique_ptr<Prior> prior;  ///< nullptr: autoencoder, z = mean
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<Likelihood> likelihood;

  struct Part {
    std::string name;  ///< "encoder", ...; prefix of its tensors in a saved model
    Module* module;
  };
  /// The components there are, in the order of a batch's way through them.
  std::vector<Part> parts() const;
  /// All tensors of all parts, named "encoder.trunk.input.weight".
  std::vector<Module::Entry> entries() const;

  void train(const at::Generator& noise);
  void eval();
  void to(at::Device device);

  /// Encodes pseudo-inputs with running statistics and without noise, and hands them to the prior. Called once per
  /// optimisation step and once before an evaluation.
  void prepare_prior();
};

/// Makes and builds the components; initial weights come from `seed` alone.
/// Errors: Error{config} with the component's name in front.
SCPRIOR_API Model build_model(const ModelConfig& config, const GeneSpace& genes, const PluginHost& host, uint64_t seed);

/// Independent streams of random numbers of one fit.
enum class RandomStream : uint64_t {
  weights = 1,
  library = 2,
  batches = 3,
  noise = 4,
  prior = 5,
  evaluation = 6,
  posterior = 7,
  likelihood = 8
};

/// A seed for one stream (splitmix64 of both), so that streams do not overlap.
SCPRIOR_API uint64_t stream_seed(uint64_t seed, RandomStream stream);
SCPRIOR_API at::Generator make_generator(uint64_t seed, at::Device device);

}  // namespace scprior::core
