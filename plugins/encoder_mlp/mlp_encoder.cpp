// SPDX-License-Identifier: Apache-2.0
#include "mlp_encoder.hpp"

#include <ATen/ATen.h>

#include "scprior/block_options.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable MlpEncoder::options() {
  OptionTable table = {
      option::integers("hidden", {512, 256}, "widths of the hidden layers, from the genes inwards").at_least(1)};
  const OptionTable block = nn::block_option_rows();
  table.insert(table.end(), block.begin(), block.end());
  table.push_back(
      option::boolean("plain_last", false, "neither BatchNorm nor dropout before the bottleneck (sfaira: true)"));
  table.push_back(
      option::real("log_var_bound", 0.0, "clip the posterior's log-variance to plus or minus this; 0 = not at all")
          .at_least(0));
  return table;
}

MlpEncoder::MlpEncoder(const Options& options)
    : hidden_(options.integers("hidden")),
      block_(nn::block_options(options)),
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
