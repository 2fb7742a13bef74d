// SPDX-License-Identifier: Apache-2.0
#include "linear_encoder.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/error.hpp"

namespace scprior {

OptionTable LinearEncoder::options() {
  return {
      option::real("initial_log_var", 0.0, "log-variance of the posterior of an empty cell in a new model"),
      option::real("log_var_bound", 0.0, "clip the posterior's log-variance to plus or minus this; 0 = not at all")
          .at_least(0),
  };
}

LinearEncoder::LinearEncoder(const Options& options)
    : initial_log_var_(options.real("initial_log_var")), log_var_bound_(options.real("log_var_bound")) {
  if (log_var_bound_ > 0 && std::abs(initial_log_var_) >= log_var_bound_)
    fail(Status::config, "initial_log_var = ", initial_log_var_, " is clipped by log_var_bound = ", log_var_bound_,
         " and could not be learned; choose a start within the bound");
}

void LinearEncoder::build(const Dims& dims, at::Generator init) {
  if (dims.batches > 0 || dims.continuous > 0)
    fail(Status::unsupported, "the linear encoder takes no covariates; leave them out of the model");
  const auto head = [&](const char* name, int64_t out) {
    auto layer = std::make_unique<nn::InputLayer>(dims.genes, out, false, init);
    add_child(name, *layer);
    return layer;
  };
  mean_ = head("mean", dims.latent);
  if (dims.stochastic) {
    log_var_ = head("log_var", dims.latent);
    log_var_->bias.detach().fill_(initial_log_var_);
  }
  if (dims.context > 0) context_ = head("context", dims.context);
}

Posterior LinearEncoder::encode(const CountMatrix& normalised, const Covariates&) {
  Posterior posterior;
  posterior.mean = mean_->forward(normalised);
  if (log_var_) {
    posterior.log_var = log_var_->forward(normalised);
    if (log_var_bound_ > 0) posterior.log_var = posterior.log_var.clamp(-log_var_bound_, log_var_bound_);
  }
  if (context_) posterior.context = context_->forward(normalised);
  return posterior;
}

}  // namespace scprior
