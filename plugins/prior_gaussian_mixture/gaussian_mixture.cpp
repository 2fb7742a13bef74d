// SPDX-License-Identifier: Apache-2.0
#include "gaussian_mixture.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "scprior/distributions.hpp"
#include "scprior/elementary.hpp"
#include "scprior/error.hpp"
#include "scprior/shapes.hpp"

namespace scprior {

OptionTable GaussianMixturePrior::options() {
  return {
      option::integer("components", 50, "number of Gaussians K").at_least(1),
      option::real("initial_spread", 0.5, "standard deviation of the normal draws at which the means start")
          .above(0)
          .at_most(1e6),
      option::real("initial_scale", 1.0, "standard deviation of every component at the start")
          .at_least(1e-6)
          .at_most(1e6),
      option::boolean("learnable_weights", true, "learn the weights of the mixture; false: 1/K each"),
      option::real("minimum_scale", 0.0,
                   "standard deviation that no component falls below; 0 = no bound, see the README")
          .at_least(0)
          .at_most(1e6),
  };
}

GaussianMixturePrior::GaussianMixturePrior(const Options& options)
    : components_(options.integer("components")),
      learnable_weights_(options.boolean("learnable_weights") && components_ > 1),  // a single weight is 1
      initial_spread_(options.real("initial_spread")),
      initial_scale_(options.real("initial_scale")),
      minimum_scale_(options.real("minimum_scale")) {
  if (initial_scale_ <= minimum_scale_)
    fail(Status::config, "initial_scale = ", initial_scale_, " must be above minimum_scale = ", minimum_scale_,
         ": components start wider than the bound; raise initial_scale, or lower minimum_scale (0 = no bound)");
}

void GaussianMixturePrior::build(const Dims& dims, at::Generator init) {
  const at::Tensor mean = at::empty({components_, dims.latent}, at::kFloat).normal_(0, initial_spread_, init);
  const double excess = std::log1p(-std::pow(minimum_scale_ / initial_scale_, 2));
  add_tensor("mean", mean_, mean);
  add_tensor("log_var", log_var_, at::full_like(mean, 2 * std::log(initial_scale_) + excess));
  if (learnable_weights_) add_tensor("weight_logits", weight_logits_, at::zeros({components_}));
}

at::Tensor GaussianMixturePrior::bounded_log_var() const {
  if (minimum_scale_ == 0) return log_var_;
  const double bound = 2 * std::log(minimum_scale_);
  return nn::softplus(log_var_ - bound) + bound;
}

at::Tensor GaussianMixturePrior::log_weights() const {
  if (learnable_weights_) return at::log_softmax(weight_logits_, 0);
  return at::full({components_}, -std::log(static_cast<double>(components_)), mean_.options().requires_grad(false));
}

at::Tensor GaussianMixturePrior::log_prob(const at::Tensor& z) {
  const int64_t dims = mean_.size(1);
  check_shape("z", z, {any_length, any_length, dims});
  return normal_mixture_log_prob(z.reshape({-1, dims}), mean_, bounded_log_var(), log_weights())
      .view({z.size(0), z.size(1)});
}

at::Tensor GaussianMixturePrior::sample(int64_t n, at::Generator generator) {
  return normal_mixture_sample(n, mean_, bounded_log_var(), log_weights(), generator);
}

}  // namespace scprior
