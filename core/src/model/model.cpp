// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/model.hpp"

#include <ATen/ATen.h>

namespace scprior::core {
namespace {

template <class Interface>
std::unique_ptr<Interface> make(const ComponentChoice& choice, const PluginHost& host) {
  return host.create<Interface>(choice.type, choice.options);
}

/// Runs `build` so that what it throws names the component.
void build_part(const char* kind, const std::string& name, Component& component, const Dims& dims,
                const at::Generator& init) {
  try {
    component.build(dims, init);
  } catch (const Error& error) {
    fail(error.status(), kind, '/', name, ": ", error.what());
  }
}

}  // namespace

std::vector<Model::Part> Model::parts() const {
  std::vector<Part> parts = {{"encoder", encoder.get()}, {"flow", flow.get()}};
  if (prior) parts.push_back({"prior", prior.get()});
  parts.push_back({"decoder", decoder.get()});
  parts.push_back({"likelihood", likelihood.get()});
  return parts;
}

std::vector<Module::Entry> Model::entries() const {
  std::vector<Module::Entry> all;
  for (const Part& part : parts())
    for (const Module::Entry& entry : part.module->entries())
      all.push_back({part.name + "." + entry.name, entry.tensor, entry.traits});
  return all;
}

void Model::train(const at::Generator& noise) {
  for (const Part& part : parts()) part.module->train(noise);
}

void Model::eval() {
  for (const Part& part : parts()) part.module->eval();
}

void Model::to(at::Device device) {
  for (const Part& part : parts()) part.module->to(device);
}

void Model::prepare_prior() {
  if (!prior) return;
  prior->prepare([this](const CountMatrix& normalised) {
    // The pseudo-inputs' own batch must neither change the running statistics nor be noisy: p(z) is then the same
    // function in training and afterwards.
    encoder->eval();
    return encoder->encode(normalised, {});
  });
}

Model build_model(const ModelConfig& config, const GeneSpace& genes, const PluginHost& host, uint64_t seed) {
  Model model;
  model.config = config;
  model.genes = genes;
  model.encoder = make<Encoder>(config.encoder, host);
  model.flow = make<Flow>(config.flow, host);
  if (!config.is_autoencoder()) model.prior = make<Prior>(config.prior, host);
  model.decoder = make<Decoder>(config.decoder, host);
  model.likelihood = make<Likelihood>(config.likelihood, host);
  if (config.is_autoencoder() && !model.flow->is_identity())
    fail(Status::config, "model \"", config.name,
         "\": prior \"none\" makes an autoencoder, which has no distribution that flow \"", config.flow.type,
         "\" could transform; use flow \"identity\" or choose a prior");

  const at::Generator init = make_generator(stream_seed(seed, RandomStream::weights), at::kCPU);
  Dims dims;
  dims.genes = static_cast<int64_t>(genes.genes.size());
  dims.latent = config.latent;
  dims.context = model.flow->context_width();
  dims.stochastic = !config.is_autoencoder();
  build_part("encoder", config.encoder.type, *model.encoder, dims, init);
  build_part("flow", config.flow.type, *model.flow, dims, init);
  if (model.prior) build_part("prior", config.prior.type, *model.prior, dims, init);
  build_part("decoder", config.decoder.type, *model.decoder, dims, init);
  dims.hidden = model.decoder->hidden_width();
  build_part("likelihood", config.likelihood.type, *model.likelihood, dims, init);
  model.eval();
  return model;
}

}  // namespace scprior::core
