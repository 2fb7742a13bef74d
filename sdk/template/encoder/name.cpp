// SPDX-License-Identifier: Apache-2.0
#include "@name@.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"

using namespace scprior;

OptionTable @Name@Encoder::options() {
  return {option::integer("width", 128, "width of the hidden layer").at_least(1),
          option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layer")};
}

@Name@Encoder::@Name@Encoder(const Options& options)
    : width_(options.integer("width")), activation_(options.text("activation")) {}

// What is registered here is trained, saved and loaded with the model.
void @Name@Encoder::build(const Dims& dims, at::Generator init) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the encoder @name@ takes no covariates; leave them out of the model");
  input_ = std::make_unique<nn::InputLayer>(dims.genes, width_, true, init);
  add_child("input", *input_);
  const auto head = [&](const char* name, int64_t out) {
    auto layer = std::make_unique<nn::Linear>(width_, out, false, init);
    add_child(name, *layer);
    return layer;
  };
  mean_ = head("mean", dims.latent);
  if (dims.stochastic) log_var_ = head("log_var", dims.latent);
  if (dims.context > 0) context_ = head("context", dims.context);
}

Posterior @Name@Encoder::encode(const CountMatrix& normalised, const Covariates&) {
  const at::Tensor h = nn::activate(activation_, input_->forward(normalised));  // [B, H]
  return {mean_->forward(h), log_var_ ? log_var_->forward(h) : at::Tensor(),
          context_ ? context_->forward(h) : at::Tensor()};
}
