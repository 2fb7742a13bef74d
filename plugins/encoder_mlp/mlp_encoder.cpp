// SPDX-License-Identifier: Apache-2.0
#include "mlp_encoder.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable MlpEncoder::options() {
  return {
      option::integers("hidden", {512, 256}, "widths of the hidden layers, from the genes inwards").at_least(1),
      option::choice("activation", nn::activation_names(), "tanh", "non-linearity of the hidden layers"),
      option::boolean("batch_norm", true, "normalise each hidden layer over the batch, after the non-linearity"),
      option::boolean("batch_norm_scale", true, "learn a scale in BatchNorm (sfaira's autoencoder: false)"),
      option::real("batch_norm_momentum", 0.99,
                   "share of BatchNorm's running statistics kept at a step; less for short trainings")
          .at_least(0)
          .below(1),
      option::real("dropout", 0.2, "share of hidden units left out at each training step").at_least(0).below(1),
      option::boolean("plain_last", false, "neither BatchNorm nor dropout before the bottleneck (sfaira: true)"),
      option::real("log_var_bound", 0.0, "clip the posterior's log-variance to plus or minus this; 0 = not at all")
          .at_least(0),
  };
}

MlpEncoder::MlpEncoder(const Options& options)
    : hidden_(options.integers("hidden")),
      block_{.activation = options.text("activation"),
             .batch_norm = options.boolean("batch_norm"),
             .batch_norm_scale = options.boolean("batch_norm_scale"),
             .batch_norm_momentum = options.real("batch_norm_momentum"),
             .dropout = options.real("dropout")},
      plain_last_(options.boolean("plain_last")),
      log_var_bound_(options.real("log_var_bound")) {
  if (hidden_.empty()) fail(Status::config, "hidden = [] : an mlp encoder needs at least one hidden layer");
}

void MlpEncoder::build(const Dims& dims, at::Generator init) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the mlp encoder takes no covariates; leave them out of the model");
  const int64_t width = hidden_.back();
  trunk_ = std::make_unique<nn::EncoderTrunk>(dims.genes, hidden_, block_, plain_last_, init);
  add_child("trunk", *trunk_);
  const auto head = [&](const char* name, int64_t out) {
    auto layer = std::make_unique<nn::Linear>(width, out, false, init);
    add_child(name, *layer);
    return layer;
  };
  mean_ = head("mean", dims.latent);
  if (dims.stochastic) log_var_ = head("log_var", dims.latent);
  if (dims.context > 0) context_ = head("context", dims.context);
}

Posterior MlpEncoder::encode(const CountMatrix& normalised, const Covariates&) {
  const at::Tensor h = trunk_->forward(normalised);  // [B, H]
  Posterior posterior;
  posterior.mean = mean_->forward(h);
  if (log_var_) {
    posterior.log_var = log_var_->forward(h);
    if (log_var_bound_ > 0) posterior.log_var = posterior.log_var.clamp(-log_var_bound_, log_var_bound_);
  }
  if (context_) posterior.context = context_->forward(h);
  return posterior;
}

}  // namespace scprior
